"""The installations that OAuth brought, out of the database, kept in memory for a moment."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from bot.rotating import Rotation, token_purpose
from db import installations
from db.ids import WorkspaceId
from db.pool import Database
from handlers.installing import Installation
from handlers.vault import Sealed, Vault

_log = logging.getLogger(__name__)

# Seconds. An app that is removed is forgotten at once where the news arrives, and after this by other replicas.
KEEP = 10.0
_MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class _Held:
    installation: Installation | None
    until: float


class StoredInstallations:
    """`find` asks the database now and then only; it is called with every request."""

    def __init__(
        self, database: Database, vault: Vault, *, keep: float = KEEP, rotation: Rotation | None = None
    ) -> None:
        self._database = database
        self._vault = vault
        self.rotation = rotation
        self._keep = keep
        self._held: dict[WorkspaceId, _Held] = {}

    def known(self, *, team_id: str | None, enterprise_id: str | None) -> Installation | None:
        for candidate in (team_id, enterprise_id):
            if candidate is not None:
                held = self._fresh(WorkspaceId(candidate))
                if held is None:
                    return None
                if held.installation is not None:
                    return held.installation
        return None

    async def find(self, *, team_id: str | None, enterprise_id: str | None) -> Installation | None:
        """The team's own installation before that of its organisation. Raises Busy, Unavailable."""
        for candidate in (team_id, enterprise_id):
            if candidate is not None:
                found = await self._find(WorkspaceId(candidate))
                if found is not None:
                    return found
        return None

    def forget(self, workspace_id: WorkspaceId) -> None:
        self._held.pop(workspace_id, None)

    def _fresh(self, workspace_id: WorkspaceId) -> _Held | None:
        held = self._held.get(workspace_id)
        return held if held is not None and held.until > time.monotonic() else None

    async def _find(self, workspace_id: WorkspaceId) -> Installation | None:
        if (held := self._fresh(workspace_id)) is not None:
            return held.installation
        now = time.monotonic()
        async with self._database.connection() as conn:
            kept = await installations.find(conn, workspace_id)
        if kept is not None and self.rotation is not None and self.rotation.over(kept):
            # No process was there to renew it in time.
            kept = await self.rotation.renewed(workspace_id)
        found = None if kept is None else self._opened(kept)
        while len(self._held) >= _MOST_KEPT:
            del self._held[next(iter(self._held))]
        self._held[workspace_id] = _Held(found, now + self._keep)
        return found

    def _opened(self, kept: installations.KeptInstallation) -> Installation | None:
        try:
            token = self._vault.unseal(token_purpose(kept.workspace_id), kept.sealed_token)
        except Sealed as error:
            # Without its token the app is as good as not installed: installing it again mends it.
            _log.error(
                "a token cannot be opened", extra={"workspace": kept.workspace_id, "error": str(error)}
            )
            return None
        return Installation(
            workspace_id=kept.workspace_id,
            name=kept.name,
            bot_token=token,
            bot_user_id=kept.bot_user_id,
            bot_id=kept.bot_id,
            enterprise_id=kept.enterprise_id,
        )
