"""A newer file that names other parents and originals: issues that are here get them, and give them back by undo."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import asyncpg
import pytest

from db import changes, issues
from db.importing import finding, undoing
from db.importing.mapping import Existing
from db.importing.undoing import Touched
from db.imports import Import
from db.issues import IssuePatch
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv, source_of

_PARENTS = """
SELECT i.external_ref, p.external_ref FROM issues i
LEFT JOIN issues p ON p.workspace_id = i.workspace_id AND p.issue_id = i.parent_id
WHERE i.deleted_at IS NULL"""
_ORIGINALS = """
SELECT i.external_ref, i.status, i.close_reason, o.external_ref FROM issues i
LEFT JOIN issues o ON o.workspace_id = i.workspace_id AND o.issue_id = i.duplicate_of
WHERE i.deleted_at IS NULL"""


def parts(above: Mapping[str, str]) -> str:
    return as_csv([["key", "title", "parent"], *[[key, f"About {key}", name] for key, name in above.items()]])


def repeats(rows: Mapping[str, tuple[str, str]]) -> str:
    """Of each its status and its original."""
    header = ["key", "title", "status", "duplicate of"]
    return as_csv([header, *[[key, f"About {key}", *cells] for key, cells in rows.items()]])


async def parents(desk: Desk) -> dict[str, str | None]:
    return {row[0]: row[1] for row in await desk.rows(_PARENTS)}


async def originals(desk: Desk) -> dict[str, tuple[str, str | None, str | None]]:
    return {row[0]: row[1:] for row in await desk.rows(_ORIGINALS)}


async def updated(desk: Desk, data: str) -> tuple[Import, dict[str, int]]:
    """The import, and what the preview had told of it."""
    first = await finding.survey(desk.database, desk.workspace, source_of(data))
    mapping = first.mapping.__class__.from_json({**first.mapping.to_json(), "existing": "update"})
    found = await finding.survey(desk.database, desk.workspace, source_of(data), mapping=mapping)
    ended = await desk.load(data, existing=Existing.UPDATE)
    return ended, {"circular": found.circular, "relinked": found.relinked}


async def undo(desk: Desk, ended: Import, *, leave_touched: bool = False) -> undoing.UndoneImport:
    async with desk.database.transaction() as conn:
        return await undoing.undo(conn, desk.actor, ended, leave_touched=leave_touched)


async def move(desk: Desk, child: str, parent: str) -> None:
    async with desk.database.connection() as conn:
        below = await issues.by_ref(conn, desk.actor, child)
        above = await issues.by_ref(conn, desk.actor, parent)
        await issues.edit(conn, desk.actor, below.issue_id, IssuePatch(parent_id=above.issue_id))


async def test_parents_follow_the_newer_file_there_and_back(desk: Desk) -> None:
    await desk.load(parts({"A": "", "B": "A", "C": "B", "D": "A", "E": "A"}))
    was = await parents(desk)
    ended, told = await updated(desk, parts({"A": "", "B": "D", "C": "", "D": "N", "E": "A", "N": ""}))
    new = {"A": None, "B": "D", "C": None, "D": "N", "E": "A", "N": None}
    assert await parents(desk) == new
    assert told == {"circular": 0, "relinked": 3}
    outcome = ended.outcome or {}
    assert (outcome["created"], outcome["updated"], outcome["unlinked"]) == (1, 3, 0)
    undone = await undo(desk, ended)
    assert (undone.removed, undone.reverted, undone.left) == (1, 3, 0)
    assert await parents(desk) == was
    async with desk.database.transaction() as conn:
        await changes.undo(conn, desk.actor, undone.change_id)
    assert await parents(desk) == new


async def test_the_history_tells_of_it(desk: Desk) -> None:
    await desk.load(parts({"A": "", "B": "A", "C": ""}))
    ended, _ = await updated(desk, parts({"B": "C"}))
    async with desk.database.connection() as conn:
        a, b, c = [await issues.by_ref(conn, desk.actor, name) for name in "ABC"]
    told = await desk.rows("SELECT issue_id, before, after FROM events WHERE change_id = $1", ended.change_id)
    assert told == [(b.issue_id, {"parent_id": str(a.issue_id)}, {"parent_id": str(c.issue_id)})]


async def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    data = parts({"A": "", "B": "A", "C": "X"})
    await desk.load(data)
    ended, told = await updated(desk, data)
    assert ((ended.outcome or {})["updated"], told["relinked"]) == (0, 0)


async def test_what_leads_nowhere_or_has_no_column_stays_as_it_is(desk: Desk) -> None:
    await desk.load(parts({"A": "", "B": "A", "C": "B"}))
    ended, told = await updated(desk, parts({"B": "X"}))
    assert ((ended.outcome or {})["unlinked"], told["relinked"]) == (1, 0)
    await updated(desk, as_csv([["key", "title"], ["C", "Another title"]]))
    assert await parents(desk) == {"A": None, "B": "A", "C": "B"}


async def test_a_parent_that_was_deleted_is_none(desk: Desk) -> None:
    gone = await desk.load(parts({"A": ""}))
    await desk.load(parts({"B": ""}))
    await undo(desk, gone)
    ended, _ = await updated(desk, parts({"B": "A", "C": "A"}))
    assert (ended.outcome or {})["unlinked"] == 2
    assert await parents(desk) == {"B": None, "C": None}


@pytest.mark.parametrize(
    ("here", "file", "left_out", "after"),
    [
        # By way of an issue that the file does not have.
        ({"A": "", "M": "A"}, {"A": "M"}, 1, {"A": None, "M": "A"}),
        ({"A": "", "M": "A", "L": "M"}, {"A": "L", "N": "A"}, 1, {"A": None, "M": "A", "L": "M", "N": "A"}),
        # By way of one that comes with it.
        ({"A": ""}, {"A": "N", "N": "A"}, 2, {"A": None, "N": None}),
        # What is left as it is would close another circle.
        ({"Q": "", "A": "Q", "B": ""}, {"A": "B", "B": "A", "Q": "A"}, 3, {"A": "Q", "B": None, "Q": None}),
        # One that is gone by the same file is none.
        ({"A": "", "B": "A"}, {"A": "B", "B": ""}, 0, {"A": "B", "B": None}),
        ({"A": ""}, {"A": "A"}, 1, {"A": None}),
    ],
)
async def test_nobody_comes_to_stand_above_itself(
    desk: Desk, here: dict[str, str], file: dict[str, str], left_out: int, after: dict[str, str | None]
) -> None:
    await desk.load(parts(here))
    ended, told = await updated(desk, parts(file))
    assert (told["circular"], (ended.outcome or {})["circular"]) == (left_out, left_out)
    assert await parents(desk) == after


async def test_originals_follow_the_newer_file_there_and_back(desk: Desk) -> None:
    await desk.load(
        repeats(
            {
                "A": ("open", ""),
                "B": ("open", ""),
                "C": ("duplicate", "A"),
                "D": ("duplicate", "A"),
                "E": ("duplicate", "A"),
                "F": ("open", ""),
                "G": ("duplicate", "A"),
            }
        )
    )
    was = await originals(desk)
    newer = {
        "C": ("duplicate", "B"),
        "D": ("done", ""),
        "E": ("open", "A"),
        "F": ("duplicate", "A"),
        "G": ("done", "X"),
    }
    ended, told = await updated(desk, repeats(newer))
    new = await originals(desk)
    assert {name: new[name] for name in newer} == {
        "C": ("closed", "duplicate", "B"),
        "D": ("closed", "completed", None),
        "E": ("open", None, None),
        "F": ("closed", "duplicate", "A"),
        "G": ("closed", "duplicate", "A"),
    }
    assert ((ended.outcome or {})["updated"], (ended.outcome or {})["unlinked"]) == (4, 1)
    assert told == {"circular": 0, "relinked": 4}
    await undo(desk, ended)
    assert await originals(desk) == was


async def test_nothing_is_a_duplicate_of_its_own_duplicate(desk: Desk) -> None:
    ended = await desk.load(repeats({"A": ("duplicate", "B"), "B": ("duplicate", "A"), "C": ("open", "")}))
    assert (ended.outcome or {})["circular"] == 2
    assert (await originals(desk))["A"] == ("closed", "not_planned", None)
    await updated(desk, repeats({"A": ("duplicate", "B")}))
    ended, told = await updated(desk, repeats({"B": ("duplicate", "A"), "C": ("duplicate", "B")}))
    assert (told["circular"], (ended.outcome or {})["circular"]) == (1, 1)
    assert await originals(desk) == {
        "A": ("closed", "duplicate", "B"),
        "B": ("closed", "not_planned", None),
        "C": ("closed", "duplicate", "B"),
    }


async def test_an_open_issue_that_would_repeat_its_own_duplicate_is_closed_without(desk: Desk) -> None:
    await desk.load(repeats({"A": ("open", ""), "B": ("duplicate", "A")}))
    ended, _ = await updated(desk, repeats({"A": ("duplicate", "B")}))
    assert await originals(desk) == {"A": ("closed", "not_planned", None), "B": ("closed", "duplicate", "A")}
    [after] = [
        row[0] for row in await desk.rows("SELECT after FROM events WHERE change_id = $1", ended.change_id)
    ]
    assert after == {"status": "closed", "close_reason": "not_planned"}
    await undo(desk, ended)
    assert (await originals(desk))["A"] == ("open", None, None)


async def test_what_stands_below_it_by_now_is_not_put_above_it_by_undo(desk: Desk) -> None:
    await desk.load(parts({"A": "B", "B": "", "C": "B"}))
    ended, _ = await updated(desk, parts({"A": "", "C": ""}))
    await move(desk, "B", "A")
    with pytest.raises(Touched) as caught:
        await undo(desk, ended)
    assert (caught.value.touched, caught.value.untouched) == (1, 1)
    undone = await undo(desk, ended, leave_touched=True)
    assert (undone.reverted, undone.left) == (1, 1)
    assert await parents(desk) == {"A": None, "B": "A", "C": "B"}


async def test_a_parent_that_is_no_more_is_not_given_back(desk: Desk) -> None:
    top = await desk.load(parts({"T": ""}))
    await desk.load(parts({"A": "T", "B": ""}))
    ended, _ = await updated(desk, parts({"A": "B"}))
    await undo(desk, top)
    with pytest.raises(Touched):
        await undo(desk, ended)
    assert await parents(desk) == {"A": "B", "B": None}


async def test_a_new_parent_stays_where_what_it_got_was_moved_since(desk: Desk) -> None:
    """What still is below it is not left alone; what goes back does not hold it."""
    await desk.load(parts({"A": "", "B": ""}))
    ended, _ = await updated(desk, parts({"A": "N", "B": "N", "N": ""}))
    async with desk.database.connection() as conn:
        b = await issues.by_ref(conn, desk.actor, "B")
        await issues.edit(conn, desk.actor, b.issue_id, IssuePatch(parent_id=None))
    await move(desk, "B", "N")
    undone = await undo(desk, ended, leave_touched=True)
    assert (undone.removed, undone.reverted, undone.left) == (0, 1, 2)
    assert await parents(desk) == {"A": None, "B": "N", "N": None}


async def waiting(conn: asyncpg.Connection) -> None:
    """Until somebody waits for what this connection holds."""
    while not await conn.fetchval(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    ):
        await asyncio.sleep(0)


async def test_what_is_edited_at_this_moment_stays_as_that_leaves_it(desk: Desk) -> None:
    header = ["key", "title", "labels", "parent"]
    await desk.load(as_csv([header, ["A", "One", "bug", ""], ["B", "Two", "", "A"]]))
    async with desk.database.transaction() as conn:
        a = await issues.by_ref(conn, desk.actor, "A")
        await issues.edit(conn, desk.actor, a.issue_id, IssuePatch(title="Mine"))
        newer = as_csv([header, ["A", "Theirs", "ui", "B"], ["B", "Two", "ui", ""]])
        running = asyncio.create_task(desk.load(newer, existing=Existing.UPDATE))
        await waiting(conn)
    ended = await running
    assert (ended.outcome or {})["updated"] == 1
    async with desk.database.connection() as conn:
        a, b = [await issues.by_ref(conn, desk.actor, name) for name in "AB"]
    assert (a.title, a.labels, a.parent_id) == ("Mine", ("bug",), None)
    assert (b.labels, b.parent_id) == (("ui",), None)


async def test_who_gives_a_parent_meanwhile_closes_no_circle(desk: Desk) -> None:
    await desk.load(parts({"A": "", "B": "", "C": ""}))
    async with desk.database.transaction() as conn:
        b = await issues.by_ref(conn, desk.actor, "B")
        c = await issues.by_ref(conn, desk.actor, "C")
        await issues.edit(conn, desk.actor, b.issue_id, IssuePatch(parent_id=c.issue_id))
        running = asyncio.create_task(desk.load(parts({"C": "A", "A": "B"}), existing=Existing.UPDATE))
        await waiting(conn)
    assert ((await running).outcome or {})["circular"] == 2
    assert await parents(desk) == {"A": None, "B": "C", "C": None}
