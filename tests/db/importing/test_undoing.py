"""What an import brought up to date is as it was before when the import is taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, LiteralString

import pytest

from db import changes, comments, issues
from db.changes import UndoBlocked
from db.errors import Conflict
from db.ids import new_uuid
from db.importing import undoing
from db.importing.mapping import Existing
from db.importing.undoing import Touched, UndoneImport
from db.imports import Import
from db.issues import IssuePatch
from db.states import CloseReason
from db.undoing import _COMMENTS, _REVERT
from tests.db.importing.conftest import Desk
from tests.db.importing.tables import as_csv, many

HEADER = ["Summary", "Issue key", "Issue Type", "Status", "Labels", "Comment", "Comment"]
SEEN = "2024-01-03 08:00;Grace Hopper;Seen"
THANKS = "2024-01-04 08:00;Grace Hopper;Thanks"
OLD = as_csv(
    [
        HEADER,
        ["One", "P-1", "Bug", "To Do", "bug", SEEN, ""],
        ["Two", "P-2", "Bug", "To Do", "", "", ""],
        ["Three", "P-3", "Bug", "To Do", "", "", ""],
    ]
)
NEW = as_csv(
    [
        HEADER,
        ["One and more", "P-1", "Bug", "Done", "ui", SEEN, THANKS],
        ["Two", "P-2", "Bug", "To Do", "", THANKS, ""],
        ["Three", "P-3", "Bug", "To Do", "", "", ""],
        ["Four", "P-4", "Bug", "To Do", "ui", SEEN, ""],
    ]
)
_STATE = """
SELECT i.external_ref, i.title, i.status, i.commented, i.labelled,
       ARRAY(SELECT l.name FROM issue_labels x JOIN labels l USING (workspace_id, label_id)
             WHERE x.workspace_id = i.workspace_id AND x.issue_id = i.issue_id ORDER BY 1),
       ARRAY(SELECT c.body FROM comments c WHERE c.workspace_id = i.workspace_id AND c.issue_id = i.issue_id
             AND c.deleted_at IS NULL ORDER BY c.created_at)
FROM issues i WHERE i.deleted_at IS NULL ORDER BY i.external_ref"""


async def grown(desk: Desk) -> Import:
    await desk.load(OLD)
    ended = await desk.load(NEW, existing=Existing.UPDATE)
    outcome = ended.outcome or {}
    assert (outcome["created"], outcome["updated"], outcome["comments"]) == (1, 2, 3)
    return ended


async def undo(desk: Desk, ended: Import, *, leave_touched: bool = False) -> UndoneImport:
    async with desk.database.transaction() as conn:
        return await undoing.undo(conn, desk.actor, ended, leave_touched=leave_touched)


async def issue(desk: Desk, ref: str) -> issues.Issue:
    async with desk.database.connection() as conn:
        return await issues.by_ref(conn, desk.actor, ref)


async def test_what_was_there_is_as_it_was_and_what_came_is_gone(desk: Desk) -> None:
    await desk.load(OLD)
    was = await desk.rows(_STATE)
    ended = await desk.load(NEW, existing=Existing.UPDATE)
    new = await desk.rows(_STATE)
    undone = await undo(desk, ended)
    assert (undone.removed, undone.reverted, undone.left) == (1, 2, 0)
    assert await desk.rows(_STATE) == was
    async with desk.database.transaction() as conn:
        await changes.undo(conn, desk.actor, undone.change_id)
    assert await desk.rows(_STATE) == new
    await desk.load(NEW, existing=Existing.UPDATE)
    assert await desk.rows(_STATE) == new


async def test_the_same_file_brings_all_of_it_again(desk: Desk) -> None:
    ended = await grown(desk)
    new = await desk.rows(_STATE)
    await undo(desk, ended)
    again = await desk.load(NEW, existing=Existing.UPDATE)
    assert (again.outcome or {})["comments"] == 3
    assert await desk.rows(_STATE) == new


async def test_an_import_that_only_updated_can_be_taken_back(desk: Desk) -> None:
    await desk.load(OLD)
    was = await desk.rows(_STATE)
    ended = await desk.load("\n".join(NEW.splitlines()[:-1]), existing=Existing.UPDATE)
    assert (await undo(desk, ended)).reverted == 2
    assert await desk.rows(_STATE) == was


CLOSED = as_csv([["key", "title", "status", "closed_at"], ["P-1", "One", "closed", "2024-02-03T04:05:06Z"]])
OPENED = as_csv([["key", "title", "status", "created_at"], ["P-1", "One", "open", "2024-01-02T03:04:05Z"]])
_CLOSED_AT = "SELECT closed_at FROM issues"
_THEN = [(datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC),)]


async def test_what_a_file_says_was_closed_long_ago_is_so_after_every_undo(desk: Desk) -> None:
    await desk.load(OPENED)
    closing = await desk.load(CLOSED, existing=Existing.UPDATE)
    assert await desk.rows(_CLOSED_AT) == _THEN
    one = await issue(desk, "P-1")
    async with desk.database.connection() as conn:
        await issues.reopen(conn, desk.actor, one.issue_id)
        await changes.undo(conn, desk.actor)
    assert await desk.rows(_CLOSED_AT) == _THEN
    opening = await desk.load(OPENED, existing=Existing.UPDATE)
    assert await desk.rows(_CLOSED_AT) == [(None,)]
    await undo(desk, opening)
    assert await desk.rows(_CLOSED_AT) == _THEN
    undone = await undo(desk, closing)
    assert await desk.rows(_CLOSED_AT) == [(None,)]
    async with desk.database.transaction() as conn:
        await changes.undo(conn, desk.actor, undone.change_id)
    assert await desk.rows(_CLOSED_AT) == _THEN


async def test_what_was_taken_back_since_stands_in_no_way(desk: Desk) -> None:
    old = await desk.load(OLD)
    await undo(desk, await desk.load(NEW, existing=Existing.UPDATE))
    undone = await undo(desk, old)
    assert (undone.removed, undone.left) == (3, 0)
    assert await desk.rows(_STATE) == []


async def test_what_was_changed_since_stays_and_is_named(desk: Desk) -> None:
    ended = await grown(desk)
    one = await issue(desk, "P-1")
    async with desk.database.connection() as conn:
        await issues.edit(conn, desk.actor, one.issue_id, IssuePatch(title="Mine"))
    with pytest.raises(Touched) as caught:
        await undo(desk, ended)
    assert (caught.value.numbers, caught.value.touched, caught.value.untouched) == ((one.number,), 1, 2)
    undone = await undo(desk, ended, leave_touched=True)
    assert (undone.removed, undone.reverted, undone.left) == (1, 1, 1)
    state = {row[0]: row[1:] for row in await desk.rows(_STATE)}
    assert state["P-1"][0] == "Mine"
    assert state["P-1"][-1] == ["Seen", "Thanks"]
    assert state["P-2"][-1] == []
    assert "P-4" not in state


async def test_what_has_nothing_to_do_with_it_stands_in_no_way(desk: Desk) -> None:
    """Another field, and words that answer nothing the import brought."""
    ended = await grown(desk)
    one = await issue(desk, "P-1")
    async with desk.database.connection() as conn:
        await comments.add(conn, desk.actor, one.issue_id, "Well")
        await issues.edit(conn, desk.actor, one.issue_id, IssuePatch(description="Told"))
    await undo(desk, ended)
    state = {row[0]: row[1:] for row in await desk.rows(_STATE)}
    assert state["P-1"] == ("One", "open", True, True, ["bug"], ["Seen", "Well"])
    assert (await issue(desk, "P-1")).description == "Told"


async def test_an_answer_to_a_comment_that_came_along_stands_in_the_way(desk: Desk) -> None:
    ended = await grown(desk)
    two = await issue(desk, "P-2")
    async with desk.database.connection() as conn:
        (thanks,) = await comments.page(conn, desk.actor, two.issue_id)
        await comments.add(conn, desk.actor, two.issue_id, "Welcome", reply_to=thanks.comment_id)
    with pytest.raises(Touched) as caught:
        await undo(desk, ended)
    assert caught.value.numbers == (two.number,)


async def test_an_issue_that_others_repeat_by_now_stands_in_the_way(desk: Desk) -> None:
    older = await desk.load(as_csv([["key", "title"], ["X-1", "Here before"]]))
    ended = await grown(desk)
    four, before = await issue(desk, "P-4"), await issue(desk, "X-1")
    async with desk.database.connection() as conn:
        await issues.close(
            conn, desk.actor, before.issue_id, CloseReason.DUPLICATE, duplicate_of=four.issue_id
        )
    with pytest.raises(Touched) as caught:
        await undo(desk, ended)
    assert caught.value.numbers == (four.number,)
    with pytest.raises(UndoBlocked) as blocked:
        async with desk.database.transaction() as conn:
            await changes.undo(conn, desk.actor, ended.change_id)
    assert {event.issue_id for event in blocked.value.blockers} == {before.issue_id}
    assert older.change_id is not None


@pytest.mark.parametrize("column", ["parent", "duplicate of"])
async def test_what_an_import_put_below_an_issue_stands_in_the_way_of_its_undo(
    desk: Desk, column: str
) -> None:
    """Though no event of the imported issue says so."""
    original = await desk.load(as_csv([["key", "title"], ["X-1", "Original"]]))
    await desk.load(as_csv([["key", "title", "status", column], ["X-2", "Other", "closed", "X-1"]]))
    other = await issue(desk, "X-2")
    with pytest.raises(Touched):
        await undo(desk, original)
    with pytest.raises(UndoBlocked) as blocked:
        async with desk.database.transaction() as conn:
            await changes.undo(conn, desk.actor, original.change_id)
    assert {event.issue_id for event in blocked.value.blockers} == {other.issue_id}


async def test_undo_removes_the_import_and_lets_it_come_again(desk: Desk) -> None:
    data = as_csv([["key", "title", "assignee", "labels"], ["P-1", "A", "bob", "odd"], ["P-2", "B", "", ""]])
    ended = await desk.load(data)
    async with desk.database.transaction() as conn:
        undone = await undoing.undo(conn, desk.actor, ended)
    assert (undone.removed, undone.left) == (2, 0)
    assert await desk.rows("SELECT count(*) FROM issues WHERE deleted_at IS NULL") == [(0,)]
    assert await desk.count("labels") == 0
    again = await desk.load(data)
    assert (again.outcome or {})["created"] == 2


async def test_what_was_taken_back_as_any_change_is_comes_again(desk: Desk) -> None:
    ended = await desk.load(many(3))
    async with desk.database.transaction() as conn:
        await changes.undo(conn, desk.actor, ended.change_id)
    with pytest.raises(Conflict):
        async with desk.database.transaction() as conn:
            await undoing.undo(conn, desk.actor, ended)
    again = await desk.load(many(4))
    assert (again.outcome or {})["created"] == 4
    assert await desk.rows("SELECT count(*) FROM issues WHERE deleted_at IS NULL") == [(4,)]


async def test_undo_names_what_was_worked_on_and_removes_nothing(desk: Desk) -> None:
    ended = await desk.load(many(5))
    async with desk.database.connection() as conn:
        issue = await issues.by_ref(conn, desk.actor, "P-3")
        await issues.edit(conn, desk.actor, issue.issue_id, IssuePatch(title="Touched"))
    with pytest.raises(undoing.Touched) as caught:
        async with desk.database.transaction() as conn:
            await undoing.undo(conn, desk.actor, ended)
    assert (caught.value.numbers, caught.value.touched, caught.value.untouched) == ((issue.number,), 1, 4)
    assert await desk.rows("SELECT count(*) FROM issues WHERE deleted_at IS NULL") == [(5,)]
    async with desk.database.transaction() as conn:
        undone = await undoing.undo(conn, desk.actor, ended, leave_touched=True)
    assert (undone.removed, undone.left) == (4, 1)


def joined(plan: dict[str, Any]) -> Iterator[set[str]]:
    """What kinds of nodes each join holds against each other."""
    below = plan.get("Plans", [])
    if plan["Node Type"] in ("Nested Loop", "Hash Join", "Merge Join"):
        yield {each["Node Type"] for each in below}
    for each in below:
        yield from joined(each)


@pytest.mark.parametrize("statement", [_REVERT, _COMMENTS], ids=["fields", "comments"])
async def test_what_is_taken_back_is_not_held_against_itself_row_by_row(
    desk: Desk, statement: LiteralString
) -> None:
    """Nobody can guess how much a change has: two lists would be taken for one row each."""
    async with desk.database.connection() as conn:
        given = (desk.actor.workspace_id, new_uuid(), new_uuid(), desk.actor.person_id, "import")
        plan = await conn.fetchval("EXPLAIN (FORMAT JSON) " + statement.replace("{OF}", ""), *given)
    [told] = json.loads(plan) if isinstance(plan, str) else plan
    assert {"CTE Scan"} not in list(joined(told["Plan"]))
