"""Links that lead nowhere: the preview tells of as many as the import leaves out, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db import issues
from db.importing import finding
from db.importing.keys import ASTRAY
from db.importing.mapping import Existing
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv, source_of

HEADER = ("key", "title", "status", "parent", "duplicate of")
Row = tuple[str, str, str, str]


def table(rows: Sequence[Row]) -> str:
    """Of each its key, its status, its parent and its original."""
    return as_csv([HEADER, *[(key, f"About {key}", *rest) for key, *rest in rows]])


async def told(desk: Desk, data: str, existing: Existing = Existing.SKIP) -> tuple[int, tuple[int, ...], int]:
    """How many the preview tells of, their lines, and how many the import left out."""
    found = await finding.survey(desk.database, desk.workspace, source_of(data))
    mapping = replace(found.mapping, existing=existing)
    again = await finding.survey(desk.database, desk.workspace, source_of(data), mapping=mapping)
    ended = await desk.load(data, existing=existing)
    assert again.to_json()["astray"] == list(again.astray)
    return again.unlinked, again.astray, (ended.outcome or {})["unlinked"]


async def test_links_to_nowhere_are_counted_with_their_lines(desk: Desk) -> None:
    data = table(
        [("A", "open", "", ""), ("B", "open", "X", ""), ("C", "closed", "Y", "Z"), ("D", "open", "B", "A")]
    )
    assert await told(desk, data) == (3, (3, 4), 3)


async def test_many_are_told_by_the_first_of_their_lines(desk: Desk) -> None:
    data = table([(f"K{n}", "open", "X", "") for n in range(40)])
    assert await told(desk, data) == (40, tuple(range(2, 2 + ASTRAY)), 40)


async def test_what_is_here_is_no_nowhere_unless_it_was_taken_back(desk: Desk) -> None:
    await desk.load(table([("A", "open", "", "")]))
    assert await told(desk, table([("B", "open", "A", "")])) == (0, (), 0)
    async with desk.database.connection() as conn:
        await conn.execute("UPDATE issues SET deleted_at = now() WHERE external_ref = 'A'")
    assert await told(desk, table([("C", "open", "A", "")])) == (1, (2,), 1)


async def test_known_rows_count_where_they_are_updated(desk: Desk) -> None:
    await desk.load(table([("A", "open", "", ""), ("B", "open", "", "")]))
    data = table([("A", "open", "X", ""), ("B", "open", "", ""), ("B", "open", "Y", "Y")])
    assert await told(desk, data) == (0, (), 0)
    # Of rows that stand twice the last one counts.
    assert await told(desk, data, Existing.UPDATE) == (3, (2, 4), 3)


async def test_of_new_rows_that_stand_twice_the_first_counts(desk: Desk) -> None:
    assert await told(desk, table([("A", "open", "", ""), ("A", "open", "X", "")])) == (0, (), 0)
    assert await told(desk, table([("B", "open", "X", ""), ("B", "open", "", "")])) == (1, (2,), 1)


async def test_an_own_export_that_names_what_was_deleted_since(desk: Desk) -> None:
    await desk.load(table([("A", "open", "", "")]))
    async with desk.database.connection() as conn:
        above = await issues.by_ref(conn, desk.actor, "A")
        await conn.execute("UPDATE issues SET deleted_at = now() WHERE issue_id = $1", above.issue_id)
    header = ("key", "title", "due_on", "external_ref", "issue_id", "parent")
    rows = [("LDG-1", "Above", "", "", str(above.issue_id), ""), ("LDG-9", "Below", "", "", "", "LDG-1")]
    assert await told(desk, as_csv([header, *rows])) == (1, (3,), 1)


NAMES = st.sampled_from(["A", "B", "C", "X", "Y", ""])
ROWS = st.lists(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(["open", "closed"]), NAMES, NAMES),
    max_size=6,
    min_size=1,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, existing=st.sampled_from(Existing))
async def test_whatever_a_file_says_the_preview_tells_what_the_import_does(
    desk: Desk, rows: list[Row], existing: Existing
) -> None:
    """Each file comes after those before it."""
    unlinked, lines, left_out = await told(desk, table(rows), existing)
    assert unlinked == left_out
    assert bool(lines) == bool(unlinked)
