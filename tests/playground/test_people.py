from __future__ import annotations

import pytest

from bot.playground import LocalSlack, PersonError
from bot.playground.composer import compose
from bot.playground.directory import User
from bot.playground.membership import change_user, join_team
from bot.playground.wire import Json
from tests.playground.world import Bot


def elements(blocks: list[Json]) -> list[Json]:
    inside: list[Json] = blocks[0]["elements"][0]["elements"]
    return inside


@pytest.mark.parametrize(
    ("typed", "text", "types"),
    [
        ("plain", "plain", ["text"]),
        ("a < b & c", "a &lt; b &amp; c", ["text"]),
        ("hi @ada!", "hi <@U0ADA>!", ["text", "user", "text"]),
        ("mail a@ada.example", "mail a@ada.example", ["text"]),
        ("hi @Ada!", "hi <@U0ADA>!", ["text", "user", "text"]),
        ("@nobody", "@nobody", ["text"]),
        ("see #product", "see <#C0PRODUCT|>", ["text", "channel"]),
        ("<@U0ADA> here", "<@U0ADA> here", ["user", "text"]),
        ("@channel now", "<!channel> now", ["broadcast", "text"]),
        ("https://x.example/a?b=1&c.", "<https://x.example/a?b=1&amp;c>.", ["link", "text"]),
        (":eyes: *bold* `code`", ":eyes: *bold* `code`", ["emoji", "text", "text", "text", "text"]),
    ],
)
def test_typed_text_is_composed(slack: LocalSlack, typed: str, text: str, types: list[str]) -> None:
    composed, blocks = compose(slack.state, "T0HARBOUR", typed)

    assert composed == text
    assert [element["type"] for element in elements(blocks)] == types


async def test_nobody_writes_where_they_are_not(slack: LocalSlack) -> None:
    with pytest.raises(PersonError, match="Join #product"):
        await slack.person("dennis").send("product", "x")
    await slack.person("dennis").join("product")

    assert await slack.person("dennis").send("product", "x")


async def test_nobody_edits_or_deletes_for_others(slack: LocalSlack) -> None:
    ts = await slack.person("grace").send("general", "x")
    with pytest.raises(PersonError, match="not yours"):
        await slack.person("linus").edit_message("general", ts, "y")
    with pytest.raises(PersonError, match="not yours"):
        await slack.person("linus").delete_message("general", ts)
    await slack.person("ada").delete_message("general", ts)

    assert slack.person("grace").messages("general") == []


async def test_archived_channels_are_read_only(slack: LocalSlack) -> None:
    with pytest.raises(PersonError, match="cannot be archived"):
        await slack.person("ada").archive("general")
    await slack.person("ada").archive("support")
    with pytest.raises(PersonError, match="archived"):
        await slack.person("ada").send("support", "x")
    with pytest.raises(PersonError, match="archived"):
        await slack.person("ada").slash("support", "/issue")
    await slack.person("ada").unarchive("support")

    assert await slack.person("ada").send("support", "x")


async def test_a_broadcast_reply_shows_in_the_channel(slack: LocalSlack) -> None:
    ada = slack.person("ada")
    root = await ada.send("general", "root")
    await ada.send("general", "quiet", root)
    await ada.send("general", "loud", root, broadcast=True)

    assert [message["text"] for message in ada.messages("general")] == ["root", "loud"]


async def test_unread_counts_what_others_wrote_since(slack: LocalSlack) -> None:
    ada, grace = slack.person("ada"), slack.person("grace")
    channel = slack.channel("general")
    first = await ada.send("general", "one")
    await ada.send("general", "two")
    assert slack.state.unread(channel, grace.id) == 2
    await grace.mark("general", first)

    assert slack.state.unread(channel, grace.id) == 1
    assert slack.state.unread(channel, ada.id) == 0


async def test_people_change_and_arrive(slack: LocalSlack, bot: Bot) -> None:
    grace = slack.person("grace").user
    grace.is_admin = True
    change_user(slack.service, grace)
    join_team(slack.service, User(id="U0NEW", team_id="T0HARBOUR", name="new", real_name="New Person"))
    await slack.settled()

    assert bot.event("user_change")["user"]["is_admin"]
    assert bot.event("team_join")["user"]["id"] == "U0NEW"
    assert slack.person("new").id == "U0NEW"


async def test_a_missing_button_names_those_there_are(slack: LocalSlack) -> None:
    ts = await slack.person("ada").send("general", "x")

    with pytest.raises(PersonError, match="no 'close' here"):
        await slack.person("ada").click("close", channel="general", ts=ts)


async def test_waiting_gives_up_with_a_reason(slack: LocalSlack) -> None:
    with pytest.raises(TimeoutError, match=r"not true after 0\.05 s"):
        await slack.person("ada").expect_modal(timeout=0.05)


async def test_the_seeded_team_is_believable() -> None:
    async with LocalSlack(chatter=True) as slack:
        ada = slack.person("ada")

        assert ada.user.is_admin
        assert slack.person("guest").user.is_restricted
        assert slack.person("linus").user.locale == "de-DE"
        for name in ("general", "product", "on-call", "support", "random"):
            assert ada.messages(name)
        root = next(message for message in ada.messages("product") if message.get("reply_count"))
        assert len(ada.thread("product", root["ts"])) == root["reply_count"] + 1
        assert slack.deliveries == []


async def test_a_guest_sees_only_their_channels(slack: LocalSlack) -> None:
    with pytest.raises(PersonError, match="channel_not_found"):
        slack.person("guest").messages("product")

    assert slack.person("guest").messages("support") == []
