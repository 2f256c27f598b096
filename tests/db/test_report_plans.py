"""What the server does for each report, with and without a query, with enough issues that it could go wrong."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from db import reports, rollups
from db.access import Actor
from db.ids import WorkspaceId
from db.query import parse
from db.reports import sifting
from db.reports.desk import desk
from db.reports.sifted import Sifted
from db.states import Role
from tests.conftest import filled_template
from tests.db.plans import Plans
from tests.db.query_data import actor, person, workspace

HERE = WorkspaceId("THERE")
# Half of all issues: a plan that reads a table whole would look cheap enough.
ELSEWHERE = WorkspaceId("TELSEWHERE")

# Tables that grow with the number of issues.
LARGE = (
    "issues",
    "events",
    "issue_labels",
    "issue_documents",
    "rollup_issues",
    "rollup_closes",
    "rollup_labelled",
)


class BothPlans(Plans):
    """Also of each statement as it is planned once for all values; in the mode it is run in otherwise."""

    async def _explain(self, sql: str, values: tuple[Any, ...]) -> None:
        await super()._explain(sql, values)
        if values and sql.lstrip().startswith(("SELECT", "WITH")):
            await self.conn.execute(f"PREPARE looked_at AS {sql}")
            nothing = ", ".join("NULL" for _ in values)
            async with self.conn.transaction():
                await self.conn.execute("SET LOCAL plan_cache_mode = force_generic_plan")
                rows = await self.conn.fetch(f"EXPLAIN (COSTS OFF) EXECUTE looked_at ({nothing})")
            await self.conn.execute("DEALLOCATE looked_at")
            self.seen.append("\n".join(row[0] for row in rows))

    async def execute(self, sql: str, *values: Any) -> Any:
        return await self.conn.execute(sql, *values)


async def fill(conn: asyncpg.Connection) -> None:
    """Two workspaces of 6,000 issues each, filed in the last 400 days, most of them closed, each assigned once."""
    for name in (HERE, ELSEWHERE):
        await workspace(conn, name)
        people = [await person(conn, who, workspace_id=name) for who in ("Ada", "Bob", "Cid", "Dan")]
        await conn.execute(
            """
            INSERT INTO labels (workspace_id, name)
            SELECT $1, unnest(ARRAY['common', 'rare', 'one', 'two', 'three', 'four', 'five', 'six'])""",
            name,
        )
        await conn.execute(
            """
            INSERT INTO issues (workspace_id, number, title, description, status, close_reason, closed_at, assignee_id,
                                reporter_id, priority, created_at, updated_at, due_on, labelled)
            SELECT $1::text, next_number($1), 'topic' || n % 97, repeat('what happened ', 100),
                   CASE WHEN n % 5 = 0 THEN 'open' ELSE 'closed' END, CASE WHEN n % 5 > 0 THEN 'completed' END,
                   CASE WHEN n % 5 > 0 THEN now() - (6000 - n) * interval '90 min' END,
                   ($2::uuid[])[1 + n % 4], ($2::uuid[])[1 + n % 3], 1 + n % 5,
                   now() - (6000 - n) * interval '95 min', now() - (6000 - n) * interval '89 min',
                   CASE WHEN n % 7 = 0 THEN current_date + n % 30 - 15 END, n % 3 = 0
            FROM generate_series(1, 6000) n""",
            name,
            people,
        )
        await conn.execute(
            """
            INSERT INTO events (workspace_id, change_id, issue_id, source, kind, at, now_status, now_assignee,
                                now_priority)
            SELECT workspace_id, uuid_v7(), issue_id, 'slack', 'created', created_at, 'open', assignee_id, priority
            FROM issues WHERE workspace_id = $1""",
            name,
        )
    await conn.execute(
        """
        INSERT INTO issue_labels (workspace_id, issue_id, label_id)
        SELECT i.workspace_id, i.issue_id, l.label_id FROM issues i JOIN labels l USING (workspace_id)
        WHERE i.number % CASE l.name WHEN 'rare' THEN 300 WHEN 'common' THEN 3 ELSE 2 END = 0"""
    )
    await conn.execute(
        """
        INSERT INTO issue_documents (workspace_id, issue_id, number, config, document)
        SELECT workspace_id, issue_id, number, 'english',
               issue_document('english', workspace_id, number, title, '', NULL) FROM issues"""
    )
    for name in (HERE, ELSEWHERE):
        await rollups.rebuild(conn, name)
    await conn.execute("VACUUM ANALYZE")


@pytest.fixture(scope="module")
def template(server_dsn: str, template: str) -> str:
    return filled_template(server_dsn, template, fill)


@pytest.fixture
def filled(conn: asyncpg.Connection) -> asyncpg.Connection:
    return conn


async def changed(conn: asyncpg.Connection, ada: Actor) -> None:
    """Some issues have changes that are not counted yet."""
    await conn.execute(
        """
        WITH made AS (
            INSERT INTO changes (workspace_id, source, action)
            SELECT $1, 'slack', 'edit_issue' FROM generate_series(1, 20) RETURNING workspace_id, change_id
        ), pending AS (
            INSERT INTO pending_changes (workspace_id, change_id) SELECT workspace_id, change_id FROM made
        )
        INSERT INTO events (workspace_id, change_id, issue_id, source, kind, version, was_status, now_status)
        SELECT m.workspace_id, m.change_id, i.issue_id, 'slack', 'edited', 2, 'open', 'open'
        FROM (SELECT *, row_number() OVER () AS place FROM made) m
        JOIN issues i ON i.workspace_id = m.workspace_id AND i.number = m.place""",
        ada.workspace_id,
    )


async def asked(conn: asyncpg.Connection, role: Role = Role.ADMIN) -> Actor:
    found = await conn.fetchval("SELECT person_id FROM people WHERE workspace_id = $1 AND name = 'Ada'", HERE)
    return actor(found, role, HERE)


Make = Callable[[Any, Actor, Any], Awaitable[object]]
TODAY = datetime.now(UTC).date()
PERIOD = reports.parse_period("30d", TODAY)
REPORTS: dict[str, Make] = {
    "assignees": lambda conn, who, query: reports.assignees(conn, who, PERIOD, query),
    "latency": lambda conn, who, query: reports.latency(conn, who, PERIOD, query),
    "flow": lambda conn, who, query: reports.flow(conn, who, PERIOD, query),
    "aging": lambda conn, who, query: reports.aging(conn, who, TODAY, query),
    "digest": lambda conn, who, query: reports.digest(conn, who, PERIOD, TODAY, query),
}
QUERIES = (
    None,
    "assignee:me",
    "reporter:me",
    "priority:high",
    "label:common",
    "label:rare -assignee:me",
    "created:<60d label:common",
    "due:overdue",
    "topic5",
    "-label:common",
)


def assert_nothing_read_whole(plans: Plans, asked: object) -> None:
    found = set(re.findall(r"Seq Scan on (\w+)", plans.text)) & set(LARGE)
    assert not found, (asked, found, plans.text)


@pytest.mark.parametrize("pending", [False, True])
@pytest.mark.parametrize("report", REPORTS)
async def test_no_report_reads_a_table_whole(filled: asyncpg.Connection, report: str, pending: bool) -> None:
    ada = await asked(filled)
    if pending:
        await changed(filled, ada)
    for query in QUERIES:
        plans = BothPlans(filled)
        assert await REPORTS[report](plans, ada, parse(query) if query else None)
        assert len(plans.seen) > 2
        assert_nothing_read_whole(plans, query)


@pytest.mark.parametrize("report", REPORTS)
async def test_what_a_guest_is_told_is_read_by_indexes(filled: asyncpg.Connection, report: str) -> None:
    guest = await asked(filled, Role.GUEST)
    plans = BothPlans(filled)
    assert await REPORTS[report](plans, guest, None)
    assert_nothing_read_whole(plans, report)


async def test_the_plans_are_those_of_kept_numbers(filled: asyncpg.Connection) -> None:
    ada = await asked(filled)
    for query, source in ((None, "Kept"), ("assignee:me", "Sifted"), ("due:overdue", "Sifted")):
        async with desk(filled, ada, parse(query) if query else None) as at:
            assert type(at.source).__name__ == source


ORDERS = re.compile(r"using (issues_by_(?:creation|update|priority|due))")


@pytest.mark.parametrize("report", ["aging", "digest"])
async def test_few_open_issues_are_read_by_themselves_and_not_come_upon_on_the_way(
    filled: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch, report: str
) -> None:
    ada = await asked(filled)
    plans = BothPlans(filled)
    await REPORTS[report](plans, ada, parse("label:rare"))
    assert not ORDERS.search(plans.text), plans.text
    monkeypatch.setattr("db.reports.naming.FEW", 10)
    plans = BothPlans(filled)
    await REPORTS[report](plans, ada, parse("label:common"))
    assert ORDERS.search(plans.text), plans.text


@pytest.mark.parametrize(
    ("report", "statements"), [("assignees", 2), ("flow", 1), ("aging", 2), ("digest", 2)]
)
async def test_what_somebody_has_reported_and_is_open_is_found_in_its_own_index(
    filled: asyncpg.Connection, report: str, statements: int
) -> None:
    """And not among all that are open."""
    ada = await asked(filled)
    for pending in (False, True):
        if pending:
            await changed(filled, ada)
        plans = BothPlans(filled)
        await REPORTS[report](plans, ada, parse("reporter:me"))
        counts = [plan for plan in plans.seen if "issues_by_reporter" in plan]
        # Counted, and where they are few told one by one; each planned for these values and once for all.
        assert len(counts) == 2 * statements, plans.text
        everything = re.compile(
            r"rollup_issues_by_creation[^\n]*\n\s*Index Cond: \(\(workspace_id = [^)]*\) AND \(is_open = true\)\)"
        )
        assert not everything.search(plans.text), plans.text


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize(
    "query",
    ["label:common created:>{then}", "label:common -label:rare", "label:common,rare priority:high,low"],
)
async def test_open_issues_with_a_label_and_something_else_are_found_among_those_of_the_label(
    filled: asyncpg.Connection, report: str, query: str
) -> None:
    """And not among all that are open."""
    ada = await asked(filled)
    text = query.format(then=TODAY - timedelta(days=200))
    for pending in (False, True):
        if pending:
            await changed(filled, ada)
        plans = BothPlans(filled)
        await REPORTS[report](plans, ada, parse(text))
        assert_nothing_read_whole(plans, text)
        among_all = re.compile(r"rollup_issues_by_creation[^\n]*\n\s*Index Cond: [^\n]*is_open = true")
        assert not among_all.search(plans.text), plans.text
        if report != "latency":
            assert "Index Only Scan using rollup_labelled_pkey" in plans.text, plans.text


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("-label:common", 800),
        ("-label:common,rare", 800),
        ("label:common,rare", 400),
        ("label:common -label:rare", 380),
        ("label:rare label:common", 20),
        ("label:rare -label:common", 0),
    ],
)
async def test_sums_tell_how_many_are_open_by_two_labels_at_most(
    filled: asyncpg.Connection, query: str, total: int
) -> None:
    """With the issues that have both, which are looked for among those of the rarer label."""
    ada = await asked(filled)
    async with desk(filled, ada, parse(query)) as at:
        plans = BothPlans(filled)
        sieve = await sifting.sieve(filled, at.chosen.resolved, at.zone)
        assert sieve is not None
        found = await Sifted(plans, ada, sieve, pending=False).open_by_person()
    assert sum(each.total for each in found.values()) == total
    assert_nothing_read_whole(plans, query)
    assert "rollup_open" in plans.text
    assert "rollup_issues_by_creation" not in plans.text, plans.text
    both = re.findall(r"rollup_labelled_pkey[^\n]*\n\s*Index Cond: ([^\n]*)", plans.text)
    assert all("label_id = (InitPlan" in condition or "label_id = $" in condition for condition in both), both
    assert bool(both) is ("rare" in query)
