"""Replies are comments as they read last, in whichever order Slack tells of what became of them."""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from db import cards, comments, outbox, people, workspaces
from db.access import Actor
from db.errors import Busy
from db.ids import ChannelId, CommentId, MessageTs, SlackUserId
from db.issues import Issue
from db.outbox import Kind, Outgoing
from db.pool import Database
from handlers import threads
from handlers.hearing import Heard
from handlers.requesting import Asker
from handlers.services import Services
from handlers.threads import Threads
from tests.db.worlds import World, file, make_world, me

CARD = "1700000000.000100"
REPLY = "1700000100.000200"
BOT = "ULODGE"
Json = dict[str, Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Thread:
    """Below the card of an issue, where Ada talks. `hears` of each event by another delivery."""

    world: World
    issue: Issue
    conn: asyncpg.Connection
    hears: Callable[[Json], Awaitable[None]]

    async def comments(self) -> list[str]:
        found = await comments.page(self.conn, self.world.ada, self.issue.issue_id)
        return [each.body for each in found]


@pytest.fixture
async def thread(database: Database, conn: asyncpg.Connection) -> Thread:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await cards.remember(conn, world.workspace_id, ChannelId("C1"), MessageTs(CARD), issue.issue_id, 1)
    parts: dict[str, Any] = {each.name: None for each in dataclasses.fields(Services) if each.init}
    parts |= {"database": database, "bell": SimpleNamespace(ring=lambda: None)}
    listener, told = Threads(Services(**parts)), list[Json]()
    asker = await asker_of(conn, world, world.ada)

    async def hears(event: Json) -> None:
        told.append(event)
        asks = dataclasses.replace(asker, request_key=f"event:Ev{len(told)}")
        await listener.heard(Heard(event=event, asker=asks, client=cast("Any", None), bot_user_id=BOT))

    return Thread(world, issue, conn, hears)


async def asker_of(conn: asyncpg.Connection, world: World, actor: Actor) -> Asker:
    return Asker(
        actor=actor,
        person=await people.get(conn, actor, me(actor)),
        workspace=await workspaces.get(conn, world.workspace_id),
        locale="en",
        slack_user_id=SlackUserId("UADA"),
        channel_id=ChannelId("C1"),
        thread_ts=MessageTs(CARD),
        request_key=None,
        reference="-",
    )


def message(text: str, ts: str = REPLY) -> Json:
    return {
        "type": "message",
        "channel": "C1",
        "user": "UADA",
        "text": text,
        "ts": ts,
        "thread_ts": CARD,
        "event_ts": ts,
    }


def edit(text: str, at: str, ts: str = REPLY) -> Json:
    """Slack says to the second when somebody edited, and exactly when it told of that."""
    read = {name: value for name, value in message(text, ts).items() if name not in ("channel", "event_ts")}
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": "C1",
        "message": read | {"edited": {"user": "UADA", "ts": f"{at.partition('.')[0]}.000000"}},
        "ts": at,
        "event_ts": at,
    }


def deletion(at: str, ts: str = REPLY) -> Json:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "channel": "C1",
        "deleted_ts": ts,
        "previous_message": message("it leaks", ts),
        "ts": at,
        "event_ts": at,
    }


FIRST, SECOND, THIRD = "1700000200.000300", "1700000200.000400", "1700000201.000100"


async def test_an_edit_that_is_told_of_after_a_later_one_takes_nothing_back(thread: Thread) -> None:
    await thread.hears(message("it leaks"))
    await thread.hears(edit("it leaks badly", SECOND))
    await thread.hears(edit("it leaks a bit", FIRST))
    assert await thread.comments() == ["it leaks badly"]
    await thread.hears(edit("it is dry", THIRD))
    assert await thread.comments() == ["it is dry"]


async def test_what_was_told_last_changed_no_word_and_is_later_all_the_same(thread: Thread) -> None:
    await thread.hears(message("see the manual"))
    # Slack adds what is behind a link.
    await thread.hears(edit("see the manual", SECOND))
    await thread.hears(edit("see the page", FIRST))
    assert await thread.comments() == ["see the manual"]


async def test_an_edit_that_is_told_of_before_its_message_is_what_the_comment_says(thread: Thread) -> None:
    await thread.hears(edit("it leaks badly", SECOND))
    assert await thread.comments() == ["it leaks badly"]
    await thread.hears(message("it leaks"))
    await thread.hears(edit("it leaks a bit", FIRST))
    assert await thread.comments() == ["it leaks badly"]


async def test_an_edit_long_after_a_message_that_is_no_comment_makes_none(thread: Thread) -> None:
    await thread.hears(edit("it leaks badly", "1700090000.000300"))
    assert await thread.comments() == []


async def test_what_was_deleted_stays_so_whatever_edit_is_told_of_then(thread: Thread) -> None:
    await thread.hears(message("it leaks"))
    await thread.hears(deletion(THIRD))
    await thread.hears(edit("it leaks badly", SECOND))
    await thread.hears(message("it leaks"))
    assert await thread.comments() == []


async def test_what_was_deleted_before_it_was_told_of_becomes_no_comment(thread: Thread) -> None:
    await thread.hears(deletion(SECOND))
    await thread.hears(message("it leaks"))
    await thread.hears(edit("it leaks badly", FIRST))
    assert await thread.comments() == []


async def test_edits_of_one_message_say_nothing_of_another(thread: Thread) -> None:
    other = "1700000101.000200"
    await thread.hears(message("it leaks"))
    await thread.hears(message("where?", other))
    await thread.hears(edit("it leaks badly", SECOND))
    await thread.hears(edit("where exactly?", FIRST, other))
    assert await thread.comments() == ["it leaks badly", "where exactly?"]


async def test_what_is_said_elsewhere_is_as_new_as_it_is(thread: Thread) -> None:
    """An edit that Lodge made is no news of Slack's: the next one of Slack's counts."""
    await thread.hears(message("it leaks"))
    comment_id: CommentId = await thread.conn.fetchval("SELECT comment_id FROM comments")
    await thread.hears(edit("it leaks badly", FIRST))
    await comments.edit(thread.conn, thread.world.ada, comment_id, "it leaked")
    await thread.hears(edit("it leaks again", SECOND))
    assert await thread.comments() == ["it leaks again"]


@pytest.mark.parametrize(("of", "left"), [(edit, ["no, it is dry"]), (deletion, [])])
async def test_what_becomes_of_a_message_while_it_is_taken_in_is_not_lost(
    thread: Thread, database: Database, of: Callable[..., Json], left: list[str]
) -> None:
    ts, at = f"{time.time():.6f}", f"{time.time() + 1:.6f}"
    later = edit("no, it is dry", at, ts) if of is edit else deletion(at, ts)
    async with database.transaction() as busy:
        await busy.execute("SELECT FROM issues WHERE issue_id = $1 FOR UPDATE", thread.issue.issue_id)
        first = asyncio.ensure_future(thread.hears(message("it leaks", ts)))
        await until_waiting(thread.conn, 1, first)
        second = asyncio.ensure_future(thread.hears(later))
        await until_waiting(thread.conn, 2, second)
    await asyncio.gather(first, second)
    assert await thread.comments() == left


async def until_waiting(conn: asyncpg.Connection, count: int, work: asyncio.Future[None]) -> None:
    """So many wait for each other in the database, or the work did not have to."""
    async with asyncio.timeout(30):
        while not work.done():
            waiting = await conn.fetchval(
                """
                SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            )
            if waiting >= count:
                return
            await asyncio.sleep(0.01)


# A card that was just posted, and what somebody says to it at once.
POSTED, AT_ONCE, LATER = "1700000300.000100", "1700000300.400000", "1700000400.000000"


def reply(text: str, ts: str, *, to: str = BOT) -> Json:
    return message(text, ts) | {"thread_ts": POSTED, "parent_user_id": to}


async def posted(thread: Thread) -> None:
    """The card stands there, which nobody has noted yet."""
    card = Outgoing(channel_id=ChannelId("C1"), kind=Kind.CARD, issue_id=thread.issue.issue_id)
    await outbox.put(thread.conn, thread.world.workspace_id, [card])
    await thread.conn.execute("UPDATE outbox SET tried_at = now(), attempts = 1")


async def noted(thread: Thread) -> None:
    place = (ChannelId("C1"), MessageTs(POSTED))
    await thread.conn.execute("UPDATE outbox SET state = 'sent', settled_at = now()")
    await cards.remember(thread.conn, thread.world.workspace_id, *place, thread.issue.issue_id, 1)


@pytest.mark.parametrize(("by_queue", "ts"), [(True, LATER), (False, AT_ONCE)])
async def test_a_reply_to_a_card_that_is_not_noted_yet_is_a_comment(
    thread: Thread, monkeypatch: pytest.MonkeyPatch, by_queue: bool, ts: str
) -> None:
    monkeypatch.setattr(threads, "_UNKNOWN_FOR", 60)
    looked, look = asyncio.Event(), Threads._unknown

    async def looking(self: Threads, heard: Heard) -> Any:
        looked.set()
        return await look(self, heard)

    monkeypatch.setattr(Threads, "_unknown", looking)
    if by_queue:
        await posted(thread)
    hearing = asyncio.ensure_future(thread.hears(reply("seen", ts)))
    await asyncio.wait_for(looked.wait(), 30)
    await noted(thread)
    await hearing
    assert await thread.comments() == ["seen"]


async def test_slack_tells_again_of_a_reply_while_its_card_is_being_posted(
    thread: Thread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threads, "_UNKNOWN_FOR", 0)
    await posted(thread)
    with pytest.raises(Busy):
        await thread.hears(reply("seen", LATER))
    await noted(thread)
    await thread.hears(reply("seen", LATER))
    assert await thread.comments() == ["seen"]


async def test_slack_tells_again_of_an_edit_while_its_card_is_being_posted(thread: Thread) -> None:
    changed = edit("seen it", "1700000401.000000", LATER)
    changed["message"] |= {"thread_ts": POSTED, "parent_user_id": BOT}
    await posted(thread)
    with pytest.raises(Busy):
        await thread.hears(changed)
    await noted(thread)
    await thread.hears(reply("seen", LATER))
    assert await thread.comments() == ["seen"]
    await thread.hears(changed)
    assert await thread.comments() == ["seen it"]


@pytest.mark.parametrize(("to", "ts"), [(BOT, LATER), ("UGRACE", AT_ONCE)])
async def test_other_threads_are_not_waited_for(
    thread: Thread, monkeypatch: pytest.MonkeyPatch, to: str, ts: str
) -> None:
    monkeypatch.setattr(threads, "_UNKNOWN_FOR", 600)
    await asyncio.wait_for(thread.hears(reply("talk", ts, to=to)), 60)
    assert await thread.comments() == []
