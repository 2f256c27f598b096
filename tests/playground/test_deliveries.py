"""What reaches the app: its shape, its signature, its retries, and what people see when it fails."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack, PersonError
from tests.playground.world import SECTION, Bot, Received, button, post


def fail_with(status: int, **headers: str) -> Any:
    def answer(_: Received) -> web.Response:
        return web.Response(status=status, headers=headers)

    return answer


async def test_every_request_is_signed(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").send("general", "grüße <&>")
    await slack.person("ada").slash("general", "/issue grüße")
    await slack.settled()
    verifier = SignatureVerifier(slack.signing_secret)

    assert {item.type for item in bot.requests} == {"message", "command"}
    assert all(verifier.is_valid_request(item.body, item.headers) for item in bot.requests)
    assert not SignatureVerifier("other").is_valid_request(bot.requests[0].body, bot.requests[0].headers)


async def test_a_command_has_slacks_fields(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").slash(
        "general", "/issue new for @grace in #product see https://x.example/a?b=1"
    )
    payload = bot.payload("command")

    assert payload.pop("trigger_id")
    assert payload.pop("response_url").startswith(f"{slack.url}/response/T0HARBOUR-")
    assert payload == {
        "token": "local-verification",
        "team_id": "T0HARBOUR",
        "team_domain": "harbour",
        "channel_id": "C0GENERAL",
        "channel_name": "general",
        "user_id": "U0ADA",
        "user_name": "ada",
        "command": "/issue",
        "text": "new for <@U0GRACE|grace> in <#C0PRODUCT|product> see <https://x.example/a?b=1>",
        "api_app_id": "A0LODGE",
        "is_enterprise_install": "false",
    }


async def test_a_command_without_escaping_comes_as_typed(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").slash("general", "/plain for @grace")

    assert bot.payload("command")["text"] == "for @grace"


async def test_a_command_in_a_direct_message(slack: LocalSlack, bot: Bot) -> None:
    ada = slack.person("ada")
    await ada.slash(ada.dm(), "/issue")

    assert bot.payload("command")["channel_name"] == "directmessage"


async def test_an_unknown_command_reaches_nobody(slack: LocalSlack, bot: Bot) -> None:
    with pytest.raises(PersonError, match="not a valid command"):
        await slack.person("ada").slash("general", "/other")

    assert bot.requests == []


@pytest.mark.parametrize(
    ("ack", "shown", "everyone"),
    [
        ("just text", "just text", False),
        ({"text": "to you"}, "to you", False),
        ({"text": "to all", "response_type": "in_channel"}, "to all", True),
        ({"text": "rich", "blocks": [SECTION]}, "rich", False),
    ],
)
async def test_the_ack_of_a_command_is_a_message(
    slack: LocalSlack, bot: Bot, ack: Any, shown: str, everyone: bool
) -> None:
    answer = ack

    @bot.app.command("/issue")
    async def issue(ack: Any) -> None:
        await ack(answer)

    ada = slack.person("ada")
    await ada.slash("general", "/issue")

    found = ada.messages("general") if everyone else ada.ephemerals("general")
    assert found[-1]["text"] == shown
    assert slack.person("grace").ephemerals("general") == []


async def test_a_faulty_ack_is_shown_as_a_failure(slack: LocalSlack, bot: Bot) -> None:
    @bot.app.command("/issue")
    async def issue(ack: Any) -> None:
        await ack({"text": "x", "blocks": [{"type": "nothing"}]})

    await slack.person("ada").slash("general", "/issue")

    assert slack.person("ada").notices()[-1].text == '/issue failed with the error "invalid_blocks"'


async def test_a_late_ack_is_a_timeout(slack: LocalSlack, bot: Bot) -> None:
    slack.config.ack_timeout = 0.2
    bot.delays = [0.4]

    assert not await slack.person("ada").slash("general", "/issue")
    (notice,) = slack.person("ada").notices()
    assert (notice.kind, notice.channel) == ("timeout", "C0GENERAL")
    assert notice.text == '/issue failed with the error "operation_timeout"'


async def test_a_dead_app_fails_to_be_reached(slack: LocalSlack) -> None:
    slack.request_url = "http://127.0.0.1:1/slack/events"

    assert not await slack.person("ada").slash("general", "/issue")
    assert slack.person("ada").notices()[-1].text == '/issue failed with the error "dispatch_failed"'


async def test_an_error_of_the_app_is_told(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    ts = await post(client, {"type": "actions", "elements": [button("go")]})
    bot.instead = fail_with(500)

    assert not await slack.person("ada").click("go", channel="general", ts=ts)
    assert slack.person("ada").notices()[-1].text == "This app responded with Status Code 500."


async def test_an_event_is_sent_again_three_times(slack: LocalSlack, bot: Bot) -> None:
    bot.instead = fail_with(503)
    await slack.person("ada").send("general", "x")
    await slack.settled()
    sent = bot.of("message")

    assert [item.headers.get("X-Slack-Retry-Num") for item in sent] == [None, "1", "2", "3"]
    assert {item.headers.get("X-Slack-Retry-Reason") for item in sent[1:]} == {"http_error"}
    assert len({item.payload["event_id"] for item in sent}) == 1


async def test_a_slow_event_is_sent_again_at_once(slack: LocalSlack, bot: Bot) -> None:
    @bot.app.event("app_home_opened")
    async def opened() -> None:
        return None

    def patient_from_now_on(_: Received) -> None:
        slack.config.ack_timeout = 60.0

    slack.config.ack_timeout = 1.0
    bot.instead = patient_from_now_on
    bot.delays = [2.0]
    await slack.person("ada").open_home()
    await slack.settled()

    [delivery] = slack.deliveries
    assert delivery.answers[0].failure == "operation_timeout"
    assert delivery.acked
    assert bot.of("app_home_opened")[-1].headers["X-Slack-Retry-Reason"] == "http_timeout"


async def test_an_app_can_decline_retries(slack: LocalSlack, bot: Bot) -> None:
    bot.instead = fail_with(500, **{"X-Slack-No-Retry": "1"})
    await slack.person("ada").send("general", "x")
    await slack.settled()

    assert len(bot.of("message")) == 1


async def test_retries_wait_as_the_scale_says(bot: Bot, slack: LocalSlack) -> None:
    slack.config.retry_scale = 1.0
    bot.instead = fail_with(500)
    await slack.person("ada").send("general", "x")
    await slack.settled()

    assert [item.headers.get("X-Slack-Retry-Num") for item in bot.of("message")] == [None, "1"]


async def test_deliveries_are_recorded(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").slash("general", "/issue")

    (delivery,) = slack.deliveries
    assert (delivery.kind, delivery.transport, delivery.team_id) == ("command", "http", "T0HARBOUR")
    assert delivery.answers[-1].status == 404
    assert not delivery.acked


async def test_a_request_url_is_verified(slack: LocalSlack, bot: Bot) -> None:
    assert await slack.verify_url()
    assert await slack.ssl_check()
    bot.instead = fail_with(200)

    assert not await slack.verify_url()
