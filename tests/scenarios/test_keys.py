"""Issues named in chat are shown: where the channel wants it, on request, and behind links."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.playground import LocalSlack
from db.ids import WorkspaceId
from handlers.keys import MOST, named
from tests.scenarios.clocks import Clock, lodge_at
from tests.scenarios.conftest import Json, Lodge, said

URL = "https://example.com"


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str) -> AsyncIterator[Lodge]:
    clock = Clock(datetime.now(UTC))
    async with lodge_at(slack, db_url, clock, public_url=URL) as lodge:
        await lodge.ask("ada", "new Boiler", "product")
        yield lodge


async def shown(lodge: Lodge, ts: str, channel: str = "product") -> list[str]:
    """What the bot said in the thread, once nothing is left to be sent."""
    await lodge.settled()
    ada = lodge.person("ada")
    async with lodge.process.services.database.connection() as conn:
        for _ in range(1200):
            if not await conn.fetchval("SELECT count(*) FROM outbox WHERE state = 'waiting'"):
                break
            await conn.execute("SELECT pg_sleep(0.05)")
    await lodge.settled()
    return [said(m) for m in ada.thread(channel, ts)[1:]]


async def want(lodge: Lodge, channel: str = "product") -> None:
    ada = lodge.person("ada")
    await ada.slash(channel, "/issue channel")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "channel_settings_form")
    await ada.submit(form["id"], {"switches": ["previews"]})
    await lodge.settled()


def _told_privately(title: str, message: Json) -> bool:
    return bool(message.get("is_ephemeral")) and title in said(message)


def _says(ts: str, text: str, message: Json) -> bool:
    return message["ts"] == ts and text in said(message)


async def test_a_key_is_shown_where_the_channel_wants_it_once(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    ts = await ada.send("product", "see LDG-1")
    assert await shown(lodge, ts) == []
    await want(lodge)
    first = await ada.send("product", "see LDG-1, JIRA-1 and LDG-99")
    preview = await ada.expect_message("product", lambda m: "Boiler" in said(m), thread_ts=first)
    assert len(preview["blocks"]) == 1
    second = await ada.send("product", "LDG-1 again")
    assert await shown(lodge, second) == []
    # A thread has an hour of its own.
    await ada.send("product", "LDG-1 here", ts)
    assert len([text for text in await shown(lodge, ts) if "Boiler" in text and "here" not in text]) == 1


async def test_what_was_shown_below_a_message_is_not_shown_again_in_its_thread(lodge: Lodge) -> None:
    await want(lodge)
    ada = lodge.person("ada")
    first = await ada.send("product", "see LDG-1")
    await ada.expect_message("product", lambda m: "Boiler" in said(m), thread_ts=first)
    await ada.send("product", "LDG-1 is the one", first)
    assert len([text for text in await shown(lodge, first) if "Boiler" in text]) == 1


async def test_keys_in_what_a_program_posted_are_shown_on_request(lodge: Lodge) -> None:
    client = await lodge.process.services.slack.client(WorkspaceId(lodge.slack.team_id))
    attached = [{"title": "Deployed", "text": "fixes LDG-1", "fallback": "Deployed"}]
    posted = await client.chat_postMessage(
        channel=lodge.slack.channel("product").id, text="News", attachments=attached
    )
    ada = lodge.person("ada")
    await ada.message_shortcut("product", posted["ts"], "issue_show_named")
    await ada.expect_message("product", lambda m: m.get("is_ephemeral") and "Boiler" in said(m))


async def test_not_in_the_thread_of_the_issue_itself(lodge: Lodge) -> None:
    await want(lodge)
    ada = lodge.person("ada")
    ts = await ada.send("product", "The lift is stuck")
    await ada.react("product", ts, "ticket")
    await ada.expect_message("product", lambda m: "LDG-2" in said(m), thread_ts=ts)
    before = len(await shown(lodge, ts))
    await ada.send("product", "LDG-2 is urgent", ts)
    assert len(await shown(lodge, ts)) == before + 1


async def test_nothing_is_shown_by_itself_where_a_guest_reads(lodge: Lodge) -> None:
    await want(lodge, "general")
    ts = await lodge.person("ada").send("general", "see LDG-1")
    assert await shown(lodge, ts, "general") == []


async def test_nothing_is_shown_by_itself_where_another_organization_reads(lodge: Lodge) -> None:
    await want(lodge)
    lodge.slack.share_outside("product")
    ts = await lodge.person("ada").send("product", "see LDG-1")
    assert await shown(lodge, ts) == []


async def test_on_request_by_the_messages_menu(lodge: Lodge) -> None:
    ada, guest = lodge.person("ada"), lodge.person("guest")
    ts = await ada.send("general", "see LDG-1")
    await ada.message_shortcut("general", ts, "issue_show_named")
    await ada.expect_message("general", lambda m: m.get("is_ephemeral") and "Boiler" in said(m))
    await guest.message_shortcut("general", ts, "issue_show_named")
    await guest.expect_message("general", lambda m: "names no issue" in said(m))
    assert not any("Boiler" in said(m) for m in guest.messages("general"))


async def test_on_request_by_a_mention_with_several_keys(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Pump", "product")
    grace, bot = lodge.person("grace"), lodge.slack.config.bot_user_id
    await grace.send("product", f"<@{bot}> LDG-1, LDG-2")
    for title in ("Boiler", "Pump"):
        await grace.expect_message("product", functools.partial(_told_privately, title))


async def test_a_link_is_unfurled_where_everybody_may_see_it(lodge: Lodge) -> None:
    async with lodge.process.services.database.connection() as conn:
        issue_id = await conn.fetchval("SELECT issue_id FROM issues")
    ada = lodge.person("ada")
    ts = await ada.send("product", f"<{URL}/issues/{issue_id}> and <{URL}/issues/nonsense>")
    unfurled = await ada.expect_message("product", lambda m: m["ts"] == ts and m.get("attachments"))
    assert "Boiler" in said(unfurled)
    ts = await ada.send("general", f"<{URL}/issues/{issue_id}>")
    await lodge.settled()
    (message,) = [m for m in ada.messages("general") if m["ts"] == ts]
    assert not message.get("attachments")


async def test_what_was_shown_follows_its_issues_and_is_no_home_of_theirs(lodge: Lodge) -> None:
    await want(lodge)
    await lodge.ask("ada", "new Pump", "product")
    async with lodge.process.services.database.connection() as conn:
        pump = await conn.fetchval("SELECT issue_id FROM issues WHERE title = 'Pump'")
    ada, grace = lodge.person("ada"), lodge.person("grace")
    ts = await ada.send("product", "see LDG-1 and LDG-2")
    preview = await ada.expect_message("product", lambda m: "Pump" in said(m), thread_ts=ts)
    link = await ada.send("product", f"<{URL}/issues/{pump}>")
    await ada.expect_message("product", lambda m: m["ts"] == link and m.get("attachments"))
    await grace.send("product", "Which one leaks?", ts)
    await lodge.ask("ada", "assign LDG-2 @grace", "product")
    for where, thread in ((preview["ts"], ts), (link, None)):
        fits = functools.partial(_says, where, f"<@{grace.id}>")
        await ada.expect_message("product", fits, thread_ts=thread)
    await lodge.announced()
    assert [m["text"] for m in ada.thread("product", ts)[2:]] == ["Which one leaks?"]
    async with lodge.process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM comments") == 0


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("LDG-1", ["LDG-1"]),
        ("(ldg-2), LDG-2 and LDG-3.", ["LDG-2", "LDG-3"]),
        ("XLDG-1 LDG-1x LDG-0 LDG-1-2 a/LDG-4", []),
        ("`LDG-1` ```\nLDG-2\n``` <https://example.com/LDG-3|LDG-3>", []),
        (" ".join(f"LDG-{n}" for n in range(1, 20)), [f"LDG-{n}" for n in range(1, MOST + 1)]),
    ],
)
def test_which_keys_a_message_names(text: str, keys: list[str]) -> None:
    assert named(text, "LDG") == keys


@given(st.text(alphabet=st.sampled_from("LDG-123 <>`|\n.x"), max_size=60))
def test_only_the_workspaces_own_keys(text: str) -> None:
    for key in named(text, "LDG"):
        prefix, _, number = key.partition("-")
        assert prefix == "LDG"
        assert int(number) > 0
        assert key in text.upper()
