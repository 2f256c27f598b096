import asyncio
from datetime import date

import asyncpg
import pytest

from db import changes, comments, issues, labels, watchers
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import IssueId, new_uuid
from db.issues import Clash, IssuePatch, Origin
from db.pool import Database
from db.states import CloseReason, Priority, Status
from tests.db.worlds import file, make_world, me, snapshot


async def test_changes_only_what_the_patch_names(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, description="long", priority=Priority.LOW, due_on=date(2026, 1, 1))
    patch = IssuePatch(title="New", due_on=None, labels=("bug",))
    written = await issues.edit(conn, world.bob, issue.issue_id, patch, version=1)
    now = await issues.get(conn, world.ada, issue.issue_id)
    assert written.issue == now
    assert (now.title, now.description, now.due_on, now.labels) == ("New", "long", None, ("bug",))
    assert (now.priority, now.version) == (Priority.LOW, 2)
    assert now.updated_at > issue.updated_at
    event, _ = await changes.history(conn, world.ada, issue.issue_id)
    assert event.before == {"title": "Login fails", "due_on": "2026-01-01", "labels": []}
    assert event.after == {"title": "New", "due_on": None, "labels": ["bug"]}
    assert event.version == 2


async def test_what_changes_nothing_writes_nothing_and_says_so(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, labels=("bug",))
    before = await snapshot(conn)
    written = await issues.edit(
        conn,
        world.ada,
        issue.issue_id,
        IssuePatch(title=" Login  fails", labels=("BUG",)),
        Origin(request_key="k"),
    )
    assert (written.change_id, written.issue, written.repeated) == (None, issue, False)
    assert await snapshot(conn) == before


async def test_a_clash_tells_what_the_others_did(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await issues.edit(conn, world.bob, issue.issue_id, IssuePatch(title="Bob's"))
    await issues.close(conn, world.admin, issue.issue_id)
    before = await snapshot(conn)
    with pytest.raises(Clash) as caught:
        await issues.edit(
            conn, world.ada, issue.issue_id, IssuePatch(title="Mine", priority=Priority.HIGH), version=1
        )
    clash = caught.value
    assert [event.actor_id for event in clash.theirs] == [me(world.bob), me(world.admin)]
    assert clash.fields == {"title"}
    assert (clash.issue.version, clash.issue.title) == (3, "Bob's")
    assert await snapshot(conn) == before


async def test_a_comment_makes_no_edit_stale(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await comments.add(conn, world.bob, issue.issue_id, "Same here")
    written = await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title="x"), version=1)
    assert written.issue.version == 2


async def test_the_same_edit_twice_is_done_once(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    first = await issues.assign(conn, world.ada, issue.issue_id, me(world.bob), Origin(request_key="k"))
    await issues.assign(conn, world.bob, issue.issue_id, None)
    again = await issues.assign(conn, world.ada, issue.issue_id, me(world.bob), Origin(request_key="k"))
    assert (again.change_id, again.repeated, again.issue.assignee_id) == (first.change_id, True, None)


async def test_the_same_edit_at_once_is_done_once(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        issue = await file(conn, world.ada)

    async def request() -> issues.Written:
        async with database.connection() as conn:
            patch = IssuePatch(title="New", add_labels=("x",))
            return await issues.edit(conn, world.ada, issue.issue_id, patch, Origin(request_key="k"))

    done = await asyncio.gather(*(request() for _ in range(12)))
    assert len({written.change_id for written in done}) == 1
    assert [written.repeated for written in done].count(False) == 1
    async with database.connection() as conn:
        assert (await issues.get(conn, world.ada, issue.issue_id)).version == 2


async def test_an_edit_within_a_transaction_survives_a_used_key(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        issue = await file(conn, world.ada)
        await issues.assign(conn, world.ada, issue.issue_id, me(world.bob), Origin(request_key="k"))
    async with database.transaction() as conn:
        with pytest.raises(Conflict):
            await comments.add(conn, world.ada, issue.issue_id, "x", Origin(request_key="k"))
        await comments.add(conn, world.ada, issue.issue_id, "y")
    async with database.connection() as conn:
        assert [c.body for c in await comments.page(conn, world.ada, issue.issue_id)] == ["y"]


async def test_thirty_two_editors_of_ten_issues_lose_nothing_and_hear_of_every_clash(
    database: Database,
) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        filed = [(await file(conn, world.ada, description="")).issue_id for _ in range(10)]
    clashes: list[Clash] = []

    async def append(issue_id: IssueId, word: str) -> None:
        while True:
            async with database.connection() as conn:
                seen = await issues.get(conn, world.ada, issue_id)
                patch = IssuePatch(description=f"{seen.description} {word}")
                try:
                    await issues.edit(conn, world.ada, issue_id, patch, version=seen.version)
                except Clash as clash:
                    clashes.append(clash)
                else:
                    return

    async def editor(number: int) -> None:
        for turn in range(10):
            await append(filed[(number + turn) % 10], f"{number}.{turn}")

    await asyncio.gather(*(editor(number) for number in range(32)))
    async with database.connection() as conn:
        words = [
            w for issue_id in filed for w in (await issues.get(conn, world.ada, issue_id)).description.split()
        ]
        edits = await conn.fetchval("SELECT count(*) FROM events WHERE kind = 'edited'")
    assert sorted(words) == sorted(f"{number}.{turn}" for number in range(32) for turn in range(10))
    assert edits == 320
    assert clashes
    assert all(clash.theirs and clash.fields == {"description"} for clash in clashes)


async def test_edits_without_a_version_on_one_issue_are_all_kept(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        issue = await file(conn, world.ada)

    async def tag(number: int) -> None:
        async with database.connection() as conn:
            await labels.add_remove(conn, world.ada, issue.issue_id, [f"l{number}"], [])

    await asyncio.gather(*(tag(number) for number in range(32)))
    async with database.connection() as conn:
        now = await issues.get(conn, world.ada, issue.issue_id)
    assert set(now.labels) == {f"l{number}" for number in range(32)}
    assert now.version == 33


async def test_closing_and_closing_again_and_reopening(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue, original = await file(conn, world.ada), await file(conn, world.ada)
    closed = (await issues.close(conn, world.ada, issue.issue_id)).issue
    assert (closed.status, closed.close_reason) == (Status.CLOSED, CloseReason.COMPLETED)
    assert closed.closed_at is not None
    again = (
        await issues.close(
            conn, world.ada, issue.issue_id, CloseReason.DUPLICATE, duplicate_of=original.issue_id
        )
    ).issue
    assert (again.close_reason, again.duplicate_of) == (CloseReason.DUPLICATE, original.issue_id)
    assert again.closed_at == closed.closed_at
    dropped = (await issues.close(conn, world.ada, issue.issue_id, CloseReason.NOT_PLANNED)).issue
    assert dropped.duplicate_of is None
    opened = (await issues.reopen(conn, world.ada, issue.issue_id)).issue
    assert (opened.status, opened.close_reason, opened.closed_at) == (Status.OPEN, None, None)
    assert (await issues.reopen(conn, world.ada, issue.issue_id)).change_id is None


async def test_a_closed_issue_keeps_its_reason_when_something_else_is_edited(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    issue, original = await file(conn, world.ada), await file(conn, world.ada)
    await issues.close(conn, world.ada, issue.issue_id, CloseReason.DUPLICATE, duplicate_of=original.issue_id)
    now = (await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(title="x"))).issue
    assert (now.close_reason, now.duplicate_of) == (CloseReason.DUPLICATE, original.issue_id)


async def test_what_cannot_be_a_duplicate(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue, original = await file(conn, world.ada), await file(conn, world.ada)

    async def code(of: IssueId | None) -> str:
        with pytest.raises(Invalid) as caught:
            await issues.close(conn, world.ada, issue.issue_id, CloseReason.DUPLICATE, duplicate_of=of)
        return caught.value.errors[0].code

    assert await code(None) == "required"
    assert await code(issue.issue_id) == "itself"
    assert await code(IssueId(new_uuid())) == "unknown"
    third = await file(conn, world.ada)
    await issues.close(conn, world.ada, original.issue_id, CloseReason.DUPLICATE, duplicate_of=third.issue_id)
    assert await code(original.issue_id) == "chain"


async def test_two_issues_closed_as_duplicates_of_each_other_at_once_do_not_both_become_one(
    database: Database,
) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        pairs = [
            ((await file(conn, world.ada)).issue_id, (await file(conn, world.ada)).issue_id) for _ in range(8)
        ]

    async def close(one: IssueId, other: IssueId) -> bool:
        async with database.connection() as conn:
            try:
                await issues.close(conn, world.ada, one, CloseReason.DUPLICATE, duplicate_of=other)
            except Invalid:
                return False
            return True

    for one, other in pairs:
        assert sorted(await asyncio.gather(close(one, other), close(other, one))) == [False, True]


async def test_reasons_and_originals_belong_to_closed_issues(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    for patch in (
        IssuePatch(close_reason=CloseReason.COMPLETED),
        IssuePatch(duplicate_of=IssueId(new_uuid())),
        IssuePatch(status=Status.CLOSED, close_reason=CloseReason.COMPLETED, duplicate_of=issue.issue_id),
    ):
        with pytest.raises(Invalid):
            await issues.edit(conn, world.ada, issue.issue_id, patch)


async def test_an_issue_is_never_below_itself(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    top = await file(conn, world.ada)
    middle = await file(conn, world.ada, parent_id=top.issue_id)
    low = await file(conn, world.ada, parent_id=middle.issue_id)
    for parent in (top, low):
        with pytest.raises(Invalid):
            await issues.edit(conn, world.ada, top.issue_id, IssuePatch(parent_id=parent.issue_id))
    with pytest.raises(Invalid):
        await issues.edit(conn, world.ada, top.issue_id, IssuePatch(parent_id=IssueId(new_uuid())))
    moved = await issues.edit(conn, world.ada, low.issue_id, IssuePatch(parent_id=top.issue_id))
    assert moved.issue.parent_id == top.issue_id


async def test_a_new_assignee_watches_and_the_old_one_keeps_watching(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, assignee_id=me(world.bob))
    await issues.assign(conn, world.ada, issue.issue_id, me(world.admin))
    watching = await watchers.of_issue(conn, world.ada, issue.issue_id)
    assert set(watching) == {me(world.ada), me(world.bob), me(world.admin)}


async def test_labels_are_added_removed_and_replaced_at_once(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, labels=("a", "b"))
    assert (await labels.add_remove(conn, world.ada, issue.issue_id, ["C"], ["A"])).issue.labels == ("b", "C")
    assert (await labels.replace(conn, world.ada, issue.issue_id, ["x", "B"])).issue.labels == ("b", "x")
    assert (await labels.replace(conn, world.ada, issue.issue_id, [])).issue.labels == ()
    assert await labels.of_issue(conn, world.ada, issue.issue_id) == ()


async def test_guests_do_not_edit_and_the_unknown_is_not_found(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    mine = await file(conn, world.guest)
    with pytest.raises(Forbidden):
        await issues.close(conn, world.guest, mine.issue_id)
    with pytest.raises(Forbidden):
        await issues.reopen(conn, world.guest, mine.issue_id)
    with pytest.raises(NotFound):
        await issues.assign(conn, world.ada, IssueId(new_uuid()), None)
    with pytest.raises(Invalid):
        await issues.edit(conn, world.ada, mine.issue_id, IssuePatch(title="x" * 256))
