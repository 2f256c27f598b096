"""What Slack's refusal paused goes on by itself when the bot can post there again; its owner is told."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import asyncpg

from db import jobs, listing, outbox, people, refusals, schedules, subscriptions
from db.access import Actor
from db.errors import LodgeError
from db.ids import ChannelId, PersonId, WorkspaceId
from db.outbox import Outgoing
from db.people import Person
from db.preferences import zone_of
from db.query import parse
from db.schedules import Schedule
from db.states import Role, Source
from db.subscriptions import Active, Subscription, SubscriptionId
from handlers.channels import can_post
from handlers.errors import NotInstalled
from handlers.jobs import Again, Job, Worker
from handlers.outcomes import Limited, Refused, failure
from handlers.schedules.timing import shared_now
from handlers.services import Services
from handlers.subscriptions.refusing import key_of_stop
from handlers.views import returning as view
from handlers.views.returning import Missed, Returned
from handlers.words import words

JOB: Final = "go on"
# What led to the refusal happened a little before it.
_BEFORE: Final = timedelta(minutes=5)
# A channel that Slack says is open and refuses all the same is not tried every hour.
_TRIED_AGAIN: Final = timedelta(days=1)
# Between the channels that are looked at: as conversations.info is allowed.
_APART: Final = outbox.PATIENCE


async def ask(conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId) -> None:
    """Something changed about the channel: what waits to go on there is looked at."""
    await jobs.enqueue(
        conn,
        JOB,
        outbox.address(workspace_id, channel_id),
        dedupe_key=_dedupe_key(workspace_id, channel_id),
    )


def _dedupe_key(workspace_id: WorkspaceId, channel_id: ChannelId) -> str:
    return f"{JOB}:{workspace_id}:{channel_id}"


class Resuming:
    """The job; one that is killed begins anew, and what went on already is not told again."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, job: Job) -> None:
        workspace_id, channel_id = outbox.addressed(job.payload)
        passing = refusals.passing(channel_id)
        async with self._services.database.connection() as conn:
            await jobs.open_dedupe(conn, job.id)
            stopped = await schedules.refused(conn, workspace_id, channel_id, passing)
            waiting = await subscriptions.refused(conn, workspace_id, channel_id, passing)
        if not (stopped or waiting) or not await self._can_post(workspace_id, channel_id):
            return
        missed = await self._missed(workspace_id, waiting)
        async with self._services.database.transaction() as conn:
            now = await shared_now(self._services, conn)
            ids = [each.subscription.subscription_id for each in waiting]
            on = await subscriptions.go_on(conn, workspace_id, ids, passing)
            due = [await schedules.go_on(conn, each, now) for each in stopped]
            returned = _owned(
                [each.subscription for each in waiting if each.subscription.subscription_id in on],
                [each for each in due if each is not None],
                missed,
            )
            await self._tell(conn, workspace_id, channel_id, returned)
        self._services.bell.ring()

    async def look_around(self) -> None:
        """An event may have been lost, or have come a moment before the refusal was noted."""
        async with self._services.database.connection() as conn:
            waiting = await refusals.channels(conn, _TRIED_AGAIN)
            await jobs.enqueue_many(
                conn,
                JOB,
                [outbox.address(*each) for each in waiting],
                [_dedupe_key(*each) for each in waiting],
                apart=_APART,
            )

    async def _can_post(self, workspace_id: WorkspaceId, channel_id: ChannelId) -> bool:
        """Raises Again, and whatever may be otherwise the next time."""
        try:
            client = await self._services.slack.client(workspace_id)
            if refusals.is_direct(channel_id):
                await client.auth_test()
            return await can_post(client, channel_id)
        except NotInstalled:
            return False
        except Exception as error:
            match failure(error):
                case Limited(pause=pause):
                    raise Again(pause) from error
                case Refused():
                    return False
                case _:
                    raise

    # -- telling

    async def _missed(
        self, workspace_id: WorkspaceId, waiting: Sequence[Active]
    ) -> Mapping[SubscriptionId, Missed]:
        """How much happened to what each of them finds. Where that cannot be told, it is left out."""
        missed: dict[SubscriptionId, Missed] = {}
        for each in waiting:
            # Nothing that it takes too long to count is worth waiting for.
            with contextlib.suppress(LodgeError):
                async with self._services.database.connection() as conn:
                    counted = await self._count(conn, workspace_id, each)
                if counted is not None:
                    missed[each.subscription.subscription_id] = counted
        return missed

    async def _count(
        self, conn: asyncpg.Connection, workspace_id: WorkspaceId, waiting: Active
    ) -> Missed | None:
        key = key_of_stop(waiting.subscription)
        stopped_at = (await refusals.said_at(conn, workspace_id, [key])).get(key)
        owner = (await _people(conn, workspace_id, [waiting.subscription.owner_id])).get(
            waiting.subscription.owner_id
        )
        if stopped_at is None or owner is None:
            return None
        day = (stopped_at - _BEFORE).astimezone(zone_of(owner.timezone)).date()
        query = f"{waiting.subscription.query} updated:>={day}".strip()
        count = await listing.count(conn, waiting.reader, parse(query), now=self._services.clock())
        return Missed(since=day, count=count, query=query)

    async def _tell(
        self,
        conn: asyncpg.Connection,
        workspace_id: WorkspaceId,
        channel_id: ChannelId,
        returned: Mapping[PersonId, Returned],
    ) -> None:
        messages = [
            Outgoing(
                channel_id=ChannelId(str(owner.slack_user_id)),
                payload=view.returned(channel_id, returned[owner.person_id], words(owner.locale)),
                coalesce_key=refusals.key_of_return(channel_id),
            )
            for owner in (await _people(conn, workspace_id, sorted(returned))).values()
            if owner.active and owner.slack_user_id is not None
        ]
        await outbox.put(conn, workspace_id, messages)


def _owned(
    following: Sequence[Subscription],
    due: Sequence[Schedule],
    missed: Mapping[SubscriptionId, Missed],
) -> dict[PersonId, Returned]:
    """By owner: each is told once, of everything that is theirs."""
    owned: dict[PersonId, Returned] = defaultdict(Returned)
    for each in following:
        owned[each.owner_id].subscriptions.append((each, missed.get(each.subscription_id)))
    for schedule in due:
        owned[schedule.owner_id].schedules.append(schedule)
    return owned


async def _people(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, ids: Sequence[PersonId]
) -> Mapping[PersonId, Person]:
    system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    return await people.get_many(conn, system, list(ids)) if ids else {}


def register_jobs(worker: Worker, services: Services) -> None:
    resuming = Resuming(services)
    worker.on(JOB, resuming.run)
    worker.every("look where something waits to go on", "23 * * * *", resuming.look_around)
