"""Each due instant of a schedule is claimed once by whoever comes first, and put into the outbox once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from db import schedules
from db.access import Actor
from db.ids import ChannelId
from db.pool import Database
from db.schedules import RunId, Schedule, posts, runs
from tests.db.histories import workspace
from tests.db.scheduling import (
    NINE,
    NOW,
    claim,
    draft,
    handed_over,
    outcome,
    outcomes,
    someone,
    states,
    the_run,
)


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Actor:
    return await someone(conn, await workspace(conn))


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


async def test_a_run_is_handed_to_the_outbox_once_even_by_two_workers(database: Database) -> None:
    async with database.connection() as conn:
        ada = await someone(conn, await workspace(conn))
        await schedules.create(conn, ada, draft(), NOW)
        await claim(conn, NINE)
        run = await the_run(conn, ada.workspace_id)

    async def put() -> bool:
        async with database.transaction() as conn:
            return await posts.put(conn, ada.workspace_id, run.run_id, {"text": "hello"}, ChannelId("C1"))

    assert sorted(await asyncio.gather(put(), put())) == [False, True]
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM outbox") == 1
        assert await runs.claimed(conn, ada.workspace_id, run.run_id) is None


async def test_a_message_that_was_sent_settles_its_run(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    (settled,) = await outcome(conn, ada, "sent", None)
    assert settled.error is None
    assert await posts.settle(conn) == ()
    assert (await schedules.get(conn, ada, made.schedule_id)).last_state == "posted"


async def test_what_became_of_a_message_is_noted_by_one_replica_alone(database: Database) -> None:
    async with database.connection() as conn:
        ada = await someone(conn, await workspace(conn))
        await schedules.create(conn, ada, draft(), NOW)
        await handed_over(conn, ada, NINE)
        await conn.execute("UPDATE outbox SET state = 'failed', error = 'is_archived', settled_at = now()")
    async with database.transaction() as noting:
        assert len(await posts.settle(noting)) == 1
        async with database.connection() as conn, asyncio.timeout(30):
            assert await posts.settle(conn) == ()


async def test_a_run_that_was_handed_over_is_given_up_by_nobody(conn: asyncpg.Connection, ada: Actor) -> None:
    """A worker that was taken for dead may come to an end of its own."""
    await schedules.create(conn, ada, draft(), NOW)
    run = await handed_over(conn, ada, NINE)
    assert not await runs.finish(conn, ada.workspace_id, run.run_id, "failed", "too late")
    assert await outcomes(conn) == [("sending", "waiting")]


async def test_an_instant_that_is_due_once_more_after_an_edit_is_not_run_again(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    assert await claim(conn, NINE) == 1
    # The edit had looked at the clock a moment before nine.
    await schedules.edit(conn, ada, made.schedule_id, draft("weekdays 09:00"), NINE - timedelta(seconds=1))
    assert await claim(conn, NINE) == 1
    assert await states(conn) == [(NINE, "claimed", False)]
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'report'") == 1


async def test_runs_that_ended_long_ago_are_forgotten(conn: asyncpg.Connection, ada: Actor) -> None:
    await schedules.create(conn, ada, draft("cron 0 * * * *"), NOW)
    for hour in range(3):
        await claim(conn, NINE + timedelta(hours=hour))
    for hour, age in enumerate((91, 89)):
        await conn.execute(
            "UPDATE report_runs SET state = 'posted', finished_at = now() - $2::interval WHERE due_at = $1",
            NINE + timedelta(hours=hour),
            timedelta(days=age),
        )
    await runs.forget_old(conn)
    assert [state for _, state, _ in await states(conn)] == ["posted", "claimed"]


async def test_a_refused_run_can_be_made_again_plainly(conn: asyncpg.Connection, ada: Actor) -> None:
    await schedules.create(conn, ada, draft(), NOW)
    (settled,) = await outcome(conn, ada, "failed", "invalid_blocks")
    assert (settled.error, settled.plainly) == ("invalid_blocks", False)
    await conn.execute("DELETE FROM pgqueuer")
    await posts.make_plainly(conn, ada.workspace_id, settled.run_id)
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


async def test_running_now_leaves_the_schedule_as_it_is(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    first = await runs.run_now(conn, made, ada.person_id, NOW)
    assert await runs.run_now(conn, made, ada.person_id, NOW) == first
    assert (await schedules.get(conn, ada, made.schedule_id)).next_due_at == NINE
    assert await claim(conn, NINE) == 1


async def test_whoever_asks_again_while_a_run_is_under_way_gets_that(database: Database) -> None:
    async with database.connection() as conn:
        ada = await someone(conn, await workspace(conn))
        made = await schedules.create(conn, ada, draft(), NOW)

    async def ask(second: int) -> UUID:
        async with database.transaction() as conn:
            return await runs.run_now(conn, made, ada.person_id, NOW + timedelta(seconds=second))

    first, *others = await asyncio.gather(*(ask(second) for second in range(4)))
    assert set(others) == {first}
    async with database.transaction() as conn:
        await posts.put(conn, ada.workspace_id, RunId(first), {"text": "hello"}, ChannelId("C1"))
    assert await ask(5) == first
    async with database.connection() as conn:
        await conn.execute("UPDATE outbox SET state = 'sent', settled_at = now()")
        await posts.settle(conn)
    assert await ask(6) != first


@pytest.mark.parametrize("verb", ["pause", "delete"])
async def test_what_waits_to_be_sent_is_not_sent_when_the_schedule_is_stopped(
    conn: asyncpg.Connection, ada: Actor, verb: str
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    await handed_over(conn, ada, NINE)
    async with conn.transaction():
        await {"pause": schedules.pause, "delete": schedules.delete}[verb](conn, ada, made.schedule_id)
    assert await conn.fetchval("SELECT state FROM outbox") == "dropped"
    assert await posts.settle(conn) == ()
    if verb == "pause":
        assert await outcomes(conn) == [("skipped", "dropped")]


async def test_what_may_have_been_sent_already_is_left_to_the_sender(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    await handed_over(conn, ada, NINE)
    await conn.execute("UPDATE outbox SET tried_at = now(), created_at = now() - interval '1 hour'")
    await schedules.pause(conn, ada, made.schedule_id)
    async with conn.transaction():
        assert await posts.take_back(conn) == 0
    assert await outcomes(conn) == [("sending", "waiting")]


async def test_of_several_instants_that_could_not_be_sent_the_newest_is(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await schedules.create(conn, ada, draft("cron 0 * * * *"), NOW)
    for hour in range(4):
        await handed_over(conn, ada, NINE + timedelta(hours=hour))
    assert await outcomes(conn) == [("skipped", "dropped")] * 3 + [("sending", "waiting")]


async def test_what_somebody_asked_for_is_no_earlier_instant(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    asked = await runs.run_now(conn, made, ada.person_id, NOW)
    async with conn.transaction():
        await posts.put(conn, ada.workspace_id, asked, {"text": "now"}, ChannelId("C1"))
    await handed_over(conn, ada, NINE)
    assert await outcomes(conn) == [("sending", "waiting")] * 2


async def test_what_somebody_asked_for_takes_the_place_of_no_other(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    await claim(conn, NINE)
    due = (await the_run(conn, ada.workspace_id)).run_id
    asked = await runs.run_now(conn, made, ada.person_id, NINE + timedelta(minutes=1))
    assert asked != due
    async with conn.transaction():
        for run_id in (due, asked):
            assert await posts.put(conn, ada.workspace_id, run_id, {"text": "x"}, ChannelId("C1"))
    assert await outcomes(conn) == [("sending", "waiting")] * 2
    # Whoever asked for one waits for that, however long.
    await conn.execute("DELETE FROM pgqueuer")
    await conn.execute("UPDATE outbox SET created_at = now() - interval '6 minutes'")
    async with conn.transaction():
        assert await posts.take_back(conn) == 1
    assert await outcomes(conn) == [("sending", "waiting")]


async def test_an_instant_that_is_made_after_a_newer_one_takes_nothing_from_it(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await schedules.create(conn, ada, draft("cron 0 * * * *"), NOW)
    for hour in range(2):
        assert await claim(conn, NINE + timedelta(hours=hour)) == 1
    newest_first = await conn.fetch("SELECT run_id FROM report_runs ORDER BY due_at DESC")
    async with conn.transaction():
        for row in newest_first:
            assert await posts.put(conn, ada.workspace_id, row["run_id"], {"text": "x"}, ChannelId("C1"))
    assert await outcomes(conn) == [("sending", "waiting")] * 2


async def test_what_waited_long_to_be_sent_is_made_anew_once_as_a_late_one(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await schedules.create(conn, ada, draft(), NOW)
    run = await handed_over(conn, ada, NINE)
    await conn.execute("DELETE FROM pgqueuer")
    async with conn.transaction():
        assert await posts.take_back(conn) == 0
    await conn.execute("UPDATE outbox SET created_at = now() - interval '6 minutes'")
    async with conn.transaction():
        assert await posts.take_back(conn) == 1
    assert await conn.fetchval("SELECT state FROM outbox") == "dropped"
    again = await runs.claimed(conn, ada.workspace_id, run.run_id)
    assert again is not None
    assert again.late
    async with conn.transaction():
        await posts.put(conn, ada.workspace_id, run.run_id, {"text": "late"}, ChannelId("C1"))
    await conn.execute("UPDATE outbox SET created_at = now() - interval '6 minutes'")
    async with conn.transaction():
        assert await posts.take_back(conn) == 0
    assert await outcomes(conn) == [("sending", "waiting")]


async def test_a_run_is_wanted_until_half_way_to_the_next_and_while_its_schedule_runs(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    await claim(conn, NINE)
    run = await the_run(conn, ada.workspace_id)
    assert runs.is_wanted(run, NINE + timedelta(hours=11))
    assert not runs.is_wanted(run, NINE + timedelta(hours=13))
    await schedules.pause(conn, ada, made.schedule_id)
    assert not runs.is_wanted(await the_run(conn, ada.workspace_id), NINE)


async def test_a_schedule_that_cannot_be_read_keeps_no_other_waiting(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    lost = await schedules.create(conn, ada, draft(), NOW)
    await schedules.create(conn, ada, draft(), NOW)
    await conn.execute(
        "UPDATE schedules SET timezone = 'Atlantis/Capital', next_due_at = $2 WHERE schedule_id = $1",
        lost.schedule_id,
        NINE - timedelta(hours=1),
    )
    assert await claim(conn, NINE) == 2
    assert await states(conn) == [
        (NINE - timedelta(hours=1), "claimed", True),
        (NINE, "claimed", False),
    ]
    assert await claim(conn, NINE + timedelta(hours=1)) == 0


async def test_a_schedule_can_be_deleted_while_what_became_of_its_run_is_noted(database: Database) -> None:
    async with database.connection() as conn:
        ada = await someone(conn, await workspace(conn))
        made = await schedules.create(conn, ada, draft(), NOW)
        await handed_over(conn, ada, NINE)
        await conn.execute("UPDATE outbox SET state = 'failed', error = 'is_archived', settled_at = now()")

    async def delete() -> None:
        async with database.transaction() as conn:
            await schedules.delete(conn, ada, made.schedule_id)

    async with database.transaction() as noting:
        assert len(await posts.settle(noting)) == 1
        deleting = asyncio.create_task(delete())
        async with database.connection() as conn:
            while not await conn.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ):
                await asyncio.sleep(0.01)
        assert await schedules.refuse(noting, ada.workspace_id, made.schedule_id, "is_archived") is not None
    await deleting
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM schedules") == 0


async def test_a_report_with_pictures_waits_in_a_queue_of_its_own(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await schedules.create(conn, ada, draft(), NOW)
    await claim(conn, NINE)
    run = await the_run(conn, ada.workspace_id)
    (job_id,) = [row["id"] for row in await conn.fetch("UPDATE pgqueuer SET status = 'picked' RETURNING id")]
    for _ in range(2):
        # The second time for a worker that died before it could say that this was done.
        async with conn.transaction():
            await runs.have_drawn(conn, job_id, ada.workspace_id, run.run_id)
    waiting = await conn.fetch("SELECT entrypoint, payload FROM pgqueuer WHERE status = 'queued'")
    assert [(row["entrypoint"], runs.read_payload(row["payload"])) for row in waiting] == [
        (runs.DRAWN_JOB, (ada.workspace_id, run.run_id))
    ]
    await conn.execute("UPDATE report_runs SET claimed_at = now() - interval '2 minutes'")
    assert await runs.forgotten(conn) == 0


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
