import asyncio
from typing import Any

import asyncpg
import pytest

from db import comments, issues, watchers
from db.errors import Forbidden, Invalid, NotFound
from db.ids import ChannelId, CommentId, IssueId, MessageTs, new_uuid
from db.issues import IssueDraft
from db.origins import Origin
from db.pool import Database
from db.remarks import Remark, Remarks
from tests.db.worlds import file, make_world


async def _told(conn: asyncpg.Connection, issue_id: IssueId) -> list[dict[str, Any]]:
    rows = await conn.fetch(
        """
        SELECT e.kind, e.version, e.before, e.after ? 'comment_id' AS names_it, e.actor_id, e.source, c.action,
               c.request_key, c.channel_id, c.thread_ts, c.summary ? 'comment_id' AS sums_it_up,
               EXISTS (SELECT FROM pending_changes p WHERE p.change_id = c.change_id) AS pending
        FROM events e JOIN changes c USING (workspace_id, change_id) WHERE e.issue_id = $1 ORDER BY event_id""",
        issue_id,
    )
    return [dict(row) for row in rows]


async def _stands(conn: asyncpg.Connection) -> int:
    return int(await conn.fetchval("SELECT count(*) FROM comments"))


async def test_comments_made_together_are_what_they_are_alone(
    database: Database, conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(conn)
    origin = Origin(channel_id=ChannelId("C1"), thread_ts=MessageTs("1.1"), request_key=None)
    alone, *together = [await file(conn, world.ada) for _ in range(6)]
    expected = await comments.add(conn, world.bob, alone.issue_id, "Seen *too*", origin)

    async def unneeded(*_: object) -> None:
        raise AssertionError("went alone")

    monkeypatch.setattr(Remarks, "_alone", unneeded)
    remarks = Remarks(database)
    made = await asyncio.gather(
        *(remarks.add(world.bob, issue.issue_id, "Seen *too*", origin) for issue in together[:3]),
        *(remarks.add(world.bob, issue.key("LDG"), "Seen *too*", origin) for issue in together[3:]),
    )
    for remark, issue in zip(made, together, strict=True):
        assert remark.number == issue.number
        comment = await comments.get(conn, world.bob, remark.comment_id)
        assert (comment.issue_id, comment.author_id) == (issue.issue_id, world.bob.person_id)
        assert (comment.body, comment.source) == (expected.comment.body, expected.comment.source)
        assert await _told(conn, issue.issue_id) == await _told(conn, alone.issue_id)
        assert await watchers.of_issue(conn, world.ada, issue.issue_id) == await watchers.of_issue(
            conn, world.ada, alone.issue_id
        )
        now = await issues.get(conn, world.ada, issue.issue_id)
        assert now.updated_at > issue.updated_at
        assert now.version == issue.version
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'announce'") == 1


async def test_many_comments_on_one_issue_all_stand(database: Database, conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    remarks = Remarks(database)
    made = await asyncio.gather(*(remarks.add(world.ada, issue.issue_id, f"No. {n}") for n in range(20)))
    assert len({remark.comment_id for remark in made}) == 20
    assert await _stands(conn) == 20


async def test_a_request_that_comes_several_times_comments_once(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    first, second = Remarks(database), Remarks(database)
    origin = Origin(channel_id=None, thread_ts=None, request_key="trigger:1")
    made = await asyncio.gather(
        *(each.add(world.ada, issue.issue_id, "Once", origin) for _ in range(4) for each in (first, second))
    )
    made.append(await first.add(world.ada, issue.key("LDG"), "Once", origin))
    assert len({(remark.comment_id, remark.change_id) for remark in made}) == 1
    assert [remark.repeated for remark in made].count(False) == 1
    assert await _stands(conn) == 1


async def test_each_has_its_own_answer(database: Database, conn: asyncpg.Connection) -> None:
    world, other = await make_world(conn), await make_world(conn, "T2")
    fine, theirs = await file(conn, world.ada), await file(conn, other.ada)
    imported = await issues.create(conn, world.ada, IssueDraft(title="Old", external_ref="OLD-7"))
    remarks = Remarks(database)
    answers = await asyncio.gather(
        remarks.add(world.ada, fine.issue_id, "Fine"),
        remarks.add(world.ada, IssueId(new_uuid()), "Nowhere"),
        remarks.add(world.ada, theirs.issue_id, "Theirs"),
        remarks.add(world.guest, fine.issue_id, "Not to be seen"),
        remarks.add(world.ada, fine.issue_id, " "),
        remarks.add(world.ada, "old-7", "By the key it had elsewhere"),
        remarks.add(world.ada, "NOPE-1", "Nothing of that name"),
        return_exceptions=True,
    )
    assert isinstance(answers[0], Remark)
    assert [type(answer) for answer in answers[1:5]] == [NotFound, NotFound, NotFound, Invalid]
    assert isinstance(answers[5], Remark)
    assert answers[5].number == imported.issue.number
    assert isinstance(answers[6], NotFound)
    assert await _stands(conn) == 2


async def test_nobody_waits_with_one_whose_issue_is_held(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    held, free = await file(conn, world.ada), await file(conn, world.ada)
    remarks = Remarks(database)
    async with conn.transaction():
        await conn.execute("SELECT FROM issues WHERE issue_id = $1 FOR UPDATE", held.issue_id)
        waits = asyncio.create_task(remarks.add(world.ada, held.issue_id, "Later"))
        for number in range(8):
            await remarks.add(world.ada, free.issue_id, f"No. {number}")
        assert not waits.done()
    assert isinstance(await waits, Remark)
    assert await _stands(conn) == 9


async def test_what_came_before_a_comment_of_the_same_request_is_no_comment(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    origin = Origin(channel_id=None, thread_ts=None, request_key="trigger:2")
    await issues.edit(conn, world.ada, issue.issue_id, issues.IssuePatch(title="Edited"), origin)
    with pytest.raises(Exception, match="request") as raised:
        await Remarks(database).add(world.ada, issue.issue_id, "Other", origin)
    assert not isinstance(raised.value, NotFound | Forbidden)
    assert await _stands(conn) == 0
    with pytest.raises(NotFound):
        await comments.get(conn, world.ada, CommentId(new_uuid()))
