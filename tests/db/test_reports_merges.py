"""People merged into others: their numbers are those of whom they are now, from that moment on."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg

from db import announcements, people, reports
from db.query import parse
from db.reports.desk import desk
from db.rollups import differences, fold, fold_backlog, rebuild
from tests.db.test_reports_operations import announce, assert_agreed
from tests.db.worlds import file, make_world, me, placeholder


async def test_a_person_merged_into_another_takes_their_numbers_along(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    other = await placeholder(conn, world.admin, "Old Ada")
    for _ in range(3):
        await file(conn, world.ada, assignee_id=other.person_id)
    await announce(conn, world, 100)
    await people.merge(conn, world.admin, other.person_id, me(world.ada))
    await assert_agreed(conn, world.admin)
    await announce(conn, world, 100)
    await assert_agreed(conn, world.admin)
    assert await differences(conn, world.workspace_id) == []


async def test_what_somebody_took_is_once_that_of_whom_they_were_merged_into(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    old, older = [await placeholder(conn, world.admin, name) for name in ("Old Ada", "Older Ada")]
    for person in (old, old, older):
        await file(conn, world.ada, assignee_id=person.person_id)
    await file(conn, world.bob, assignee_id=me(world.ada))
    await announce(conn, world, 100)
    await people.merge(conn, world.admin, older.person_id, old.person_id)
    await people.merge(conn, world.admin, old.person_id, me(world.ada))
    period = reports.parse_period("7d", datetime.now(UTC).date())
    for query in (None, parse("priority:none")):
        for _ in ("pending", "folded"):
            report = await reports.assignees(conn, world.admin, period, query)
            (row,) = report.rows
            assert row.who is not None
            assert (row.who.name, row.work.taken, row.open.total) == ("ada", 4, 4)
            assert (report.work.taken, report.others) == (4, 0)
            await announce(conn, world, 100)


async def test_what_somebody_reported_is_at_once_that_of_whom_they_were_merged_into(
    conn: asyncpg.Connection,
) -> None:
    """No event of an issue tells who reported it."""
    world = await make_world(conn)
    old, older = [await placeholder(conn, world.admin, name) for name in ("Old Ada", "Older Ada")]
    for person in (old, older, older):
        issue = await file(conn, world.bob)
        await conn.execute(
            "UPDATE issues SET reporter_id = $2 WHERE issue_id = $1", issue.issue_id, person.person_id
        )
    await conn.execute("DELETE FROM pending_changes")
    await rebuild(conn, world.workspace_id)
    await people.merge(conn, world.admin, older.person_id, old.person_id)
    await people.merge(conn, world.admin, old.person_id, me(world.ada))
    period = reports.parse_period("7d", datetime.now(UTC).date())
    for _ in ("pending", "folded"):
        assert (await reports.flow(conn, world.ada, period, parse("reporter:me"))).total.created == 3
        assert (await reports.flow(conn, world.ada, period, parse("-reporter:me"))).total.created == 0
        # Nobody is told that numbers were wrong which are only not counted yet.
        assert await differences(conn, world.workspace_id) == []
        await announce(conn, world, 100)
    async with desk(conn, world.ada, parse("reporter:me")) as at:
        assert type(at.source).__name__ == "Sifted"
    assert await differences(conn, world.workspace_id) == []


async def test_a_merge_of_people_is_counted_in_with_others_that_wait(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await rebuild(conn, world.workspace_id)
    old = await placeholder(conn, world.admin, "Old Ada")
    for _ in range(5):
        filed = await file(conn, world.bob, assignee_id=old.person_id)
        await conn.execute(
            "UPDATE issues SET reporter_id = $2 WHERE issue_id = $1", filed.issue_id, old.person_id
        )
    await announce(conn, world, 100)
    await people.merge(conn, world.admin, old.person_id, me(world.ada))
    async with conn.transaction():
        batch = await announcements.take(conn, world.workspace_id, 100)
        assert batch is not None
        await fold(conn, world.workspace_id, [each.change_id for each in batch.changes], at_once=2)
    period, more = reports.parse_period("7d", datetime.now(UTC).date()), True
    while more:
        report = await reports.assignees(conn, world.ada, period, parse("reporter:me"))
        assert [(row.who and row.who.name, row.open.total, row.work.taken) for row in report.rows] == [
            ("ada", 5, 5)
        ]
        async with conn.transaction():
            more = await fold_backlog(conn, world.workspace_id, at_once=2)
    assert await differences(conn, world.workspace_id) == []
