"""What the worker makes of runs: when, of which, and what it says when nothing comes of them."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from db import issues, schedules, workspaces
from db.access import Actor
from db.errors import Busy, Unavailable
from db.ids import ChannelId, PersonId, WorkspaceId
from db.issues import IssueDraft
from db.pool import Database
from db.schedules import Schedule, ScheduleDraft, parse_recurrence, posts, runs
from db.states import Role
from handlers.errors import NotInstalled
from handlers.jobs import Job
from handlers.schedules import running as making
from handlers.schedules.running import Running
from handlers.services import Services
from tests.db.histories import workspace
from tests.db.scheduling import someone
from tests.scenarios.clocks import Clock

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # a Friday
NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class Directory:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def workspace(self, workspace_id: WorkspaceId) -> object:
        async with self._database.connection() as conn:
            return await workspaces.get(conn, workspace_id)

    def forget_workspace(self, workspace_id: WorkspaceId) -> None:
        return


class Nowhere:
    async def client(self, workspace_id: WorkspaceId) -> object:
        raise NotInstalled


@pytest.fixture
def clock() -> Clock:
    return Clock(NINE)


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Actor:
    workspace_id = await workspace(conn)
    person_id = await conn.fetchval(
        "INSERT INTO people (workspace_id, slack_user_id, name, role) VALUES ($1, 'UADA', 'Ada', 'member')"
        " RETURNING person_id",
        workspace_id,
    )
    return Actor(workspace_id=workspace_id, person_id=PersonId(person_id), role=Role.MEMBER)


def services(database: Database, clock: Any) -> Services:
    given: dict[str, Any] = {each.name: None for each in fields(Services) if each.init}
    bell = SimpleNamespace(ring=lambda: None)
    parts = {"directory": Directory(database), "slack": Nowhere(), "bell": bell}
    return Services(**(given | parts | {"database": database, "clock": clock}))


@pytest.fixture
def running(database: Database, clock: Clock) -> Running:
    return Running(services(database, clock))


async def make_schedule(
    conn: asyncpg.Connection, ada: Actor, when: str = "daily 09:00", channel: str = "C1"
) -> Schedule:
    draft = ScheduleDraft(
        report="aging",
        query="",
        period="7d",
        channel_id=ChannelId(channel),
        recurrence=parse_recurrence(when),
        timezone="UTC",
    )
    return await schedules.create(conn, ada, draft, NOW)


async def job(conn: asyncpg.Connection) -> Job:
    row = await conn.fetchrow(
        "SELECT id, payload FROM pgqueuer WHERE status = 'queued' ORDER BY id DESC LIMIT 1"
    )
    assert row is not None
    return Job(id=row["id"], payload=row["payload"], attempts=0)


async def outbox_texts(conn: asyncpg.Connection) -> dict[str, str]:
    rows = await conn.fetch("SELECT channel_id, payload FROM outbox WHERE state = 'waiting'")
    return {row["channel_id"]: str(row["payload"]) for row in rows}


async def state(conn: asyncpg.Connection) -> tuple[str, str | None]:
    """Of the only run, and why its schedule is paused."""
    row = await conn.fetchrow("SELECT state, paused_why FROM report_runs JOIN schedules USING (schedule_id)")
    return row["state"], row["paused_why"]


@pytest.mark.parametrize("off", [-3600, 0, 3600])
async def test_whichever_replica_claims_it_is_due_by_the_databases_clock(
    database: Database, conn: asyncpg.Connection, ada: Actor, off: int
) -> None:
    def wrong() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=off)

    replica = Running(services(database, wrong), machine=wrong)
    for minutes in (-10, 10):
        made = await make_schedule(conn, ada)
        await conn.execute(
            "UPDATE schedules SET next_due_at = now() + $2 WHERE schedule_id = $1",
            made.schedule_id,
            timedelta(minutes=minutes),
        )
    await replica.claim()
    assert await conn.fetchval("SELECT count(*) FROM report_runs") == 1
    assert await conn.fetchval("SELECT max(due_at) < now() FROM report_runs")


async def test_a_run_that_is_made_long_after_it_was_claimed_is_a_late_one(
    conn: asyncpg.Connection, ada: Actor, running: Running, clock: Clock
) -> None:
    await make_schedule(conn, ada)
    await running.claim()
    clock.now += timedelta(minutes=6)
    await running.run(await job(conn))
    assert "comes late" in (await outbox_texts(conn))["C1"]


async def test_a_run_that_is_made_when_it_means_nothing_any_more_is_left_out(
    conn: asyncpg.Connection, ada: Actor, running: Running, clock: Clock
) -> None:
    await make_schedule(conn, ada)
    await running.claim()
    waiting = await job(conn)
    clock.now += timedelta(days=3, hours=1)
    await running.claim()
    await running.run(waiting)
    assert await outbox_texts(conn) == {}
    await running.run(await job(conn))
    assert list(await outbox_texts(conn)) == ["C1"]
    rows = await conn.fetch("SELECT state FROM report_runs ORDER BY due_at")
    assert [row["state"] for row in rows] == ["skipped", "sending"]


async def test_a_run_is_not_made_when_its_schedule_was_paused_meanwhile(
    conn: asyncpg.Connection, ada: Actor, running: Running
) -> None:
    made = await make_schedule(conn, ada)
    await running.claim()
    await schedules.pause(conn, ada, made.schedule_id)
    await running.run(await job(conn))
    assert await state(conn) == ("skipped", "asked")
    await runs.run_now(conn, made, ada.person_id, NINE + timedelta(minutes=1))
    await running.run(await job(conn))
    assert list(await outbox_texts(conn)) == ["C1"]


async def test_a_digest_of_somebody_who_left_waits_for_them_to_come_back(
    conn: asyncpg.Connection, ada: Actor, running: Running, clock: Clock
) -> None:
    await make_schedule(conn, ada, channel="UADA")
    await conn.execute("UPDATE people SET active = false")
    await running.claim()
    await running.run(await job(conn))
    assert await outbox_texts(conn) == {}
    assert await state(conn) == ("skipped", None)
    await conn.execute("UPDATE people SET active = true")
    clock.now += timedelta(days=1)
    await running.claim()
    await running.run(await job(conn))
    assert list(await outbox_texts(conn)) == ["UADA"]


async def test_one_that_needs_pictures_is_left_to_a_job_of_those(
    conn: asyncpg.Connection, ada: Actor, running: Running
) -> None:
    await make_schedule(conn, ada)
    await workspaces.note_charts_refused(conn, ada.workspace_id, NINE)
    await running.claim()
    await running.run(await job(conn))
    assert await outbox_texts(conn) == {}
    waiting = await conn.fetch("SELECT DISTINCT entrypoint FROM pgqueuer WHERE dedupe_key IS NOT NULL")
    assert [row["entrypoint"] for row in waiting] == [runs.DRAWN_JOB]


async def test_where_the_app_is_taken_out_while_pictures_are_made_the_schedule_waits_for_it(
    conn: asyncpg.Connection, ada: Actor, running: Running
) -> None:
    await make_schedule(conn, ada)
    await workspaces.note_charts_refused(conn, ada.workspace_id, NINE)
    await running.claim()
    await running.run_drawn(await job(conn))
    assert await state(conn) == ("failed", "not_installed")


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (RuntimeError("a fault of ours"), ("failed", "not_made")),
        # These end by themselves.
        (Busy(), ("claimed", None)),
        (Unavailable(), ("claimed", None)),
    ],
)
async def test_what_cannot_be_made_is_given_up_at_the_last_attempt(
    conn: asyncpg.Connection,
    ada: Actor,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    left: tuple[str, str | None],
) -> None:
    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(making, "make", fail)
    await make_schedule(conn, ada)
    await running.claim()
    waiting = await job(conn)
    for attempts in range(making.ATTEMPTS):
        assert await state(conn) == ("claimed", None)
        with pytest.raises(type(error)):
            await running.run(replace(waiting, attempts=attempts))
    assert await state(conn) == left
    told = (await outbox_texts(conn)).get("UADA", "")
    assert ("could not be made" in told) == (left[0] == "failed")


@pytest.mark.parametrize("became", ["role = 'guest'", "active = false", "role = 'member'"])
async def test_a_report_shows_what_its_owner_may_see_by_then(
    conn: asyncpg.Connection, ada: Actor, running: Running, became: str
) -> None:
    other = await someone(conn, ada.workspace_id)
    await issues.create(conn, other, IssueDraft(title="Somebody else's"))
    await make_schedule(conn, ada)
    await conn.execute(f"UPDATE people SET {became} WHERE person_id = $1", ada.person_id)
    await running.claim()
    await running.run(await job(conn))
    assert ("LDG-1" in (await outbox_texts(conn))["C1"]) == (became == "role = 'member'")


async def test_a_time_zone_that_is_known_no_more_pauses_its_schedule_and_the_owner_is_told(
    conn: asyncpg.Connection, ada: Actor, running: Running
) -> None:
    await make_schedule(conn, ada)
    await conn.execute("UPDATE schedules SET timezone = 'Atlantis/Capital'")
    await running.claim()
    await running.run(await job(conn))
    run, why = await state(conn)
    assert run == "failed"
    assert why is not None
    assert "no time zone" in (await outbox_texts(conn))["UADA"]


async def test_a_slack_that_was_away_for_long_pauses_nothing_and_the_owner_is_told(
    conn: asyncpg.Connection, ada: Actor, running: Running
) -> None:
    await make_schedule(conn, ada)
    await running.claim()
    await running.run(await job(conn))
    await refuse(conn, "gave up: http 503")
    await running.settle()
    assert await state(conn) == ("failed", None)
    assert "It stays scheduled" in (await outbox_texts(conn))["UADA"]


async def test_blocks_that_are_refused_are_tried_without_once(
    conn: asyncpg.Connection, ada: Actor, running: Running
) -> None:
    await make_schedule(conn, ada)
    await running.claim()
    await running.run(await job(conn))
    await refuse(conn, "invalid_blocks")
    await running.settle()
    assert await state(conn) == ("claimed", None)
    run_id = await conn.fetchval("SELECT run_id FROM report_runs WHERE plainly")
    async with conn.transaction():
        await posts.put(conn, ada.workspace_id, run_id, {"text": "without"}, ChannelId("C1"))
    await refuse(conn, "invalid_blocks")
    await running.settle()
    assert await state(conn) == ("failed", "invalid_blocks")


async def test_an_owner_who_left_is_not_written_to(
    conn: asyncpg.Connection, ada: Actor, running: Running
) -> None:
    await make_schedule(conn, ada)
    await running.claim()
    await running.run(await job(conn))
    await conn.execute("UPDATE people SET active = false")
    await refuse(conn, "is_archived")
    await running.settle()
    assert await state(conn) == ("failed", "is_archived")
    assert await outbox_texts(conn) == {}


async def test_what_nobody_makes_any_more_is_seen_to(
    conn: asyncpg.Connection, ada: Actor, running: Running
) -> None:
    """Its job is lost; then its message waits for a sender."""
    await make_schedule(conn, ada)
    await running.claim()
    await conn.execute("DELETE FROM pgqueuer")
    await conn.execute("UPDATE report_runs SET claimed_at = now() - interval '2 minutes'")
    await running.settle()
    await running.run(await job(conn))
    await conn.execute("UPDATE outbox SET created_at = now() - interval '6 minutes'")
    await running.settle()
    assert await state(conn) == ("claimed", None)
    assert await outbox_texts(conn) == {}


async def refuse(conn: asyncpg.Connection, error: str) -> None:
    await conn.execute(
        "UPDATE outbox SET state = 'failed', error = $1, settled_at = now() WHERE state = 'waiting'", error
    )


async def test_a_refusal_pauses_it(conn: asyncpg.Connection, ada: Actor, running: Running) -> None:
    await make_schedule(conn, ada)
    await running.claim()
    await running.run(await job(conn))
    await refuse(conn, "is_archived")
    await running.settle()
    assert await state(conn) == ("failed", "is_archived")
    assert "is archived" in (await outbox_texts(conn))["UADA"]
