"""Tokens that end: where the app rotates them, each is renewed before its end, once across replicas."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.clients import TimelyClient, refusal
from db import installations
from db.ids import WorkspaceId
from db.installations import KeptInstallation
from db.pool import Database
from handlers.vault import Sealed, Vault

_log = logging.getLogger(__name__)

# Slack's tokens last twelve hours. The old one stays good until its end, whoever still holds it.
AHEAD: Final = timedelta(hours=2)
# What a call that begins now may take.
_TOO_LATE: Final = timedelta(minutes=1)


class InstallingClient(TimelyClient):
    """Sends the client's secret in the body, as Slack also takes it: the SDK uses an aiohttp class that goes away."""

    async def oauth_v2_access(self, *, client_id: str, client_secret: str, **options: Any) -> Any:
        data = {"client_id": client_id, "client_secret": client_secret, **options}
        return await self.api_call(
            "oauth.v2.access", data={key: value for key, value in data.items() if value is not None}
        )


class Rotation:
    """`renewed` while a request waits, for a token that has ended; `renew_due` now and then, long before."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        client: InstallingClient,
        clock: Callable[[], datetime],
        *,
        client_id: str,
        client_secret: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._client = client
        self._clock = clock
        self._secrets = {"client_id": client_id, "client_secret": client_secret}

    def over(self, kept: KeptInstallation) -> bool:
        return kept.expires_at is not None and kept.expires_at - self._clock() < _TOO_LATE

    async def renewed(
        self, workspace_id: WorkspaceId, margin: timedelta = _TOO_LATE
    ) -> KeptInstallation | None:
        """The installation with a token that lasts longer than `margin`, as far as Slack gives one.

        The row is held meanwhile: another replica waits, and finds it done. Raises Busy, Unavailable.
        """
        async with self._database.transaction() as conn:
            kept = await installations.hold(conn, workspace_id)
            if kept is None or kept.sealed_refresh is None or kept.expires_at is None:
                return kept
            if kept.expires_at - self._clock() >= margin:
                return kept
            answer = await self._ask(kept, kept.sealed_refresh)
            if answer is not None:
                await installations.renew(
                    conn,
                    workspace_id,
                    sealed_token=self._vault.seal(token_purpose(workspace_id), answer["access_token"]),
                    sealed_refresh=self._vault.seal(refresh_purpose(workspace_id), answer["refresh_token"]),
                    expires_at=self._clock() + timedelta(seconds=int(answer["expires_in"])),
                )
                _log.info("a token is renewed", extra={"workspace": workspace_id})
            return await installations.find(conn, workspace_id)

    async def renew_due(self) -> None:
        async with self._database.connection() as conn:
            due = await installations.ending(conn, self._clock() + AHEAD)
        for workspace_id in due:
            await self.renewed(workspace_id, AHEAD)

    async def _ask(self, kept: KeptInstallation, sealed_refresh: bytes) -> Any:
        """Slack's answer; None when there is none, or none that helps. What is kept stays as it is then."""
        where = {"workspace": kept.workspace_id}
        try:
            refresh = self._vault.unseal(refresh_purpose(kept.workspace_id), sealed_refresh)
            return await self._client.oauth_v2_access(
                **self._secrets, grant_type="refresh_token", refresh_token=refresh
            )
        except Sealed as error:
            _log.error("a refresh token cannot be opened", extra=where | {"error": str(error)})
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            code = refusal(error) if isinstance(error, SlackApiError) else None
            if code is None:
                _log.warning("a token is not renewed yet", extra=where | {"error": type(error).__name__})
            else:
                told = "Slack does not renew a token: the app must be installed again"
                _log.error(told, extra=where | {"error": code})
        return None


def token_purpose(workspace_id: WorkspaceId) -> str:
    """What a workspace's token is sealed for."""
    return f"bot token of {workspace_id}"


def refresh_purpose(workspace_id: WorkspaceId) -> str:
    return f"refresh token of {workspace_id}"
