import asyncpg
import pytest

from db import changes, comments, issues, watchers, workspaces
from db.errors import NotFound
from db.ids import IssueId, new_uuid
from db.issues import Issue
from db.states import CloseReason
from tests.db.worlds import World, file, make_world, me


async def test_an_issue_is_found_by_what_people_call_it(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    imported = await file(conn, world.ada, external_ref="PROJ-7")
    for ref in ("LDG-1", "ldg-1", " #1", "1"):
        assert await issues.by_ref(conn, world.ada, ref) == issue
    assert await issues.by_ref(conn, world.ada, "proj-7") == imported
    assert await issues.by_number(conn, world.ada, 2) == imported
    assert issue.key("LDG") == "LDG-1"
    for ref in ("LDG-3", "PROJ-1", "nonsense", "", "99999999999999999999", "LDG-"):
        with pytest.raises(NotFound):
            await issues.by_ref(conn, world.ada, ref)


async def test_a_key_follows_the_prefix(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await workspaces.update_settings(conn, world.admin, key_prefix="OPS")
    assert await issues.by_ref(conn, world.ada, "OPS-1") == issue
    with pytest.raises(NotFound):
        await issues.by_ref(conn, world.ada, "LDG-1")


async def test_own_key_wins_over_an_imported_one(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    own = await file(conn, world.ada)
    await file(conn, world.ada, external_ref="LDG-1")
    assert await issues.by_ref(conn, world.ada, "LDG-1") == own


async def test_detail_has_everybody_and_the_newest_comments(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    original = await file(conn, world.ada)
    issue = await file(conn, world.ada, assignee_id=me(world.bob), labels=("b", "a"))
    for n in range(5):
        await comments.add(conn, world.admin, issue.issue_id, f"comment {n}")
    await issues.close(conn, world.ada, issue.issue_id, CloseReason.DUPLICATE, duplicate_of=original.issue_id)
    seen = await issues.detail(conn, world.ada, issue.issue_id, comment_limit=3)
    assert [comment.body for comment in seen.comments] == ["comment 2", "comment 3", "comment 4"]
    assert seen.more_comments
    assert seen.labels == ("a", "b")
    assert set(seen.watchers) == set(seen.people) == {me(world.ada), me(world.bob), me(world.admin)}
    assert seen.original == original
    assert seen.parent is None


async def sees(conn: asyncpg.Connection, world: World, issue: Issue) -> bool:
    """Whether the guest does, asked in every way there is; all must agree."""
    answers = {issue.issue_id in await issues.get_many(conn, world.guest, [issue.issue_id])}
    for ask in (
        issues.get(conn, world.guest, issue.issue_id),
        issues.by_number(conn, world.guest, issue.number),
        issues.by_ref(conn, world.guest, issue.key("LDG")),
        issues.detail(conn, world.guest, issue.issue_id),
        changes.history(conn, world.guest, issue.issue_id),
    ):
        try:
            await ask
        except NotFound:
            answers.add(False)
        else:
            answers.add(True)
    answers.add(bool(await watchers.of_issue(conn, world.guest, issue.issue_id)))
    (answer,) = answers
    return answer


async def test_a_guest_sees_what_they_filed_or_are_assigned(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    other = await file(conn, world.ada)
    assert not await sees(conn, world, other)
    assert await sees(conn, world, await file(conn, world.guest))
    await issues.assign(conn, world.ada, other.issue_id, me(world.guest))
    assert await sees(conn, world, other)
    await issues.assign(conn, world.ada, other.issue_id, None)
    assert not await sees(conn, world, other)


async def test_a_deleted_issue_exists_for_nobody(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.guest)
    await changes.undo(conn, world.guest)
    assert not await sees(conn, world, issue)
    with pytest.raises(NotFound):
        await issues.get(conn, world.admin, issue.issue_id)
    with pytest.raises(NotFound):
        await comments.add(conn, world.admin, issue.issue_id, "x")


async def test_what_does_not_exist_is_not_found(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    with pytest.raises(NotFound):
        await issues.get(conn, world.ada, IssueId(new_uuid()))
    with pytest.raises(NotFound):
        await issues.detail(conn, world.ada, IssueId(new_uuid()))
