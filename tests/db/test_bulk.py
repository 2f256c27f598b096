import asyncio
import contextlib

import asyncpg
import pytest

from db import bulk, changes, issues, limits, watchers, workspaces
from db.bulk import BulkPatch, BulkStopped
from db.errors import Forbidden, Invalid
from db.ids import IssueId, new_uuid
from db.issues import Origin
from db.pool import Database
from db.states import CloseReason, Priority, Status
from tests.db.worlds import World, file, make_world, me, snapshot


async def ids(conn: asyncpg.Connection, world: World, count: int) -> list[IssueId]:
    return [(await file(conn, world.ada, f"Issue {n}")).issue_id for n in range(count)]


async def test_changes_all_and_says_how_many(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, 4)
    untouched = await file(conn, world.ada)
    patch = BulkPatch(
        status=Status.IN_PROGRESS,
        assignee_id=me(world.bob),
        priority=Priority.HIGH,
        add_labels=("Bug", "ui"),
    )
    written = await bulk.change(conn, world.ada, chosen, patch)
    assert written.count == 4
    for issue in (await issues.get_many(conn, world.ada, chosen)).values():
        assert (issue.status, issue.assignee_id, issue.priority) == (
            Status.IN_PROGRESS,
            me(world.bob),
            Priority.HIGH,
        )
        assert (issue.labels, issue.version) == (("Bug", "ui"), 2)
        assert me(world.bob) in await watchers.of_issue(conn, world.ada, issue.issue_id)
        event, _ = await changes.history(conn, world.ada, issue.issue_id)
        assert (event.change_id, event.action, event.version) == (written.change_id, "bulk", 2)
        assert event.before == {"status": "open", "assignee_id": None, "priority": "none", "labels": []}
        assert event.after == {
            "status": "in_progress",
            "assignee_id": str(me(world.bob)),
            "priority": "high",
            "labels": ["Bug", "ui"],
        }
    assert await issues.get(conn, world.ada, untouched.issue_id) == untouched


async def test_leaves_alone_what_is_so_already(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, 3)
    await issues.close(conn, world.ada, chosen[0], CloseReason.NOT_PLANNED)
    written = await bulk.change(conn, world.ada, chosen, BulkPatch(status=Status.CLOSED))
    assert written.count == 2
    assert (await issues.get(conn, world.ada, chosen[0])).close_reason is CloseReason.NOT_PLANNED
    before = await snapshot(conn)
    again = await bulk.change(
        conn, world.ada, chosen, BulkPatch(status=Status.CLOSED), Origin(request_key="k")
    )
    assert (again.count, again.change_id) == (0, None)
    assert await snapshot(conn) == before


async def test_removes_and_adds_labels(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    one = await file(conn, world.ada, labels=("a", "b"))
    two = await file(conn, world.ada, labels=("c",))
    patch = BulkPatch(add_labels=("C",), remove_labels=("A", "never"))
    written = await bulk.change(conn, world.ada, [one.issue_id, two.issue_id], patch)
    assert written.count == 1
    assert (await issues.get(conn, world.ada, one.issue_id)).labels == ("b", "c")
    event, _ = await changes.history(conn, world.ada, one.issue_id)
    assert (event.before, event.after) == ({"labels": ["a", "b"]}, {"labels": ["b", "c"]})


async def test_one_unknown_issue_stops_all_and_is_named(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, 3)
    missing = IssueId(new_uuid())
    before = await snapshot(conn)
    with pytest.raises(BulkStopped) as caught:
        await bulk.change(conn, world.ada, [*chosen, missing], BulkPatch(priority=Priority.LOW))
    assert (caught.value.issue_id, caught.value.why) == (missing, "not_found")
    assert await snapshot(conn) == before


async def test_a_deleted_issue_stops_all(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, 2)
    await changes.undo(conn, world.ada)
    with pytest.raises(BulkStopped) as caught:
        await bulk.change(conn, world.ada, chosen, BulkPatch(priority=Priority.LOW))
    assert caught.value.issue_id == chosen[1]


async def test_duplicates_of_one_original(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, 3)
    original = await file(conn, world.ada)
    patch = BulkPatch(status=Status.CLOSED, reason=CloseReason.DUPLICATE, duplicate_of=original.issue_id)
    assert (await bulk.change(conn, world.ada, chosen, patch)).count == 3
    assert (await issues.get(conn, world.ada, chosen[0])).duplicate_of == original.issue_id
    with pytest.raises(BulkStopped) as caught:
        await bulk.change(conn, world.ada, [*chosen, original.issue_id], patch)
    assert (caught.value.issue_id, caught.value.why) == (original.issue_id, "duplicate_of_itself")
    chained = BulkPatch(status=Status.CLOSED, reason=CloseReason.DUPLICATE, duplicate_of=chosen[0])
    with pytest.raises(Invalid):
        await bulk.change(conn, world.ada, [original.issue_id], chained)
    reopened = await bulk.change(conn, world.ada, chosen, BulkPatch(status=Status.OPEN))
    assert reopened.count == 3
    assert (await issues.get(conn, world.ada, chosen[0])).duplicate_of is None


@pytest.mark.parametrize(
    "patch",
    [
        BulkPatch(reason=CloseReason.COMPLETED),
        BulkPatch(status=Status.OPEN, reason=CloseReason.COMPLETED),
        BulkPatch(status=Status.CLOSED, reason=CloseReason.DUPLICATE),
        BulkPatch(status=Status.CLOSED, duplicate_of=IssueId(new_uuid())),
        BulkPatch(add_labels=("x" * 51,)),
        BulkPatch(assignee_id=new_uuid()),  # type: ignore[arg-type] # of nobody
    ],
)
async def test_what_does_not_fit_together_is_refused(conn: asyncpg.Connection, patch: BulkPatch) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, 2)
    before = await snapshot(conn)
    with pytest.raises(Invalid):
        await bulk.change(conn, world.ada, chosen, patch)
    assert await snapshot(conn) == before


async def test_the_same_request_twice_is_done_once(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, 3)
    first = await bulk.change(
        conn, world.ada, chosen, BulkPatch(priority=Priority.LOW), Origin(request_key="k")
    )
    await issues.edit(conn, world.ada, chosen[0], issues.IssuePatch(priority=Priority.HIGH))
    again = await bulk.change(
        conn, world.ada, chosen, BulkPatch(priority=Priority.LOW), Origin(request_key="k")
    )
    assert (again.change_id, again.count, again.repeated) == (first.change_id, 3, True)
    assert (await issues.get(conn, world.ada, chosen[0])).priority is Priority.HIGH


async def test_large_ones_need_the_role_that_the_workspace_sets(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, limits.BULK_FREE + 1)
    await workspaces.update_settings(conn, world.admin, settings={"policy": {"bulk_large": "admin"}})
    patch = BulkPatch(priority=Priority.LOW)
    with pytest.raises(Forbidden):
        await bulk.change(conn, world.ada, chosen, patch)
    assert (await bulk.change(conn, world.ada, chosen[1:], patch)).count == limits.BULK_FREE
    assert (await bulk.change(conn, world.admin, chosen, patch)).count == 1
    with pytest.raises(Forbidden):
        await bulk.change(conn, world.guest, chosen[:1], patch)


async def test_at_most_ten_thousand(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    with pytest.raises(Invalid) as caught:
        await bulk.change(conn, world.ada, [IssueId(new_uuid()) for _ in range(10_001)], BulkPatch())
    assert caught.value.errors[0].limit == 10_000


async def test_overlapping_bulks_never_deadlock(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        chosen = await ids(conn, world, 60)

    async def one(turn: int) -> int:
        part = chosen[turn % 20 : turn % 20 + 40]
        async with database.connection() as conn:
            patch = BulkPatch(
                priority=Priority(turn % 5 + 1), add_labels=(f"l{turn % 4}", f"l{(turn + 1) % 4}")
            )
            return (await bulk.change(conn, world.admin, part[::-1] if turn % 2 else part, patch)).count

    async def two(turn: int) -> None:
        async with database.connection() as conn:
            await issues.assign(conn, world.ada, chosen[turn], me(world.bob if turn % 2 else world.ada))

    await asyncio.gather(*(one(turn) for turn in range(24)), *(two(turn) for turn in range(30)))
    async with database.connection() as conn:
        drift = await conn.fetchval(
            """
            SELECT count(*) FROM issues i
            WHERE version <> (SELECT count(*) FROM events e WHERE e.issue_id = i.issue_id)"""
        )
    assert drift == 0


async def test_bulks_edits_and_undos_that_make_the_same_labels_never_deadlock(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        chosen = await ids(conn, world, 6)

    async def bulk_once(turn: int) -> None:
        async with database.connection() as conn:
            await bulk.change(
                conn, world.admin, chosen, BulkPatch(add_labels=(f"n{turn % 9}", f"m{turn % 7}"))
            )

    async def edit_once(turn: int) -> None:
        async with database.connection() as conn:
            patch = issues.IssuePatch(add_labels=(f"m{turn % 7}", f"n{turn % 9}"), parent_id=None)
            await issues.edit(conn, world.ada, chosen[turn % 6], patch)

    async def undo_once(_: int) -> None:
        async with database.connection() as conn:
            with contextlib.suppress(changes.UndoBlocked, changes.NothingToUndo):
                await changes.undo(conn, world.admin)

    work = (bulk_once, edit_once, undo_once)
    await asyncio.gather(*(work[turn % 3](turn) for turn in range(60)))
    async with database.connection() as conn:
        made = await conn.fetchval("SELECT count(*) FROM labels")
    assert made == len(
        {name for turn in range(60) if turn % 3 < 2 for name in (f"n{turn % 9}", f"m{turn % 7}")}
    )


async def test_a_bulk_is_one_announcement(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    chosen = await ids(conn, world, 3)
    await conn.execute("DELETE FROM pending_changes")
    written = await bulk.change(conn, world.ada, chosen, BulkPatch(status=Status.CLOSED))
    assert await conn.fetchval("SELECT array_agg(change_id) FROM pending_changes") == [written.change_id]
