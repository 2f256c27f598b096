import asyncio
from datetime import date

import asyncpg
import pytest

from db import changes, issues, labels, people, watchers
from db.access import Actor
from db.errors import Conflict, Invalid
from db.ids import PersonId, WorkspaceId, new_uuid
from db.issues import IssueDraft, Origin
from db.pool import Database
from db.states import Priority, Role, Status
from tests.db.worlds import file, make_world, me, snapshot


async def test_writes_issue_change_event_watchers_and_one_announcement(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    draft = IssueDraft(
        title="  Login\nfails ",
        description="on Safari",
        priority=Priority.HIGH,
        assignee_id=me(world.bob),
        labels=("Bug", "ui"),
        due_on=date(2026, 3, 1),
    )
    written = await issues.create(conn, world.ada, draft)
    assert written.issue == await issues.get(conn, world.ada, written.issue.issue_id)
    assert (written.issue.title, written.issue.labels, written.issue.version) == (
        "Login fails",
        ("Bug", "ui"),
        1,
    )
    assert written.issue.number == 1
    assert not written.repeated
    (event,) = await changes.history(conn, world.ada, written.issue.issue_id)
    assert (event.kind, event.action, event.change_id) == ("created", "create", written.change_id)
    assert event.after["labels"] == ["Bug", "ui"]
    dims = await conn.fetchrow("SELECT was_status, now_status, now_assignee, now_priority FROM events")
    assert tuple(dims) == (None, "open", me(world.bob), 2)
    assert set(await watchers.of_issue(conn, world.ada, written.issue.issue_id)) == {
        me(world.ada),
        me(world.bob),
    }
    await file(conn, world.ada)
    assert await conn.fetchval("SELECT count(*) FROM pending_changes") == 2
    assert await conn.fetchval("SELECT array_agg(dedupe_key) FROM pgqueuer") == ["announce:T1"]


async def test_takes_labels_in_any_case_and_spells_them_as_first_used(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await file(conn, world.ada, labels=("Bug",))
    issue = await file(conn, world.ada, labels=("bug", "BUG", "Über"))
    assert issue.labels == ("Bug", "Über")
    assert [label.name for label in await labels.all(conn, world.ada)] == ["Bug", "Über"]


async def test_the_same_request_twice_makes_one_issue(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    origin = Origin(request_key="slack:1")
    first = await issues.create(conn, world.ada, IssueDraft(title="One", labels=("a",)), origin)
    before = await snapshot(conn)
    second = await issues.create(conn, world.ada, IssueDraft(title="One", labels=("a",)), origin)
    assert second.repeated
    assert (second.issue, second.change_id) == (first.issue, first.change_id)
    assert await snapshot(conn) == before
    assert (await file(conn, world.ada)).number == 2


async def test_a_key_of_another_kind_of_request_is_a_conflict(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    await issues.assign(conn, world.ada, issue.issue_id, me(world.bob), Origin(request_key="k"))
    with pytest.raises(Conflict):
        await issues.create(conn, world.ada, IssueDraft(title="x"), Origin(request_key="k"))


@pytest.mark.parametrize("names", [(), ("new", "newer")])
async def test_sixteen_identical_requests_at_once_make_one_issue(
    database: Database, names: tuple[str, ...]
) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)

    async def request() -> issues.Written:
        async with database.connection() as conn:
            return await issues.create(
                conn, world.ada, IssueDraft(title="Once", labels=names), Origin(request_key="k")
            )

    done = await asyncio.gather(*(request() for _ in range(16)))
    assert len({written.issue.issue_id for written in done}) == 1
    assert [written.repeated for written in done].count(False) == 1
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM issues") == 1


async def test_creates_at_once_with_new_labels_make_each_label_once(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
    names = [f"l{n}" for n in range(6)]

    async def request(turn: int) -> issues.Written:
        chosen = names[turn % 6 :] + names[: turn % 6]
        spelled = tuple(name.upper() if turn % 2 else name for name in chosen)
        async with database.connection() as conn:
            return await issues.create(conn, world.ada, IssueDraft(title="x", labels=spelled))

    done = await asyncio.gather(*(request(turn) for turn in range(24)))
    assert {len(written.issue.labels) for written in done} == {6}
    assert len({written.issue.number for written in done}) == 24
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM labels") == 6
        assert await conn.fetchval("SELECT count(*) FROM issue_labels") == 24 * 6


async def test_names_every_bad_field(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    before = await snapshot(conn)
    with pytest.raises(Invalid) as caught:
        await issues.create(
            conn, world.ada, IssueDraft(title=" ", description="x" * 40_001, labels=("y" * 51,))
        )
    assert [(e.field, e.code) for e in caught.value.errors] == [
        ("title", "required"),
        ("description", "too_long"),
        ("labels", "too_long"),
    ]
    assert await snapshot(conn) == before


@pytest.mark.parametrize("field", ["assignee_id", "reporter_id", "parent_id"])
async def test_a_reference_to_nothing_is_named(conn: asyncpg.Connection, field: str) -> None:
    world = await make_world(conn)
    with pytest.raises(Invalid) as caught:
        await issues.create(conn, world.ada, IssueDraft(title="x", **{field: new_uuid()}))  # type: ignore[arg-type] # the parameter decides
    assert [(e.field, e.code) for e in caught.value.errors] == [(field.removesuffix("_id"), "unknown")]
    assert await conn.fetchval("SELECT count(*) FROM issues") == 0


async def test_a_new_issue_cannot_be_closed(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    with pytest.raises(Invalid):
        await file(conn, world.ada, status=Status.CLOSED)


async def test_goes_to_the_person_that_the_assignee_was_merged_into(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    double = await people.create(conn, world.admin, "Bob from import")
    await people.merge(conn, world.admin, double.person_id, me(world.bob))
    issue = await file(conn, world.ada, assignee_id=double.person_id)
    assert issue.assignee_id == me(world.bob)
    assert (await issues.get(conn, world.ada, issue.issue_id)).assignee_id == me(world.bob)
    assert set(await watchers.of_issue(conn, world.ada, issue.issue_id)) == {me(world.ada), me(world.bob)}


async def test_a_guest_and_a_program_create(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    assert (await file(conn, world.guest)).reporter_id == me(world.guest)
    program = await file(conn, world.program())
    assert (program.reporter_id, program.source.value) == (None, "api")


async def test_an_unknown_workspace_gets_no_issue(conn: asyncpg.Connection) -> None:
    nobody = Actor(workspace_id=WorkspaceId("T404"), person_id=None, role=Role.ADMIN)
    with pytest.raises(asyncpg.UndefinedTableError):
        await file(conn, nobody)


async def test_a_person_of_another_workspace_cannot_be_assigned(conn: asyncpg.Connection) -> None:
    world, other = await make_world(conn), await make_world(conn, "T2")
    with pytest.raises(Invalid):
        await file(conn, world.ada, assignee_id=me(other.ada))
    with pytest.raises(Invalid):
        await file(
            conn, Actor(workspace_id=world.workspace_id, person_id=PersonId(me(other.ada)), role=Role.MEMBER)
        )


async def test_text_that_cannot_be_stored_is_cleaned(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada, "a\x00b\ud800c", description="x\r\ny\x00")
    assert (issue.title, issue.description) == ("abc", "x\ny")
