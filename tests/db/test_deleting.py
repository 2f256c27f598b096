"""Deleting issues, and having them back."""

import asyncio

import asyncpg
import pytest

from db import announcements, bulk, changes, comments, deleting, issues, limits, listing, watchers, workspaces
from db.access import Actor
from db.bulk import BulkPatch, BulkStopped
from db.changes import UndoBlocked
from db.errors import Forbidden, Invalid, NotFound
from db.ids import IssueId, new_uuid
from db.issues import Issue, IssuePatch, Origin
from db.pool import Database
from db.query import parse
from db.rollups import differences, fold, rebuild
from db.states import CloseReason, Priority, Role, Status
from tests.db.worlds import file, make_world, me, snapshot


async def found(conn: asyncpg.Connection, actor: Actor, query: str = "") -> list[IssueId]:
    return [issue.issue_id for issue in (await listing.page(conn, actor, parse(query), limit=50)).items]


def beyond(issue: Issue) -> dict[str, object]:
    """All of it, but for what every change moves."""
    names = set(Issue.__dataclass_fields__) - {"version", "updated_at"}
    return {name: getattr(issue, name) for name in names}


async def test_what_is_deleted_is_nowhere_and_comes_back_as_it_was(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(
        conn,
        world.ada,
        labels=("a", "b"),
        assignee_id=me(world.bob),
        priority=Priority.HIGH,
        external_ref="P-7",
    )
    await comments.add(conn, world.bob, issue.issue_id, "Same here")
    await issues.close(conn, world.bob, issue.issue_id, CloseReason.NOT_PLANNED)
    before = await issues.detail(conn, world.ada, issue.issue_id)

    done = await deleting.delete(conn, world.ada, [issue.issue_id])
    assert (done.count, done.repeated) == (1, False)
    for look in (
        issues.get(conn, world.admin, issue.issue_id),
        issues.by_number(conn, world.admin, issue.number),
        issues.by_ref(conn, world.admin, "P-7"),
        changes.history(conn, world.admin, issue.issue_id),
        comments.add(conn, world.admin, issue.issue_id, "Still?"),
        issues.edit(conn, world.admin, issue.issue_id, IssuePatch(title="New"), version=1),
    ):
        with pytest.raises(NotFound):
            await look
    assert await found(conn, world.admin) == []

    undone = await changes.undo(conn, world.ada)
    assert (undone.undid.change_id, undone.issue_ids) == (done.change_id, (issue.issue_id,))
    after = await issues.detail(conn, world.ada, issue.issue_id)
    assert beyond(after.issue) == beyond(before.issue)
    assert (after.comments, after.watchers) == (before.comments, before.watchers)
    assert await found(conn, world.bob, "label:b") == [issue.issue_id]
    kinds = [event.kind for event in await changes.history(conn, world.ada, issue.issue_id)]
    assert kinds[:2] == ["restored", "deleted"]


async def test_who_filed_it_deletes_it_and_an_admin_any(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    ours, theirs = await file(conn, world.ada), await file(conn, world.guest, assignee_id=me(world.bob))
    program = world.program()
    for actor, issue in ((world.bob, ours), (world.bob, theirs), (program, ours)):
        before = await snapshot(conn)
        with pytest.raises(Forbidden, match="filed it"):
            await deleting.delete(conn, actor, [issue.issue_id])
        assert await snapshot(conn) == before
    with pytest.raises(NotFound):
        await deleting.delete(conn, world.guest, [ours.issue_id])
    assert (await deleting.delete(conn, world.guest, [theirs.issue_id])).count == 1
    assert (await deleting.delete(conn, world.program(Role.ADMIN), [ours.issue_id])).count == 1


async def test_more_at_once_needs_what_the_workspace_asks_of_large_changes(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await workspaces.update_settings(conn, world.admin, settings={"policy": {"bulk_large": "admin"}})
    mine = [(await file(conn, world.bob)).issue_id for _ in range(limits.BULK_FREE + 1)]
    with pytest.raises(Forbidden):
        await deleting.delete(conn, world.bob, mine)
    assert len(await found(conn, world.bob)) == len(mine)
    assert (await deleting.delete(conn, world.bob, mine[1:])).count == limits.BULK_FREE
    await changes.undo(conn, world.bob)
    assert (await deleting.delete(conn, world.admin, mine)).count == len(mine)


async def test_a_guest_deletes_nothing_that_is_only_assigned_to_them(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, assignee_id=me(world.guest))
    with pytest.raises(Forbidden):
        await deleting.delete(conn, world.guest, [issue.issue_id])


async def test_several_are_deleted_together_or_none_is(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    mine = [(await file(conn, world.ada)).issue_id for _ in range(3)]
    other = (await file(conn, world.bob)).issue_id
    with pytest.raises(Forbidden):
        await deleting.delete(conn, world.ada, [*mine, other])
    with pytest.raises(NotFound):
        await deleting.delete(conn, world.ada, [*mine, IssueId(new_uuid())])
    assert set(await found(conn, world.ada)) == {*mine, other}
    assert (await deleting.delete(conn, world.ada, [*mine, mine[0]])).count == 3
    assert await found(conn, world.ada) == [other]
    undone = await changes.undo(conn, world.ada)
    assert (set(undone.issue_ids), undone.count) == (set(mine), 3)
    many = [IssueId(new_uuid()) for _ in range(limits.DELETE_MAX + 1)]
    with pytest.raises(Invalid):
        await deleting.delete(conn, world.admin, many)


async def test_the_same_request_twice_deletes_once_and_answers_the_same(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    origin = Origin(request_key="slack:1")
    first = await deleting.delete(conn, world.ada, [issue.issue_id], origin)
    before = await snapshot(conn)
    again = await deleting.delete(conn, world.ada, [issue.issue_id], origin)
    assert (again.change_id, again.count, again.repeated) == (first.change_id, 1, True)
    assert await snapshot(conn) == before
    await changes.undo(conn, world.ada, first.change_id)
    # Told late once more, it does not delete what was taken back meanwhile.
    assert (await deleting.delete(conn, world.ada, [issue.issue_id], origin)).repeated
    assert await found(conn, world.ada) == [issue.issue_id]


async def test_what_is_deleted_already_is_left_alone(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    one, two = await file(conn, world.ada), await file(conn, world.ada)
    await deleting.delete(conn, world.ada, [one.issue_id])
    assert (await deleting.delete(conn, world.admin, [one.issue_id, two.issue_id])).count == 1
    before = await snapshot(conn)
    nothing = await deleting.delete(conn, world.bob, [one.issue_id])
    assert (nothing.change_id, nothing.count) == (None, 0)
    assert await snapshot(conn) == before


async def test_of_two_who_delete_at_once_one_does(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        ids = [(await file(conn, world.ada)).issue_id for _ in range(5)]

    async def delete(actor: Actor, order: list[IssueId]) -> int:
        async with database.transaction() as conn:
            return (await deleting.delete(conn, actor, order)).count

    counts = await asyncio.gather(delete(world.ada, ids), delete(world.admin, ids[::-1]))
    assert sorted(counts) == [0, 5]
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM events WHERE kind = 'deleted'") == 5


async def test_deleting_while_others_edit_loses_nothing(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        issue = await file(conn, world.ada)

    async def edit() -> bool:
        async with database.transaction() as conn:
            try:
                await issues.edit(conn, world.bob, issue.issue_id, IssuePatch(title="New"))
            except NotFound:
                return False
            return True

    async def delete() -> None:
        async with database.transaction() as conn:
            await deleting.delete(conn, world.ada, [issue.issue_id])

    edited, _ = await asyncio.gather(edit(), delete())
    async with database.transaction() as conn:
        await changes.undo(conn, world.ada)
        title = (await issues.get(conn, world.ada, issue.issue_id)).title
    assert title == ("New" if edited else issue.title)


async def test_parts_and_repetitions_stay_as_they_are(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    whole = await file(conn, world.ada)
    part = await file(conn, world.ada, parent_id=whole.issue_id)
    same = await file(conn, world.bob)
    await issues.close(conn, world.bob, same.issue_id, CloseReason.DUPLICATE, duplicate_of=whole.issue_id)
    gone = await deleting.delete(conn, world.ada, [whole.issue_id])
    detail = await issues.detail(conn, world.ada, part.issue_id)
    assert (detail.parent, (await issues.detail(conn, world.ada, same.issue_id)).original) == (None, None)
    await issues.edit(conn, world.ada, part.issue_id, IssuePatch(title="New"))
    await issues.reopen(conn, world.bob, same.issue_id)
    await changes.undo(conn, world.ada, gone.change_id)
    again = (await issues.detail(conn, world.ada, part.issue_id)).parent
    assert again is not None
    assert again.issue_id == whole.issue_id


async def test_with_its_parts_there_it_is_deleted_back_and_forth(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    whole = await file(conn, world.ada)
    part = await file(conn, world.ada, parent_id=whole.issue_id)
    await deleting.delete(conn, world.ada, [whole.issue_id])
    there = []
    for _ in range(4):
        await changes.undo(conn, world.ada)
        there.append(whole.issue_id in await found(conn, world.ada))
    assert there == [True, False, True, False]
    assert await found(conn, world.ada) == [part.issue_id]


async def test_a_part_comes_back_after_its_whole(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    whole = await file(conn, world.ada)
    part = await file(conn, world.ada, parent_id=whole.issue_id)
    part_gone = await deleting.delete(conn, world.ada, [part.issue_id])
    whole_gone = await deleting.delete(conn, world.ada, [whole.issue_id])
    with pytest.raises(UndoBlocked) as blocked:
        await changes.undo(conn, world.ada, part_gone.change_id)
    assert [event.change_id for event in blocked.value.blockers] == [whole_gone.change_id]
    await changes.undo(conn, world.ada, whole_gone.change_id)
    await changes.undo(conn, world.ada, part_gone.change_id)
    assert set(await found(conn, world.ada)) == {whole.issue_id, part.issue_id}


async def test_what_was_gone_before_it_keeps_nothing_from_coming_back(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    whole, original, other = [await file(conn, world.ada) for _ in range(3)]
    part = await file(conn, world.bob, parent_id=whole.issue_id)
    same = await file(conn, world.bob)
    for repeats, repeated in ((same, original), (original, other)):
        await issues.close(
            conn, world.ada, repeats.issue_id, CloseReason.DUPLICATE, duplicate_of=repeated.issue_id
        )
    await deleting.delete(conn, world.ada, [whole.issue_id])
    gone = await deleting.delete(conn, world.bob, [part.issue_id, same.issue_id])
    await changes.undo(conn, world.bob, gone.change_id)
    assert {part.issue_id, same.issue_id} <= set(await found(conn, world.bob, "is:open,closed"))


async def test_an_edit_before_it_waits_for_it_to_be_taken_back(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    edited = await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title="New"))
    await deleting.delete(conn, world.ada, [issue.issue_id])
    with pytest.raises(UndoBlocked):
        await changes.undo(conn, world.ada, edited.change_id)
    with pytest.raises(BulkStopped):
        await bulk.change(conn, world.ada, [issue.issue_id], BulkPatch(status=Status.CLOSED))
    await changes.undo(conn, world.ada)
    await changes.undo(conn, world.ada, edited.change_id)
    assert (await issues.get(conn, world.ada, issue.issue_id)).title == issue.title


async def test_what_somebody_else_deleted_only_an_admin_brings_back(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    gone = await deleting.delete(conn, world.admin, [issue.issue_id])
    with pytest.raises(Forbidden):
        await changes.undo(conn, world.ada, gone.change_id)
    await changes.undo(conn, world.admin, gone.change_id)
    assert await found(conn, world.ada) == [issue.issue_id]


async def test_the_reference_of_a_deleted_issue_is_free_and_its_issue_can_come_back(
    conn: asyncpg.Connection,
) -> None:
    """References are no keys: two issues may have the same, and the older is found by it."""
    world = await make_world(conn)
    first = await file(conn, world.ada, external_ref="P-7")
    await deleting.delete(conn, world.ada, [first.issue_id])
    second = await file(conn, world.bob, external_ref="P-7")
    assert (await issues.by_ref(conn, world.ada, "P-7")).issue_id == second.issue_id
    await changes.undo(conn, world.ada)
    assert (await issues.by_ref(conn, world.ada, "P-7")).issue_id == first.issue_id
    assert set(await found(conn, world.ada, "ref:P-7")) == {first.issue_id, second.issue_id}


async def test_reports_leave_it_out_and_count_it_again(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, assignee_id=me(world.bob))
    await issues.close(conn, world.bob, issue.issue_id, CloseReason.COMPLETED)
    await announcements.take(conn, world.workspace_id, 10)
    await rebuild(conn, world.workspace_id)

    async def counted() -> int:
        batch = await announcements.take(conn, world.workspace_id, 10)
        assert batch is not None
        await fold(conn, world.workspace_id, [change.change_id for change in batch.changes])
        assert await differences(conn, world.workspace_id) == []
        days: int = await conn.fetchval("SELECT coalesce(sum(created), 0) FROM rollup_days WHERE grain = 1")
        return days

    before = (await listing.count(conn, world.ada, parse(""))).value
    await deleting.delete(conn, world.ada, [issue.issue_id])
    gone = await counted()
    assert (before, (await listing.count(conn, world.ada, parse(""))).value) == (1, 0)
    await changes.undo(conn, world.ada)
    assert await counted() > gone
    assert (await listing.count(conn, world.ada, parse(""))).value == 1


async def test_what_is_known_of_the_deleted(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    deleted, there = await file(conn, world.ada, "Secret"), await file(conn, world.ada)
    done = await deleting.delete(conn, world.admin, [deleted.issue_id])
    gone = await deleting.gone(conn, world.bob, [deleted.issue_id, there.issue_id])
    assert set(gone) == {deleted.issue_id}
    assert (gone[deleted.issue_id].by, gone[deleted.issue_id].change_id) == (me(world.admin), done.change_id)
    for ref in (f"LDG-{deleted.number}", f"#{deleted.number}", f"ldg-{deleted.number}"):
        assert (await deleting.gone_by_key(conn, world.bob, ref)).issue.title == "Secret"
    for actor, ref in (
        (world.bob, f"LDG-{there.number}"),
        (world.guest, f"LDG-{deleted.number}"),
        (world.bob, "X-1"),
    ):
        with pytest.raises(NotFound):
            await deleting.gone_by_key(conn, actor, ref)
    assert not await deleting.gone(conn, world.guest, [deleted.issue_id])


async def test_what_is_deleted_once_more_by_taking_back_the_undo_is_so_on_purpose(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    deleted, unmade = await file(conn, world.ada), await file(conn, world.ada)
    unmade_by = [(await changes.undo(conn, world.ada)).change_id for _ in range(3)]
    did = (await deleting.delete(conn, world.ada, [deleted.issue_id])).change_id
    assert did is not None
    there_and_back = [did, *[(await changes.undo(conn, world.ada)).change_id for _ in range(4)]]
    seen = await deleting.purposely(conn, world.workspace_id, [*there_and_back, *unmade_by])
    assert seen == set(there_and_back)
    ids = [deleted.issue_id, unmade.issue_id]
    assert await deleting.on_purpose(conn, world.ada, ids) == {
        deleted.issue_id: (await deleting.gone(conn, world.ada, ids))[deleted.issue_id].issue
    }
    assert set(await deleting.gone(conn, world.ada, ids)) == set(ids)


async def test_it_is_announced(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await announcements.take(conn, world.workspace_id, 10)
    await watchers.watch(conn, world.bob, issue.issue_id)
    await deleting.delete(conn, world.ada, [issue.issue_id])
    batch = await announcements.take(conn, world.workspace_id, 10)
    assert batch is not None
    assert [
        (change.action, event.kind) for change, event in zip(batch.changes, batch.events, strict=True)
    ] == [("delete", "deleted")]
