import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from db import bulk, changes, comments, issues, labels, people
from db.access import Actor
from db.bulk import BulkPatch
from db.changes import NothingToUndo, UndoBlocked
from db.errors import Forbidden, NotFound
from db.ids import ChangeId, IssueId, new_uuid
from db.issues import IssuePatch, Origin
from db.issues.amending import Amending
from db.issues.linking import hold_parents
from db.pool import Database
from db.states import CloseReason, Priority, Status
from tests.db.worlds import file, make_world, me


async def test_undoing_a_create_deletes_and_undoing_that_restores(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, labels=("a",))
    undone = await changes.undo(conn, world.ada)
    assert (undone.undid.action, undone.issue_ids, undone.count) == ("create", (issue.issue_id,), 1)
    with pytest.raises(NotFound):
        await issues.get(conn, world.ada, issue.issue_id)
    await changes.undo(conn, world.ada)
    back = await issues.get(conn, world.ada, issue.issue_id)
    assert (back.title, back.labels) == (issue.title, issue.labels)
    kinds = [event.kind for event in await changes.history(conn, world.ada, issue.issue_id)]
    assert kinds == ["restored", "deleted", "created"]
    dims = await conn.fetch("SELECT was_status, now_status FROM events ORDER BY event_id")
    assert [tuple(row) for row in dims] == [(None, "open"), ("open", None), (None, "open")]


async def test_undoing_an_edit_brings_every_field_back(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    original, issue = await file(conn, world.bob), await file(conn, world.ada, labels=("a", "b"))
    patch = IssuePatch(
        title="New",
        description="New",
        status=Status.CLOSED,
        close_reason=CloseReason.DUPLICATE,
        duplicate_of=original.issue_id,
        priority=Priority.URGENT,
        assignee_id=me(world.bob),
        labels=("b", "c"),
    )
    edited = (await issues.edit(conn, world.ada, issue.issue_id, patch)).issue
    await changes.undo(conn, world.ada)
    back = await issues.get(conn, world.ada, issue.issue_id)
    assert (back.title, back.description, back.status, back.closed_at) == (issue.title, "", Status.OPEN, None)
    assert (back.priority, back.assignee_id, back.labels) == (Priority.NONE, None, ("a", "b"))
    assert (back.duplicate_of, back.close_reason, back.version) == (None, None, 3)
    await changes.undo(conn, world.ada)
    again = await issues.get(conn, world.ada, issue.issue_id)
    assert (again.title, again.labels, again.duplicate_of) == (edited.title, edited.labels, original.issue_id)
    assert (again.status, again.priority, again.assignee_id) == (
        edited.status,
        edited.priority,
        edited.assignee_id,
    )


async def test_undo_goes_back_and_forth_for_ever(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    written = await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title="New"))
    titles = []
    for _ in range(5):
        await changes.undo(conn, world.ada)
        titles.append((await issues.get(conn, world.ada, issue.issue_id)).title)
    assert titles == ["Login fails", "New", "Login fails", "New", "Login fails"]
    repeated = await changes.undo(conn, world.ada, written.change_id)
    assert repeated.repeated
    assert (await issues.get(conn, world.ada, issue.issue_id)).title == "Login fails"


async def test_an_older_change_is_undone_by_its_own_button(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    first = await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title="New"))
    await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(priority=Priority.HIGH))
    await changes.undo(conn, world.ada, first.change_id)
    now = await issues.get(conn, world.ada, issue.issue_id)
    assert (now.title, now.priority) == ("Login fails", Priority.HIGH)


async def test_what_stands_on_top_blocks_and_is_named(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title="Ada's"))
    await issues.edit(conn, world.bob, issue.issue_id, IssuePatch(title="Bob's"))
    with pytest.raises(UndoBlocked) as caught:
        await changes.undo(conn, world.ada)
    (blocker,) = caught.value.blockers
    assert (blocker.actor_id, blocker.issue_id) == (me(world.bob), issue.issue_id)
    assert blocker.fields == {"title"}
    await changes.undo(conn, world.bob)
    await changes.undo(conn, world.ada)
    assert (await issues.get(conn, world.ada, issue.issue_id)).title == "Login fails"


async def test_status_and_reason_count_as_one(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await issues.close(conn, world.ada, issue.issue_id)
    await issues.close(conn, world.bob, issue.issue_id, CloseReason.NOT_PLANNED)
    with pytest.raises(UndoBlocked):
        await changes.undo(conn, world.ada)


async def test_another_field_and_a_comment_do_not_block_an_edit(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await issues.close(conn, world.ada, issue.issue_id)
    await issues.edit(conn, world.bob, issue.issue_id, IssuePatch(priority=Priority.LOW))
    await comments.add(conn, world.bob, issue.issue_id, "Thanks")
    await changes.undo(conn, world.ada)
    now = await issues.get(conn, world.ada, issue.issue_id)
    assert (now.status, now.priority) == (Status.OPEN, Priority.LOW)


async def test_a_comment_blocks_undoing_the_create(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await comments.add(conn, world.bob, issue.issue_id, "Same here")
    with pytest.raises(UndoBlocked):
        await changes.undo(conn, world.ada)


async def test_comments_are_undone(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    said = (await comments.add(conn, world.ada, issue.issue_id, "One")).comment

    async def bodies() -> list[str]:
        return [comment.body for comment in await comments.page(conn, world.ada, issue.issue_id)]

    await changes.undo(conn, world.ada)
    assert await bodies() == []
    await changes.undo(conn, world.ada)
    assert await bodies() == ["One"]
    await comments.edit(conn, world.ada, said.comment_id, "Two")
    await changes.undo(conn, world.ada)
    assert await bodies() == ["One"]
    await comments.delete(conn, world.ada, said.comment_id)
    assert await bodies() == []
    await changes.undo(conn, world.ada)
    assert await bodies() == ["One"]


async def test_an_answer_blocks_undoing_the_comment(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    said = (await comments.add(conn, world.ada, issue.issue_id, "One")).comment
    await comments.add(conn, world.bob, issue.issue_id, "Unrelated")
    await comments.add(conn, world.bob, issue.issue_id, "Two", reply_to=said.comment_id)
    with pytest.raises(UndoBlocked) as caught:
        await changes.undo(conn, world.ada)
    assert len(caught.value.blockers) == 1
    await changes.undo(conn, world.bob)
    await changes.undo(conn, world.ada)


async def test_a_bulk_is_undone_as_one(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = [
        await file(conn, world.bob, labels=(f"l{n}",), priority=Priority(n % 5 + 1)) for n in range(150)
    ]
    patch = BulkPatch(
        status=Status.CLOSED, priority=Priority.HIGH, add_labels=("x",), remove_labels=("l1", "l2")
    )
    await bulk.change(conn, world.ada, [issue.issue_id for issue in chosen], patch)
    undone = await changes.undo(conn, world.ada)
    assert (undone.count, len(undone.issue_ids)) == (150, 100)
    now = await issues.get_many(conn, world.ada, [issue.issue_id for issue in chosen])
    for issue in chosen:
        back = now[issue.issue_id]
        assert (back.status, back.priority, back.labels) == (issue.status, issue.priority, issue.labels)
        assert back.version == 3


async def test_one_changed_issue_blocks_the_whole_bulk(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = [(await file(conn, world.bob)).issue_id for _ in range(5)]
    await bulk.change(conn, world.ada, chosen, BulkPatch(status=Status.CLOSED))
    await issues.reopen(conn, world.bob, chosen[3])
    with pytest.raises(UndoBlocked) as caught:
        await changes.undo(conn, world.ada)
    assert [blocker.issue_id for blocker in caught.value.blockers] == [chosen[3]]
    assert (await issues.get(conn, world.ada, chosen[0])).status is Status.CLOSED


async def test_only_the_author_or_an_admin_undoes(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    written = await issues.create(conn, world.ada, issues.IssueDraft(title="x"))
    with pytest.raises(Forbidden):
        await changes.undo(conn, world.bob, written.change_id)
    with pytest.raises(NotFound):
        await changes.undo(conn, world.guest, written.change_id)
    with pytest.raises(NothingToUndo):
        await changes.undo(conn, world.bob)
    with pytest.raises(NothingToUndo):
        await changes.undo(conn, world.program())
    with pytest.raises(NotFound):
        await changes.undo(conn, world.ada, ChangeId(new_uuid()))
    assert (await changes.undo(conn, world.admin, written.change_id)).count == 1


async def test_what_cannot_be_told_apart_again_is_not_undone(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    double = await people.create(conn, world.admin, "Bob B")
    merged = await people.merge(conn, world.admin, double.person_id, me(world.bob))
    with pytest.raises(NothingToUndo):
        await changes.undo(conn, world.admin, merged.change_id)
    with pytest.raises(NothingToUndo):
        await changes.undo(conn, world.admin)


async def test_the_same_undo_twice_is_done_once(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await issues.assign(conn, world.ada, issue.issue_id, me(world.bob))
    first = await changes.undo(conn, world.ada, None, Origin(request_key="k"))
    again = await changes.undo(conn, world.ada, None, Origin(request_key="k"))
    assert (again.repeated, again.change_id, again.count) == (True, first.change_id, 1)
    assert again.issue_ids == first.issue_ids
    assert (await issues.get(conn, world.ada, issue.issue_id)).assignee_id is None


async def test_what_a_change_did_is_told_of_deleted_issues_too_and_to_guests_of_theirs(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    mine, other = await file(conn, world.guest, title="Mine"), await file(conn, world.ada, title="Other")
    both = await bulk.change(
        conn, world.ada, [mine.issue_id, other.issue_id], BulkPatch(status=Status.CLOSED)
    )
    assert both.change_id is not None
    touched = await changes.touched(conn, world.ada, both.change_id, limit=5)
    assert [(each.number, each.title) for each in touched] == [(mine.number, "Mine"), (other.number, "Other")]
    assert touched[0].event.after["status"] == "closed"
    (first,) = await changes.touched(conn, world.ada, both.change_id, limit=1)
    (theirs,) = await changes.touched(conn, world.guest, both.change_id, limit=5)
    assert first == theirs == touched[0]
    gone = await file(conn, world.ada, title="Gone")
    undone = await changes.undo(conn, world.ada)
    (told,) = await changes.touched(conn, world.ada, undone.change_id, limit=5)
    assert (told.number, told.title, told.event.kind) == (gone.number, "Gone", "deleted")


async def test_undos_of_one_change_at_once_are_done_once(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        issue = await file(conn, world.ada)
        written = await issues.assign(conn, world.ada, issue.issue_id, me(world.bob))

    async def request() -> changes.Undone:
        async with database.connection() as conn:
            return await changes.undo(conn, world.ada, written.change_id)

    done = await asyncio.gather(*(request() for _ in range(8)))
    assert [undone.repeated for undone in done].count(False) == 1
    async with database.connection() as conn:
        assert (await issues.get(conn, world.ada, issue.issue_id)).version == 3


async def test_an_undo_and_an_edit_that_need_a_label_and_parents_do_not_wait_crosswise(
    database: Database,
) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        top = await file(conn, world.ada)
        issue = await file(conn, world.ada, labels=("bug",))
        patch = IssuePatch(labels=(), parent_id=top.issue_id)
        written = await issues.edit(conn, world.ada, issue.issue_id, patch)
        (label,) = await labels.all(conn, world.ada)
        await labels.rename(conn, world.ada, label.label_id, "defect")

    async def undo() -> changes.Undone:
        async with database.connection() as conn:
            return await changes.undo(conn, world.ada, written.change_id)

    async with database.transaction() as conn:
        await labels.ensure(conn, world.ada, ["bug"])
        undoing = asyncio.create_task(undo())
        while not await conn.fetchval(
            "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        ):
            await asyncio.sleep(0)
        await hold_parents(conn, world.ada)
    assert (await undoing).count == 1


async def test_undo_survives_a_renamed_label_and_a_merged_person(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    double = await people.create(conn, world.admin, "Bob B")
    issue = await file(conn, world.ada, labels=("bug",), assignee_id=double.person_id)
    await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(labels=(), assignee_id=None))
    (label,) = await labels.all(conn, world.ada)
    await labels.rename(conn, world.ada, label.label_id, "defect")
    await people.merge(conn, world.admin, double.person_id, me(world.bob))
    await changes.undo(conn, world.ada)
    back = await issues.get(conn, world.ada, issue.issue_id)
    assert (back.labels, back.assignee_id) == (("bug",), me(world.bob))


async def _reopen(
    database: Database, conn: asyncpg.Connection, who: Actor, issue_id: IssueId, how: str
) -> None:
    match how:
        case "alone":
            await issues.reopen(conn, who, issue_id)
        case "together":
            await Amending(database).edit(who, issue_id, IssuePatch(status=Status.IN_PROGRESS))
        case "in bulk":
            await bulk.change(conn, who, [issue_id], BulkPatch(status=Status.OPEN))
        case _:
            await changes.undo(conn, who)


@pytest.mark.parametrize("how", ["alone", "together", "in bulk", "by an undo"])
async def test_undoing_a_reopen_closes_as_of_then(
    database: Database, conn: asyncpg.Connection, how: str
) -> None:
    """Also where the closing was written down later than it was."""
    world, then = await make_world(conn), datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
    issue = await file(conn, world.ada)
    await issues.close(conn, world.ada, issue.issue_id)
    await conn.execute("UPDATE issues SET closed_at = $1", then)
    for _ in range(2):
        await _reopen(database, conn, world.ada, issue.issue_id, how)
        assert (await issues.get(conn, world.ada, issue.issue_id)).closed_at is None
        await changes.undo(conn, world.ada)
        back = await issues.get(conn, world.ada, issue.issue_id)
        assert (back.close_reason, back.closed_at) == (CloseReason.COMPLETED, then)
        # Nobody has to read that a time has changed.
        (newest, *_) = await changes.history(conn, world.ada, issue.issue_id)
        assert newest.after == {"status": "closed", "close_reason": "completed"}


async def test_undoing_a_reopen_of_an_earlier_version_closes_when_that_was_written(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await issues.close(conn, world.ada, issue.issue_id)
    written = await conn.fetchval(
        "UPDATE events SET at = at - interval '9 days' WHERE version = 2 RETURNING at"
    )
    await issues.reopen(conn, world.ada, issue.issue_id)
    await conn.execute("UPDATE events SET before = before - 'closed_at'")
    await changes.undo(conn, world.ada)
    assert (await issues.get(conn, world.ada, issue.issue_id)).closed_at == written


async def test_history_pages_newest_first(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    for n in range(5):
        await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title=f"Title {n}"))
    first = await changes.history(conn, world.ada, issue.issue_id, limit=4)
    rest = await changes.history(conn, world.ada, issue.issue_id, limit=4, before=first[-1].event_id)
    assert [e.after["title"] for e in first + rest] == [
        *(f"Title {n}" for n in range(4, -1, -1)),
        "Login fails",
    ]
    assert await changes.history(conn, world.ada, issue.issue_id, before=rest[-1].event_id) == ()
