import asyncio

import asyncpg
import pytest

from db import changes, issues, labels
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import LabelId, new_uuid
from db.issues import Origin
from db.pool import Database
from tests.db.worlds import file, make_world, snapshot


async def test_renaming_leaves_history_as_it_was(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, labels=("bug",))
    (label,) = await labels.all(conn, world.ada)
    changed = await labels.rename(conn, world.ada, label.label_id, "Defect", Origin(request_key="k"))
    assert changed.label.name == "Defect"
    assert (await issues.get(conn, world.ada, issue.issue_id)).labels == ("Defect",)
    (event,) = await changes.history(conn, world.ada, issue.issue_id)
    assert event.after["labels"] == ["bug"]
    again = await labels.rename(conn, world.ada, label.label_id, "Defect", Origin(request_key="k"))
    assert (again.repeated, again.change_id) == (True, changed.change_id)
    before = await snapshot(conn)
    assert (await labels.rename(conn, world.ada, label.label_id, "Defect")).change_id is None
    assert await snapshot(conn) == before
    assert (await labels.rename(conn, world.ada, label.label_id, "DEFECT")).change_id is not None


async def test_a_name_that_is_taken_is_a_conflict(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    one, _ = await labels.ensure(conn, world.ada, ["one", "two"])
    with pytest.raises(Conflict) as caught:
        await labels.rename(conn, world.ada, one.label_id, "TWO")
    assert (caught.value.kind, caught.value.ref) == ("label", "two")


async def test_merging_gives_every_issue_the_other_label(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    first = await file(conn, world.ada, labels=("bug",))
    both = await file(conn, world.ada, labels=("bug", "defect"))
    bug, defect = await labels.all(conn, world.ada)
    written = await labels.merge_labels(
        conn, world.ada, bug.label_id, defect.label_id, Origin(request_key="k")
    )
    for issue in (first, both):
        assert (await issues.get(conn, world.ada, issue.issue_id)).labels == ("defect",)
    assert await labels.all(conn, world.ada) == (defect,)
    again = await labels.merge_labels(conn, world.ada, bug.label_id, defect.label_id, Origin(request_key="k"))
    assert (again.repeated, again.change_id) == (True, written.change_id)
    with pytest.raises(NotFound):
        await labels.merge_labels(conn, world.ada, bug.label_id, defect.label_id)
    with pytest.raises(Invalid):
        await labels.merge_labels(conn, world.ada, defect.label_id, defect.label_id)


async def test_merging_crosswise_at_once_leaves_one(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        issue = await file(conn, world.ada, labels=("a", "b"))
        one, two = await labels.all(conn, world.ada)

    async def merge(start: LabelId, end: LabelId) -> bool:
        async with database.connection() as conn:
            try:
                await labels.merge_labels(conn, world.ada, start, end)
            except NotFound:
                return False
            return True

    done = await asyncio.gather(merge(one.label_id, two.label_id), merge(two.label_id, one.label_id))
    assert sorted(done) == [False, True]
    async with database.connection() as conn:
        assert len((await issues.get(conn, world.ada, issue.issue_id)).labels) == 1


async def test_labels_are_offered_by_their_beginning(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await labels.ensure(conn, world.ada, ["Backend", "build", "ui", "100%"])
    assert [label.name for label in await labels.all(conn, world.ada, prefix="b")] == ["Backend", "build"]
    assert await labels.all(conn, world.ada, prefix="%") == ()


async def test_labels_are_not_for_guests_to_rename(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    one, two = await labels.ensure(conn, world.ada, ["one", "two"])
    with pytest.raises(Forbidden):
        await labels.rename(conn, world.guest, one.label_id, "x")
    with pytest.raises(Forbidden):
        await labels.merge_labels(conn, world.guest, one.label_id, two.label_id)
    with pytest.raises(NotFound):
        await labels.rename(conn, world.ada, LabelId(new_uuid()), "x")
    with pytest.raises(NotFound):
        await labels.get(conn, world.ada, LabelId(new_uuid()))
