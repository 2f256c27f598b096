"""What reaches the app: its shape, its signature, its retries, and what people see when it fails."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack, PersonError
from bot.playground.wire import Json
from tests.playground.world import Bot, Received, button, modal, plain, text_input

SECTION: Json = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


def fail_with(status: int, **headers: str) -> Any:
    def answer(_: Received) -> web.Response:
        return web.Response(status=status, headers=headers)

    return answer


async def post(client: AsyncWebClient, *blocks: Json, channel: str = "C0GENERAL") -> str:
    return str((await client.chat_postMessage(channel=channel, text="card", blocks=list(blocks)))["ts"])


def accept(bot: Bot, action_id: str, **ack: Any) -> None:
    @bot.app.action(action_id)
    async def acked(ack: Any) -> None:
        await ack()


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


async def test_an_event_comes_in_its_envelope(slack: LocalSlack, bot: Bot) -> None:
    ts = await slack.person("ada").send("general", "hello @grace & co")
    await slack.settled()
    envelope = bot.payload("message")

    assert envelope["type"] == "event_callback"
    assert envelope["event_id"].startswith("Ev")
    assert envelope["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": "T0HARBOUR",
            "user_id": "U0LODGEBOT",
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    assert (envelope["team_id"], envelope["api_app_id"]) == ("T0HARBOUR", "A0LODGE")
    event = envelope["event"]
    assert event["text"] == "hello <@U0GRACE> &amp; co"
    assert (event["ts"], event["event_ts"], event["channel_type"]) == (ts, ts, "channel")
    assert event["blocks"][0]["elements"][0]["elements"][1] == {"type": "user", "user_id": "U0GRACE"}
    assert "X-Slack-Retry-Num" not in bot.of("message")[-1].headers


async def test_only_channels_with_the_bot_are_heard(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").send("random", "nobody listens")
    await slack.settled()

    assert bot.requests == []


async def test_what_is_not_subscribed_is_not_sent(slack: LocalSlack, bot: Bot) -> None:
    private = await slack.person("ada").create_channel("secret", private=True)
    await slack.person("ada").invite(private["id"], "lodge")
    await slack.person("ada").send(private["id"], "message.groups is not in the manifest")
    await slack.settled()

    assert bot.of("message") == []


async def test_changes_and_deletions_are_events(slack: LocalSlack, bot: Bot) -> None:
    ada = slack.person("ada")
    ts = await ada.send("general", "befor")
    await ada.edit_message("general", ts, "before")
    await ada.delete_message("general", ts)
    await slack.settled()
    events = {item.payload["event"].get("subtype"): item.payload["event"] for item in bot.of("message")}

    changed = events["message_changed"]
    assert (changed["message"]["text"], changed["previous_message"]["text"]) == ("before", "befor")
    assert changed["message"]["edited"]["user"] == "U0ADA"
    assert changed["hidden"]
    deleted = events["message_deleted"]
    assert deleted["deleted_ts"] == ts
    assert deleted["previous_message"]["text"] == "before"


async def test_the_bots_own_messages_come_back_marked(
    slack: LocalSlack, bot: Bot, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C0GENERAL", text="x")
    await slack.settled()

    assert bot.event("message")["bot_id"] == "B0LODGE"


async def test_a_mention_comes_twice(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").send("general", "@lodge help")
    await slack.settled()

    assert bot.event("app_mention")["text"] == "<@U0LODGEBOT> help"
    assert bot.event("message")["ts"] == bot.event("app_mention")["ts"]


async def test_a_direct_message_is_no_mention(slack: LocalSlack, bot: Bot) -> None:
    ada = slack.person("ada")
    await ada.send(ada.dm(), "@lodge help")
    await slack.settled()

    assert bot.event("message")["channel_type"] == "im"
    assert bot.of("app_mention") == []


async def test_reactions_are_events(slack: LocalSlack, bot: Bot) -> None:
    ts = await slack.person("ada").send("general", "x")
    await slack.person("grace").react("general", ts, ":ticket:")
    await slack.person("grace").unreact("general", ts, "ticket")
    await slack.settled()
    event = bot.event("reaction_added")

    assert event["item"] == {"type": "message", "channel": "C0GENERAL", "ts": ts}
    assert (event["user"], event["reaction"], event["item_user"]) == ("U0GRACE", "ticket", "U0ADA")
    assert bot.event("reaction_removed")["reaction"] == "ticket"


async def test_membership_is_events(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").invite("random", "lodge")
    await slack.person("dennis").leave("general")
    await slack.settled()

    joined = bot.event("member_joined_channel")
    assert (joined["user"], joined["channel"], joined["inviter"]) == ("U0LODGEBOT", "C0RANDOM", "U0ADA")
    assert bot.event("member_left_channel")["user"] == "U0DENNIS"
    assert {"channel_join", "channel_leave"} <= {
        item.payload["event"].get("subtype") for item in bot.of("message")
    }


async def test_archiving_is_an_event(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").archive("support")
    await slack.settled()

    assert bot.event("channel_archive")["channel"] == "C0SUPPORT"
    # The app was taken out; of public channels it hears all the same.
    await slack.person("ada").unarchive("support")
    await slack.settled()
    assert bot.event("channel_unarchive")["channel"] == "C0SUPPORT"


async def test_opening_home_is_an_event(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    await slack.person("ada").open_home()
    await slack.settled()
    assert "view" not in bot.event("app_home_opened")
    await client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": []})
    await slack.person("ada").open_home()
    await slack.settled()

    event = bot.event("app_home_opened")
    assert (event["user"], event["tab"]) == ("U0ADA", "home")
    assert event["view"]["type"] == "home"


async def test_a_shared_link_is_an_event(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").send("random", "https://lodge.example/LDG-1 and https://other.example/")
    await slack.settled()
    event = bot.event("link_shared")

    assert event["links"] == [{"domain": "lodge.example", "url": "https://lodge.example/LDG-1"}]
    assert event["is_bot_user_member"] is False


async def test_uninstalling_tells_the_app_and_ends_its_token(slack: LocalSlack, bot: Bot) -> None:
    await slack.person("ada").uninstall_app()
    await slack.settled()

    assert bot.event("tokens_revoked")["tokens"] == {"oauth": [], "bot": ["U0LODGEBOT"]}
    assert bot.event("app_uninstalled") == bot.event("app_uninstalled") | {"type": "app_uninstalled"}
    with pytest.raises(PersonError):
        await slack.person("ada").slash("general", "/issue")


async def test_a_step_of_a_workflow_runs(slack: LocalSlack, bot: Bot, client: AsyncWebClient) -> None:
    @bot.app.function("file_issue")
    async def step(inputs: Json, complete: Any) -> None:
        await complete({"key": inputs["title"].upper()})

    record = slack.run_function("file_issue", {"title": "ldg"})
    await slack.until(lambda: record["state"] != "running")

    assert (record["state"], record["outputs"]) == ("succeeded", {"key": "LDG"})


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


async def test_a_request_url_is_verified(slack: LocalSlack, bot: Bot) -> None:
    assert await slack.verify_url()
    assert await slack.ssl_check()
    bot.instead = fail_with(200)

    assert not await slack.verify_url()


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
