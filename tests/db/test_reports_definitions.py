"""What the numbers of reports mean: a small story, counted by hand as the manual defines them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from db import reports
from db.access import Actor
from db.ids import PersonId, new_uuid
from db.query import Query, parse
from db.reports.desk import desk
from db.reports.numbers import Latency, NamedIssue, OpenIssues, Work
from db.rollups import rebuild
from db.states import Priority, Role
from tests.db.histories import workspace

TODAY = date(2026, 4, 15)
MARCH = reports.parse_period("2026-03", TODAY)
EVERY = parse("priority:urgent,high,medium,low,none")
HOUR = timedelta(hours=1)

# number: (created, closed, assignee, priority, labels, more); at noon in New York unless an hour of UTC is given.
STORY: dict[int, tuple[str, str | None, str | None, Priority, tuple[str, ...], dict[str, Any]]] = {
    1: ("2026-03-02", "2026-03-04", "Ada", Priority.HIGH, ("bug",), {}),
    # Somebody else's until the first of March; closed at midnight.
    2: ("2026-02-10", "2026-03-11T04", "Bob", Priority.HIGH, ("bug", "ui"), {}),
    3: ("2026-02-20", "2026-02-25", "Ada", Priority.NONE, (), {}),
    4: ("2026-03-05", None, "Bob", Priority.URGENT, (), {"status": "in_progress", "touched": "2026-03-06"}),
    # Late in the evening of the last of March.
    5: ("2026-04-01T02", None, None, Priority.LOW, (), {}),
    6: ("2024-01-01", None, "Ada", Priority.NONE, (), {"touched": "2026-03-20"}),
    7: ("2026-03-06", "2026-03-09", "Ada", Priority.HIGH, ("bug",), {"deleted": True}),
    8: ("2026-03-07", "2026-03-07T18", None, Priority.LOW, (), {"reason": "not_planned"}),
    9: ("2026-04-02", None, "Bob", Priority.HIGH, (), {"due": date(2026, 4, 14)}),
    # Closed with the first instant of April.
    10: ("2026-03-08", "2026-04-01T04", "Bob", Priority.NONE, (), {}),
    11: ("2026-04-09", None, "Ada", Priority.LOW, (), {"due": date(2026, 4, 1)}),
    12: ("2026-04-08", None, "Ada", Priority.MEDIUM, (), {"due": TODAY}),
    13: ("2026-03-12", "2026-03-15", "Bob", Priority.MEDIUM, (), {}),
    # As many as Bob has open.
    14: ("2025-10-01", None, "Cid", Priority.LOW, (), {}),
    15: ("2025-10-02", None, "Cid", Priority.LOW, (), {}),
}
MOVED = (2, "2026-03-01", "Ada", "Bob")


def moment(text: str) -> datetime:
    day, _, hour = text.partition("T")
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC) + int(hour or 16) * HOUR


async def told(conn: asyncpg.Connection, *, counted: bool) -> Actor:
    """`counted`: the kept numbers are made of all of it, instead of before it happened."""
    here = await workspace(conn, zone="America/New_York")
    people = {
        name: await conn.fetchval(
            "INSERT INTO people (workspace_id, name) VALUES ($1, $2) RETURNING person_id", here, name
        )
        for name in ("Ada", "Cid", "Bob")
    }
    labels = {
        name: await conn.fetchval(
            "INSERT INTO labels (workspace_id, name) VALUES ($1, $2) RETURNING label_id", here, name
        )
        for name in ("bug", "ui")
    }
    await rebuild(conn, here)
    ids: dict[int, UUID] = {}
    for number, (created, closed, assignee, priority, named, more) in STORY.items():
        first = MOVED[2] if number == MOVED[0] else assignee
        ids[number] = await conn.fetchval(
            """
            INSERT INTO issues (workspace_id, number, title, created_at, updated_at, closed_at, status, close_reason,
                                assignee_id, priority, due_on, deleted_at)
            VALUES ($1, $2, 'Issue', $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING issue_id""",
            here,
            number,
            moment(created),
            moment(more.get("touched") or closed or created),
            moment(closed) if closed else None,
            "closed" if closed else more.get("status", "open"),
            more.get("reason", "completed") if closed else None,
            people.get(assignee or ""),
            priority.value,
            more.get("due"),
            moment(closed) if closed and more.get("deleted") else None,
        )
        await conn.executemany(
            "INSERT INTO issue_labels (workspace_id, issue_id, label_id) VALUES ($1, $2, $3)",
            [(here, ids[number], labels[name]) for name in named],
        )
        await happened(conn, ids[number], "created", moment(created), None, people.get(first or ""))
    number, at, before, after = MOVED
    await happened(conn, ids[number], "edited", moment(at), people[before], people[after])
    if counted:
        await conn.execute("DELETE FROM pending_changes")
        await rebuild(conn, here)
    return Actor(workspace_id=here, person_id=PersonId(people["Ada"]), role=Role.ADMIN)


async def happened(
    conn: asyncpg.Connection, issue: UUID, kind: str, at: datetime, was: UUID | None, now: UUID | None
) -> None:
    change = new_uuid()
    await conn.execute(
        "INSERT INTO changes (workspace_id, change_id, source, action, at) VALUES ('T0', $1, 'slack', 'edit', $2)",
        change,
        at,
    )
    await conn.execute(
        """
        INSERT INTO events (workspace_id, change_id, issue_id, source, kind, at, was_status, was_assignee, now_status,
                            now_assignee)
        VALUES ('T0', $1, $2, 'slack', $3, $4, $5, $6, 'open', $7)""",
        change,
        issue,
        kind,
        at,
        None if kind == "created" else "open",
        was,
        now,
    )
    await conn.execute("INSERT INTO pending_changes (workspace_id, change_id) VALUES ('T0', $1)", change)


@pytest.fixture(params=["scanned", "kept", "kept and pending", "sifted", "sifted and pending"])
async def asked(
    conn: asyncpg.Connection, request: pytest.FixtureRequest
) -> tuple[asyncpg.Connection, Actor, Query | None]:
    source, _, pending = request.param.partition(" and ")
    actor = await told(conn, counted=not pending)
    query = EVERY if source == "sifted" else None
    if source == "scanned":
        await conn.execute("DELETE FROM rollup_books")
    async with desk(conn, actor, query) as at:
        assert type(at.source).__name__.lower() == source
    return conn, actor, query


Asked = tuple[asyncpg.Connection, Actor, Query | None]


def numbers(issues: tuple[NamedIssue, ...]) -> list[int]:
    return [issue.number for issue in issues]


def hours(closed: int, mean: float, median: float, p90: float) -> Latency:
    return Latency(closed=closed, mean=mean * HOUR, median=median * HOUR, p90=p90 * HOUR)


async def test_who_works_on_what(asked: Asked) -> None:
    conn, actor, query = asked
    report = await reports.assignees(conn, actor, MARCH, query)
    rows = {row.who.name: (row.open, row.work, row.work_before) for row in report.rows if row.who}
    assert rows == {
        "Ada": (OpenIssues(waiting=3), Work(taken=1, closed=1), Work(taken=2, closed=1)),
        "Bob": (OpenIssues(waiting=1, in_progress=1), Work(taken=4, closed=2), Work()),
        "Cid": (OpenIssues(waiting=2), Work(), Work()),
    }
    assert list(rows) == ["Ada", "Bob", "Cid"]
    nobody = report.unassigned
    assert (nobody.who, nobody.open, nobody.work) == (None, OpenIssues(waiting=1), Work(closed=1))
    assert (report.open, report.others) == (OpenIssues(waiting=7, in_progress=1), 0)
    assert (report.work, report.work_before) == (Work(taken=5, closed=4), Work(taken=2, closed=1))
    short = await reports.assignees(conn, actor, MARCH, query, top=1)
    assert ([row.who and row.who.name for row in short.rows], short.others) == (["Ada"], 2)
    assert (short.open, short.work) == (report.open, report.work)


async def test_time_to_resolution(asked: Asked) -> None:
    conn, actor, query = asked
    report = await reports.latency(conn, actor, MARCH, query)
    assert (report.overall, report.before) == (hours(4, 201.5, 60, 500.4), hours(1, 120, 120, 120))
    assert [(row.priority, row.latency) for row in report.by_priority] == [
        (Priority.HIGH, hours(2, 366, 366, 620.4)),
        (Priority.MEDIUM, hours(1, 72, 72, 72)),
        (Priority.LOW, hours(1, 2, 2, 2)),
    ]
    assert [(row.name, row.latency) for row in report.by_label] == [
        ("bug", hours(2, 366, 366, 620.4)),
        ("ui", hours(1, 684, 684, 684)),
    ]
    assert [point.span.start.day for point in report.trend] == [1, 2, 9, 16, 23, 30]
    assert [point.latency.closed for point in report.trend] == [0, 2, 2, 0, 0, 0]
    assert [row.name for row in (await reports.latency(conn, actor, MARCH, query, labels=1)).by_label] == [
        "bug"
    ]


async def test_created_and_closed(asked: Asked) -> None:
    conn, actor, query = asked
    report = await reports.flow(conn, actor, MARCH, query)
    total, before = report.total, report.before
    assert (total.created, total.closed, total.net) == (6, 4, 2)
    assert (before.created, before.closed, before.net) == (2, 1, 1)
    assert (report.open_now, report.unit) == (8, "week")
    assert [point.span.start.day for point in report.points] == [1, 2, 9, 16, 23, 30]
    assert [point.traffic.created for point in report.points] == [0, 4, 1, 0, 0, 1]
    assert [point.traffic.closed for point in report.points] == [0, 2, 2, 0, 0, 0]


async def test_age_of_open_issues(asked: Asked) -> None:
    conn, actor, query = asked
    report = await reports.aging(conn, actor, TODAY, query)
    assert [(group.from_days, group.to_days, group.count) for group in report.groups] == [
        (0, 7, 1),
        (7, 30, 3),
        (30, 90, 1),
        (90, 365, 2),
        (365, None, 1),
    ]
    assert report.open_now == 8
    assert numbers(report.oldest) == [6, 14, 15, 4, 5]
    assert numbers(report.stalest) == [14, 15, 4, 6, 5]


async def test_what_happened(asked: Asked) -> None:
    conn, actor, query = asked
    report = await reports.digest(conn, actor, MARCH, TODAY, query)
    assert [(part.created, part.closed) for part in (report.total, report.before)] == [(6, 4), (2, 1)]
    assert report.open_now == 8
    assert [(closer.who.name, closer.closed) for closer in report.closers] == [("Bob", 2), ("Ada", 1)]
    assert numbers(report.newest) == [5, 4]
    assert numbers(report.finished) == [13, 2, 8, 1]
    assert numbers(report.pressing) == [4, 9]
    assert numbers(report.overdue) == [11, 9]
    (late, *_) = report.newest
    assert (late.created_at.date(), late.assignee) == (date(2026, 3, 31), None)
