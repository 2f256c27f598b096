"""Tells channels of issues that come to match as time passes: nothing happens to them that would be announced."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import asyncpg

from db import jobs, outbox, ripening, subscriptions
from db.announcements import Batch
from db.ids import IssueId, WorkspaceId
from db.query import Query, QueryError, parse
from db.subscriptions import Active, News
from handlers.jobs import Job, Worker
from handlers.services import Services
from handlers.subscriptions.following import MOST, Following, Touched, messages_of, summary_of

JOB: Final = "ripen"
# What ripened while no process ran is told all the same, as long as it is news.
_BACK: Final = timedelta(hours=25)


class Ripening:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._following = Following(services)

    async def call(self) -> None:
        """Each hour, for it is midnight somewhere."""
        async with self._services.database.connection() as conn:
            dated = await ripening.dated(conn)
            await jobs.enqueue_many(
                conn, JOB, [each.encode() for each in dated], [f"{JOB}:{each}" for each in dated]
            )

    async def run(self, job: Job) -> None:
        workspace_id = WorkspaceId(job.payload.decode())
        async with self._services.database.connection() as conn:
            following = await subscriptions.active(conn, workspace_id)
        for each in following:
            if News.MATCHES in each.subscription.news:
                # A label or person it names may be gone: the next change to an issue pauses it then.
                with contextlib.suppress(QueryError):
                    await self._tell(workspace_id, each, parse(each.subscription.query))
        self._services.bell.ring()

    async def _tell(self, workspace_id: WorkspaceId, following: Active, query: Query) -> None:
        if not ripening.ripens(query):
            return
        subscription, now = following.subscription, self._services.clock()
        since = max(now - _BACK, subscription.created_at)
        async with self._services.database.transaction() as conn:
            ripe = await ripening.ripened(conn, following.reader, query, since, now)
            if not ripe:
                return
            await outbox.line_up(conn, workspace_id)
            ids = [subscription.subscription_id] * len(ripe)
            fresh = await subscriptions.announce(conn, workspace_id, ids, ripe)
            new = [issue_id for issue_id in ripe if (subscription.subscription_id, issue_id) in fresh]
            if new:
                await self._announce(conn, workspace_id, following, new)

    async def _announce(
        self,
        conn: asyncpg.Connection,
        workspace_id: WorkspaceId,
        following: Active,
        new: Sequence[IssueId],
    ) -> None:
        """By their cards; those that have one in the channel, or are too many, by name."""
        subscription = following.subscription
        nothing = Batch(workspace_id=workspace_id, changes=(), events=(), waited=timedelta(0))
        touched = {issue_id: Touched() for issue_id in new}
        scene = await self._following.scene(conn, nothing, touched, [following], set(new))
        there = [issue_id for issue_id in new if (subscription.channel_id, issue_id) in scene.shown]
        named = new if len(new) > MOST else there
        messages = [] if named is new else messages_of(subscription, new, [], scene)
        if named:
            messages.append(summary_of("subscription-many-new", subscription, named, scene))
        await outbox.put(conn, workspace_id, messages)


def register_jobs(worker: Worker, services: Services) -> None:
    ripe = Ripening(services)
    worker.on(JOB, ripe.run)
    worker.every("call for what ripened", "4 * * * *", ripe.call)
