"""A local Slack, and a bot it delivers to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from bot.playground.wire import Json
from tests.playground.world import MANIFEST, Bot


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=MANIFEST, rate_limits="off") as running:
        yield running


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)


@pytest.fixture
async def bot(slack: LocalSlack, client: AsyncWebClient) -> AsyncIterator[Bot]:
    app = AsyncApp(client=client, signing_secret=slack.signing_secret)

    @app.event({"type": "message"})
    @app.event("app_mention")
    async def seen(event: Json) -> None:
        assert event["channel"]

    under_test = Bot(app, client)
    server = web.Application()
    server.router.add_post("/slack/events", under_test.handle)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield under_test
    await slack.settled()
    await runner.cleanup()
