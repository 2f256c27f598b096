"""When the app is taken out of a workspace: nothing more is sent, and after a while its data goes."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import asyncpg
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from db import installations
from db.ids import WorkspaceId
from handlers.commands import Commands
from handlers.jobs import Worker
from handlers.services import Services
from handlers.vault import Vault, renew

_log = logging.getLogger(__name__)

# How long the data of a workspace without the app is kept: installed again by then, all is as it was.
KEPT: Final = timedelta(days=30)
# Slack's clock and ours may differ; its times are whole seconds.
_SKEW: Final = timedelta(seconds=2)
# In one night; there is another one tomorrow.
_TRIES: Final = 5


class Uninstalling:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def uninstalled(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await self._disable(body, context)

    async def tokens_revoked(self, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """People's own tokens are none of ours."""
        if body["event"].get("tokens", {}).get("bot"):
            await self._disable(body, context)

    async def _disable(self, body: Mapping[str, Any], context: AsyncBoltContext) -> None:
        team_id = context.enterprise_id if context.is_enterprise_install else context.team_id
        if team_id is None:
            return
        workspace_id = WorkspaceId(team_id)
        # Delivered late, it must not end an installation made since.
        as_of = datetime.fromtimestamp(float(body.get("event_time") or 0), UTC) + _SKEW
        async with self._services.database.transaction() as conn:
            gone = await installations.disable(conn, workspace_id, as_of)
        self._services.slack.forget(workspace_id)
        self._services.tokens.forget_workspace(workspace_id)
        self._services.directory.forget_workspace(workspace_id)
        if gone:
            _log.info("uninstalled", extra={"workspace": workspace_id})


def register(app: AsyncApp, _: Commands, services: Services) -> None:
    leaving = Uninstalling(services)
    app.event("app_uninstalled")(leaving.uninstalled)
    app.event("tokens_revoked")(leaving.tokens_revoked)


async def remove_the_gone(services: Services) -> None:
    """Each in a transaction of its own: one that is large does not keep the others."""
    before = services.clock() - KEPT
    async with services.database.connection() as conn:
        gone = await installations.gone_since(conn, before)
        await installations.forget_states(conn, services.clock())
    for workspace_id in gone:
        if await _removed(services, workspace_id, before):
            services.directory.forget_workspace(workspace_id)
            _log.info("a workspace's data is deleted", extra={"workspace": workspace_id})


async def _removed(services: Services, workspace_id: WorkspaceId, before: datetime) -> bool:
    """A job that still works on the workspace may stand in the way; it is through in a moment."""
    for _ in range(_TRIES):
        try:
            async with services.database.transaction() as conn:
                return await installations.remove_workspace(conn, workspace_id, before)
        except asyncpg.DeadlockDetectedError:
            _log.info("removing a workspace is tried again", extra={"workspace": workspace_id})
    return False


async def renew_seals(services: Services, vault: Vault) -> int:
    """Seals every token by the newest key, so that the older keys can be dropped. Returns how many were not."""
    async with services.database.connection() as conn:

        async def keep(workspace_id: str, old: bytes, new: bytes) -> None:
            await installations.reseal(conn, WorkspaceId(workspace_id), old, new)

        return await renew(vault, await installations.every_sealed(conn), keep)


def register_jobs(worker: Worker, services: Services) -> None:
    async def remove() -> None:
        await remove_the_gone(services)

    async def renew_all() -> None:
        await renew_seals(services, services.vault)

    worker.every("remove uninstalled workspaces", "41 2 * * *", remove)
    worker.every("renew seals", "11 2 * * *", renew_all)
