from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.playground import LocalSlack
from bot.process import Options, running
from bot.settings import Settings
from bot.socketmode import CONNECTIONS, SocketMode
from handlers.services import Services

MANIFEST = Path(__file__).parents[2] / "manifest.yml"


def register(app: AsyncApp, _: Services) -> None:
    async def command(ack: AsyncAck) -> None:
        await ack("heard")

    app.command("/issue")(command)


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=MANIFEST, rate_limits="off") as local:
        yield local


async def test_commands_arrive_over_the_socket_without_a_signing_secret(
    slack: LocalSlack, db_url: str
) -> None:
    settings = Settings(
        database_url=db_url,
        port=0,
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_api_url=slack.api_url,
        log="text",
    )
    options = Options(register=register, register_jobs=lambda _worker, _services: None)
    async with running(settings, options):
        await slack.until(lambda: slack.calls_of("apps.connections.open"))
        ada = slack.person("ada")
        async with asyncio.timeout(60):
            while not any(message["text"] == "heard" for message in ada.ephemerals("general")):
                # Refused at once, without a pause, until the socket is open.
                await ada.slash("general", "/issue")
                await asyncio.sleep(0.05)
        await slack.settled()


class Held:
    """A listener that answers when it is let."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()

    def register(self, app: AsyncApp, _: Services) -> None:
        async def command(ack: AsyncAck, body: dict[str, str]) -> None:
            self.begun.set()
            if body["text"] == "slow":
                await self.go_on.wait()
            await ack(f"heard {body['text']}")

        app.command("/issue")(command)


def settings(slack: LocalSlack, dsn: str) -> Settings:
    return Settings(
        database_url=dsn,
        port=0,
        slack_bot_token=slack.bot_token,
        slack_app_token=slack.app_token,
        slack_api_url=slack.api_url,
        log="text",
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same, in fractions of a second."""
    defaults = SocketMode.__init__.__kwdefaults__ or {}
    monkeypatch.setitem(defaults, "watch", 0.2)
    monkeypatch.setitem(defaults, "ping", 1.0)


async def connected(slack: LocalSlack, count: int) -> None:
    await slack.until(lambda: slack.service.sockets.connected == count, timeout=60)


async def answered(slack: LocalSlack) -> None:
    """Soon; what went to a connection in the moment of its end is not."""
    async with asyncio.timeout(60):
        while not await slack.person("ada").slash("general", "/issue list"):
            await asyncio.sleep(0.1)


async def test_several_connections_are_open_and_each_is_replaced_when_slack_ends_it(
    slack: LocalSlack, db_url: str, quick: None
) -> None:
    options = Options(register=register, register_jobs=lambda _worker, _services: None)
    async with running(settings(slack, db_url), options):
        await connected(slack, CONNECTIONS)
        await slack.service.sockets.disconnect()
        await slack.until(lambda: len(slack.calls_of("apps.connections.open")) >= 2 * CONNECTIONS, timeout=60)
        await connected(slack, CONNECTIONS)
        await answered(slack)


def line(connection: Any) -> asyncio.Transport:
    found: asyncio.Transport = connection.socket._req.transport
    return found


async def test_connections_that_die_silently_are_noticed_and_replaced(
    slack: LocalSlack, db_url: str, quick: None
) -> None:
    options = Options(register=register, register_jobs=lambda _worker, _services: None)
    async with running(settings(slack, db_url), options) as process:
        await connected(slack, CONNECTIONS)
        dead = list(slack.service.sockets._connections)
        for connection in dead:
            # As when a firewall forgets it: nothing is closed, nothing is answered.
            line(connection).pause_reading()
        await slack.until(lambda: len(slack.calls_of("apps.connections.open")) >= 2 * CONNECTIONS, timeout=60)
        for connection in dead:
            line(connection).abort()
        await connected(slack, CONNECTIONS)
        await answered(slack)
        async with aiohttp.ClientSession() as http, http.get(f"{process.url}/readyz") as answer:
            assert (await answer.json())["parts"]["slack"] == "ok"


async def test_a_stopping_process_acknowledges_what_came_over_the_socket(
    slack: LocalSlack, db_url: str
) -> None:
    held, ada = Held(), slack.person("ada")
    options = Options(register=held.register, register_jobs=lambda _worker, _services: None)
    async with running(settings(slack, db_url), options):
        await connected(slack, CONNECTIONS)
        asked = asyncio.create_task(ada.slash("general", "/issue slow"))
        await held.begun.wait()
        asyncio.get_running_loop().call_later(0.3, held.go_on.set)
    assert await asked
    assert any(message["text"] == "heard slow" for message in ada.ephemerals("general"))
