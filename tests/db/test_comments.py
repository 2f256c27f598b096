import asyncio

import asyncpg
import pytest

from db import changes, comments, issues, mutes, watchers
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import ChannelId, CommentId, MessageTs, new_uuid
from db.issues import Origin
from db.pool import Database
from tests.db.worlds import file, make_world, me, snapshot

MESSAGE = (ChannelId("C1"), MessageTs("1700000000.000100"))


async def test_a_comment_makes_the_issue_recent_and_its_author_a_watcher(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    written = await comments.add(conn, world.bob, issue.issue_id, " Same here\r\n")
    now = await issues.get(conn, world.ada, issue.issue_id)
    assert (written.comment.body, written.comment.author_id) == ("Same here", me(world.bob))
    assert now.updated_at > issue.updated_at
    assert now.version == issue.version
    assert me(world.bob) in await watchers.of_issue(conn, world.ada, issue.issue_id)
    event, _ = await changes.history(conn, world.ada, issue.issue_id)
    assert (event.kind, event.after) == ("commented", {"comment_id": str(written.comment.comment_id)})
    assert event.version is None


async def test_a_comment_answers_one_of_the_same_issue(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue, other = await file(conn, world.ada), await file(conn, world.ada)
    first = (await comments.add(conn, world.ada, issue.issue_id, "One")).comment
    answer = (await comments.add(conn, world.bob, issue.issue_id, "Two", reply_to=first.comment_id)).comment
    assert answer.reply_to == first.comment_id
    for issue_id, reply_to in ((other.issue_id, first.comment_id), (issue.issue_id, CommentId(new_uuid()))):
        with pytest.raises(NotFound):
            await comments.add(conn, world.bob, issue_id, "x", reply_to=reply_to)


async def test_a_slack_message_is_a_comment_once(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        issue = await file(conn, world.ada)

    async def said(turn: int) -> comments.Commented:
        async with database.connection() as conn:
            origin = Origin(request_key=f"event:{turn}")
            return await comments.add(conn, world.ada, issue.issue_id, "Hi", origin, slack_message=MESSAGE)

    done = await asyncio.gather(*(said(turn) for turn in range(8)))
    assert [written.repeated for written in done].count(False) == 1
    assert len({written.comment.comment_id for written in done}) == 1
    async with database.connection() as conn:
        assert len(await comments.page(conn, world.ada, issue.issue_id)) == 1
        known = await comments.of_slack_message(conn, world.ada, *MESSAGE)
        assert known == done[0].comment


async def test_the_same_request_twice_is_one_comment(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    first = await comments.add(conn, world.ada, issue.issue_id, "Hi", Origin(request_key="k"))
    again = await comments.add(conn, world.ada, issue.issue_id, "Hi", Origin(request_key="k"))
    assert (again.comment, again.change_id, again.repeated) == (first.comment, first.change_id, True)
    with pytest.raises(Conflict):
        await comments.delete(conn, world.ada, first.comment.comment_id, Origin(request_key="k"))


async def test_authors_and_admins_edit_and_delete(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.guest)
    said = (await comments.add(conn, world.guest, issue.issue_id, "One")).comment
    edited = await comments.edit(conn, world.guest, said.comment_id, "Two")
    assert (edited.comment.body, edited.comment.edited_at is not None) == ("Two", True)
    with pytest.raises(Forbidden):
        await comments.edit(conn, world.bob, said.comment_id, "Three")
    with pytest.raises(Forbidden):
        await comments.delete(conn, world.bob, said.comment_id)
    with pytest.raises(Forbidden):
        await comments.delete(conn, world.program(), said.comment_id)
    before = await snapshot(conn)
    assert (await comments.edit(conn, world.admin, said.comment_id, "Two ")).change_id is None
    assert await snapshot(conn) == before
    await comments.delete(conn, world.admin, said.comment_id)
    assert await comments.page(conn, world.ada, issue.issue_id) == ()
    with pytest.raises(NotFound):
        await comments.edit(conn, world.guest, said.comment_id, "Four")


async def test_answers_outlive_the_comment(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    first = (await comments.add(conn, world.ada, issue.issue_id, "One")).comment
    await comments.add(conn, world.bob, issue.issue_id, "Two", reply_to=first.comment_id)
    await comments.delete(conn, world.ada, first.comment_id)
    assert [c.body for c in await comments.page(conn, world.ada, issue.issue_id)] == ["Two"]


async def test_pages_of_comments_reach_the_first(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    for n in range(7):
        await comments.add(conn, world.ada, issue.issue_id, str(n))
    newest = await comments.page(conn, world.ada, issue.issue_id, limit=4)
    older = await comments.page(conn, world.ada, issue.issue_id, limit=4, before=newest[0].comment_id)
    assert [c.body for c in (*older, *newest)] == [str(n) for n in range(7)]


async def test_guests_comment_only_where_they_see(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    hidden = await file(conn, world.ada)
    said = (await comments.add(conn, world.ada, hidden.issue_id, "Secret")).comment
    with pytest.raises(NotFound):
        await comments.add(conn, world.guest, hidden.issue_id, "x")
    with pytest.raises(NotFound):
        await comments.get(conn, world.guest, said.comment_id)
    assert await comments.page(conn, world.guest, hidden.issue_id) == ()


@pytest.mark.parametrize("body", ["", "  \n", "x" * 40_001])
async def test_length_is_limited(conn: asyncpg.Connection, body: str) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    with pytest.raises(Invalid):
        await comments.add(conn, world.ada, issue.issue_id, body)


async def test_watching_starts_and_ends(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    assert await watchers.watch(conn, world.bob, issue.issue_id)
    assert not await watchers.watch(conn, world.bob, issue.issue_id)
    assert await mutes.mute(conn, world.bob, issue.issue_id)
    assert me(world.bob) not in await watchers.of_issue(conn, world.ada, issue.issue_id)
    assert not await mutes.mute(conn, world.bob, issue.issue_id)
    assert await watchers.watch(conn, world.bob, issue.issue_id)
    assert not await mutes.is_mute(conn, world.bob, issue.issue_id)
    with pytest.raises(NotFound):
        await watchers.watch(conn, world.guest, issue.issue_id)
    with pytest.raises(Invalid):
        await watchers.watch(conn, world.program(), issue.issue_id)
