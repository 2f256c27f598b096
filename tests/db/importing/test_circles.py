"""A file can say that an issue is a part of its own part: nobody can have such a parent, here as everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import workspaces
from db.ids import WorkspaceId
from db.importing import finding
from db.importing.circles import PARTS, Above, find_circles, leave_out
from db.issues.linking import DEPTH_MAX
from db.pool import Database
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv, source_of

WORKSPACE = WorkspaceId("T0HARBOUR")
_PARENTS = """
SELECT i.external_ref, p.external_ref FROM issues i
JOIN issues p ON p.workspace_id = i.workspace_id AND p.issue_id = i.parent_id ORDER BY i.number"""


def parts(pairs: Mapping[str, str]) -> str:
    return as_csv(
        [["key", "title", "parent"], *[[key, f"About {key}", above] for key, above in pairs.items()]]
    )


async def circular(desk: Desk, data: str) -> tuple[int, int]:
    """How many the preview tells of, and how many the import left out."""
    found = await finding.survey(desk.database, desk.workspace, source_of(data))
    outcome = (await desk.load(data)).outcome or {}
    return found.circular, outcome["circular"]


async def test_issues_of_a_circle_come_without_parents_and_others_keep_theirs(desk: Desk) -> None:
    data = parts({"A": "C", "B": "A", "C": "B", "D": "A", "E": "D", "F": "G", "G": "", "H": "H", "I": "F"})
    assert await circular(desk, data) == (4, 4)
    assert await desk.rows(_PARENTS) == [("D", "A"), ("E", "D"), ("F", "G"), ("I", "F")]
    assert await desk.count("issues") == 9


async def test_a_file_without_circles_tells_of_none(desk: Desk) -> None:
    assert await circular(desk, parts({"A": "", "B": "A", "C": "B", "D": "X"})) == (0, 0)
    assert await desk.rows(_PARENTS) == [("B", "A"), ("C", "B")]


async def test_what_is_here_already_cannot_be_below_what_comes(desk: Desk) -> None:
    """Known rows keep the parents they have, so a circle through them is none."""
    await desk.load(parts({"A": "", "B": "A"}))
    data = parts({"A": "C", "B": "A", "C": "B"})
    assert await circular(desk, data) == (0, 0)
    assert await desk.rows(_PARENTS) == [("B", "A"), ("C", "B")]


async def test_a_row_that_stands_twice_counts_once(desk: Desk) -> None:
    data = parts({"A": "B", "B": "A"})
    assert await circular(desk, data + data.partition("\n")[2]) == (2, 2)


async def test_no_more_stand_above_one_another_than_edits_allow(desk: Desk) -> None:
    chain = {"P0": "", **{f"P{n}": f"P{n - 1}" for n in range(1, DEPTH_MAX + 20)}}
    assert await circular(desk, parts(chain)) == (1, 1)
    without = set(chain) - {row[0] for row in await desk.rows(_PARENTS)}
    assert without == {"P0", f"P{DEPTH_MAX}"}


@pytest.fixture
async def shared(database: Database) -> Database:
    return database


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(above=st.lists(st.integers(0, 11), min_size=1, max_size=12))
async def test_any_parents_are_left_without_a_circle_and_with_all_that_is_in_none(
    shared: Database, above: list[int]
) -> None:
    """Each number's parent is the number in its place; beyond the end there is nobody above."""
    pairs = [(child, parent) for child, parent in enumerate(above) if parent < len(above)]
    async with shared.transaction() as conn:
        await conn.execute(PARTS)
        await conn.executemany(
            "INSERT INTO parts VALUES (lpad($1::text, 32, '0')::uuid, lpad($2::text, 32, '0')::uuid)",
            [(str(child), str(parent)) for child, parent in pairs],
        )
        count = await find_circles(conn)
        rows = await conn.fetch("SELECT child FROM circular")
    refused = {int(str(row["child"]).replace("-", "")) for row in rows}
    assert (count, refused) == (len(refused), set(in_circles(pairs)))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    here=st.lists(st.integers(-1, 6), max_size=8),
    told=st.dictionaries(st.integers(0, 9), st.integers(-1, 9), max_size=10),
)
async def test_whatever_is_here_and_whatever_is_told_nobody_comes_to_stand_above_itself(
    shared: Database, here: list[int], told: dict[int, int]
) -> None:
    """Here each number has a lower one above it, or none; what is told may be anything."""
    known = {child: parent for child, parent in enumerate(here) if 0 <= parent < child}
    async with shared.connection() as conn:
        tried = conn.transaction()
        await tried.start()
        await workspaces.ensure(conn, WORKSPACE, "Harbour")
        for child in range(len(here)):
            await conn.execute(
                "INSERT INTO issues (workspace_id, issue_id, number, title, parent_id) VALUES ($1, $2, $3, 'A', $4)",
                WORKSPACE,
                UUID(int=child),
                child + 1,
                UUID(int=known[child]) if child in known else None,
            )
        await conn.execute(PARTS)
        for child, parent in told.items():
            above = UUID(int=parent) if parent >= 0 else None
            await conn.execute("INSERT INTO parts VALUES ($1, $2)", UUID(int=child), above)
        count = await leave_out(conn, WORKSPACE, Above.PARENT)
        refused = {row["child"].int for row in await conn.fetch("SELECT child FROM refused")}
        await tried.rollback()
    wanted = {**known, **told}
    after = {**known, **{child: parent for child, parent in told.items() if child not in refused}}
    assert count == len(refused)
    assert not list(in_circles([pair for pair in after.items() if pair[1] >= 0]))
    if not list(in_circles([pair for pair in wanted.items() if pair[1] >= 0])):
        assert not refused


def in_circles(pairs: Iterable[tuple[int, int]]) -> Iterable[int]:
    above = dict(pairs)
    for child in above:
        at = above[child]
        for _ in above:
            if at == child:
                yield child
                break
            if at not in above:
                break
            at = above[at]
