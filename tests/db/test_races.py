"""What two people do at the same moment: a second one waits for the first, and then does what still can be done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg
import pytest

from db import bulk, changes, deleting, issues, labels, people, standing
from db.access import Actor
from db.bulk import BulkPatch
from db.errors import Invalid
from db.ids import IssueId, SlackUserId
from db.issues import Filing, IssueDraft, IssuePatch
from db.issues.linking import DEPTH_MAX
from db.pool import Database
from db.states import CloseReason
from tests.db.worlds import World, file, make_world, me

Labelled = Callable[[asyncpg.Connection, Actor, IssueId], Awaitable[IssueId]]


async def create(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> IssueId:
    return (await issues.create(conn, actor, IssueDraft(title="New", labels=("BUG", "ui")))).issue.issue_id


async def add(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> IssueId:
    return (await labels.add_remove(conn, actor, issue_id, ["bug", "ui"], [])).issue.issue_id


async def change_many(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> IssueId:
    await bulk.change(conn, actor, [issue_id], BulkPatch(add_labels=("bug", "ui")))
    return issue_id


async def undo_removal(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> IssueId:
    await changes.undo(conn, actor)
    return issue_id


async def waiting(database: Database, count: int = 1) -> None:
    """Until so many statements wait for a lock."""
    async with database.connection() as conn:
        while True:
            stuck = await conn.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            if stuck >= count:
                return


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
@pytest.mark.parametrize("work", [create, add, change_many, undo_removal])
async def test_a_label_merged_this_moment_is_the_other_one(
    database: Database, work: Labelled, inside: bool
) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        await labels.ensure(conn, world.ada, ["bug", "defect", "ui"])
        by_name = {label.name: label.label_id for label in await labels.all(conn, world.ada)}
        issue = await file(conn, world.ada, labels=("bug", "ui") if work is undo_removal else ())
        if work is undo_removal:
            await labels.replace(conn, world.ada, issue.issue_id, [])

    async def race() -> IssueId:
        async with database.connection() as conn:
            if not inside:
                return await work(conn, world.ada, issue.issue_id)
            async with conn.transaction():
                return await work(conn, world.ada, issue.issue_id)

    async with database.connection() as conn:
        async with conn.transaction():
            await labels.merge_labels(conn, world.admin, by_name["bug"], by_name["defect"])
            racing = asyncio.create_task(race())
            await waiting(database)
        done = await racing
        if work is undo_removal:
            # What an undo brings back is what was: here as with a label that was merged long ago.
            assert (await issues.get(conn, world.ada, done)).labels == ("bug", "ui")
            return
        assert (await issues.get(conn, world.ada, done)).labels == ("defect", "ui")
        assert "bug" not in [label.name for label in await labels.all(conn, world.ada)]


async def test_a_label_renamed_this_moment_keeps_its_issues(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        (bug,) = await labels.ensure(conn, world.ada, ["bug"])

    async def race() -> IssueId:
        async with database.connection() as conn:
            return await create(conn, world.ada, IssueId(bug.label_id))

    async with database.connection() as conn:
        async with conn.transaction():
            await labels.rename(conn, world.admin, bug.label_id, "defect")
            racing = asyncio.create_task(race())
            await waiting(database)
        assert (await issues.get(conn, world.ada, await racing)).labels == ("defect", "ui")


async def test_an_edit_of_labels_during_a_merge_brings_no_merged_one_back(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        issue = await file(conn, world.ada, labels=("bug",))
        await labels.ensure(conn, world.ada, ["defect", "ui"])
        by_name = {label.name: label.label_id for label in await labels.all(conn, world.ada)}

    async def race() -> None:
        async with database.connection() as conn, conn.transaction():
            await labels.add_remove(conn, world.ada, issue.issue_id, ["ui", "bug"], [])

    async with database.connection() as conn:
        async with conn.transaction():
            await labels.merge_labels(conn, world.admin, by_name["bug"], by_name["defect"])
            racing = asyncio.create_task(race())
            await asyncio.wait([racing], timeout=0.2)
        await racing
        assert (await issues.get(conn, world.ada, issue.issue_id)).labels == ("defect", "ui")


@pytest.mark.parametrize("size", [2, 3, 5])
async def test_issues_put_below_each_other_at_once_make_no_circle(database: Database, size: int) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        ring = [(await file(conn, world.ada, f"Part {n}")).issue_id for n in range(size)]

    async def below(issue_id: IssueId, parent_id: IssueId) -> bool:
        async with database.transaction() as conn:
            try:
                await issues.edit(conn, world.ada, issue_id, IssuePatch(parent_id=parent_id))
            except Invalid as error:
                return error.errors[0].code != "cycle"
        return True

    done = await asyncio.gather(*(below(ring[n], ring[n - 1]) for n in range(size)))
    assert sorted(done) == [False, *[True] * (size - 1)]


async def test_a_circle_longer_than_any_is_walked_is_refused(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    above = (await file(conn, world.ada, "Top")).issue_id
    top = above
    for _ in range(DEPTH_MAX):
        above = (await file(conn, world.ada, "Part", parent_id=above)).issue_id
    with pytest.raises(Invalid) as refused:
        await issues.edit(conn, world.ada, top, IssuePatch(parent_id=above))
    assert refused.value.errors[0].code == "too_deep"


async def test_undo_makes_no_circle_and_names_what_would(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    ring = [(await file(conn, world.ada, f"Part {n}")).issue_id for n in range(3)]

    async def below(issue_id: IssueId, parent_id: IssueId | None) -> issues.Written:
        return await issues.edit(conn, world.ada, issue_id, IssuePatch(parent_id=parent_id))

    await below(ring[0], ring[1])
    freed = await below(ring[0], None)
    await below(ring[1], ring[2])
    last = await below(ring[2], ring[0])
    with pytest.raises(changes.UndoBlocked) as blocked:
        await changes.undo(conn, world.ada, freed.change_id)
    assert last.change_id in {event.change_id for event in blocked.value.blockers}
    await changes.undo(conn, world.ada, last.change_id)
    await changes.undo(conn, world.ada, freed.change_id)
    assert (await issues.get(conn, world.ada, ring[0])).parent_id == ring[1]


async def test_undo_takes_no_issue_away_that_others_are_part_of(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    made = await issues.create(conn, world.ada, IssueDraft(title="Whole"))
    await file(conn, world.bob, "Part", parent_id=made.issue.issue_id)
    with pytest.raises(changes.UndoBlocked) as blocked:
        await changes.undo(conn, world.ada, made.change_id)
    assert blocked.value.blockers[0].actor_id == me(world.bob)


async def test_undo_makes_no_duplicate_of_a_duplicate(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    one, two = await file(conn, world.ada, "One"), await file(conn, world.ada, "Two")
    await issues.close(conn, world.ada, one.issue_id, CloseReason.DUPLICATE, duplicate_of=two.issue_id)
    opened = await issues.reopen(conn, world.ada, one.issue_id)
    closed = await issues.close(
        conn, world.bob, two.issue_id, CloseReason.DUPLICATE, duplicate_of=one.issue_id
    )
    with pytest.raises(changes.UndoBlocked) as blocked:
        await changes.undo(conn, world.ada, opened.change_id)
    assert blocked.value.blockers[0].change_id == closed.change_id


async def test_a_profile_that_arrives_while_its_person_is_merged_is_the_survivors(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        robert = await people.create(conn, world.admin, "Robert")

    async def arriving() -> people.Person:
        async with database.connection() as conn:
            return await people.ensure_slack(conn, world.workspace_id, SlackUserId("UBOB"), name="Bob")

    async with database.connection() as conn:
        async with conn.transaction():
            await people.merge(conn, world.admin, me(world.bob), robert.person_id)
            profile = asyncio.create_task(arriving())
            await waiting(database)
        found = await profile
    assert (found.person_id, found.name) == (robert.person_id, "Bob")


async def filed(conn: asyncpg.Connection, database: Database, world: World, who: people.Person) -> object:
    return await issues.create(conn, world.ada, IssueDraft(title="New", assignee_id=who.person_id))


async def filed_with_labels(
    conn: asyncpg.Connection, database: Database, world: World, who: people.Person
) -> object:
    draft = IssueDraft(title="New", assignee_id=who.person_id, labels=("new",))
    return await issues.create(conn, world.ada, draft)


async def filed_together(
    conn: asyncpg.Connection, database: Database, world: World, who: people.Person
) -> object:
    filing = Filing(database)
    others = [asyncio.create_task(filing.create(world.ada, IssueDraft(title=f"N{n}"))) for n in range(5)]
    wanted = asyncio.create_task(filing.create(world.ada, IssueDraft(title="New", assignee_id=who.person_id)))
    assert len(await asyncio.gather(*others)) == 5
    return await wanted


async def assigned(conn: asyncpg.Connection, database: Database, world: World, who: people.Person) -> object:
    issue = await file(conn, world.ada)
    return await issues.assign(conn, world.ada, issue.issue_id, who.person_id)


async def assigned_many(
    conn: asyncpg.Connection, database: Database, world: World, who: people.Person
) -> object:
    issue = await file(conn, world.ada)
    return await bulk.change(conn, world.ada, [issue.issue_id], BulkPatch(assignee_id=who.person_id))


@pytest.mark.parametrize("give", [filed, filed_with_labels, filed_together, assigned, assigned_many])
@pytest.mark.parametrize("merged", [False, True], ids=["themselves", "by who they were before"])
async def test_nothing_is_given_to_somebody_who_has_left(
    database: Database, give: Callable[..., Awaitable[object]], merged: bool
) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        who = await people.create(conn, world.admin, "Gone Girl")
        other = await people.create(conn, world.admin, "Gone")
        await give(conn, database, world, who)
        if merged:
            await people.merge(conn, world.admin, who.person_id, other.person_id)
        await standing.deactivate(conn, world.admin, other.person_id if merged else who.person_id)
        with pytest.raises(Invalid) as refused:
            await give(conn, database, world, who)
        (error,) = refused.value.errors
        assert (error.field, error.code) == ("assignee_id", "inactive")


async def test_what_somebody_had_when_they_left_stays_theirs(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, assignee_id=me(world.bob))
    unassigned = await issues.assign(conn, world.ada, issue.issue_id, None)
    await changes.undo(conn, world.ada, unassigned.change_id)
    await standing.deactivate(conn, world.admin, me(world.bob))
    # Said again it is no change, beside others it is none either, and undo brings back what was.
    patch = IssuePatch(assignee_id=me(world.bob), title="Another")
    assert (await issues.edit(conn, world.ada, issue.issue_id, patch)).issue.assignee_id == me(world.bob)
    again = await issues.assign(conn, world.ada, issue.issue_id, None)
    await changes.undo(conn, world.ada, again.change_id)
    assert (await issues.get(conn, world.ada, issue.issue_id)).assignee_id == me(world.bob)


async def test_an_issue_that_is_deleted_while_two_people_become_one_can_come_back(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        double = await people.create(conn, world.admin, "Bob B")
        issue = await file(conn, world.ada, assignee_id=double.person_id)

    async def merge() -> None:
        async with database.transaction() as conn:
            await people.merge(conn, world.admin, double.person_id, me(world.bob))

    async with database.transaction() as conn:
        await deleting.delete(conn, world.ada, [issue.issue_id])
        merging = asyncio.create_task(merge())
        await waiting(database)
    await merging
    async with database.connection() as conn:
        await changes.undo(conn, world.ada)
        assert (await issues.get(conn, world.ada, issue.issue_id)).assignee_id == me(world.bob)
