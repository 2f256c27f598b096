"""`GET /slack/install` and `GET /slack/oauth_redirect`: installation in any number of workspaces.

Bolt leads through the flow; what it stores goes to the database, and what it says is said in the
browser's language.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import aiohttp
from aiohttp import web
from slack_bolt.oauth.async_callback_options import AsyncCallbackOptions, AsyncFailureArgs, AsyncSuccessArgs
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackClientError
from slack_sdk.oauth.installation_store import Installation as SlackInstallation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore

from bot.installations import StoredInstallations
from bot.rotating import InstallingClient, refresh_purpose, token_purpose
from bot.settings import Settings
from db import installations
from db.errors import Busy, Unavailable
from db.ids import SlackUserId, WorkspaceId
from db.pool import Database
from handlers.requesting import Directory
from handlers.services import Services
from handlers.vault import Vault
from handlers.views import pages
from handlers.words import Words, words_accepted

_log = logging.getLogger(__name__)

# The same as in manifest.yml; a test compares them.
SCOPES: Final = (
    "app_mentions:read",
    "channels:history",
    "channels:read",
    "chat:write",
    "commands",
    "files:read",
    "files:write",
    "groups:history",
    "groups:read",
    "im:history",
    "im:write",
    "links:read",
    "links:write",
    "reactions:read",
    "users:read",
    "users:read.email",
)
# What a person may take to decide on Slack's page.
STATE_LASTS: Final = timedelta(minutes=10)


class States(AsyncOAuthStateStore):
    """Used once, in time. Bolt ties a state to the browser by its cookie; only its digest is kept."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    @property
    def logger(self) -> logging.Logger:
        return _log

    async def async_issue(self, *_: object, **__: object) -> str:
        state = secrets.token_urlsafe(32)
        async with self._database.connection() as conn:
            await installations.put_state(conn, _digest(state), self._clock() + STATE_LASTS)
        return state

    async def async_consume(self, state: str) -> bool:
        async with self._database.connection() as conn:
            return await installations.take_state(conn, _digest(state), self._clock())


def _digest(state: str) -> bytes:
    return hashlib.sha256(state.encode()).digest()


class Store(AsyncInstallationStore):
    """What Bolt hands over after an installation; requests find it through StoredInstallations."""

    def __init__(
        self, database: Database, vault: Vault, found: StoredInstallations, directory: Directory
    ) -> None:
        self._database = database
        self._vault = vault
        self._found = found
        self._directory = directory

    @property
    def logger(self) -> logging.Logger:
        return _log

    async def async_save(self, installation: SlackInstallation) -> None:
        """An org-wide install is one workspace: the organisation."""
        org_wide = bool(installation.is_enterprise_install)
        workspace_id = WorkspaceId((installation.enterprise_id if org_wide else installation.team_id) or "")
        name = (installation.enterprise_name if org_wide else installation.team_name) or ""
        refresh, lasts = installation.bot_refresh_token, installation.bot_token_expires_at
        async with self._database.transaction() as conn:
            await installations.save(
                conn,
                workspace_id,
                name,
                sealed_token=self._vault.seal(token_purpose(workspace_id), installation.bot_token or ""),
                bot_user_id=SlackUserId(installation.bot_user_id or ""),
                bot_id=installation.bot_id,
                enterprise_id=installation.enterprise_id,
                scopes=list(installation.bot_scopes or ()),
                installer_id=installation.user_id,
                sealed_refresh=self._vault.seal(refresh_purpose(workspace_id), refresh) if refresh else None,
                expires_at=datetime.fromtimestamp(lasts, UTC) if refresh and lasts else None,
            )
        self._found.forget(workspace_id)
        self._directory.forget_workspace(workspace_id)
        _log.info("installed", extra={"workspace": workspace_id, "org_wide": org_wide})


class Pages:
    """What the browser shows at the end."""

    async def success(self, args: AsyncSuccessArgs) -> BoltResponse:
        team = args.installation.team_id or args.installation.enterprise_id or ""
        name = args.installation.team_name or args.installation.enterprise_name or team
        link = f"https://app.slack.com/client/{team}"
        return _page(200, pages.installed(_spoken(args.request), name=name, link=link), args.settings)

    async def failure(self, args: AsyncFailureArgs) -> BoltResponse:
        _log.warning("not installed", extra={"reason": args.reason})
        return _page(
            args.suggested_status_code, pages.not_installed(_spoken(args.request), args.reason), args.settings
        )


def _page(status: int, html: str, settings: AsyncOAuthSettings) -> BoltResponse:
    headers: dict[str, str | Sequence[str]] = {
        "Content-Type": "text/html; charset=utf-8",
        "Set-Cookie": settings.state_utils.build_set_cookie_for_deletion(),
    }
    return BoltResponse(status=status, body=html, headers=headers)


def _spoken(request: AsyncBoltRequest) -> Words:
    return words_accepted(",".join(request.headers.get("accept-language", ())))


def create_install(
    settings: Settings,
    services: Services,
    vault: Vault,
    found: StoredInstallations,
    session: aiohttp.ClientSession,
) -> web.Application:
    """To be mounted at /slack. The settings have the OAuth variables."""
    said = Pages()
    options = AsyncOAuthSettings(
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret,
        scopes=SCOPES,
        user_scopes=[],
        redirect_uri=f"{settings.public_url}/slack/oauth_redirect" if settings.public_url else None,
        authorization_url=settings.slack_api_url.removesuffix("api/") + "oauth/v2/authorize",
        # Slack's own page says what is asked for; one before it would say it twice.
        install_page_rendering_enabled=False,
        installation_store=Store(services.database, vault, found, services.directory),
        installation_store_bot_only=True,
        state_store=States(services.database, services.clock),
        state_expiration_seconds=int(STATE_LASTS.total_seconds()),
        callback_options=AsyncCallbackOptions(success=said.success, failure=said.failure),
        logger=_log,
    )
    client = InstallingClient(base_url=settings.slack_api_url, session=session, timeout=10)
    flow = AsyncOAuthFlow(client=client, logger=_log, settings=options)
    app = web.Application()
    app.router.add_get("/install", _answering(flow.handle_installation))
    app.router.add_get("/oauth_redirect", _answering(flow.handle_callback))
    return app


def _answering(handle: Callable[[AsyncBoltRequest], Any]) -> Callable[[web.Request], Any]:
    async def answer(request: web.Request) -> web.Response:
        asked = AsyncBoltRequest(body="", query=request.query_string, headers=dict(request.headers))
        try:
            return _response(await handle(asked))
        except (Busy, Unavailable):
            return _away(asked, 503, "database")
        except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.warning("Slack does not answer an installation", extra={"error": type(error).__name__})
            return _away(asked, 502, "slack")

    return answer


def _away(asked: AsyncBoltRequest, status: int, reason: str) -> web.Response:
    html = pages.not_installed(_spoken(asked), reason)
    return web.Response(status=status, text=html, content_type="text/html", headers={"Retry-After": "10"})


def _response(answer: BoltResponse) -> web.Response:
    response = web.Response(status=answer.status, body=(answer.body or "").encode())
    for name, values in answer.headers.items():
        for value in values:
            if name == "content-type":
                response.headers[name] = value
            else:
                response.headers.add(name, value)
    response.headers["Cache-Control"] = "no-store"
    return response
