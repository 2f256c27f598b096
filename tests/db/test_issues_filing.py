import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import asyncpg
import pytest

from db import changes, issues, watchers
from db.access import Actor
from db.errors import Conflict, Invalid, LodgeError, Unavailable
from db.ids import PersonId, new_uuid
from db.issues import Filing, IssueDraft, Origin, Written
from db.pool import Database
from db.states import Priority
from tests.db.worlds import make_world, me


async def _gather(filing: Filing, actor: Actor, drafts: list[IssueDraft]) -> list[Written | BaseException]:
    return await asyncio.gather(*(filing.create(actor, draft) for draft in drafts), return_exceptions=True)


async def _spied(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many went together, statement by statement."""
    from db.issues import filing

    sizes: list[int] = []
    real = filing._together

    async def spy(conn: asyncpg.Connection, batch: Sequence[filing._Wanted]) -> object:
        sizes.append(len(batch))
        return await real(conn, batch)

    monkeypatch.setattr(filing, "_together", spy)
    return sizes


async def test_what_is_filed_together_is_what_is_filed_alone(
    database: Database, conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, sizes = await make_world(conn), await _spied(monkeypatch)
    full = IssueDraft(
        title="  Login\nfails ",
        description="on Safari",
        priority=Priority.HIGH,
        assignee_id=me(world.bob),
        due_on=date(2026, 3, 1),
        external_ref="OLD-1",
    )
    plain = [IssueDraft(title=f"Issue {n}") for n in range(20)]
    alone = (await issues.create(conn, world.ada, full)).issue
    found = await _gather(Filing(database), world.ada, [*plain, full])
    written = [w for w in found if isinstance(w, Written)]
    assert len(written) == 21
    assert sum(sizes) >= 15
    for one in written:
        assert one.issue == await issues.get(conn, world.ada, one.issue.issue_id)
    assert len({w.issue.number for w in written}) == 21
    together = written[-1].issue
    unlike = {"issue_id", "number", "created_at", "updated_at"}
    fields = [f for f in type(alone).__dataclass_fields__ if f not in unlike]
    assert [getattr(alone, f) for f in fields] == [getattr(together, f) for f in fields]
    (first,) = await changes.history(conn, world.ada, alone.issue_id)
    (second,) = await changes.history(conn, world.ada, together.issue_id)
    assert (first.kind, first.action, first.after, first.version) == (
        second.kind,
        second.action,
        second.after,
        second.version,
    )
    watching = await watchers.of_issue(conn, world.ada, together.issue_id)
    assert set(watching) == {me(world.ada), me(world.bob)}
    columns = "was_status, now_status, now_assignee, now_priority, source, actor_id"
    dims = await conn.fetch(
        f"SELECT DISTINCT {columns} FROM events WHERE issue_id = ANY($1)", [alone.issue_id, together.issue_id]
    )
    assert len(dims) == 1
    assert await conn.fetchval("SELECT count(*) FROM pending_changes") == 22
    assert await conn.fetchval("SELECT array_agg(dedupe_key) FROM pgqueuer") == ["announce:T1"]


async def test_one_that_cannot_be_filed_spoils_nothing_for_the_others(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    stranger = IssueDraft(title="For nobody", assignee_id=PersonId(new_uuid()))
    found = await _gather(
        Filing(database), world.ada, [*(IssueDraft(title=f"Issue {n}") for n in range(9)), stranger]
    )
    assert sum(isinstance(w, Written) for w in found) == 9
    assert isinstance(found[-1], LodgeError)
    assert await conn.fetchval("SELECT count(*) FROM issues") == 9


async def test_a_bad_draft_is_told_before_anything_waits(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    with pytest.raises(Invalid):
        await Filing(database).create(world.ada, IssueDraft(title=""))


async def test_the_same_request_key_makes_one_issue_also_within_one_statement(
    database: Database, conn: asyncpg.Connection
) -> None:
    world, filing = await make_world(conn), Filing(database)
    origin = Origin(request_key="trigger:1")
    draft = IssueDraft(title="Once")
    found = await asyncio.gather(*(filing.create(world.ada, draft, origin) for _ in range(16)))
    assert len({written.issue.issue_id for written in found}) == 1
    assert sum(not written.repeated for written in found) == 1
    assert await conn.fetchval("SELECT count(*) FROM issues") == 1


async def test_a_key_of_another_kind_of_request_is_a_conflict_for_its_owner_alone(
    database: Database, conn: asyncpg.Connection
) -> None:
    world, filing = await make_world(conn), Filing(database)
    issue = (await filing.create(world.ada, IssueDraft(title="First"))).issue
    taken = Origin(request_key="taken")
    await issues.assign(conn, world.ada, issue.issue_id, me(world.bob), taken)
    found = await asyncio.gather(
        filing.create(world.ada, IssueDraft(title="Other"), taken),
        *(filing.create(world.ada, IssueDraft(title=f"Issue {n}")) for n in range(5)),
        return_exceptions=True,
    )
    assert isinstance(found[0], Conflict)
    assert all(isinstance(written, Written) for written in found[1:])


async def test_workspaces_filed_together_stay_apart(database: Database, conn: asyncpg.Connection) -> None:
    here, there = await make_world(conn, "T1"), await make_world(conn, "T2")
    filing = Filing(database)
    found = await asyncio.gather(
        *(
            filing.create(w.ada, IssueDraft(title=f"{w.workspace_id} {n}"))
            for n in range(8)
            for w in (here, there)
        )
    )
    for world in (here, there):
        own = [w.issue for w in found if w.issue.workspace_id == world.workspace_id]
        assert sorted(issue.number for issue in own) == list(range(1, 9))
        assert all(issue.title.startswith(world.workspace_id) for issue in own)
    keys = await conn.fetchval("SELECT array_agg(dedupe_key ORDER BY dedupe_key) FROM pgqueuer")
    assert keys == ["announce:T1", "announce:T2"]


async def test_a_stranger_of_another_workspace_cannot_be_assigned(
    database: Database, conn: asyncpg.Connection
) -> None:
    here, there = await make_world(conn, "T1"), await make_world(conn, "T2")
    draft = IssueDraft(title="Across", assignee_id=me(there.bob))
    found = await _gather(Filing(database), here.ada, [draft, IssueDraft(title="Fine"), replace(draft)])
    assert [isinstance(w, Written) for w in found] == [False, True, False]


async def test_who_stops_waiting_holds_nobody_up(database: Database, conn: asyncpg.Connection) -> None:
    world, filing = await make_world(conn), Filing(database)
    tasks = [asyncio.create_task(filing.create(world.ada, IssueDraft(title=f"Issue {n}"))) for n in range(8)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(w, Written) for w in found) == 7
    assert isinstance(await filing.create(world.ada, IssueDraft(title="After")), Written)


async def test_a_lost_database_is_told_to_everybody_and_waited_for_by_nobody(
    database: Database, conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, filing = await make_world(conn), Filing(database)

    async def lost(*_: object) -> object:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr("db.issues.filing._together", lost)
        found = await _gather(filing, world.ada, [IssueDraft(title=f"Issue {n}") for n in range(6)])
        assert any(isinstance(w, Unavailable) for w in found)
    assert isinstance(await filing.create(world.ada, IssueDraft(title="After")), Written)
