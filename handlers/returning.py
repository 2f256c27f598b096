"""A channel where the bot can post again: what it said there is brought up to date, and what was paused goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

from db import jobs, outbox, stale
from db.ids import ChannelId, MessageTs, WorkspaceId
from handlers import resuming
from handlers.commands import Commands
from handlers.drawing import refreshing
from handlers.installing import Installation
from handlers.jobs import Job, Worker
from handlers.services import Services

JOB: Final = "catch up"
# Messages that are put at a time.
_AT_ONCE: Final = 500


class Returning:
    """Meanwhile Slack refused every change: it is made up for, and not only when the issue changes next."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def unarchived(self, event: dict[str, Any], context: dict[str, Any]) -> None:
        await self._ask(event, context.get("installation"))

    async def joined(self, event: dict[str, Any], context: dict[str, Any]) -> None:
        """Slack tells of everybody who joins a channel; the bot's own coming is what matters."""
        installation: Installation | None = context.get("installation")
        if installation is not None and event["user"] == installation.bot_user_id:
            await self._ask(event, installation)

    async def _ask(self, event: Mapping[str, Any], installation: Installation | None) -> None:
        if installation is None:
            return
        workspace_id, channel_id = installation.workspace_id, ChannelId(event["channel"])
        async with self._services.database.transaction() as conn:
            await jobs.enqueue(
                conn,
                JOB,
                outbox.address(workspace_id, channel_id),
                dedupe_key=f"{JOB}:{workspace_id}:{channel_id}",
            )
            await resuming.ask(conn, workspace_id, channel_id)
        self._services.bell.ring()


class CatchingUp:
    """The job; a killed one begins anew, which wishes for nothing twice."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, job: Job) -> None:
        workspace_id, channel_id = outbox.addressed(job.payload)
        async with self._services.database.connection() as conn:
            # Should the bot be let in only now, that is a reason to begin once more.
            await jobs.open_dedupe(conn, job.id)
        before, more = None, True
        while more:
            before, more = await self._put(workspace_id, channel_id, before)

    async def _put(
        self, workspace_id: WorkspaceId, channel_id: ChannelId, before: MessageTs | None
    ) -> tuple[MessageTs | None, bool]:
        """Returns how far it has come, and whether there is more."""
        async with self._services.database.transaction() as conn:
            found = await stale.in_channel(conn, workspace_id, channel_id, limit=_AT_ONCE, before=before)
            wishes = [
                refreshing(
                    channel_id, each.message_ts, each.issue_id, comment_id=each.comment_id, patient=True
                )
                for each in found
            ]
            await outbox.put(conn, workspace_id, wishes)
        if found:
            self._services.bell.ring()
        return (found[-1].message_ts if found else before), len(found) == _AT_ONCE


def register(app: AsyncApp, _: Commands, services: Services) -> None:
    returning = Returning(services)
    app.event("channel_unarchive")(returning.unarchived)
    # Of private channels.
    app.event("group_unarchive")(returning.unarchived)
    app.event("member_joined_channel")(returning.joined)


def register_jobs(worker: Worker, services: Services) -> None:
    worker.on(JOB, CatchingUp(services).run)
