"""Web API clients: one a workspace, all on one HTTP session."""

from __future__ import annotations

import logging
import time
from typing import Any, Protocol

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from db.ids import WorkspaceId
from handlers.errors import NotInstalled
from handlers.installing import Installation, Installations

# Seconds. The sender relies on it: a call that has not answered by then is over when it tries again.
CALL_TIMEOUT = 10

# Seconds that an answer of auth.test serves for readiness.
CHECK_EVERY = 30.0
_MOST_MADE = 20_000

_log = logging.getLogger(__name__)


def refusal(error: SlackApiError) -> str | None:
    """The code by which Slack says no; None when it did not answer as Slack does, and may answer better later."""
    code = error.response.get("error")
    return None if code in (None, "ratelimited", "internal_error", "service_unavailable") else str(code)


class Observer(Protocol):
    """Told of every call, for the metrics."""

    def __call__(self, method: str, outcome: str) -> None: ...


class TimelyClient(AsyncWebClient):
    """Keeps to its timeout on a session that others use too: the SDK leaves it to the session then.

    What something on the way answers in Slack's place is an answer without a word: SlackApiError has a response then
    that can be asked for its error, which is None.
    """

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        timely = req_args | {"timeout": aiohttp.ClientTimeout(total=self.timeout)}
        try:
            answer = await super()._request(http_verb=http_verb, api_url=api_url, req_args=timely)
        except SlackApiError as error:
            # Of JSON that breaks off the SDK gives what aiohttp has.
            return {"data": {}, "headers": error.response.headers, "status_code": error.response.status}
        return answer if _by_slack(answer["data"]) else answer | {"data": {}}


def _by_slack(data: object) -> bool:
    return isinstance(data, dict) and "ok" in data and isinstance(data.get("error", ""), str)


class ObservedClient(TimelyClient):
    """Reports each call's method and outcome."""

    observer: Observer | None = None

    async def api_call(self, api_method: str, **options: object) -> object:  # type: ignore[override]  # the keywords are passed on as they come
        outcome = "no answer"
        try:
            response = await super().api_call(api_method, **options)  # type: ignore[arg-type]
        except SlackApiError as error:
            outcome = error.response.get("error") or f"status {error.response.status_code}"
            raise
        else:
            outcome = "ok"
            return response
        finally:
            if self.observer is not None:
                self.observer(api_method, outcome)


class Clients:
    """`client` waits out short rate limits; `sender` leaves every failure to its caller."""

    def __init__(
        self,
        installations: Installations,
        session: aiohttp.ClientSession,
        *,
        api_url: str,
        observer: Observer | None = None,
    ) -> None:
        self._installations = installations
        self._session = session
        self._api_url = api_url
        self._observer = observer
        self._made: dict[tuple[str, bool], AsyncWebClient] = {}

    async def client(self, workspace_id: WorkspaceId) -> AsyncWebClient:
        return self.of(await self._installation(workspace_id))

    async def sender(self, workspace_id: WorkspaceId) -> AsyncWebClient:
        return self.of(await self._installation(workspace_id), patient=False)

    def forget(self, workspace_id: WorkspaceId) -> None:
        self._installations.forget(workspace_id)

    def of(self, installation: Installation, *, patient: bool = True) -> AsyncWebClient:
        key = (installation.bot_token, patient)
        made = self._made.get(key)
        if made is None:
            if len(self._made) >= _MOST_MADE:
                # Tokens that were renewed leave theirs behind.
                self._made.clear()
            made = self._made[key] = self.with_token(installation.bot_token, patient=patient)
        return made

    def with_token(self, token: str | None, *, patient: bool = True) -> AsyncWebClient:
        handlers: list[AsyncRetryHandler] = []
        if patient:
            handlers = [
                AsyncConnectionErrorRetryHandler(max_retry_count=1),
                AsyncRateLimitErrorRetryHandler(max_retry_count=2),
                AsyncServerErrorRetryHandler(max_retry_count=2),
            ]
        client = ObservedClient(
            token=token,
            base_url=self._api_url,
            timeout=CALL_TIMEOUT,
            session=self._session,
            retry_handlers=handlers,
        )
        client.observer = self._observer
        return client

    async def _installation(self, workspace_id: WorkspaceId) -> Installation:
        organisation = workspace_id.startswith("E")
        found = await self._installations.find(
            team_id=None if organisation else workspace_id,
            enterprise_id=workspace_id if organisation else None,
        )
        if found is None:
            raise NotInstalled
        return found


def _serves(installation: Installation, team_id: str | None, enterprise_id: str | None) -> bool:
    organisation = installation.enterprise_id
    return team_id == installation.workspace_id or (
        organisation is not None and enterprise_id == organisation
    )


class OneInstallation:
    """The workspace of SLACK_BOT_TOKEN, as auth.test tells it."""

    def __init__(self, token: str, session: aiohttp.ClientSession, *, api_url: str) -> None:
        self._token = token
        self._session = session
        self._api_url = api_url
        self._found: Installation | None = None
        self._checked = -CHECK_EVERY

    async def check(self) -> None:
        """Raises what slack_sdk raises when the token is refused or Slack away; asks now and then."""
        if time.monotonic() - self._checked >= CHECK_EVERY:
            await self.learn()
            self._checked = time.monotonic()

    def known(self, *, team_id: str | None, enterprise_id: str | None) -> Installation | None:
        found = self._found
        return found if found is not None and _serves(found, team_id, enterprise_id) else None

    async def find(self, *, team_id: str | None, enterprise_id: str | None) -> Installation | None:
        found = self._found or await self.learn()
        return found if _serves(found, team_id, enterprise_id) else None

    def forget(self, workspace_id: WorkspaceId) -> None:
        """Whose token it is never changes while the process runs."""

    async def learn(self) -> Installation:
        """Asks Slack whose token it is. Raises what slack_sdk raises."""
        client = TimelyClient(
            token=self._token, base_url=self._api_url, timeout=CALL_TIMEOUT, session=self._session
        )
        answer = await client.auth_test()
        self._found = Installation(
            workspace_id=WorkspaceId(answer["team_id"]),
            name=answer.get("team") or "",
            bot_token=self._token,
            bot_user_id=answer["user_id"],
            bot_id=answer.get("bot_id"),
            enterprise_id=answer.get("enterprise_id") if answer.get("is_enterprise_install") else None,
        )
        return self._found
