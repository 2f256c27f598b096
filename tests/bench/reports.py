"""Reports at `size` issues against 1,000; what keeping their numbers costs writers; how fast schedules are claimed."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import asyncpg

from bot.embedded import EmbeddedPostgres
from db import announcements, issues, reports, rollups
from db.access import Actor
from db.issues import IssueDraft
from db.pool import Database, open_database
from db.query import Query, parse
from db.rollups import fold
from db.schedules import runs
from db.states import Role
from tests.bench.data import Place
from tests.bench.databases import filled, server
from tests.bench.rows import Row

SMALL = 1_000


def _ago(days: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=days)


QUERIES = {
    "a priority": "priority:high",
    "a common label": "label:bug",
    "what is mine": "assignee:me",
    "what I reported": "reporter:me",
    "two terms": "label:bug -assignee:me",
    # All that was ever created since a day that is near, or far.
    "a label, of late": f"label:bug created:>{_ago(30)}",
    "a label, of this year": f"label:bug created:>{_ago(365)}",
    "one label and no other": "label:bug -label:ui",
    "one label or another": "label:bug,ui",
    "no such label": "-label:bug",
}
_ROUNDS = 25
_WARM = 6
_WRITES = 600
_WRITERS = 32
_SCHEDULES = 10_000
_REPLICAS = 3

Call = Callable[[], Awaitable[object]]


async def rows(size: int) -> list[Row]:
    with server() as running:
        async with filled(running, SMALL) as small, filled(running, size) as large:
            places = [(dsn, contents.largest) for dsn, contents in (large, small)]
            for dsn, place in places:
                await _booked(dsn, place)
            found = [row for goal, query in _asked() for row in await _reports(places, query, goal, size)]
            async with _scratch(running, places[1][0]) as dsn:
                found.append(await _writing(dsn, places[1][1]))
                found.append(await _claiming(dsn, places[1][1]))
            return found


@asynccontextmanager
async def _scratch(running: EmbeddedPostgres, dsn: str) -> AsyncIterator[str]:
    """A copy to write in, so that what others compare with stays as small as it is."""
    conn = await asyncpg.connect(dsn)
    name = await conn.fetchval("SELECT current_database()")
    await conn.close()
    admin = await asyncpg.connect(running.dsn())
    try:
        await admin.execute("DROP DATABASE IF EXISTS lodge_scratch WITH (FORCE)")
        await admin.execute(f"CREATE DATABASE lodge_scratch TEMPLATE {name}")
        yield running.dsn("lodge_scratch")
        await admin.execute("DROP DATABASE lodge_scratch WITH (FORCE)")
    finally:
        await admin.close()


def _asked() -> list[tuple[float, tuple[str, Query | None]]]:
    filtered = [(10.0, (f", {name}", parse(text))) for name, text in QUERIES.items()]
    return [(2.0, ("", None)), *filtered]


async def _booked(dsn: str, place: Place) -> None:
    """Nothing waits to be counted: what other benches wrote, no worker has announced."""
    conn = await asyncpg.connect(dsn)
    booked = """
        SELECT EXISTS (SELECT FROM rollup_books WHERE workspace_id = $1)
           AND NOT EXISTS (SELECT FROM pending_changes WHERE workspace_id = $1)"""
    if not await conn.fetchval(booked, place.workspace_id):
        await conn.execute("DELETE FROM pending_changes")
        await rollups.rebuild(conn, place.workspace_id)
        await conn.execute("VACUUM ANALYZE")
    await conn.close()


def _actor(place: Place) -> Actor:
    return Actor(workspace_id=place.workspace_id, person_id=place.person_id, role=Role.ADMIN)


async def _reports(
    places: list[tuple[str, Place]], asked: tuple[str, Query | None], goal: float, size: int
) -> list[Row]:
    said, query = asked
    large, small = await _times(places, query)
    return [
        Row(
            name=f"report {name}{said}",
            value=value,
            floor=small[name],
            goal=goal,
            sense="<=",
            size=size,
            unit="ms",
        )
        for name, value in large.items()
    ]


async def _times(places: list[tuple[str, Place]], query: Query | None) -> list[dict[str, float]]:
    """The median of each report over the last 30 days at each place, in milliseconds. They take turns."""
    async with AsyncExitStack() as stack:
        calls = []
        for dsn, place in places:
            database = await open_database(dsn, min_size=1, max_size=1)
            stack.push_async_callback(database.close)
            calls.append(_calls(await stack.enter_async_context(database.connection()), place, query))
        found: list[dict[str, float]] = [{} for _ in places]
        for name in calls[0]:
            took: list[list[float]] = [[] for _ in places]
            for round_ in range(_WARM + _ROUNDS):
                for times, of_place in zip(took, calls, strict=True):
                    took_now = await _took(of_place[name])
                    if round_ >= _WARM:
                        times.append(took_now)
            for medians, times in zip(found, took, strict=True):
                medians[name] = statistics.median(times)
    return found


def _calls(conn: asyncpg.Connection, place: Place, query: Query | None) -> dict[str, Call]:
    today = datetime.now(UTC).date()
    period, actor = reports.parse_period("30d", today), _actor(place)
    return {
        "assignees": lambda: reports.assignees(conn, actor, period, query),
        "latency": lambda: reports.latency(conn, actor, period, query),
        "flow": lambda: reports.flow(conn, actor, period, query),
        "aging": lambda: reports.aging(conn, actor, today, query),
        "digest": lambda: reports.digest(conn, actor, period, today, query),
    }


async def _took(call: Call) -> float:
    began = time.perf_counter()
    await call()
    return (time.perf_counter() - began) * 1000


# -- writing


async def _writing(dsn: str, place: Place) -> Row:
    database = await open_database(dsn, min_size=4, max_size=_WRITERS + 2)
    rates: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(3):
        for folding in (True, False):
            rates[folding].append(await _rate(database, _actor(place), folding))
    await database.close()
    return Row(
        name=f"create and close, {_WRITERS} at once, numbers kept",
        value=statistics.median(rates[True]),
        floor=statistics.median(rates[False]),
        goal=0.8,
        sense=">=",
        unit="/s",
    )


async def _rate(database: Database, actor: Actor, folding: bool) -> float:
    """Issues created and closed a second, while announcements go on beside it."""
    over = asyncio.Event()
    announcing = asyncio.create_task(_announce(database, actor, over, folding))
    left = iter(range(_WRITES))

    async def writer() -> None:
        async with database.connection() as conn:
            for _ in left:
                written = await issues.create(conn, actor, IssueDraft(title="One more"))
                await issues.close(conn, actor, written.issue.issue_id)

    began = time.perf_counter()
    await asyncio.gather(*(writer() for _ in range(_WRITERS)))
    rate = _WRITES / (time.perf_counter() - began)
    over.set()
    await announcing
    return rate


async def _announce(database: Database, actor: Actor, over: asyncio.Event, folding: bool) -> None:
    while True:
        ending = over.is_set()
        async with database.transaction() as conn:
            batch = await announcements.take(conn, actor.workspace_id, 500)
            if batch is not None and folding:
                await fold(conn, actor.workspace_id, [change.change_id for change in batch.changes])
        if batch is None and ending:
            return
        await asyncio.sleep(0.05)


# -- schedules


async def _claiming(dsn: str, place: Place) -> Row:
    """Seconds until every schedule due in one minute is claimed, and none twice."""
    database = await open_database(dsn, min_size=_REPLICAS, max_size=_REPLICAS)
    due = datetime.now(UTC).replace(second=0, microsecond=0)
    async with database.connection() as conn:
        await conn.execute("DELETE FROM schedules")
        await conn.execute(
            """
            INSERT INTO schedules (workspace_id, owner_id, report, period, channel_id, recurrence, timezone,
                                   next_due_at)
            SELECT $1, $2, 'digest', '7d', 'C' || n, 'daily ' || to_char($3::timestamptz, 'HH24:MI'), 'UTC', $3
            FROM generate_series(1, $4) n""",
            place.workspace_id,
            place.person_id,
            due,
            _SCHEDULES,
        )
    began = time.perf_counter()
    claimed = await asyncio.gather(
        *(_replica(database, due + timedelta(seconds=1)) for _ in range(_REPLICAS))
    )
    took = time.perf_counter() - began
    async with database.connection() as conn:
        made = await conn.fetchval("SELECT count(DISTINCT schedule_id) FROM report_runs")
        await conn.execute("DELETE FROM schedules")
        await conn.execute("DELETE FROM pgqueuer WHERE entrypoint = $1", runs.JOB)
    await database.close()
    assert (sum(claimed), made) == (_SCHEDULES, _SCHEDULES)
    return Row(
        name=f"claim {_SCHEDULES:,} schedules due in one minute, {_REPLICAS} replicas",
        value=took,
        floor=None,
        goal=60.0,
        sense="<=",
        size=_SCHEDULES,
        unit="s",
    )


async def _replica(database: Database, now: datetime) -> int:
    total = 0
    while True:
        async with database.transaction() as conn:
            claimed = await runs.claim_due(conn, now)
        if not claimed:
            return total
        total += claimed
