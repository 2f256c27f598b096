import asyncio

import asyncpg
import pytest

from db import comments, issues, mutes
from db.errors import NotFound
from db.ids import IssueId, new_uuid
from db.issues import IssueDraft, Looking
from db.pool import Database
from tests.db.worlds import file, make_world


async def test_who_looks_sees_the_issue_and_what_was_said_last(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    talked, silent = await file(conn, world.ada, labels=("bug", "Alpha")), await file(conn, world.bob)
    for number in range(4):
        await comments.add(conn, world.bob, talked.issue_id, f"Comment {number}")
    await mutes.mute(conn, world.ada, silent.issue_id)
    looking = Looking(database)
    seen = await asyncio.gather(
        looking.at(world.ada, talked.issue_id),
        looking.at(world.ada, talked.key("LDG")),
        looking.at(world.ada, silent.issue_id),
        looking.at(world.bob, silent.issue_id),
    )
    detail = await issues.detail(conn, world.ada, talked.issue_id, comment_limit=3)
    for look in seen[:2]:
        assert look.issue == detail.issue
        assert look.comments == detail.comments
        assert look.more_comments
        assert not look.mute
    assert [look.mute for look in seen[2:]] == [True, False]
    assert (seen[2].comments, seen[2].more_comments) == ((), False)


async def test_nobody_sees_what_is_not_theirs_to_see(database: Database, conn: asyncpg.Connection) -> None:
    world, other = await make_world(conn), await make_world(conn, "T2")
    own, guests = await file(conn, world.ada), await file(conn, world.guest)
    imported = (await issues.create(conn, world.ada, IssueDraft(title="Old", external_ref="OLD-7"))).issue
    looking = Looking(database)
    seen = await asyncio.gather(
        looking.at(world.guest, guests.issue_id),
        looking.at(world.guest, own.issue_id),
        looking.at(world.guest, "OLD-7"),
        looking.at(world.ada, "OLD-7"),
        looking.at(other.ada, own.issue_id),
        looking.at(other.ada, own.key("LDG")),
        looking.at(world.ada, IssueId(new_uuid())),
        return_exceptions=True,
    )
    shown = [None if isinstance(look, NotFound) else look.issue.issue_id for look in seen]  # type: ignore[union-attr]  # anything else fails the test
    assert shown == [guests.issue_id, None, None, imported.issue_id, None, None, None]
    await issues.get(conn, world.ada, own.issue_id)
    await conn.execute("UPDATE issues SET deleted_at = now() WHERE issue_id = $1", own.issue_id)
    with pytest.raises(NotFound):
        await looking.at(world.ada, own.key("LDG"))
