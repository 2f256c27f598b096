from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from bot.playground.wire import Json
from tests.playground.world import Bot, button


@pytest.fixture
async def url(slack: LocalSlack, bot: Bot) -> str:
    """Of a command Ada gave in #random, where the bot is not."""

    @bot.app.command("/issue")
    async def issue(ack: Any) -> None:
        await ack()

    await slack.person("ada").slash("random", "/issue")
    return str(bot.payload("command")["response_url"])


async def post(url: str, **body: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(url, json=body) as answer:
        return answer.status, await answer.text()


async def test_it_answers_the_person_alone(slack: LocalSlack, url: str) -> None:
    assert await post(url, text="to you") == (200, "ok")

    assert slack.person("ada").ephemerals("random")[-1]["text"] == "to you"
    assert slack.person("ada").messages("random") == []


async def test_it_answers_everyone_where_the_bot_is_not(slack: LocalSlack, url: str) -> None:
    await post(url, text="to all", response_type="in_channel")

    assert slack.person("grace").messages("random")[-1]["text"] == "to all"


async def test_it_works_five_times(url: str) -> None:
    answers = [await post(url, text="x") for _ in range(6)]

    assert [status for status, _ in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1][1]


async def test_it_expires_after_half_an_hour(slack: LocalSlack, url: str) -> None:
    slack.advance(30 * 60 + 1)

    status, text = await post(url, text="x")
    assert status == 404
    assert "expired_url" in text


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "no_text"), ({"text": "x", "blocks": [{"type": "sectoin"}]}, "invalid_blocks")],
)
async def test_it_refuses_faulty_answers(url: str, body: Json, code: str) -> None:
    status, text = await post(url, **body)

    assert status == 400
    assert code in text


async def pressed(slack: LocalSlack, bot: Bot, ts: str) -> str:
    @bot.app.action("go")
    async def acked(ack: Any) -> None:
        await ack()

    await slack.person("ada").click("go", channel="general", ts=ts)
    return str(bot.payload("block_actions")["response_url"])


async def test_it_replaces_and_deletes_the_original(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    blocks = [{"type": "actions", "elements": [button("go")]}]
    ts = (await client.chat_postMessage(channel="C0GENERAL", text="card", blocks=blocks))["ts"]
    url = await pressed(slack, bot, ts)
    await post(url, text="changed", replace_original=True)

    (message,) = slack.person("ada").messages("general")
    assert (message["ts"], message["text"]) == (ts, "changed")
    assert "blocks" not in message
    await post(url, delete_original=True)
    assert slack.person("ada").messages("general") == []


async def test_it_is_the_way_to_change_an_ephemeral_message(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    blocks = [{"type": "actions", "elements": [button("go")]}]
    shown = await client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="card", blocks=blocks)
    url = await pressed(slack, bot, shown["message_ts"])
    ada = slack.person("ada")
    assert bot.payload("block_actions")["container"]["is_ephemeral"]
    await post(url, text="changed", replace_original=True)
    assert [message["text"] for message in ada.ephemerals("general")] == ["changed"]
    await post(url, delete_original=True)

    assert ada.ephemerals("general") == []
