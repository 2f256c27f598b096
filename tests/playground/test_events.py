"""Events: what the app hears of what happens, and of what it hears nothing."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack, PersonError
from bot.playground.wire import Json
from tests.playground.world import Bot


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
