"""The Bolt app: who is asking, in which workspace, and which listener answers."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.listener_matcher.async_builtins import AsyncBuiltinListenerMatcher
from slack_bolt.listener_matcher.async_listener_matcher import AsyncListenerMatcher
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.background import BackgroundTasks
from bot.clients import Clients
from bot.errors import Boundary
from bot.runner import AwaitingRunner
from handlers.errors import NotInstalled
from handlers.installing import Installation, Installations
from handlers.requesting import Requesting, in_time
from handlers.services import Services
from handlers.words import call_command

_log = logging.getLogger(__name__)

_MOST_KEPT = 20_000

# Told when the app is gone from a workspace: there is no installation left to find then.
_FAREWELLS = frozenset({"app_uninstalled", "tokens_revoked"})


async def _nobody(**_: object) -> AuthorizeResult:
    raise NotInstalled


class LodgeApp(AsyncApp):
    """Bolt's app less what it makes anew for every request and every listener it looks at.

    tests/bot/test_runner.py fails when the methods replaced here change in Bolt.
    """

    def _init_context(self, req: AsyncBoltRequest) -> None:
        # No client: Authorizing puts the workspace's own there.
        req.context["logger"] = _log
        req.context["listener_runner"] = self.listener_runner

    def _register_listener(
        self, functions: Any, primary_matcher: AsyncListenerMatcher, *args: Any, **kwargs: Any
    ) -> Any:
        if isinstance(primary_matcher, AsyncBuiltinListenerMatcher) and list(primary_matcher.arg_names) == [
            "body"
        ]:
            primary_matcher = BodyMatcher(primary_matcher)
        return super()._register_listener(functions, primary_matcher, *args, **kwargs)


class BodyMatcher(AsyncListenerMatcher):
    """Bolt's matcher, given the body alone: gathering every argument a listener may want costs more than all else."""

    def __init__(self, matcher: AsyncBuiltinListenerMatcher) -> None:
        self._matches: Callable[..., Awaitable[bool]] = matcher.func  # type: ignore[assignment]  # Bolt types it as synchronous

    async def async_matches(self, req: AsyncBoltRequest, resp: BoltResponse) -> bool:
        return await self._matches(body=req.body)


class Authorizing(AsyncMiddleware):
    """Finds the installation a request belongs to; nothing of one workspace is used for another."""

    def __init__(self, installations: Installations, clients: Clients) -> None:
        self._installations = installations
        self._clients = clients
        self._results: dict[str, AuthorizeResult] = {}

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - Bolt's name
    ) -> BoltResponse:
        context = req.context
        if req.body.get("event", {}).get("type") in _FAREWELLS:
            return await next()
        team_id = None if context.is_enterprise_install else context.team_id
        installation = self._installations.known(team_id=team_id, enterprise_id=context.enterprise_id)
        if installation is None:
            finding = self._installations.find(team_id=team_id, enterprise_id=context.enterprise_id)
            installation = await in_time(req.body, finding)
        if installation is None:
            # Asked for by name, so that the boundary, too, finds a client; it has no token to leak.
            context["client"] = self._clients.with_token(None)
            raise NotInstalled
        context["installation"] = installation
        context["client"] = self._clients.of(installation)
        if context.function_bot_access_token is not None:
            context["client"] = self._clients.with_token(context.function_bot_access_token)
        context["token"] = installation.bot_token
        context.set_authorize_result(self._result(installation))
        return await next()

    def _result(self, installation: Installation) -> AuthorizeResult:
        found = self._results.get(installation.bot_token)
        if found is None:
            if len(self._results) >= _MOST_KEPT:
                self._results.clear()
            found = self._results[installation.bot_token] = AuthorizeResult(
                enterprise_id=installation.enterprise_id,
                team_id=installation.workspace_id,
                bot_user_id=installation.bot_user_id,
                bot_id=installation.bot_id,
                bot_token=installation.bot_token,
            )
        return found


@contextmanager
def _unwarned() -> Iterator[None]:
    """Bolt looks for SLACK_BOT_TOKEN itself, and warns that it is not used when there is another authorization."""
    bolt = logging.getLogger("slack_bolt.app")
    level = bolt.level
    bolt.setLevel(logging.ERROR)
    try:
        yield
    finally:
        bolt.setLevel(level)


def create_app(
    services: Services,
    installations: Installations,
    clients: Clients,
    background: BackgroundTasks,
    *,
    register: Callable[[AsyncApp, Services], None],
    called: Callable[[str], object] = call_command,
) -> LodgeApp:
    """The app with every capability registered. Signatures are checked before it, in bot/receiving.py. `called` hears
    what Slack calls the command.

    Bolt asks listener after listener whether a request is theirs: what is asked most is registered first.
    """
    with _unwarned():
        app = LodgeApp(
            name="lodge",
            authorize=_nobody,
            logger=logging.getLogger("slack_bolt.app"),
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            ignoring_self_events_enabled=False,
            attaching_function_token_enabled=False,
        )
    # Bolt insists on a middleware of its own for authorization; Authorizing stands in its place.
    asking = Requesting(services.directory, called)
    app._async_middleware_list[:] = [Authorizing(installations, clients), asking]  # noqa: SLF001
    app._async_listener_runner = AwaitingRunner.replacing(app.listener_runner, background)  # noqa: SLF001
    app.error(Boundary(background).handle)
    register(app, services)
    return app
