from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.playground import LocalSlack
from bot.process import Options, running
from bot.settings import Settings
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
        async with asyncio.timeout(10):
            while not any(message["text"] == "heard" for message in ada.ephemerals("general")):
                # Refused at once, without a pause, until the socket is open.
                await ada.slash("general", "/issue")
                await asyncio.sleep(0.05)
        await slack.settled()
