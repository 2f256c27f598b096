"""What the bot said in a channel and is not true any more."""

from __future__ import annotations

import asyncpg

from db import cards, changes, comment_lines, comments, issues, stale
from db.comments import Comment
from db.ids import ChannelId, MessageTs
from db.issues import Issue, IssuePatch
from db.stale import Stale
from tests.db.worlds import World, file, make_world

HERE, ELSEWHERE = ChannelId("C1"), ChannelId("C2")
NEVER = MessageTs("9999999999.000000")


async def show(
    conn: asyncpg.Connection, world: World, issue: Issue, ts: str, channel_id: ChannelId = HERE
) -> Stale:
    """A card that shows the issue as it is now; and what will be said of it."""
    await cards.remember(conn, world.workspace_id, channel_id, MessageTs(ts), issue.issue_id, issue.version)
    return Stale(message_ts=MessageTs(ts), issue_id=issue.issue_id, comment_id=None)


async def say(conn: asyncpg.Connection, world: World, comment: Comment, ts: str) -> Stale:
    spoken = await comment_lines.spoken(conn, world.workspace_id, [comment.comment_id])
    await comment_lines.remember(
        conn,
        world.workspace_id,
        HERE,
        MessageTs(ts),
        comment.comment_id,
        thread_ts=MessageTs("1.1"),
        state=spoken[comment.comment_id].state,
    )
    return Stale(message_ts=MessageTs(ts), issue_id=comment.issue_id, comment_id=comment.comment_id)


async def of_channel(conn: asyncpg.Connection, world: World) -> list[Stale]:
    return list(await stale.in_channel(conn, world.workspace_id, HERE, limit=10))


async def test_cards_of_issues_that_changed_or_are_gone_and_no_others(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    changed, gone, same = [await file(conn, world.ada, title) for title in ("One", "Two", "Three")]
    first = await show(conn, world, changed, "1.1")
    second = await show(conn, world, gone, "2.1")
    await show(conn, world, same, "3.1")
    await show(conn, world, changed, "4.1", ELSEWHERE)
    assert await of_channel(conn, world) == []
    await issues.edit(conn, world.ada, changed.issue_id, IssuePatch(title="Uno"))
    await conn.execute("UPDATE issues SET deleted_at = now() WHERE issue_id = $1", gone.issue_id)
    assert await of_channel(conn, world) == [second, first]
    await cards.shown(conn, world.workspace_id, HERE, MessageTs("1.1"), 2)
    assert await of_channel(conn, world) == [second]


async def test_lines_of_comments_that_were_edited_or_deleted_but_not_peoples_own(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    written = [await comments.add(conn, world.ada, issue.issue_id, text) for text in ("One", "Two", "Three")]
    edited, deleted, _ = [await say(conn, world, w.comment, f"{n}.1") for n, w in enumerate(written, 1)]
    own = await comments.add(conn, world.ada, issue.issue_id, "Own", slack_message=(HERE, MessageTs("5.1")))
    await comment_lines.remember_own(conn, world.workspace_id, own.comment, MessageTs("1.1"))
    assert await of_channel(conn, world) == []
    await comments.edit(conn, world.ada, written[0].comment.comment_id, "Uno")
    await comments.edit(conn, world.ada, own.comment.comment_id, "Mine")
    await changes.undo(conn, world.ada, written[1].change_id)
    assert await of_channel(conn, world) == [deleted, edited]


async def test_they_come_in_pages_newest_first(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    shown = [await show(conn, world, issue, f"{number}.1") for number in range(5)]
    await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title="Other"))
    found: list[Stale] = []
    before = NEVER
    while page := await stale.in_channel(conn, world.workspace_id, HERE, limit=2, before=before):
        found += page
        before = page[-1].message_ts
    assert found == shown[::-1]
