"""Filing issues against a bare INSERT, and a bulk change against a bare UPDATE, on a database that syncs to disk."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bot.embedded import EmbeddedPostgres
from db import bulk
from db.access import Actor
from db.bulk import BulkPatch
from db.ids import IssueId, new_uuid
from db.issues import Filing, IssueDraft, create
from db.migrate import migrate
from db.pool import Database, open_database
from db.states import Priority, Role
from tests.bench.data import generate
from tests.bench.rows import Row

AT_ONCE = 16
CREATES = 250
ROUNDS = 5
BULK = 1_000
# Both are about single statements, whose time the lists' own benchmark compares between sizes.
_SIZE_MAX = 50_000

# The row of an issue, in a table with the key that any table has, and with no other index or constraint.
_BARE = """
CREATE TABLE bare (LIKE issues INCLUDING DEFAULTS, PRIMARY KEY (workspace_id, issue_id));
ALTER TABLE bare ALTER is_closed DROP NOT NULL"""
_INSERT = """
INSERT INTO bare (workspace_id, issue_id, number, title, description, status, priority, assignee_id, reporter_id,
                  due_on, parent_id, external_ref, version, source, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6::text, $7::smallint, $8, $9, $10, $11, $12, 1, $13::text, now(), now())"""
_UPDATE = "UPDATE issues SET priority = $3, updated_at = now() WHERE workspace_id = $1 AND issue_id = ANY($2::uuid[])"

Work = Callable[[asyncpg.Connection, int], Awaitable[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    database: Database
    actor: Actor
    size: int


async def rows(size: int) -> list[Row]:
    size = min(size, _SIZE_MAX)
    with tempfile.TemporaryDirectory(prefix="lodge-bench-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            bench = await _prepared(server.dsn(), size)
            try:
                return [
                    await _creates(bench),
                    await _creates_alone(bench),
                    await _bulk(bench, "", _priorities),
                    await _bulk(bench, "' labels", _labels),
                ]
            finally:
                await bench.database.close()
        finally:
            server.close()


async def _prepared(dsn: str, size: int) -> Bench:
    conn = await asyncpg.connect(dsn)
    await migrate(conn)
    await conn.execute(_BARE)
    await conn.close()
    place = (await generate(dsn, issues=size)).largest
    # Two more for those that file together, whose loops hold connections for nothing.
    database = await open_database(dsn, min_size=AT_ONCE, max_size=AT_ONCE + 2)
    return Bench(
        database=database,
        actor=Actor(workspace_id=place.workspace_id, person_id=place.person_id, role=Role.ADMIN),
        size=size,
    )


async def _creates(bench: Bench) -> Row:
    filing = Filing(bench.database)

    async def ours(_: asyncpg.Connection, turn: int) -> object:
        return await filing.create(bench.actor, IssueDraft(title=f"Login fails on Safari {turn}"))

    return await _against_inserts(bench, ours, f"issues filed a second, {AT_ONCE} at once", 0.5)


async def _creates_alone(bench: Bench) -> Row:
    """Without sharing statements, as one process a request would file them: a goal of our own."""

    async def ours(conn: asyncpg.Connection, turn: int) -> object:
        return await create(conn, bench.actor, IssueDraft(title=f"Login fails on Safari {turn}"))

    name = f"issues created a second, each by itself, {AT_ONCE} at once"
    return await _against_inserts(bench, ours, name, 0.25)


async def _against_inserts(bench: Bench, ours: Work, name: str, goal: float) -> Row:
    async def bare(conn: asyncpg.Connection, turn: int) -> object:
        said = (f"Login fails on Safari {turn}", "", "open", 5, None, bench.actor.person_id, None, None, None)
        return await conn.execute(_INSERT, bench.actor.workspace_id, new_uuid(), turn, *said, "slack")

    for work in (bare, ours):
        await _rate(bench, work, CREATES // 5)
    # Turn about, so that whatever else the machine does hits both.
    pairs = [(await _rate(bench, bare, CREATES), await _rate(bench, ours, CREATES)) for _ in range(ROUNDS)]
    return Row(
        name=f"{name}, against bare INSERTs",
        value=statistics.median(filed for _, filed in pairs),
        floor=statistics.median(inserted for inserted, _ in pairs),
        goal=goal,
        sense=">=",
        size=bench.size,
        unit="/s",
    )


async def _rate(bench: Bench, work: Work, number: int) -> float:
    """How often a second, in AT_ONCE loops, each on a connection of its own."""

    async def loop() -> None:
        async with bench.database.connection() as conn:
            for turn in range(number):
                await work(conn, turn)

    started = time.perf_counter()
    await asyncio.gather(*(loop() for _ in range(AT_ONCE)))
    return AT_ONCE * number / (time.perf_counter() - started)


def _priorities(turn: int) -> BulkPatch:
    return BulkPatch(priority=Priority(turn % 4 + 1))


def _labels(turn: int) -> BulkPatch:
    """One is added and one is taken, of those that the issues of the turn before have."""
    return BulkPatch(add_labels=(f"turn {turn}",), remove_labels=(f"turn {turn - 1}",) if turn else ())


async def _bulk(bench: Bench, name: str, patch: Callable[[int], BulkPatch]) -> Row:
    async with bench.database.connection() as conn:
        found = await conn.fetch(
            "SELECT issue_id FROM issues WHERE workspace_id = $1 ORDER BY issue_id DESC LIMIT $2",
            bench.actor.workspace_id,
            BULK,
        )
        chosen: list[IssueId] = [row["issue_id"] for row in found]
        assert len(chosen) == BULK
        bare_times, our_times = [], []
        for turn in range(ROUNDS + 1):
            started = time.perf_counter()
            await conn.execute(_UPDATE, bench.actor.workspace_id, chosen, 5)
            between = time.perf_counter()
            written = await bulk.change(conn, bench.actor, chosen, patch(turn))
            ended = time.perf_counter()
            assert written.count == BULK
            if turn:
                bare_times.append(between - started)
                our_times.append(ended - between)
    return Row(
        name=f"bulk change of {BULK:,} issues{name}, against a bare UPDATE of them",
        value=statistics.median(our_times) * 1000,
        floor=statistics.median(bare_times) * 1000,
        goal=3,
        sense="<=",
        size=bench.size,
        unit="ms",
    )
