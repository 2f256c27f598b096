"""Buttons, menus and shortcuts: what the app is told of what a person does with them."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack, PersonError
from bot.playground.wire import Json
from tests.playground.world import SECTION, Bot, Received, accept, button, modal, plain, post, text_input


async def test_a_button_in_a_message(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    accept(bot, "go")
    blocks = {"type": "actions", "block_id": "row", "elements": [button("go", "Close", value="LDG-1")]}
    ts = await post(client, blocks)
    assert await slack.person("grace").click("Close", channel="general", ts=ts)
    payload = bot.payload("block_actions")

    assert payload["user"] == {"id": "U0GRACE", "username": "grace", "name": "grace", "team_id": "T0HARBOUR"}
    assert payload["team"] == {"id": "T0HARBOUR", "domain": "harbour"}
    assert payload["channel"] == {"id": "C0GENERAL", "name": "general"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0GENERAL",
        "is_ephemeral": False,
    }
    assert (payload["enterprise"], payload["is_enterprise_install"]) == (None, False)
    assert payload["message"]["ts"] == ts
    assert payload["message"]["bot_id"] == "B0LODGE"
    assert payload["state"] == {"values": {}}
    assert payload["response_url"].startswith(slack.url)
    (action,) = payload["actions"]
    assert action.pop("action_ts")
    assert action == {
        "type": "button",
        "action_id": "go",
        "block_id": "row",
        "text": plain("Close"),
        "value": "LDG-1",
    }


async def test_what_was_chosen_in_a_message_is_its_state(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    accept(bot, "who")
    accept(bot, "go")
    elements = [{"type": "users_select", "action_id": "who"}, button("go")]
    ts = await post(client, {"type": "actions", "block_id": "row", "elements": elements})
    ada = slack.person("ada")
    await ada.choose("who", "U0LINUS", channel="general", ts=ts)
    assert bot.payload("block_actions")["actions"][0]["selected_user"] == "U0LINUS"
    await ada.click("go", channel="general", ts=ts)

    chosen = {"type": "users_select", "selected_user": "U0LINUS"}
    assert bot.payload("block_actions")["state"]["values"] == {"row": {"who": chosen}}


async def test_an_option_that_is_not_there_cannot_be_chosen(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    option = {"text": plain("Open"), "value": "open"}
    menu = {"type": "static_select", "action_id": "status", "options": [option]}
    ts = await post(client, {"type": "actions", "elements": [menu]})

    with pytest.raises(PersonError, match="no option 'closed'"):
        await slack.person("ada").choose("status", "closed", channel="general", ts=ts)
    assert bot.of("block_actions") == []


async def test_an_overflow_menu_sends_its_option(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    accept(bot, "more")
    option = {"text": plain("Delete"), "value": "delete"}
    ts = await post(
        client, {**SECTION, "accessory": {"type": "overflow", "action_id": "more", "options": [option]}}
    )
    await slack.person("ada").click("more", channel="general", ts=ts, value="delete")

    assert bot.payload("block_actions")["actions"][0]["selected_option"] == option


async def test_an_external_select_asks_the_app(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    accept(bot, "issue")
    options = [{"text": plain("LDG-7 Login"), "value": "7"}]

    @bot.app.options("issue")
    async def suggest(ack: Any, payload: Json) -> None:
        assert payload["value"] == "log"
        await ack(options=options)

    menu = {"type": "external_select", "action_id": "issue", "min_query_length": 1}
    ts = await post(client, {"type": "actions", "block_id": "row", "elements": [menu]})
    ada = slack.person("ada")
    assert await ada.suggest("issue", "log", channel="general", ts=ts) == {"options": options}
    await ada.choose("issue", "7", channel="general", ts=ts)

    payload = bot.payload("block_suggestion")
    assert (payload["action_id"], payload["block_id"]) == ("issue", "row")
    assert payload["container"]["message_ts"] == ts
    assert "response_url" not in payload
    assert bot.payload("block_actions")["actions"][0]["selected_option"] == options[0]


async def test_faulty_and_late_suggestions_leave_the_menu_empty(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    answers: list[Json] = [
        {"options": [{"text": plain("x" * 76), "value": "1"}]},
        {"options": [{"text": plain("x"), "value": 1}]},
        {"options": [{"text": plain(f"{n}"), "value": f"{n}"} for n in range(101)]},
    ]

    def answer(received: Received) -> web.Response | None:
        asked = received.type == "block_suggestion"
        return web.json_response(answers.pop(0)) if asked and answers else None

    bot.instead = answer
    menu = {"type": "external_select", "action_id": "issue", "min_query_length": 1}
    ts = await post(client, {"type": "actions", "elements": [menu]})
    ada = slack.person("ada")
    for told in range(1, 4):
        assert await ada.suggest("issue", "log", channel="general", ts=ts) == {"options": []}
        assert len(slack.service.notices[ada.id]) == told
    slack.config.ack_timeout = 0.2
    bot.delays = [0.4]
    assert await ada.suggest("issue", "log", channel="general", ts=ts) == {"options": []}
    assert slack.deliveries[-1].answers[-1].failure == "operation_timeout"


async def test_a_message_shortcut(slack: LocalSlack, bot: Bot) -> None:
    @bot.app.shortcut("from_message")
    async def acked(ack: Any) -> None:
        await ack()

    ts = await slack.person("ada").send("general", "it is broken")
    assert await slack.person("grace").message_shortcut("general", ts, "from_message")
    payload = bot.payload("message_action")

    assert payload["callback_id"] == "from_message"
    assert payload["message_ts"] == payload["message"]["ts"] == ts
    assert payload["message"]["user"] == "U0ADA"
    assert payload["user"]["id"] == "U0GRACE"
    assert payload["trigger_id"]
    assert payload["response_url"]


async def test_a_global_shortcut(slack: LocalSlack, bot: Bot) -> None:
    @bot.app.shortcut("new")
    async def acked(ack: Any) -> None:
        await ack()

    assert await slack.person("ada").global_shortcut("new")
    payload = bot.payload("shortcut")
    assert payload["trigger_id"]
    assert "channel" not in payload


async def test_a_view_carries_no_response_url(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    accept(bot, "go")

    @bot.app.command("/issue")
    async def issue(ack: Any, body: Json) -> None:
        await ack()
        view = modal(text_input("title"), {"type": "actions", "block_id": "row", "elements": [button("go")]})
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    ada = slack.person("ada")
    await ada.slash("general", "/issue")
    view = await ada.expect_modal()
    await ada.fill(view["id"], {"title": "typed so far"})
    await ada.click("go", view_id=view["id"])
    payload = bot.payload("block_actions")

    assert payload["container"] == {"type": "view", "view_id": view["id"]}
    assert payload["view"]["state"]["values"]["title"]["value"]["value"] == "typed so far"
    assert not {"channel", "message", "response_url", "state"} & set(payload)


async def test_an_ephemeral_message_is_not_sent_back(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    accept(bot, "go")
    blocks = [{"type": "actions", "elements": [button("go")]}]
    shown = await client.chat_postEphemeral(channel="C0GENERAL", user="U0ADA", text="x", blocks=blocks)
    await slack.person("ada").click("go", channel="general", ts=shown["message_ts"])
    payload = bot.payload("block_actions")

    assert payload["container"]["is_ephemeral"]
    assert payload["container"]["message_ts"] == shown["message_ts"]
    assert "message" not in payload
