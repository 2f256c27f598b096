"""Issues are made from any message, wherever it stands and whoever posted it, and keep what it said."""

from __future__ import annotations

from functools import partial

import pytest

from db import limits
from db.ids import SlackUserId, WorkspaceId
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_conversations import comments_of, posted
from tests.scenarios.test_threads import names, quiet


async def filed(lodge: Lodge, key: str = "LDG-1") -> Json:
    """Its title and description, as they are kept."""
    number = int(key.rpartition("-")[2])
    async with lodge.process.services.database.connection() as conn:
        row = await conn.fetchrow("SELECT title, description FROM issues WHERE number = $1", number)
    assert row is not None, key
    return dict(row)


async def by_reaction(lodge: Lodge, ts: str, channel: str = "general", emoji: str = "ticket") -> None:
    ada = lodge.person("ada")
    await ada.react(channel, ts, emoji)
    await ada.expect_message(channel, lambda m: "issue_close" in str(m.get("blocks")), thread_ts=ts)
    await lodge.announced()


async def _how_many(lodge: Lodge) -> int:
    async with lodge.process.services.database.connection() as conn:
        count: int = await conn.fetchval("SELECT count(*) FROM issues")
    return count


# -- what is kept of the message


async def test_an_issue_made_by_a_reaction_links_to_its_message(lodge: Lodge) -> None:
    ts = await lodge.person("grace").send("general", "The lift is stuck\nsince noon")
    await by_reaction(lodge, ts)
    kept = await filed(lodge)
    assert kept["title"] == "The lift is stuck"
    assert kept["description"].startswith("The lift is stuck\nsince noon\n\n[Original message ↗](<")
    assert f"/archives/{lodge.slack.channel('general').id}/p{ts.replace('.', '')}>" in kept["description"]


async def test_an_issue_made_by_the_menu_links_to_its_message(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    ts = await lodge.person("grace").send("general", "The lift is stuck")
    await ada.message_shortcut("general", ts, "issue_from_message")
    form = await ada.expect_modal()
    assert (await ada.submit(form["id"])).outcome == "closed"
    await lodge.settled()
    assert f"/p{ts.replace('.', '')}>" in (await filed(lodge))["description"]
    # A form of its own leads nowhere.
    await ada.slash("general", "/issue")
    form = await ada.expect_modal()
    await ada.submit(form["id"], {"title": {"issue_title": "By hand"}})
    await lodge.settled()
    assert (await filed(lodge, "LDG-2"))["description"] == ""


async def test_a_message_that_slack_gives_no_link_to_is_filed_all_the_same(lodge: Lodge) -> None:
    lodge.slack.faults.add(method="chat.getPermalink", error="channel_not_found")
    ts = await lodge.person("grace").send("general", "The lift is stuck")
    await by_reaction(lodge, ts)
    assert await filed(lodge) == {"title": "The lift is stuck", "description": ""}


async def test_a_title_names_people_and_channels_as_they_are_read(lodge: Lodge) -> None:
    grace, general = lodge.person("grace"), lodge.slack.channel("general")
    ts = await grace.send("general", f"<@{lodge.person('linus').id}> see <#{general.id}> please")
    await by_reaction(lodge, ts)
    assert (await filed(lodge))["title"] == f"@{lodge.person('linus').user.real_name} see #general please"


async def test_a_message_of_nothing_but_a_picture_is_filed_with_it(lodge: Lodge) -> None:
    await lodge.person("grace").upload("general", "shot.png", b"png")
    (message,) = [m for m in lodge.person("ada").messages("general") if m.get("files")]
    await by_reaction(lodge, message["ts"])
    kept = await filed(lodge)
    assert kept["title"] == "shot.png"
    assert "[shot.png](<" in kept["description"]


async def test_what_a_program_posted_without_a_text_is_filed_with_its_blocks(lodge: Lodge) -> None:
    client = await lodge.process.services.slack.client(WorkspaceId(lodge.slack.team_id))
    message = {
        "channel": lodge.slack.channel("general").id,
        "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Disk full"}}],
        "attachments": [{"title": "db-1", "text": "is *full*"}],
    }
    posted_ = await client.api_call("chat.postMessage", json=message)
    await by_reaction(lodge, posted_["ts"])
    kept = await filed(lodge)
    assert kept["title"] == "Disk full"
    assert "is **full**" in kept["description"]


async def test_what_is_longer_than_an_issue_is_cut_and_leads_to_the_rest(lodge: Lodge) -> None:
    client = await lodge.process.services.slack.client(WorkspaceId(lodge.slack.team_id))
    posted_ = await client.chat_postMessage(
        channel=lodge.slack.channel("general").id, text="Log\n" + "*a* " * 9_000
    )
    await by_reaction(lodge, posted_["ts"])
    kept = await filed(lodge)
    assert kept["title"] == "Log"
    assert len(kept["description"]) <= limits.TEXT_MAX
    assert kept["description"].endswith(f"/p{posted_['ts'].replace('.', '')}>)")


# -- where it stands


async def test_a_reaction_to_a_reply_files_it_and_what_follows_in_its_thread_are_comments(
    lodge: Lodge,
) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    root = await grace.send("general", "Standup, please")
    reply = await grace.send("general", "The lift is stuck", root)
    await ada.react("general", reply, "ticket")
    await ada.expect_message("general", lambda m: "LDG-1" in said(m), thread_ts=root)
    await lodge.announced()
    await grace.send("general", "fire brigade called", root)
    await quiet(lodge)
    assert (await comments_of(lodge)).count("fire brigade called") == 1
    await lodge.ask("ada", "comment LDG-1 they are here", "product")
    await ada.expect_message("general", lambda m: "they are here" in said(m), thread_ts=root)
    await quiet(lodge)
    assert sum("fire brigade" in said(m) for m in ada.thread("general", root)) == 1


async def test_talk_in_a_thread_where_several_issues_stand_belongs_to_none(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    root = await grace.send("general", "Standup, please")
    for number, text in enumerate(("The lift is stuck", "The door squeaks"), start=1):
        reply = await grace.send("general", text, root)
        await ada.react("general", reply, "ticket")
        await ada.expect_message("general", partial(names, f"LDG-{number}"), thread_ts=root)
        await lodge.announced()
    await grace.send("general", "which one first?", root)
    await quiet(lodge)
    for key in ("LDG-1", "LDG-2"):
        assert "which one first" not in await comments_of(lodge, key)


async def test_a_reply_made_an_issue_twice_by_different_means_is_one(lodge: Lodge) -> None:
    ada, grace = lodge.person("ada"), lodge.person("grace")
    root = await grace.send("general", "Standup, please")
    reply = await grace.send("general", "The lift is stuck", root)
    await ada.react("general", reply, "ticket")
    await ada.expect_message("general", lambda m: "LDG-1" in said(m), thread_ts=root)
    await grace.message_shortcut("general", reply, "issue_from_message")
    await grace.expect_message("general", lambda m: m.get("is_ephemeral") and "already" in said(m))
    assert not grace.modals()
    assert await _how_many(lodge) == 1


# -- by an emoji


async def test_an_emoji_of_any_colour_of_skin_files(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue channel")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "channel_settings_form")
    await ada.submit(form["id"], {"emoji": ":wave:"})
    await lodge.settled()
    ts = await lodge.person("grace").send("general", "The lift is stuck")
    await by_reaction(lodge, ts, emoji="wave::skin-tone-4")
    assert await _how_many(lodge) == 1


# -- by naming the bot


async def test_only_the_bots_name_is_left_out_of_what_is_said_to_it(lodge: Lodge) -> None:
    grace, linus = lodge.person("grace"), lodge.person("linus")
    bot = lodge.slack.config.bot_user_id
    ts = await grace.send("general", f"<@{linus.id}> says the lift is stuck, <@{bot}>")
    await grace.expect_message("general", lambda m: "issue_close" in str(m.get("blocks")), thread_ts=ts)
    assert (await filed(lodge))["title"] == f"@{linus.user.real_name} says the lift is stuck,"


@pytest.mark.parametrize("text", ["help", "Hilfe", "?", ""])
async def test_who_asks_the_bot_for_help_files_nothing(lodge: Lodge, text: str) -> None:
    grace, bot = lodge.person("grace"), lodge.slack.config.bot_user_id
    await grace.send("general", f"<@{bot}> {text}".strip())
    await grace.expect_message("general", lambda m: m.get("is_ephemeral") and "after my name" in said(m))
    assert await _how_many(lodge) == 0


async def test_a_picture_with_the_bots_name_is_filed(lodge: Lodge) -> None:
    grace, bot = lodge.person("grace"), lodge.slack.config.bot_user_id
    ts = await grace.upload("general", "shot.png", b"png", text=f"<@{bot}>")
    await grace.expect_message("general", lambda m: "issue_close" in str(m.get("blocks")), thread_ts=ts)
    assert (await filed(lodge))["title"] == "shot.png"


# -- by a direct message


async def offered(lodge: Lodge, text: str) -> Json:
    grace = lodge.person("grace")
    return await grace.expect_message(grace.dm(), lambda m: "Shall I file" in said(m) and text in said(m))


async def test_all_of_a_direct_message_stands_in_the_form(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    ts = await grace.send(grace.dm(), "The lift is stuck\nFloor *three*, since noon")
    offer = await offered(lodge, "The lift is stuck")
    await grace.click("issue_from_told", channel=grace.dm(), ts=offer["ts"])
    form = await grace.expect_modal()
    assert form["state"]["values"]["title"]["issue_title"]["value"] == "The lift is stuck"
    assert (await grace.submit(form["id"])).outcome == "closed"
    await lodge.settled()
    kept = await filed(lodge)
    assert kept["description"].startswith("The lift is stuck\nFloor **three**, since noon")
    assert f"/p{ts.replace('.', '')}>" in kept["description"]
    # It is an issue now, and no second one.
    await grace.click("issue_from_told", channel=grace.dm(), ts=offer["ts"])
    await grace.expect_message(grace.dm(), lambda m: "already" in said(m))
    assert not grace.modals()
    assert await _how_many(lodge) == 1


async def test_a_picture_in_a_direct_message_is_offered_and_kept(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    await grace.upload(grace.dm(), "shot.png", b"png", text="The lift is stuck")
    offer = await offered(lodge, "The lift is stuck")
    await grace.click("issue_from_told", channel=grace.dm(), ts=offer["ts"])
    form = await grace.expect_modal()
    assert (await grace.submit(form["id"])).outcome == "closed"
    await lodge.settled()
    assert "[shot.png](" in (await filed(lodge))["description"]


async def test_a_table_in_a_direct_message_is_imported_and_not_offered(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    await grace.upload(grace.dm(), "issues.csv", b"title\nOne\n", text="here")
    async with lodge.process.services.database.connection() as conn:
        await lodge.slack.settled()
        assert await conn.fetchval("SELECT count(*) FROM imports") == 1
    assert not [m for m in grace.messages(grace.dm()) if "Shall I file" in said(m)]


async def test_who_asks_for_help_in_a_direct_message_is_offered_no_issue(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    await grace.send(grace.dm(), "Help")
    await grace.expect_message(grace.dm(), lambda m: "I offer to file it" in said(m))
    assert not [m for m in grace.messages(grace.dm()) if "Shall I file" in said(m)]


async def test_a_direct_message_that_was_taken_back_leaves_its_title(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    ts = await grace.send(grace.dm(), "The lift is <b> stuck\nmore")
    offer = await offered(lodge, "stuck")
    await grace.delete_message(grace.dm(), ts)
    await grace.click("issue_from_told", channel=grace.dm(), ts=offer["ts"])
    form = await grace.expect_modal()
    assert form["state"]["values"]["title"]["issue_title"]["value"] == "The lift is <b> stuck"


# -- who is not to be bothered


async def test_who_was_deactivated_here_talks_in_peace_and_is_answered_when_they_ask(lodge: Lodge) -> None:
    card = await posted(lodge)
    grace, bot = lodge.person("grace"), lodge.slack.config.bot_user_id
    await lodge.ask("grace", "help")
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE people SET active = false WHERE slack_user_id = $1", grace.id)
    lodge.process.services.directory.forget_person(WorkspaceId(lodge.slack.team_id), SlackUserId(grace.id))
    before = len(grace.ephemerals("general"))
    ts = await grace.send("general", "Just talking")
    await grace.send("general", "and answering", card["ts"])
    await grace.react("general", ts, "ticket")
    await quiet(lodge)
    assert len(grace.ephemerals("general")) == before
    assert "and answering" not in await comments_of(lodge)
    await grace.send("general", f"<@{bot}> file this")
    await grace.expect_message("general", lambda m: m.get("is_ephemeral") and "deactivated" in said(m))
    await grace.send(grace.dm(), "or this")
    await grace.expect_message(grace.dm(), lambda m: "deactivated" in said(m))
    assert await _how_many(lodge) == 1
