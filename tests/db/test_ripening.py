"""What comes to match as time passes is found by the stretch of time that passed, and by nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import issues, listing, ripening
from db.ids import IssueId
from db.query import parse
from tests.db.worlds import World, file, make_world, me

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
QUERIES = (
    "due:overdue",
    "-due:overdue",
    "is:overdue assignee:me",
    "due:today",
    "due:today,overdue",
    "due:<3d",
    "-due:>2d",
    "due:this-week",
    "due:none",
    "due:2026-11-20",
    "updated:>7d",
    "-updated:<7d",
    "updated:>7d created:>8d -due:<1d",
    "created:yesterday",
    "created:last-week",
    "status:open updated:<2h",
    "status:open",
)


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    """Issues of two weeks, due in two weeks around now, of somebody in Berlin."""
    made = await make_world(conn)
    await conn.execute("UPDATE people SET timezone = 'Europe/Berlin'")
    for number in range(60):
        due = None if number % 9 == 0 else date(2026, 11, 13) + timedelta(days=number % 14)
        await file(conn, made.ada, f"Number {number}", due_on=due, assignee_id=me(made.ada))
    await conn.execute(
        """
        UPDATE issues SET created_at = $1::timestamptz - number * interval '5 hours 17 minutes',
                          updated_at = $1::timestamptz - number * interval '4 hours 13 minutes'""",
        NOW,
    )
    return made


async def found(conn: asyncpg.Connection, world: World, query: str, now: datetime) -> set[IssueId]:
    everything = await conn.fetch("SELECT issue_id FROM issues")
    ids = [IssueId(row["issue_id"]) for row in everything]
    return await listing.matching(conn, world.ada, parse(query), ids, now=now)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.sampled_from(QUERIES), hours=st.integers(0, 80), back=st.integers(1, 30))
async def test_it_is_what_would_not_have_been_found_before(
    conn: asyncpg.Connection, world: World, query: str, hours: int, back: int
) -> None:
    now = NOW + timedelta(hours=hours)
    since = now - timedelta(hours=back)
    ripe = await ripening.ripened(conn, world.ada, parse(query), since, now)
    expected = await found(conn, world, query, now) - await found(conn, world, query, since)
    assert set(ripe) == expected
    assert list(ripe) == sorted(ripe)


async def test_an_issue_is_overdue_when_its_day_is_over_where_the_reader_is(
    conn: asyncpg.Connection, world: World
) -> None:
    midnight = datetime(2026, 11, 20, 23, 0, tzinfo=UTC)
    overdue = parse("due:overdue")
    hour = timedelta(hours=1)
    assert await ripening.ripened(conn, world.ada, overdue, midnight - 2 * hour, midnight - hour) == ()
    ripe = await ripening.ripened(conn, world.ada, overdue, midnight - hour, midnight)
    read = await issues.get_many(conn, world.ada, list(ripe))
    assert {issue.due_on for issue in read.values()} == {date(2026, 11, 20)}


def test_only_what_asks_for_a_date_ripens() -> None:
    assert ripening.ripens(parse("is:overdue"))
    assert ripening.ripens(parse("label:bug updated:>30d"))
    assert not ripening.ripens(parse("status:open due"))
