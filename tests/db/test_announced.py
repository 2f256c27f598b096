"""Changes of several workspaces that are written by one statement are announced in each of them, in one order."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from db.issues import Amending, Filing, Issue, IssueDraft, IssuePatch
from db.pool import Database
from db.remarks import Remarks
from tests.db.worlds import World, file, make_world

Work = Callable[[World, Issue], Awaitable[object]]


def _filing(database: Database) -> Work:
    filing = Filing(database)
    return lambda world, _: filing.create(world.ada, IssueDraft(title="Another"))


def _amending(database: Database) -> Work:
    amending = Amending(database)
    return lambda world, issue: amending.edit(world.ada, issue.issue_id, IssuePatch(title="Other"))


def _remarks(database: Database) -> Work:
    remarks = Remarks(database)
    return lambda world, issue: remarks.add(world.ada, issue.issue_id, "Seen")


@pytest.mark.parametrize("together", [_filing, _amending, _remarks])
async def test_two_who_announce_in_several_workspaces_do_not_wait_for_each_other_crosswise(
    database: Database, conn: asyncpg.Connection, together: Callable[[Database], Work]
) -> None:
    names = [f"T{n}" for n in range(10, 26)]
    random.Random(7).shuffle(names)
    worlds = [await make_world(conn, name) for name in names]
    filed = [await file(conn, world.ada) for world in worlds]
    await conn.execute("DELETE FROM pgqueuer")
    work = together(database)
    await asyncio.gather(*(work(world, issue) for world, issue in zip(worlds, filed, strict=True)))
    added = await conn.fetch("SELECT dedupe_key FROM pgqueuer ORDER BY id")
    assert [row["dedupe_key"] for row in added] == [f"announce:{name}" for name in sorted(names)]
