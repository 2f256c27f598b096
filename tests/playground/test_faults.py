"""Failures on purpose."""

from __future__ import annotations

import time
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from tests.playground.world import Bot


async def post(client: AsyncWebClient, channel: str = "C0GENERAL") -> Any:
    return await client.chat_postMessage(channel=channel, text="x")


def unretried(slack: LocalSlack) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def test_an_error_code_comes_as_often_as_told(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", error="is_archived", times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError, match="is_archived"):
            await post(client)

    assert (await post(client))["ok"]
    assert len(slack.person("ada").messages("general")) == 1


async def test_a_code_slack_does_not_know_is_a_mistake_of_the_test(slack: LocalSlack) -> None:
    with pytest.raises(ValueError, match="documents no error"):
        slack.faults.add(method="chat.postMessage", error="view_too_large")
    with pytest.raises(ValueError, match="either a method or a delivery"):
        slack.faults.add(error="is_archived")


async def test_a_fault_can_wait_and_be_particular(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", error="is_archived", when={"channel": "C0PRODUCT"}, skip=1)

    await post(client)
    await post(client, "C0PRODUCT")
    with pytest.raises(SlackApiError, match="is_archived"):
        await post(client, "C0PRODUCT")
    await post(client, "C0PRODUCT")


async def test_any_method_can_fail_until_cleared(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(method="*", error="internal_error", times=None)
    for _ in range(3):
        with pytest.raises(SlackApiError, match="internal_error"):
            await client.auth_test()
    slack.faults.clear()

    assert (await client.auth_test())["ok"]


async def test_429_says_when_to_come_back(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as caught:
        await post(client)

    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "7"


async def test_500(slack: LocalSlack) -> None:
    slack.faults.add(method="chat.postMessage", status=500)
    with pytest.raises(SlackApiError) as caught:
        await post(unretried(slack))

    assert caught.value.response.status_code == 500
    assert slack.person("ada").messages("general") == []


async def test_slow(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(method="chat.postMessage", slow=0.1)
    before = time.monotonic()
    await post(client)

    assert time.monotonic() - before >= 0.1


@pytest.mark.parametrize(("drop", "posted"), [("before", 0), ("after", 1)])
async def test_a_dropped_connection(slack: LocalSlack, drop: str, posted: int) -> None:
    slack.faults.add(method="chat.postMessage", drop=drop)
    with pytest.raises(aiohttp.ClientError):
        await post(unretried(slack))

    assert len(slack.person("ada").messages("general")) == posted
    assert slack.calls[-1].answer is None


async def test_a_delivery_comes_twice(slack: LocalSlack, bot: Bot) -> None:
    slack.faults.add(delivery="message", duplicate=1)
    await slack.person("ada").send("general", "x")
    await slack.settled()

    assert len({item.payload["event_id"] for item in bot.of("message")}) == 1
    assert len(bot.of("message")) == 2


async def test_a_delivery_races_with_its_copy(slack: LocalSlack, bot: Bot) -> None:
    slack.faults.add(delivery="command", duplicate=1, at_once=True)
    bot.delays = [0.1, 0.0]
    await slack.person("ada").slash("general", "/issue")

    assert len(bot.of("command")) == 2
    assert [answer.status for answer in slack.deliveries[-1].answers] == [404, 404]


async def test_a_command_comes_twice(slack: LocalSlack, bot: Bot) -> None:
    slack.faults.add(delivery="command", duplicate=2)
    await slack.person("ada").slash("general", "/issue")

    assert len({item.payload["trigger_id"] for item in bot.of("command")}) == 1
    assert len(bot.of("command")) == 3


async def test_deliveries_change_places(slack: LocalSlack, bot: Bot) -> None:
    slack.faults.add(delivery="message", reorder=1)
    ada = slack.person("ada")
    await ada.send("general", "first")
    await ada.send("general", "second")
    await slack.settled()

    assert [item.payload["event"]["text"] for item in bot.of("message")] == ["second", "first"]


async def test_a_delivery_is_late(slack: LocalSlack, bot: Bot) -> None:
    slack.faults.add(delivery="event", delay=0.5)
    await slack.person("ada").send("general", "x")
    assert bot.requests == []
    await slack.settled()

    assert len(bot.of("message")) == 1


async def test_faults_are_planned_over_http_too(slack: LocalSlack, client: AsyncWebClient) -> None:
    async with aiohttp.ClientSession() as session:
        fault = {"method": "chat.postMessage", "error": "is_archived"}
        added = await (await session.post(f"{slack.url}/control/faults.add", json=fault)).json()
        listed = await (await session.post(f"{slack.url}/control/faults.list")).json()
        wrong = await session.post(f"{slack.url}/control/faults.add", json={"method": "x", "error": "no"})

        assert [item["id"] for item in listed["result"]] == [added["result"]["id"]]
        assert wrong.status == 400
    with pytest.raises(SlackApiError, match="is_archived"):
        await post(client)


async def test_control_shows_what_happened(slack: LocalSlack, client: AsyncWebClient) -> None:
    await post(client)
    async with aiohttp.ClientSession() as session:
        calls = await (
            await session.post(f"{slack.url}/control/calls", json={"method": "chat.postMessage"})
        ).json()
        await session.post(f"{slack.url}/control/clock.advance", json={"seconds": 60})
        settled = await (await session.post(f"{slack.url}/control/settled")).json()

    assert [call["args"]["text"] for call in calls["result"]] == ["x"]
    assert slack.service.clock.offset == 60
    assert settled == {"ok": True, "result": True}


async def test_control_is_absent_unless_asked_for() -> None:
    async with LocalSlack(control=False) as slack, aiohttp.ClientSession() as session:
        assert (await session.post(f"{slack.url}/control/state")).status == 404
