"""Filling in and sending forms."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack, PersonError
from bot.playground.interactions import REQUIRED, TROUBLE
from bot.playground.people import Person
from bot.playground.posting import post
from bot.playground.wire import Json
from tests.playground.world import Bot, button, modal, plain, text_input

SECTION: Json = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


async def opened(slack: LocalSlack, bot: Bot, view: Json) -> tuple[Person, Json]:
    """Ada with this view open."""

    @bot.app.command("/issue")
    async def issue(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    ada = slack.person("ada")
    await ada.slash("general", "/issue")
    return ada, await ada.expect_modal()


def answer(bot: Bot, **fields: Any) -> None:
    @bot.app.view("form")
    async def submitted(ack: Any) -> None:
        await ack(**fields)


async def test_sending_a_form_closes_it(slack: LocalSlack, bot: Bot) -> None:
    answer(bot)
    ada, view = await opened(slack, bot, modal(text_input("title"), private_metadata="m"))
    outcome = await ada.submit(view["id"], {"title": {"value": "Broken"}})
    payload = bot.payload("view_submission")

    assert outcome.outcome == "closed"
    assert ada.modals() == []
    assert payload["view"]["state"] == {
        "values": {"title": {"value": {"type": "plain_text_input", "value": "Broken"}}}
    }
    assert payload["view"]["private_metadata"] == "m"
    assert payload["view"]["callback_id"] == "form"
    assert payload["trigger_id"]
    assert payload["response_urls"] == []
    assert (payload["enterprise"], payload["is_enterprise_install"]) == (None, False)


async def test_errors_stay_on_the_form(slack: LocalSlack, bot: Bot) -> None:
    answer(bot, response_action="errors", errors={"title": "Too short"})
    ada, view = await opened(slack, bot, modal(text_input("title")))
    outcome = await ada.submit(view["id"], {"title": "x"})

    assert outcome.errors == {"title": "Too short"}
    assert not outcome.local
    assert [item["id"] for item in ada.modals()] == [view["id"]]


async def test_errors_of_no_input_are_trouble(slack: LocalSlack, bot: Bot) -> None:
    answer(bot, response_action="errors", errors={"nothing": "x"})
    ada, view = await opened(slack, bot, modal(text_input("title")))

    assert (await ada.submit(view["id"], {"title": "x"})).outcome == "failed"
    assert ada.notices()[-1].text == TROUBLE


async def test_update_replaces_the_view(slack: LocalSlack, bot: Bot) -> None:
    answer(bot, response_action="update", view=modal(SECTION, title=plain("Done")))
    ada, view = await opened(slack, bot, modal(text_input("title")))
    outcome = await ada.submit(view["id"], {"title": "x"})

    assert outcome.outcome == "updated"
    (shown,) = ada.modals()
    assert (shown["id"], shown["title"]["text"]) == (view["id"], "Done")
    assert shown["hash"] != view["hash"]


async def test_push_and_clear(slack: LocalSlack, bot: Bot) -> None:
    answer(bot, response_action="push", view=modal(text_input("more"), callback_id="second"))

    @bot.app.view("second")
    async def second(ack: Any) -> None:
        await ack(response_action="clear")

    ada, view = await opened(slack, bot, modal(text_input("title")))
    outcome = await ada.submit(view["id"], {"title": "x"})
    assert outcome.outcome == "pushed"
    assert [item["callback_id"] for item in ada.modals()] == ["form", "second"]
    outcome = await ada.submit(ada.modals()[-1]["id"], {"more": "y"})

    assert outcome.outcome == "cleared"
    assert ada.modals() == []


async def test_a_faulty_view_in_an_answer_is_trouble(slack: LocalSlack, bot: Bot) -> None:
    answer(bot, response_action="update", view=modal(SECTION, title=plain("x" * 25)))
    ada, view = await opened(slack, bot, modal(text_input("title")))
    outcome = await ada.submit(view["id"], {"title": "x"})

    assert outcome.outcome == "failed"
    assert outcome.message is not None
    assert "less than 25" in outcome.message


async def test_no_answer_in_time_is_trouble(slack: LocalSlack, bot: Bot) -> None:
    ada, view = await opened(slack, bot, modal(text_input("title")))
    slack.config.ack_timeout = 0.2
    bot.delays = [0.4]

    assert (await ada.submit(view["id"], {"title": "x"})).message == TROUBLE
    assert ada.notices()[-1].kind == "timeout"
    assert len(ada.modals()) == 1


@pytest.mark.parametrize(
    ("element", "value", "problem"),
    [
        ({"type": "plain_text_input"}, "", REQUIRED),
        ({"type": "plain_text_input", "min_length": 3}, "ab", "Please enter at least 3 characters."),
        ({"type": "plain_text_input", "max_length": 3}, "abcd", "Please enter no more than 3 characters."),
        ({"type": "email_text_input"}, "nobody", "Please enter a valid email address."),
        ({"type": "url_text_input"}, "nowhere", "Please enter a valid URL."),
        ({"type": "number_input", "is_decimal_allowed": False}, "1.5", "Please enter a whole number."),
        (
            {"type": "number_input", "is_decimal_allowed": True, "max_value": "2"},
            "2.5",
            "Please enter a number no more than 2.",
        ),
        ({"type": "users_select"}, None, REQUIRED),
        ({"type": "multi_users_select"}, [], REQUIRED),
    ],
)
async def test_slack_itself_complains_first(
    slack: LocalSlack, bot: Bot, element: Json, value: Any, problem: str
) -> None:
    block = {**text_input("field"), "element": {**element, "action_id": "value"}}
    ada, view = await opened(slack, bot, modal(block))
    outcome = await ada.submit(view["id"], {"field": value})

    assert (outcome.errors, outcome.local) == ({"field": problem}, True)
    assert bot.of("view_submission") == []


async def test_values_of_every_kind(slack: LocalSlack, bot: Bot) -> None:
    answer(bot)
    options = [{"text": plain(name), "value": name} for name in ("a", "b", "c")]
    kinds: list[tuple[Json, Any, Json]] = [
        ({"type": "static_select", "options": options}, "b", {"selected_option": options[1]}),
        ({"type": "multi_static_select", "options": options}, ["a", "c"], {"selected_options": options[::2]}),
        ({"type": "radio_buttons", "options": options}, "c", {"selected_option": options[2]}),
        ({"type": "checkboxes", "options": options}, ["a"], {"selected_options": options[:1]}),
        ({"type": "users_select"}, "U0ADA", {"selected_user": "U0ADA"}),
        ({"type": "multi_users_select"}, ["U0ADA"], {"selected_users": ["U0ADA"]}),
        ({"type": "channels_select"}, "C0GENERAL", {"selected_channel": "C0GENERAL"}),
        ({"type": "conversations_select"}, "C0GENERAL", {"selected_conversation": "C0GENERAL"}),
        ({"type": "datepicker"}, "2026-02-01", {"selected_date": "2026-02-01"}),
        ({"type": "timepicker"}, "09:30", {"selected_time": "09:30"}),
        ({"type": "datetimepicker"}, 1_795_000_000, {"selected_date_time": 1_795_000_000}),
        ({"type": "number_input", "is_decimal_allowed": False}, "5", {"value": "5"}),
    ]
    blocks = [
        {**text_input(f"b{number}"), "element": {**element, "action_id": "value"}}
        for number, (element, _, _) in enumerate(kinds)
    ]
    ada, view = await opened(slack, bot, modal(*blocks))
    values = {f"b{number}": entered for number, (_, entered, _) in enumerate(kinds)}
    outcome = await ada.submit(view["id"], values)

    assert outcome.outcome == "closed", outcome
    sent = bot.payload("view_submission")["view"]["state"]["values"]
    for number, (element, _, expected) in enumerate(kinds):
        assert sent[f"b{number}"]["value"] == {"type": element["type"], **expected}


async def test_initial_values_and_empty_ones(slack: LocalSlack, bot: Bot) -> None:
    element = {"type": "plain_text_input", "action_id": "value", "initial_value": "draft"}
    blocks = [{**text_input("a"), "element": element}, text_input("b", optional=True)]
    ada, view = await opened(slack, bot, modal(*blocks))

    assert view["state"]["values"] == {
        "a": {"value": {"type": "plain_text_input", "value": "draft"}},
        "b": {"value": {"type": "plain_text_input", "value": None}},
    }
    assert ada.modals()[0] is view


async def test_what_was_typed_survives_an_update_while_the_ids_stay(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    ada, view = await opened(slack, bot, modal(text_input("kept"), text_input("renamed")))
    await ada.fill(view["id"], {"kept": "one", "renamed": "two"})
    await client.views_update(view_id=view["id"], view=modal(text_input("kept"), text_input("other")))
    values = ada.modals()[0]["state"]["values"]

    assert values["kept"]["value"]["value"] == "one"
    assert values["other"]["value"]["value"] is None
    assert "renamed" not in values


async def test_an_input_dispatches_when_told_to(slack: LocalSlack, bot: Bot) -> None:
    @bot.app.action("value")
    async def acked(ack: Any) -> None:
        await ack()

    ada, view = await opened(slack, bot, modal(text_input("quiet"), text_input("loud", dispatch_action=True)))
    await ada.choose("value", "x", view_id=view["id"], block_id="quiet")
    assert bot.of("block_actions") == []
    await ada.choose("value", "y", view_id=view["id"], block_id="loud")

    (action,) = bot.payload("block_actions")["actions"]
    assert (action["type"], action["value"], action["block_id"]) == ("plain_text_input", "y", "loud")


async def test_closing_is_told_where_asked_for(slack: LocalSlack, bot: Bot) -> None:
    @bot.app.view_closed("form")
    async def closed(ack: Any) -> None:
        await ack()

    ada, view = await opened(slack, bot, modal(SECTION, notify_on_close=True))
    await ada.close(view["id"])

    payload = bot.payload("view_closed")
    assert payload["is_cleared"] is False
    assert payload["view"]["id"] == view["id"]


async def test_closing_is_not_told_otherwise(slack: LocalSlack, bot: Bot) -> None:
    ada, view = await opened(slack, bot, modal(SECTION))
    await ada.close(view["id"])

    assert bot.of("view_closed") == []


async def test_the_cross_closes_the_whole_stack(slack: LocalSlack, bot: Bot) -> None:
    answer(bot, response_action="push", view=modal(SECTION, callback_id="form", notify_on_close=True))

    @bot.app.view_closed("form")
    async def closed(ack: Any) -> None:
        await ack()

    ada, view = await opened(slack, bot, modal(text_input("title"), notify_on_close=True))
    await ada.submit(view["id"], {"title": "x"})
    await ada.close(ada.modals()[-1]["id"], all=True)

    assert ada.modals() == []
    assert [item.payload["is_cleared"] for item in bot.of("view_closed")] == [True, True]


async def test_a_closed_view_cannot_be_used(slack: LocalSlack, bot: Bot) -> None:
    ada, view = await opened(slack, bot, modal(SECTION))
    await ada.close(view["id"])

    with pytest.raises(PersonError, match="closed"):
        await ada.submit(view["id"])


async def test_a_file_goes_into_a_form(slack: LocalSlack, bot: Bot) -> None:
    answer(bot)
    block = {**text_input("csv"), "element": {"type": "file_input", "action_id": "value"}}
    ada, view = await opened(slack, bot, modal(block))
    await ada.submit(view["id"], {"csv": [("a.csv", b"title\nx\n")]})

    (file,) = bot.payload("view_submission")["view"]["state"]["values"]["csv"]["value"]["files"]
    assert (file["name"], file["size"], file["mimetype"]) == ("a.csv", 8, "text/csv")


async def test_a_chosen_conversation_gives_a_response_url(slack: LocalSlack, bot: Bot) -> None:
    answer(bot)
    element = {"type": "conversations_select", "action_id": "where", "response_url_enabled": True}
    ada, view = await opened(slack, bot, modal({**text_input("place"), "element": element}))
    await ada.submit(view["id"], {"place": "C0RANDOM"})

    (entry,) = bot.payload("view_submission")["response_urls"]
    assert (entry["block_id"], entry["action_id"], entry["channel_id"]) == ("place", "where", "C0RANDOM")


async def test_home_has_buttons_too(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    @bot.app.action("go")
    async def acked(ack: Any, body: Json, client: AsyncWebClient) -> None:
        await ack()
        await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": [SECTION]})

    ada = slack.person("ada")
    home = {"type": "home", "blocks": [{"type": "actions", "elements": [button("go")]}]}
    await client.views_publish(user_id="U0ADA", view=home)
    shown = await ada.expect_home()
    await ada.click("go", view_id=shown["id"])
    await ada.expect_home(lambda view: view["blocks"][0]["type"] == "section")

    assert bot.payload("block_actions")["view"]["type"] == "home"
    assert slack.person("grace").home() is None


async def test_an_app_without_interactivity_gets_no_clicks() -> None:
    manifest = {"settings": {"interactivity": {"is_enabled": False}}}
    async with LocalSlack(manifest=manifest, rate_limits="off") as quiet:
        ada = quiet.person("ada")
        message = {"type": "message", "blocks": [{"type": "actions", "elements": [button("go")]}]}
        ts = post(quiet.service, quiet.channel("general"), message)["ts"]

        with pytest.raises(PersonError, match="not configured"):
            await ada.click("go", channel="general", ts=ts)
        assert quiet.deliveries == []


async def test_what_was_sent_does_not_change_afterwards(slack: LocalSlack, bot: Bot) -> None:
    @bot.app.action("value")
    async def acked(ack: Any) -> None:
        await ack()

    ada, view = await opened(slack, bot, modal(text_input("title", dispatch_action=True)))
    await ada.choose("value", "first", view_id=view["id"])
    await ada.fill(view["id"], {"title": "second"})

    sent = next(item for item in slack.deliveries if item.kind == "block_actions").payload["view"]
    assert sent["state"]["values"]["title"]["value"]["value"] == "first"


@pytest.mark.parametrize("action", ["update", "push", "clear"])
async def test_what_a_form_is_answered_does_not_matter_once_it_is_closed(
    slack: LocalSlack, bot: Bot, action: str
) -> None:
    came, closed = asyncio.Event(), asyncio.Event()

    @bot.app.view("form")
    async def submitted(ack: Any) -> None:
        came.set()
        await closed.wait()
        await ack(response_action=action, **({"view": modal(SECTION)} if action != "clear" else {}))

    ada, view = await opened(slack, bot, modal(text_input("title")))
    sending = asyncio.ensure_future(ada.submit(view["id"], {"title": "x"}))
    await came.wait()
    await ada.close(view["id"])
    await ada.slash("general", "/issue")
    another = await ada.expect_modal()
    closed.set()
    assert (await sending).outcome == "closed"
    assert [each["id"] for each in ada.modals()] == [another["id"]]
    assert ada.notices() == []
