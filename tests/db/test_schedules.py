"""Schedules are kept, claimed once a due instant by whoever comes first, and put into the outbox once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from db import schedules
from db.access import Actor
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import ChannelId, PersonId, WorkspaceId
from db.pool import Database
from db.schedules import Schedule, ScheduleDraft, parse_recurrence, runs
from db.states import Role
from tests.db.histories import workspace

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # a Friday
NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def draft(when: str = "daily 09:00", **changed: str) -> ScheduleDraft:
    values = {
        "report": "digest",
        "query": "",
        "period": "7d",
        "channel_id": "C1",
        "timezone": "UTC",
    } | changed
    return ScheduleDraft(recurrence=parse_recurrence(when), **values)  # type: ignore[arg-type]  # plain strings will do here


async def someone(conn: asyncpg.Connection, workspace_id: WorkspaceId, role: Role = Role.MEMBER) -> Actor:
    person_id = await conn.fetchval(
        "INSERT INTO people (workspace_id, name, role) VALUES ($1, 'Ada', $2) RETURNING person_id",
        workspace_id,
        role.value,
    )
    return Actor(workspace_id=workspace_id, person_id=PersonId(person_id), role=role)


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Actor:
    return await someone(conn, await workspace(conn))


async def claim(conn: asyncpg.Connection, now: datetime, limit: int = 200) -> int:
    async with conn.transaction():
        return await runs.claim_due(conn, now, limit=limit)


async def states(conn: asyncpg.Connection) -> list[tuple[datetime, str, bool]]:
    rows = await conn.fetch("SELECT due_at, state, late FROM report_runs ORDER BY due_at")
    return [(r["due_at"], r["state"], r["late"]) for r in rows]


async def test_a_schedule_is_due_at_its_next_instant(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    assert (made.next_due_at, made.paused_why, made.last_run_at) == (NINE, None, None)
    assert await schedules.page(conn, ada) == (made,)
    assert await claim(conn, NINE - timedelta(seconds=1)) == 0
    assert await claim(conn, NINE) == 1
    assert await claim(conn, NINE) == 0
    assert await states(conn) == [(NINE, "claimed", False)]
    assert (await schedules.get(conn, ada, made.schedule_id)).next_due_at == NINE + timedelta(days=1)


async def test_the_same_request_makes_one_schedule(conn: asyncpg.Connection, ada: Actor) -> None:
    made = [await schedules.create(conn, ada, draft(), NOW, request_key="slack:1") for _ in range(2)]
    other = await schedules.create(conn, ada, draft(), NOW, request_key="slack:2")
    assert made[0] == made[1]
    assert other.schedule_id != made[0].schedule_id
    assert await conn.fetchval("SELECT count(*) FROM schedules") == 2


async def test_what_was_missed_is_made_up_for_once_and_marked_late(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await schedules.create(conn, ada, draft(), NOW)
    back = NINE + timedelta(days=5, hours=3)
    assert await claim(conn, back) == 1
    assert await states(conn) == [(NINE + timedelta(days=5), "claimed", True)]


async def test_what_means_nothing_any_more_is_skipped(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    await claim(conn, NINE + timedelta(days=5, hours=13))
    assert await states(conn) == [(NINE + timedelta(days=5), "skipped", True)]
    assert (await schedules.get(conn, ada, made.schedule_id)).last_state == "skipped"
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer") == 0


async def test_replicas_that_claim_at_once_claim_each_instant_once(database: Database) -> None:
    async with database.connection() as conn:
        ada = await someone(conn, await workspace(conn))
        await conn.execute(
            """
            INSERT INTO schedules (workspace_id, owner_id, report, period, channel_id, recurrence, timezone,
                                   next_due_at)
            SELECT $1, $2, 'digest', '7d', 'C1', 'daily 09:00', 'UTC', $3 FROM generate_series(1, 1000)""",
            ada.workspace_id,
            ada.person_id,
            NINE,
        )

    async def replica() -> int:
        total = 0
        async with database.connection() as conn:
            while claimed := await claim(conn, NINE, limit=50):
                total += claimed
        return total

    assert sum(await asyncio.gather(*(replica() for _ in range(3)))) == 1000
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT count(DISTINCT schedule_id) FROM report_runs") == 1000
        assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'report'") == 1000


async def the_run(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> runs.Run:
    run_id = await conn.fetchval("SELECT run_id FROM report_runs")
    run = await runs.claimed(conn, workspace_id, run_id)
    assert run is not None
    return run


async def test_a_run_is_handed_to_the_outbox_once_even_by_two_workers(database: Database) -> None:
    async with database.connection() as conn:
        ada = await someone(conn, await workspace(conn))
        await schedules.create(conn, ada, draft(), NOW)
        await claim(conn, NINE)
        run = await the_run(conn, ada.workspace_id)

    async def put() -> bool:
        async with database.transaction() as conn:
            return await runs.put(conn, ada.workspace_id, run.run_id, {"text": "hello"}, ChannelId("C1"))

    assert sorted(await asyncio.gather(put(), put())) == [False, True]
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM outbox") == 1
        assert await runs.claimed(conn, ada.workspace_id, run.run_id) is None


async def outcome(
    conn: asyncpg.Connection, ada: Actor, state: str, error: str | None
) -> tuple[runs.Settled, ...]:
    await claim(conn, NINE)
    run = await the_run(conn, ada.workspace_id)
    async with conn.transaction():
        await runs.put(conn, ada.workspace_id, run.run_id, {"text": "hello"}, ChannelId("C1"))
    assert await runs.settle(conn) == ()
    await conn.execute("UPDATE outbox SET state = $1, error = $2, settled_at = now()", state, error)
    return await runs.settle(conn)


async def test_a_message_that_was_sent_settles_its_run(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    (settled,) = await outcome(conn, ada, "sent", None)
    assert settled.error is None
    assert await runs.settle(conn) == ()
    assert (await schedules.get(conn, ada, made.schedule_id)).last_state == "posted"


async def test_a_refused_run_can_be_made_again_plainly(conn: asyncpg.Connection, ada: Actor) -> None:
    await schedules.create(conn, ada, draft(), NOW)
    (settled,) = await outcome(conn, ada, "failed", "invalid_blocks")
    assert (settled.error, settled.plainly) == ("invalid_blocks", False)
    await conn.execute("DELETE FROM pgqueuer")
    await runs.make_plainly(conn, ada.workspace_id, settled.run_id)
    assert (await the_run(conn, ada.workspace_id)).plainly
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'report'") == 1


async def test_a_claimed_run_without_a_job_gets_another(conn: asyncpg.Connection, ada: Actor) -> None:
    await schedules.create(conn, ada, draft(), NOW)
    await claim(conn, NINE)
    await conn.execute("DELETE FROM pgqueuer")
    assert await runs.forgotten(conn) == 0
    await conn.execute("UPDATE report_runs SET claimed_at = now() - interval '2 minutes'")
    assert await runs.forgotten(conn) == 1
    assert await runs.forgotten(conn) == 0


async def test_pausing_and_resuming_makes_up_for_nothing(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    paused = await schedules.pause(conn, ada, made.schedule_id)
    assert (paused.next_due_at, paused.paused_why) == (None, schedules.PAUSED_BY_PERSON)
    assert await claim(conn, NINE + timedelta(days=3)) == 0
    resumed = await schedules.resume(conn, ada, made.schedule_id, NINE + timedelta(days=3))
    assert resumed.next_due_at == NINE + timedelta(days=4)


async def test_a_refusal_pauses_once(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    stopped = await schedules.refuse(conn, ada.workspace_id, made.schedule_id, "is_archived")
    assert stopped is not None
    assert stopped.paused_why == "is_archived"
    assert await schedules.refuse(conn, ada.workspace_id, made.schedule_id, "is_archived") is None


async def test_what_slack_refused_goes_on_from_the_next_instant(conn: asyncpg.Connection, ada: Actor) -> None:
    made = [await schedules.create(conn, ada, draft(), NOW) for _ in range(3)]
    await schedules.refuse(conn, ada.workspace_id, made[0].schedule_id, "is_archived")
    await schedules.pause(conn, ada, made[1].schedule_id)
    refused = await schedules.refused(
        conn, ada.workspace_id, ChannelId("C1"), ["is_archived", "not_in_channel"]
    )
    assert [each.schedule_id for each in refused] == [made[0].schedule_id]
    later = NINE + timedelta(days=3)
    on = await schedules.go_on(conn, refused[0], later)
    assert on == await schedules.get(conn, ada, made[0].schedule_id)
    assert on.next_due_at == NINE + timedelta(days=4)
    assert (await schedules.get(conn, ada, made[1].schedule_id)).next_due_at is None
    # Somebody else came first.
    assert await schedules.go_on(conn, refused[0], later) is None
    assert await schedules.refused(conn, ada.workspace_id, ChannelId("C1"), ["is_archived"]) == ()


async def test_an_edit_takes_effect_at_the_next_instant_and_knows_of_others(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    edited = await schedules.edit(
        conn, ada, made.schedule_id, draft("daily 10:30"), NOW, version=made.version
    )
    assert edited.next_due_at == NINE + timedelta(minutes=90)
    with pytest.raises(Conflict):
        await schedules.edit(conn, ada, made.schedule_id, draft(), NOW, version=made.version)


async def test_running_now_leaves_the_schedule_as_it_is(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    first = await runs.run_now(conn, made, ada.person_id, NOW)
    assert await runs.run_now(conn, made, ada.person_id, NOW) == first
    assert (await schedules.get(conn, ada, made.schedule_id)).next_due_at == NINE
    assert await claim(conn, NINE) == 1


async def test_only_its_owner_and_admins_change_a_schedule(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    other = await someone(conn, ada.workspace_id)
    with pytest.raises(Forbidden):
        await schedules.pause(conn, other, made.schedule_id)
    with pytest.raises(Forbidden):
        await schedules.changeable(conn, other, made.schedule_id)
    with pytest.raises(Forbidden):
        await schedules.create(conn, await someone(conn, ada.workspace_id, Role.GUEST), draft(), NOW)
    with pytest.raises(Forbidden):
        await schedules.create(conn, ada, draft(), NOW, {"policy": {"schedules": "admin"}})
    boss = await someone(conn, ada.workspace_id, Role.ADMIN)
    assert (await schedules.delete(conn, boss, made.schedule_id)).schedule_id == made.schedule_id
    with pytest.raises(NotFound):
        await schedules.get(conn, ada, made.schedule_id)


async def test_a_direct_message_is_listed_for_its_owner_only(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(channel_id="U1"), NOW)
    assert await schedules.page(conn, ada) == (made,)
    assert await schedules.page(conn, await someone(conn, ada.workspace_id, Role.ADMIN)) == ()


async def test_everything_wrong_with_a_draft_is_named_at_once(conn: asyncpg.Connection, ada: Actor) -> None:
    wrong = draft(report="gossip", period="soon", timezone="Mars", query="x" * 501)
    with pytest.raises(Invalid) as caught:
        await schedules.create(conn, ada, wrong, NOW)
    assert [error.field for error in caught.value.errors] == ["report", "query", "period", "timezone"]


async def test_two_years_of_due_instants_in_five_zones_are_each_run_once(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    """A clock that jumps half an hour at a time, over both change nights of two years."""
    zones = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
    made: dict[UUID, Schedule] = {}
    for name in zones:
        schedule = await schedules.create(conn, ada, draft("weekly sun 02:30", timezone=name), NOW)
        made[schedule.schedule_id] = schedule
    now, end = NOW, NOW + timedelta(days=730)
    while now < end:
        soonest = await conn.fetchval("SELECT min(next_due_at) FROM schedules")
        now = max(now + timedelta(minutes=30), soonest)
        await claim(conn, now)
    rows = await conn.fetch("SELECT schedule_id, due_at, late FROM report_runs WHERE due_at <= $1", end)
    for schedule in made.values():
        days = [
            r["due_at"].astimezone(schedule.zone).date()
            for r in rows
            if r["schedule_id"] == schedule.schedule_id
        ]
        assert len(days) == len(set(days)) in (104, 105)
        assert {day.weekday() for day in days} == {6}
    assert not any(r["late"] for r in rows)
