"""Statements that serve few are not planned for each of them: that takes several times as long as what they do."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from db import documents, issues, rollups, search, vocabulary
from db.issues import Amending, Filing, Issue, IssueDraft, IssuePatch
from db.issues.plain import Reading
from db.pool import Database, open_database
from db.states import Priority
from tests.db.worlds import World, file, make_world, me

# PostgreSQL plans the first five anew, and then compares.
TRIES = 12
FIRST = 5


@pytest.fixture
async def single(db_url: str) -> AsyncIterator[Database]:
    """All on one connection."""
    database = await open_database(db_url, min_size=1, max_size=1)
    yield database
    await database.close()


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


async def plans(single: Database, statement: str) -> tuple[int, int]:
    """How often it was planned anew, and how often not."""
    async with single.connection() as conn:
        row = await conn.fetchrow(
            "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement = $1", statement
        )
    return row["custom_plans"], row["generic_plans"]


async def test_issues_filed_by_two_at_once(single: Database, world: World) -> None:
    filing = Filing(single)
    for _ in range(TRIES):
        # The first two go each by itself.
        await asyncio.gather(*(filing.create(world.ada, IssueDraft(title="Login fails")) for _ in range(8)))
    anew, once = await plans(single, issues.filing._TOGETHER)
    assert anew == FIRST
    assert once > 0


async def _many(conn: asyncpg.Connection, world: World) -> Issue:
    """One of so many that the server looks them up by their key."""
    issue = await file(conn, world.ada)
    await conn.execute(
        """
        INSERT INTO issues (workspace_id, number, title, reporter_id)
        SELECT $1, next_number($1), 'Number ' || n, $2 FROM generate_series(1, 3000) n""",
        world.workspace_id,
        me(world.ada),
    )
    await conn.execute(
        """
        INSERT INTO people (workspace_id, name) SELECT $1, 'Person ' || n FROM generate_series(1, 1000) n""",
        world.workspace_id,
    )
    await conn.execute("ANALYZE issues, people")
    return issue


async def test_one_edit(single: Database, world: World, conn: asyncpg.Connection) -> None:
    issue, amending = await _many(conn, world), Amending(single)
    for turn in range(TRIES):
        priority = Priority.HIGH if turn % 2 else Priority.LOW
        await amending.edit(world.ada, issue.issue_id, IssuePatch(priority=priority))
    assert await plans(single, issues.amending._READ) == (FIRST, TRIES - FIRST)
    assert await plans(single, issues.amending._WRITE) == (FIRST, TRIES - FIRST)


async def test_one_issue_read(single: Database, world: World, conn: asyncpg.Connection) -> None:
    issue, reading = await _many(conn, world), Reading(single)
    for _ in range(TRIES):
        await reading.whole(world.ada, issue.issue_id, "LDG")
    assert await plans(single, issues.plain._WHOLE) == (FIRST, TRIES - FIRST)


async def test_one_change_counted(single: Database, world: World, conn: asyncpg.Connection) -> None:
    issue = await file(conn, world.ada)
    await rollups.rebuild(conn, world.workspace_id)
    changes = [row[0] for row in await conn.fetch("DELETE FROM pending_changes RETURNING change_id")]
    for _ in range(TRIES):
        async with single.transaction() as own:
            await rollups.fold(own, issue.workspace_id, changes)
    assert await plans(single, rollups.folding._FOLD) == (FIRST, TRIES - FIRST)


async def test_one_search(single: Database, world: World, conn: asyncpg.Connection) -> None:
    await _many(conn, world)
    await conn.execute(
        "UPDATE issues SET description = 'timeout in checkout ' || number % 7 WHERE number % 5 = 0"
    )
    after = None
    while True:
        after = await documents.reindex(conn, world.workspace_id, after=after)
        if after is None:
            break
    await conn.execute("ANALYZE issues, issue_documents")
    for turn in range(TRIES):
        async with single.connection() as own:
            found = await search.search(own, world.ada, "checkout" if turn % 2 else "timeout", limit=8)
        assert len(found.hits) == 8
    async with single.connection() as own:
        rows = await own.fetch("SELECT custom_plans, generic_plans FROM pg_prepared_statements")
    assert [tuple(row) for row in rows if sum(row) >= TRIES] == [(FIRST, TRIES - FIRST)] * 2


async def test_one_correction(single: Database, world: World, conn: asyncpg.Connection) -> None:
    await documents.learn(conn, world.workspace_id, [("checkout", 5), ("timeout", 7)])
    for turn in range(TRIES):
        async with single.connection() as own:
            words = ["chekcout", "tiemout"][: 1 + turn % 2]
            assert len(await vocabulary.correct(own, world.workspace_id, words)) == len(words)
    assert await plans(single, vocabulary._NEAR) == (FIRST, TRIES - FIRST)
