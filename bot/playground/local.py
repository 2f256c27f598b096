"""A local Slack on a loopback port, for tests and for the demo."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from bot.playground import workflows
from bot.playground.activity import PATIENCE
from bot.playground.app import SERVICE, create_playground
from bot.playground.config import PlaygroundConfig, RateMode, slacks_patience
from bot.playground.deliveries import Delivery
from bot.playground.directory import Channel, Team
from bot.playground.events import send
from bot.playground.faults import Faults
from bot.playground.ids import new_id
from bot.playground.people import Person
from bot.playground.seed import TEAM_ID, build_team
from bot.playground.service import ApiCall, Service
from bot.playground.state import State
from bot.playground.wire import Json

T = TypeVar("T")


class LocalSlack:
    """`async with LocalSlack(...) as slack:`; `request_url` may be set later."""

    def __init__(
        self,
        *,
        request_url: str | None = None,
        signing_secret: str = "local-signing-secret",  # noqa: S107 - guards nothing
        manifest: Path | Mapping[str, Any] | None = None,
        control: bool = True,
        rate_limits: RateMode = "realistic",
        retry_scale: float = 0.0,
        ack_timeout: float | None = None,
        database: Path | None = None,
        chatter: bool = False,
        port: int = 0,
        config: PlaygroundConfig | None = None,
    ) -> None:
        self.config = config or PlaygroundConfig(
            request_url=request_url,
            signing_secret=signing_secret,
            manifest=manifest,
            control=control,
            rate_limits=rate_limits,
            retry_scale=retry_scale,
            ack_timeout=slacks_patience() if ack_timeout is None else ack_timeout,
            database=database,
            chatter=chatter,
            log_size=50_000,
            port=port,
        )
        self._runner: web.AppRunner | None = None
        self._service: Service | None = None

    async def __aenter__(self) -> Self:
        app = create_playground(self.config)
        self._service = app[SERVICE]
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.config.host, self.config.port)
        await site.start()
        self.config.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def service(self) -> Service:
        if self._service is None:
            raise RuntimeError("the local Slack is not running")
        return self._service

    @property
    def url(self) -> str:
        return self.service.base_url

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def request_url(self) -> str | None:
        """Where the app listens."""
        return self.config.request_url

    @request_url.setter
    def request_url(self, url: str | None) -> None:
        self.config.request_url = url

    @property
    def bot_token(self) -> str:
        return self.token()

    @property
    def app_token(self) -> str:
        return self.config.app_token

    @property
    def signing_secret(self) -> str:
        return self.config.signing_secret

    @property
    def team_id(self) -> str:
        return TEAM_ID

    @property
    def state(self) -> State:
        return self.service.state

    @property
    def faults(self) -> Faults:
        return self.service.faults

    @property
    def calls(self) -> list[ApiCall]:
        """Every Web API call so far, oldest first."""
        return list(self.service.calls)

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything sent to the app so far, oldest first."""
        return list(self.service.deliveries.log)

    def calls_of(self, method: str) -> list[ApiCall]:
        return [call for call in self.service.calls if call.method == method]

    def token(self, team_id: str = TEAM_ID) -> str:
        return self.service.state.installations[team_id].bot_token

    def person(self, name: str, team: str = TEAM_ID) -> Person:
        """By handle or user id; each call gives a new handle on the same human."""
        user = self.state.users.get(name) or self.state.find_user(team, name)
        if user is None:
            raise KeyError(name)
        return Person(self.service, user)

    def channel(self, name: str, team: str = TEAM_ID) -> Channel:
        channel = self.state.find_channel(team, name)
        if channel is None:
            raise KeyError(name)
        return channel

    def add_team(self, team_id: str, name: str | None = None, bot_token: str | None = None) -> Team:
        """Another workspace with the same people and channels, the app installed in it."""
        short = team_id.removeprefix("T0").removeprefix("T")
        team = Team(id=team_id, name=name or short.title(), domain=short.lower())
        build_team(
            self.service,
            team,
            bot_token=bot_token or f"xoxb-local-{short.lower()}",
            bot_user_id=f"U0{short}BOT",
            bot_id=f"B0{short}",
        )
        return team

    def advance(self, seconds: float) -> None:
        """Move Slack's clock on: trigger_ids and response_urls expire, rates recover."""
        self.service.clock.advance(seconds)

    def stop_clock(self) -> None:
        """From now on only `advance` moves Slack's clock: rates and minutes are what a test makes them."""
        self.service.clock.stop()

    def emit(self, event: Json, team_id: str = TEAM_ID) -> Delivery:
        """Deliver any event at all, subscribed or not."""
        installation = self.state.installations[team_id]
        send(self.service, team_id, event, bot_user_id=installation.bot_user_id)
        return self.service.deliveries.log[-1]

    def share_outside(self, channel: str, team_id: str = TEAM_ID) -> Channel:
        """Slack Connect: from now on another organization is in this channel too."""
        shared = self.channel(channel, team_id)
        shared.is_ext_shared = True
        self.state.save_channel(shared)
        return shared

    def run_function(self, callback_id: str, inputs: Json, team_id: str = TEAM_ID) -> Json:
        """A workflow runs one of the app's steps; the record shows how it ended."""
        return workflows.start(self.service, team_id, callback_id, inputs)

    async def verify_url(self) -> bool:
        """What Slack does when a request URL is entered: the app must echo a challenge."""
        challenge = new_id("", 32)
        body = {
            "token": self.config.verification_token,
            "challenge": challenge,
            "type": "url_verification",
        }
        answer = await self.service.deliveries.probe("event", TEAM_ID, body)
        echoed = answer.body.get("challenge") if isinstance(answer.body, dict) else answer.body
        return answer.acked and echoed == challenge

    async def ssl_check(self) -> bool:
        """Slack's occasional look at a command's certificate: any 200 will do."""
        body = {"ssl_check": "1", "token": self.config.verification_token}
        return (await self.service.deliveries.probe("command", TEAM_ID, body)).acked

    async def settled(self, timeout: float = PATIENCE) -> None:
        """Nothing is being delivered to the app, and no call of the app is being answered."""
        await self.service.activity.settled(timeout)

    async def until(self, predicate: Callable[[], T], timeout: float = PATIENCE) -> T:
        """Wait until something is true; it is asked again whenever anything happens here."""
        return await self.service.activity.until(predicate, timeout)


async def run_playground(config: PlaygroundConfig, stop: asyncio.Event | None = None) -> LocalSlack:
    """Serve until `stop` is set, or SIGINT or SIGTERM when none is given."""
    if stop is None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            with suppress(NotImplementedError):  # Windows: KeyboardInterrupt ends it there
                loop.add_signal_handler(name, stop.set)
    slack = LocalSlack(config=config)
    async with slack:
        await stop.wait()
    return slack
