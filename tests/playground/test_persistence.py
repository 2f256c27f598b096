"""What people said and the app showed survives a restart, and a SIGKILL."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack, PlaygroundConfig, run_playground
from bot.playground.wire import Json
from tests.playground.world import MANIFEST

HOME: Json = {"type": "home", "blocks": [{"type": "divider"}]}


def started(path: Path) -> LocalSlack:
    return LocalSlack(manifest=MANIFEST, database=path, rate_limits="off", chatter=True)


async def test_everything_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "slack.db"
    async with started(path) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        ada = slack.person("ada")
        metadata = {"event_type": "card", "event_payload": {"id": "1"}}
        root = (await client.chat_postMessage(channel="C0GENERAL", text="card", metadata=metadata))["ts"]
        await ada.send("general", "reply", root)
        await ada.react("general", root, "eyes")
        gone = await ada.send("general", "gone")
        await ada.delete_message("general", gone)
        await ada.upload("general", "a.csv", b"title\n")
        await ada.create_channel("new-one")
        await client.views_publish(user_id="U0ADA", view=HOME)
        before = ada.messages("general")
        dm = ada.dm()

    async with started(path) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
        ada = slack.person("ada")

        assert ada.messages("general") == before
        assert [message["text"] for message in ada.thread("general", root)] == ["card", "reply"]
        history = await client.conversations_history(
            channel="C0GENERAL", latest=root, inclusive=True, limit=1, include_all_metadata=True
        )
        assert history["messages"][0]["metadata"] == metadata
        assert list(slack.state.contents.values()) == [b"title\n"]
        assert slack.channel("new-one").members == ["U0ADA"]
        assert ada.dm() == dm
        home = ada.home()
        assert home is not None
        assert home["blocks"][0]["type"] == "divider"
        again = await ada.send("general", "after")
        assert again > before[-1]["ts"]


async def test_an_uninstalled_app_stays_uninstalled(tmp_path: Path) -> None:
    path = tmp_path / "slack.db"
    async with started(path) as slack:
        await slack.person("ada").uninstall_app()
    async with started(path) as slack:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)

        with pytest.raises(SlackApiError, match="token_revoked"):
            await client.auth_test()


async def test_a_new_token_is_taken_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "slack.db"
    async with started(path):
        pass
    slack = started(path)
    slack.config.bot_token = "xoxb-second"
    async with slack:
        fresh = AsyncWebClient(token="xoxb-second", base_url=slack.api_url)
        stale = AsyncWebClient(token="xoxb-local-bot", base_url=slack.api_url)

        assert (await fresh.auth_test())["ok"]
        with pytest.raises(SlackApiError, match="token_revoked"):
            await stale.auth_test()


CRASH = """
import asyncio, os, signal, sys
from pathlib import Path
from bot.playground import LocalSlack, PlaygroundConfig, run_playground

async def main():
    async with LocalSlack(database=Path(sys.argv[1])) as slack:
        for number in range(200):
            await slack.person("ada").send("general", f"message {number}")
        os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
async def test_a_kill_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "slack.db"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", CRASH, str(path))
    assert await process.wait() == -9

    async with LocalSlack(database=path) as slack:
        texts = [message["text"] for message in slack.person("ada").messages("general")]
    assert texts == [f"message {number}" for number in range(200)]


async def test_it_runs_alone_until_stopped(tmp_path: Path) -> None:
    stop = asyncio.Event()
    config = PlaygroundConfig(port=0, database=tmp_path / "slack.db", control=True)
    running = asyncio.create_task(run_playground(config, stop))
    while config.port == 0:
        await asyncio.sleep(0)
    client = AsyncWebClient(token=config.bot_token, base_url=f"http://127.0.0.1:{config.port}/api/")

    assert (await client.auth_test())["team"] == "Harbour"
    stop.set()
    await running
