"""Events whose listeners take longer than Slack waits: kept until they are through, in case this process dies.

Slack is told that such an event arrived, and never tells of it again. So before that it is put into the queue, for a
moment that is moved on again and again while the listener is at work. When nobody moves it on any more, whoever works
takes it up: listeners change nothing twice.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import asyncpg
from slack_bolt.response import BoltResponse

from db import deliveries, jobs
from db.errors import LodgeError
from handlers import reference
from handlers.jobs import Job, Worker
from handlers.services import Services

_log = logging.getLogger(__name__)

JOB: Final = "event"
# By whoever takes it up: over some eight minutes, which is longer than Slack itself goes on.
TRIES: Final = 10
# Without a sign of life from whoever is at it, it is taken up after so long.
ABANDONED: Final = timedelta(seconds=20)
# Seconds between those signs.
_BEAT: Final = 5.0
_PURPOSE: Final = "event"

Body = dict[str, Any]
# What a listener's failure is to be answered with; None where it did not fail.
AtWork = asyncio.Task[BoltResponse | None]
Dispatch = Callable[[Body], Awaitable[BoltResponse]]
Lost = Callable[[Mapping[str, Any]], Awaitable[None]]


class Failing(LodgeError):
    """A listener failed at an event that was acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """`delivery`: workspace and key under which it is known that it was delivered."""

    delivery: tuple[str, str]
    body: Body
    at_work: AtWork

    @property
    def job_key(self) -> str:
        return _job_key(*self.delivery)


class Unfinished:
    """`dispatch` hands an event to its listeners and waits for them; `lost` hears of one that is given up."""

    def __init__(self, services: Services, dispatch: Dispatch, *, lost: Lost | None = None) -> None:
        self._services = services
        self._database = services.database
        self._dispatch = dispatch
        self._lost = lost
        self._here: dict[str, AtWork] = {}

    async def keep(self, delivery: tuple[str, str], body: Body, at_work: AtWork) -> None:
        """From now on it is done, whatever happens to this process. Raises Busy, Unavailable: it is not kept."""
        event = _Event(delivery=delivery, body=body, at_work=at_work)
        kept = False
        try:
            await self._put(event)
            kept = True
        finally:
            # Slack tells of it again where it is not; until then its listener is at work all the same.
            self._services.background.start(self._follow(event, kept=kept), name="unfinished event")

    async def _put(self, event: _Event) -> None:
        sealed = self._services.vault.seal(_PURPOSE, json.dumps(event.body))
        payload = _payload(reference.current(), sealed, tries=0)
        async with self._database.transaction() as conn:
            await jobs.enqueue(conn, JOB, payload, dedupe_key=event.job_key, delay=ABANDONED)
            await deliveries.finish(conn, *event.delivery)

    async def _follow(self, event: _Event, *, kept: bool) -> None:
        self._here[event.job_key] = event.at_work
        try:
            while not event.at_work.done():
                await asyncio.wait({event.at_work}, timeout=_BEAT)
                if not event.at_work.done():
                    kept = await self._beat(event, kept=kept)
            await self._settle(event, kept=kept)
        except asyncio.CancelledError:
            await self._hand_back(event, kept=kept)
            raise
        except (LodgeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # It is taken up once more, by the queue or when Slack tells of it again.
            _log.warning("an event is handled again", extra={"error": type(error).__name__})
        finally:
            self._here.pop(event.job_key, None)

    async def _hand_back(self, event: _Event, *, kept: bool) -> None:
        """The process stops, and nothing more becomes of it here: it need not be missed before it is taken up."""
        if not event.at_work.cancelling():
            event.at_work.cancel()
        await asyncio.wait({event.at_work})
        try:
            if event.at_work.cancelled():
                await self._let_go(event, kept=kept)
            else:
                await self._settle(event, kept=kept)
        except (LodgeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("a slow event is not handed back", extra={"error": type(error).__name__})

    async def _beat(self, event: _Event, *, kept: bool) -> bool:
        """Whether it is kept by now."""
        try:
            if not kept:
                await self._put(event)
            else:
                async with self._database.connection() as conn:
                    await jobs.put_off(conn, event.job_key, ABANDONED)
        except (LodgeError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("a slow event has no sign of life", extra={"error": type(error).__name__})
            return kept
        return True

    async def _settle(self, event: _Event, *, kept: bool) -> None:
        if event.at_work.cancelled() or _is_failure(event.at_work.result()):
            await self._let_go(event, kept=kept)
            self._services.bell.ring()
            return
        async with self._database.connection() as conn:
            await jobs.withdraw(conn, event.job_key)
            await deliveries.finish(conn, *event.delivery)

    async def _let_go(self, event: _Event, *, kept: bool) -> None:
        """Whoever works next takes it up, or Slack tells of it again."""
        async with self._database.connection() as conn:
            if kept:
                await jobs.hasten(conn, [event.job_key])
            else:
                await deliveries.give_back(conn, *event.delivery)

    # -- taking up

    async def run(self, job: Job) -> None:
        """Where nobody is at it any more. Raises Failing, and is tried again."""
        kept = json.loads(job.payload)
        reference.begin(kept["reference"])
        body: Body = json.loads(self._services.vault.unseal(_PURPOSE, kept["sealed"].encode()))
        if await self._is_done_here(body):
            return
        tries = kept["tries"] + 1
        if tries > TRIES:
            # It has not failed: whoever is at it dies.
            await self._give_up(body)
            return
        async with self._database.connection() as conn:
            await jobs.note(conn, job.id, _payload(kept["reference"], kept["sealed"].encode(), tries=tries))
        if not _is_failure(await self._dispatch(body)):
            return
        if tries < TRIES:
            raise Failing
        await self._give_up(body)

    async def _is_done_here(self, body: Body) -> bool:
        """It may have been the signs of life that did not get through, and not that there was none."""
        at_work = self._here.get(_job_key(*delivery_of(body)))
        if at_work is None:
            return False
        await asyncio.wait({at_work})
        return not (at_work.cancelled() or _is_failure(at_work.result()))

    async def _give_up(self, body: Body) -> None:
        _log.error(
            "an event was given up", extra={"event": body.get("event", {}).get("type"), "tries": TRIES}
        )
        if self._lost is not None:
            await self._lost(body)

    def register_jobs(self, worker: Worker) -> None:
        worker.on(JOB, self.run, max_attempts=2 * TRIES)


def delivery_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """The workspace, and the key of this delivery there."""
    return str(body.get("team_id") or body.get("enterprise_id") or ""), str(body["event_id"])


def _job_key(workspace_id: str, delivery_key: str) -> str:
    return f"{JOB}:{workspace_id}:{delivery_key}"


def _payload(said: str, sealed: bytes, *, tries: int) -> bytes:
    """People's words, and tokens of workflows, are nobody's who has only the database."""
    return json.dumps({"reference": said, "sealed": sealed.decode(), "tries": tries}).encode()


def _is_failure(answer: BoltResponse | None) -> bool:
    return answer is not None and answer.status >= 500
