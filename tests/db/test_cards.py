"""Which posted cards say something else now, and which issues a thread is about."""

from __future__ import annotations

import asyncpg

from db import cards, issues, labels, stale
from db.access import Actor
from db.ids import ChannelId, MessageTs
from db.issues import Issue, IssuePatch
from tests.db.worlds import World, file, make_world, me

HERE, ELSEWHERE = ChannelId("C1"), ChannelId("C2")


async def show(
    conn: asyncpg.Connection,
    world: World,
    issue: Issue,
    ts: str,
    channel_id: ChannelId = HERE,
    thread_ts: str | None = None,
) -> None:
    thread = MessageTs(thread_ts) if thread_ts else None
    await cards.remember(
        conn, world.workspace_id, channel_id, MessageTs(ts), issue.issue_id, issue.version, thread
    )


async def label_of(conn: asyncpg.Connection, actor: Actor, name: str) -> labels.Label:
    (found,) = [each for each in await labels.all(conn, actor) if each.name == name]
    return found


async def test_cards_are_outdated_by_what_they_name(conn: asyncpg.Connection) -> None:
    world, other = await make_world(conn), await make_world(conn, "T2")
    bugs = await file(conn, world.ada, labels=("bug",))
    bobs = await file(conn, world.ada, assignee_id=me(world.bob))
    filed = await file(conn, world.bob)
    gone = await file(conn, world.bob, labels=("bug",))
    theirs = await file(conn, other.bob, labels=("bug",))
    await show(conn, world, bugs, "1.1")
    await show(conn, world, bobs, "2.1", ELSEWHERE)
    await show(conn, world, filed, "3.1")
    await show(conn, world, gone, "4.1")
    await show(conn, other, theirs, "5.1")
    await conn.execute("UPDATE issues SET deleted_at = now() WHERE issue_id = $1", gone.issue_id)
    bug = await label_of(conn, world.ada, "bug")

    async def outdated(**which: object) -> list[str]:
        found = await cards.outdate(conn, world.workspace_id, **which)  # type: ignore[arg-type] # one of the keywords
        return [str(card.message_ts) for card in found]

    assert await outdated(label_ids=[bug.label_id]) == ["1.1"]
    assert await outdated(person_ids=[me(world.bob)]) == ["3.1", "2.1"]
    assert await outdated(channel_id=HERE) == ["3.1", "1.1"]
    assert await outdated() == ["3.1", "2.1", "1.1"]
    assert await outdated(label_ids=[]) == []
    shown = await cards.at(conn, other.workspace_id, HERE, MessageTs("5.1"))
    assert shown is not None
    assert shown.shown_version == theirs.version


async def test_an_outdated_card_is_stale_until_it_shows_any_version(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await show(conn, world, issue, "1.1")
    await cards.outdate(conn, world.workspace_id)
    assert [each.message_ts for each in await stale.in_channel(conn, world.workspace_id, HERE, limit=5)] == [
        "1.1"
    ]
    await cards.shown(conn, world.workspace_id, HERE, MessageTs("1.1"), issue.version, before=-1)
    assert await stale.in_channel(conn, world.workspace_id, HERE, limit=5) == ()


async def test_what_was_drawn_before_a_card_was_outdated_again_does_not_count(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await show(conn, world, issue, "1.1")
    for before in (issue.version, -1, -2):
        (outdated,) = await cards.outdate(conn, world.workspace_id)
        await cards.shown(conn, world.workspace_id, HERE, MessageTs("1.1"), issue.version, before=before)
        posted = await cards.at(conn, world.workspace_id, HERE, MessageTs("1.1"))
        assert posted == outdated
    await cards.outdate_one(conn, world.workspace_id, HERE, MessageTs("1.1"))
    posted = await cards.at(conn, world.workspace_id, HERE, MessageTs("1.1"))
    assert posted is not None
    assert posted.shown_version < outdated.shown_version


async def test_a_thread_is_about_the_issues_whose_cards_stand_in_it(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    one, two, gone = [await file(conn, world.ada, title) for title in ("One", "Two", "Three")]
    root = MessageTs("1.1")
    await show(conn, world, one, "2.1", thread_ts=root)
    await show(conn, world, one, "2.2", thread_ts=root)
    await show(conn, world, gone, "2.3", thread_ts=root)
    await show(conn, world, two, "2.4", thread_ts="0.9")
    await show(conn, world, two, "2.4", ELSEWHERE, thread_ts=root)
    await issues.edit(conn, world.ada, one.issue_id, IssuePatch(title="Uno"))
    await conn.execute("UPDATE issues SET deleted_at = now() WHERE issue_id = $1", gone.issue_id)
    later = MessageTs("3.1")
    assert await cards.in_thread(conn, world.workspace_id, HERE, root, later) == (one.issue_id,)
    assert await cards.in_thread(conn, world.workspace_id, HERE, root, MessageTs("2.0")) == ()
    await show(conn, world, two, "2.5", thread_ts=root)
    both = await cards.in_thread(conn, world.workspace_id, HERE, root, later)
    assert set(both) == {one.issue_id, two.issue_id}
