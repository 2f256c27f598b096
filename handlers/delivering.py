"""Sends what waits in the outbox: in order by channel, at Slack's pace, once.

Each message carries a mark, so that one whose sending got no answer can be looked for before it is
sent again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
from slack_sdk.web.async_client import AsyncWebClient

from db import deliveries, jobs, outbox, pace, senders
from db.errors import LodgeError
from db.ids import ChannelId, MessageTs, WorkspaceId
from db.outbox import Kind, Waiting
from db.pace import Rate
from handlers import changing, undelivered, unposted
from handlers.channels import Audience
from handlers.drawing import Drawing, Drawn, is_preview
from handlers.errors import NotInstalled
from handlers.jobs import Job, Worker
from handlers.marks import look, mark
from handlers.outcomes import GAVE_UP, Failure, Limited, Refused, Transient, failure
from handlers.retrying import delay_after, in_vain
from handlers.services import Services
from handlers.turns import Turns

_log = logging.getLogger(__name__)

# A little slower than Slack allows: its clock counts arrivals, ours counts departures.
_CHANNEL: Final = Rate(every=timedelta(seconds=1.05))
_POST: Final = Rate(every=outbox.POSTS_APART, burst=outbox.POSTS_AT_ONCE)
_UPDATE: Final = Rate(every=outbox.PATIENCE, burst=5)
# Leaves the burst to others.
_PATIENT_UPDATE: Final = Rate(every=_UPDATE.every)
_LOOK: Final = Rate(every=timedelta(seconds=60 / 45), burst=5)

# Seconds a sender stays with a channel, and the longest it waits there rather than come again.
_STAY: Final = 20.0
_WAIT_HERE: Final = 3.0
# Seconds that each message waits while many people are being answered.
_LETS_PASS: Final = 2.0
# What Slack's clock and ours may differ by when looking for a mark.
_SKEW: Final = timedelta(minutes=2)

# The state of a message that follows nothing, or shows nobody knows what.
_NOTHING: Final = "unknown"

_OURS: Final = frozenset(
    {"channel", "metadata", "comment_id", "anew", "told", "subscription", "issues", "failed"}
)

Undelivered = Callable[[Services, WorkspaceId, ChannelId, str], Awaitable[None]]
TurnedDown = Callable[[asyncpg.Connection, WorkspaceId, Waiting, str], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lane:
    """One channel of one workspace, held by this sender."""

    workspace_id: WorkspaceId
    channel_id: ChannelId
    sender: UUID


class Delivering:
    """The `deliver` job. `undelivered` hooks hear of every channel that refuses, with Slack's error; `turned_down` of
    every message that is refused for its own sake, in the transaction that records it."""

    def __init__(self, services: Services, worker: Worker) -> None:
        self._services = services
        self._worker = worker
        self._database = services.database
        self._drawing = Drawing(services)
        self._audience = Audience(services)
        self.undelivered: list[Undelivered] = []
        self.turned_down: list[TurnedDown] = []
        self._turns: dict[tuple[WorkspaceId, str, Rate], Turns] = {}

    async def run(self, job: Job) -> None:
        workspace_id, channel_id = outbox.addressed(job.payload)
        lane = _Lane(workspace_id=workspace_id, channel_id=channel_id, sender=uuid4())
        async with self._database.connection() as conn:
            await jobs.open_dedupe(conn, job.id)
            held = await senders.hold(conn, workspace_id, channel_id, lane.sender)
        while held:
            try:
                wait = await self._stay(lane)
            except BaseException:
                await self._give_up(lane)
                raise
            async with self._database.connection() as conn:
                await senders.let_go(conn, workspace_id, channel_id, lane.sender)
                if wait is not None:
                    await self._come_again(conn, lane, wait)
                    return
                # What was put between the last look and letting go would be left behind.
                left = await outbox.next_post(conn, workspace_id, channel_id)
                left = left or await outbox.next_refresh(conn, workspace_id, channel_id)
                held = left is not None and await senders.hold(conn, workspace_id, channel_id, lane.sender)

    async def _give_up(self, lane: _Lane) -> None:
        """So that whoever is next need not wait until the channel is taken to be abandoned."""
        with contextlib.suppress(LodgeError, asyncpg.PostgresError, asyncpg.InterfaceError):
            async with self._database.connection() as conn:
                await senders.let_go(conn, lane.workspace_id, lane.channel_id, lane.sender)

    async def _stay(self, lane: _Lane) -> timedelta | None:
        """Sends until nothing is left (None), or it is better to come again after the returned time."""
        until = time.monotonic() + _STAY
        while True:
            if self._worker.stopping or time.monotonic() > until:
                return timedelta(0)
            await self._services.rush.over(within=_LETS_PASS)
            wait = await self._step(lane)
            if wait is None:
                return None
            if wait > timedelta(seconds=_WAIT_HERE):
                return wait
            await asyncio.sleep(wait.total_seconds())

    async def _come_again(self, conn: Any, lane: _Lane, wait: timedelta) -> None:
        await jobs.enqueue(
            conn,
            outbox.JOB,
            outbox.address(lane.workspace_id, lane.channel_id),
            dedupe_key=outbox.dedupe_key(lane.workspace_id, lane.channel_id),
            delay=wait,
        )

    async def _step(self, lane: _Lane) -> timedelta | None:
        """Sends one thing. Returns how long to wait for the next: None when nothing is left."""
        async with self._database.connection() as conn:
            post = await outbox.next_post(conn, lane.workspace_id, lane.channel_id)
        wait = await self._send(lane, post) if post is not None else None
        if wait == timedelta(0):
            return wait
        async with self._database.connection() as conn:
            refresh = await outbox.next_refresh(conn, lane.workspace_id, lane.channel_id)
        if refresh is None:
            return wait
        refresh_wait = await self._send(lane, refresh)
        return refresh_wait if wait is None else min(wait, refresh_wait)

    async def _send(self, lane: _Lane, row: Waiting) -> timedelta:
        """How long until it can be sent; zero when it is settled or put off, and the next may be looked at."""
        if row.wait > timedelta(0):
            return row.wait
        try:
            client = await self._services.slack.sender(lane.workspace_id)
        except NotInstalled:
            await self._refused(lane, row, Refused(error="not_installed", whole_channel=True))
            return timedelta(0)
        if row.kind is Kind.REFRESH:
            return await self._refresh(lane, row, client)
        return await self._post(lane, row, client)

    # -- posting

    async def _post(self, lane: _Lane, row: Waiting, client: AsyncWebClient) -> timedelta:
        if row.tried_at is not None:
            wait = await self._find_earlier(lane, row, client, row.tried_at)
            if wait is not None:
                return wait
        arguments, state = row.payload, _NOTHING
        if row.kind is not Kind.MESSAGE:
            drawn = await self._drawing.draw(lane.workspace_id, row)
            if drawn is None:
                await unposted.drop(self._database, self._drawing, lane.workspace_id, row)
                return timedelta(0)
            arguments, state = row.payload | drawn.arguments, drawn.state
        wait = await self._may(lane, ("chat.postMessage", _POST), (f"channel:{lane.channel_id}", _CHANNEL))
        if wait is not None:
            return wait
        if not await self._begin(lane, row):
            return timedelta(seconds=_WAIT_HERE * 2)
        try:
            answer = await client.chat_postMessage(
                **_sendable(arguments), channel=lane.channel_id, metadata=mark(row.outbox_id)
            )
        except Exception as error:
            return await self._failed(lane, row, failure(error), "chat.postMessage")
        await self._posted(lane, row, ChannelId(answer["channel"]), MessageTs(answer["ts"]), state)
        return timedelta(0)

    async def _posted(
        self, lane: _Lane, row: Waiting, channel_id: ChannelId, ts: MessageTs, state: str
    ) -> None:
        async with self._database.transaction() as conn:
            await outbox.sent(conn, lane.workspace_id, row.outbox_id, channel_id, ts)
            # Counted from the answer: a message that was slow to arrive would have the next one on its heels.
            await pace.block(conn, lane.workspace_id, f"channel:{lane.channel_id}", _CHANNEL.every)
            await self._drawing.remember(conn, lane.workspace_id, row, (channel_id, ts), state)
        await self._drawing.catch_up(lane.workspace_id, row, (channel_id, ts), state)

    async def _find_earlier(
        self, lane: _Lane, row: Waiting, client: AsyncWebClient, tried_at: datetime
    ) -> timedelta | None:
        """Looks for a message whose sending got no answer. None: it is not there, send it."""
        wait = await self._may(lane, ("conversations.history", _LOOK))
        if wait is not None:
            return wait
        try:
            found = await look(
                client,
                lane.channel_id,
                row.outbox_id,
                tried_at - _SKEW,
                thread_ts=row.payload.get("thread_ts"),
            )
        except Exception as error:
            outcome = failure(error)
            if in_vain(row, outcome):
                # Better twice than never: what becomes of the posting decides.
                _log.warning("cannot look for an earlier attempt", extra={"error": str(outcome)})
                return None
            return await self._failed(lane, row, outcome, "conversations.history", looking=True)
        if found is None:
            return None
        # What it shows is not known: it is brought up to date.
        await self._posted(lane, row, found[0], found[1], _NOTHING)
        return timedelta(0)

    # -- refreshing

    async def _refresh(self, lane: _Lane, row: Waiting, client: AsyncWebClient) -> timedelta:
        ts = MessageTs(row.payload["ts"])
        drawn = await self._another(lane, row, ts)
        if drawn is None:
            # What changed until `begin` counted on this row; from then on a new change has a new row.
            if not await self._begin(lane, row):
                return timedelta(seconds=_WAIT_HERE * 2)
            if await self._another(lane, row, ts) is None:
                await self._drop(lane, row)
            return timedelta(0)
        if is_preview(row) and (wait := await self._not_for_all(lane, row, ts, client)) is not None:
            return wait
        rate = _PATIENT_UPDATE if row.payload.get("patient") else _UPDATE
        wait = await self._may(lane, (drawn.method, rate))
        if wait is not None:
            return wait
        if not await self._begin(lane, row):
            return timedelta(seconds=_WAIT_HERE * 2)
        # Drawn anew: waiting for its turn may have taken a while.
        drawn = await self._drawing.draw(lane.workspace_id, row) or drawn
        try:
            await changing.change(client, lane.channel_id, ts, drawn)
        except Exception as error:
            outcome = changing.outcome_of(row, error)
            if changing.is_lost(row, outcome):
                await self._lost(lane, row, ts, post_anew=changing.is_stuck(outcome))
                return timedelta(0)
            return await self._failed(lane, row, outcome, drawn.method)
        async with self._database.transaction() as conn:
            await outbox.sent(conn, lane.workspace_id, row.outbox_id, lane.channel_id, ts)
            await self._drawing.shows(conn, lane.workspace_id, row, ts, drawn.state)
        return timedelta(0)

    async def _not_for_all(
        self, lane: _Lane, row: Waiting, ts: MessageTs, client: AsyncWebClient
    ) -> timedelta | None:
        """None: everybody who reads the channel may see what is shown there. From when somebody else reads it, the
        message stays as it is."""
        try:
            if await self._audience.sees_all(client, lane.workspace_id, lane.channel_id):
                return None
        except Exception as error:
            return await self._failed(lane, row, failure(error), "conversations.info", looking=True)
        await self._lost(lane, row, ts, post_anew=False)
        return timedelta(0)

    async def _another(self, lane: _Lane, row: Waiting, ts: MessageTs) -> Drawn | None:
        """What it is to show; None when it shows that already, or follows nothing any more."""
        async with self._database.connection() as conn:
            shown = await self._drawing.shown(conn, lane.workspace_id, row, ts)
        drawn = await self._drawing.draw(lane.workspace_id, row) if shown is not None else None
        return None if drawn is None or shown == drawn.state else drawn

    async def _lost(self, lane: _Lane, row: Waiting, ts: MessageTs, *, post_anew: bool) -> None:
        async with self._database.transaction() as conn:
            await outbox.drop(conn, lane.workspace_id, row.outbox_id)
            await self._drawing.lost(conn, lane.workspace_id, row, ts, anew=post_anew)

    # -- outcomes

    async def _may(self, lane: _Lane, *lanes: tuple[str, Rate]) -> timedelta | None:
        async with self._database.connection() as conn:
            for name, rate in lanes:
                wait = await pace.take(conn, lane.workspace_id, name, rate)
                if wait is None:
                    continue
                # At least a moment, so that nobody spins on rounding.
                wait = max(wait, timedelta(milliseconds=10))
                return wait if rate is _CHANNEL else self._turn(lane, name, rate, wait)
        return None

    def _turn(self, lane: _Lane, name: str, rate: Rate, wait: timedelta) -> timedelta:
        """Channels that wait for what a workspace may send do not all ask at the same moment."""
        turns = self._turns.get((lane.workspace_id, name, rate))
        if turns is None:
            turns = self._turns[lane.workspace_id, name, rate] = Turns(rate.every.total_seconds())
        return timedelta(seconds=turns.later(lane.channel_id, wait.total_seconds()))

    async def _begin(self, lane: _Lane, row: Waiting) -> bool:
        async with self._database.connection() as conn:
            return await outbox.begin(conn, lane.workspace_id, lane.channel_id, lane.sender, row.outbox_id)

    async def _drop(self, lane: _Lane, row: Waiting) -> None:
        async with self._database.connection() as conn:
            await outbox.drop(conn, lane.workspace_id, row.outbox_id)

    async def _failed(
        self, lane: _Lane, row: Waiting, outcome: Failure, method: str, *, looking: bool = False
    ) -> timedelta:
        match outcome:
            case Limited():
                async with self._database.connection() as conn:
                    await pace.block(conn, lane.workspace_id, method, outcome.pause)
                    if not looking:
                        unknown = row.tried_at is not None
                        await outbox.postpone(
                            conn, lane.workspace_id, row.outbox_id, outcome.pause, unknown=unknown
                        )
                return outcome.pause
            case Transient() if in_vain(row, outcome):
                await self._refused(lane, row, Refused(error=f"{GAVE_UP}{outcome.why}", whole_channel=False))
                return timedelta(0)
            case Transient():
                delay = delay_after(row.attempts)
                unknown = looking or outcome.unknown or row.tried_at is not None
                async with self._database.connection() as conn:
                    await outbox.postpone(
                        conn,
                        lane.workspace_id,
                        row.outbox_id,
                        delay,
                        unknown=unknown,
                        counted=looking,
                        failed=not outcome.away,
                    )
                _log.info(
                    "sending is tried again", extra={"why": outcome.why, "seconds": delay.total_seconds()}
                )
                return delay
            case Refused():
                await self._refused(lane, row, outcome)
                return timedelta(0)

    async def _refused(self, lane: _Lane, row: Waiting, refused: Refused) -> None:
        """Recorded, and told to whom it matters."""
        _log.warning("Slack refused a message", extra={"error": refused.error, "kind": row.kind.value})
        async with self._database.transaction() as conn:
            if refused.whole_channel:
                owners = await outbox.fail_channel(conn, lane.workspace_id, lane.channel_id, refused.error)
            else:
                await outbox.fail(conn, lane.workspace_id, row.outbox_id, refused.error)
                owners = (row.owner_id,) if row.owner_id is not None else ()
                for told in self.turned_down:
                    await told(conn, lane.workspace_id, row, refused.error)
            await undelivered.tell(conn, lane.workspace_id, lane.channel_id, owners, refused.error)
        self._services.bell.ring()
        if refused.whole_channel:
            for hook in self.undelivered:
                await hook(self._services, lane.workspace_id, lane.channel_id, refused.error)


def _sendable(payload: dict[str, Any]) -> dict[str, Any]:
    """Without what only the sender may say, and what only the sender understands."""
    return {key: value for key, value in payload.items() if key not in _OURS}


def register_jobs(worker: Worker, services: Services) -> Delivering:
    delivering = Delivering(services, worker)
    worker.on(outbox.JOB, delivering.run, max_attempts=8)

    async def call_forgotten() -> None:
        async with services.database.connection() as conn:
            for workspace_id, channel_id in await outbox.waiting_channels(conn):
                await outbox.call_senders(conn, workspace_id, [channel_id])

    async def forget_old() -> None:
        async with services.database.connection() as conn:
            await outbox.forget_old(conn)
            await deliveries.forget_old(conn)

    worker.repeat("call senders", 5.0, call_forgotten)
    worker.every("forget sent messages", "17 * * * *", forget_old)
    return delivering
