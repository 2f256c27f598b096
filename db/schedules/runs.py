"""Runs: each due instant of a schedule is claimed once, and made once.

Who takes locks takes those of runs before that of their schedule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from db.errors import Invalid
from db.ids import PersonId, WorkspaceId
from db.jobs import enqueue, enqueue_many, open_dedupe
from db.schedules.record import COLUMNS, LAST, RunId, Schedule, ScheduleId, read_schedule
from db.schedules.recurrences import Catch, catch_up, next_due, parse_recurrence, still_meaningful, zone

JOB: Final = "report"
# The same for a report whose charts are drawn, which takes far longer: these wait for each other in the queue, and
# neither other reports nor connections wait with them.
DRAWN_JOB: Final = "report with pictures"
# Posted later than this after its instant, a report says so.
PUNCTUAL: Final = timedelta(minutes=5)
KEPT: Final = timedelta(days=90)
# Until a schedule that cannot be read is looked at again, should nobody have mended it.
_LATER: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`asked_by`: somebody wanted it now. `plainly`: without the blocks this workspace refused."""

    run_id: RunId
    schedule: Schedule
    due_at: datetime
    asked_by: PersonId | None
    late: bool
    plainly: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Due:
    workspace_id: WorkspaceId
    schedule_id: ScheduleId
    catch: Catch
    run: bool
    late: bool


def _due(row: Any, now: datetime) -> _Due:
    try:
        catch = catch_up(parse_recurrence(row["recurrence"]), zone(row["timezone"]), row["next_due_at"], now)
        run = still_meaningful(catch, now)
    except Invalid:
        # A time zone that is known no more, say. Others are not to wait for that: who makes the run tells the owner.
        catch, run = Catch(due=row["next_due_at"], following=now + _LATER), True
    return _Due(
        workspace_id=row["workspace_id"],
        schedule_id=row["schedule_id"],
        catch=catch,
        run=run,
        late=now - catch.due > PUNCTUAL,
    )


async def ahead(conn: asyncpg.Connection, machine: datetime) -> timedelta:
    """How far the database's clock, which all replicas share, is ahead of this machine's."""
    moment: datetime = await conn.fetchval("SELECT clock_timestamp()")
    return moment - machine


async def claim_due(conn: asyncpg.Connection, now: datetime, *, limit: int = 200) -> int:
    """Claims up to `limit` due schedules that nobody else is claiming, inside the caller's transaction.

    Each gets a run and a job for it, and its next instant. Of instants missed, the newest is run when that
    still means something, and none otherwise. Returns how many schedules were due.
    """
    rows = await conn.fetch(
        """
        SELECT workspace_id, schedule_id, recurrence, timezone, next_due_at FROM schedules
        WHERE next_due_at <= $1 ORDER BY next_due_at LIMIT $2 FOR UPDATE SKIP LOCKED""",
        now,
        limit,
    )
    if not rows:
        return 0
    due = [_due(row, now) for row in rows]
    claimed = await conn.fetch(
        """
        WITH due AS (
            SELECT * FROM unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::boolean[],
                                 $6::boolean[])
                AS d (workspace_id, schedule_id, due_at, following, run, late)
        ), moved AS (
            UPDATE schedules s SET next_due_at = d.following
            FROM due d WHERE s.workspace_id = d.workspace_id AND s.schedule_id = d.schedule_id
        )
        INSERT INTO report_runs (workspace_id, schedule_id, due_at, late, state, finished_at)
        SELECT workspace_id, schedule_id, due_at, late, CASE WHEN run THEN 'claimed' ELSE 'skipped' END,
               CASE WHEN NOT run THEN now() END
        FROM due
        ON CONFLICT (workspace_id, schedule_id, due_at) DO NOTHING
        RETURNING workspace_id, run_id, state""",
        [d.workspace_id for d in due],
        [d.schedule_id for d in due],
        [d.catch.due for d in due],
        [d.catch.following for d in due],
        [d.run for d in due],
        [d.late for d in due],
    )
    await enqueue_all(conn, [row for row in claimed if row["state"] == "claimed"])
    return len(rows)


async def enqueue_all(conn: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> int:
    """A job for each of these runs, inside the caller's transaction; less those that have one."""
    return await enqueue_many(
        conn,
        JOB,
        [payload(row["workspace_id"], row["run_id"]) for row in rows],
        [f"{JOB}:{row['run_id']}" for row in rows],
    )


def payload(workspace_id: WorkspaceId, run_id: RunId) -> bytes:
    return json.dumps([workspace_id, str(run_id)]).encode()


def read_payload(text: bytes) -> tuple[WorkspaceId, RunId]:
    workspace_id, run_id = json.loads(text)
    return WorkspaceId(workspace_id), RunId(UUID(run_id))


async def run_now(
    conn: asyncpg.Connection, schedule: Schedule, asked_by: PersonId | None, now: datetime
) -> RunId:
    """An extra run, inside the caller's transaction. Who asks while one that was asked for is under way gets that."""
    await conn.execute(
        "SELECT FROM schedules WHERE workspace_id = $1 AND schedule_id = $2 FOR NO KEY UPDATE",
        schedule.workspace_id,
        schedule.schedule_id,
    )
    run_id: RunId | None = await conn.fetchval(
        """
        SELECT run_id FROM report_runs
        WHERE workspace_id = $1 AND schedule_id = $2 AND asked_by IS NOT NULL AND state IN ('claimed', 'sending')
        ORDER BY due_at DESC LIMIT 1""",
        schedule.workspace_id,
        schedule.schedule_id,
    )
    if run_id is None:
        run_id = await _extra(conn, schedule, asked_by, now)
    await enqueue(conn, JOB, payload(schedule.workspace_id, run_id), dedupe_key=f"{JOB}:{run_id}")
    return run_id


async def _extra(
    conn: asyncpg.Connection, schedule: Schedule, asked_by: PersonId | None, now: datetime
) -> RunId:
    run_id: RunId = await conn.fetchval(
        """
        INSERT INTO report_runs (workspace_id, schedule_id, due_at, asked_by) VALUES ($1, $2, $3, $4)
        ON CONFLICT (workspace_id, schedule_id, due_at) DO UPDATE SET asked_by = excluded.asked_by
        RETURNING run_id""",
        schedule.workspace_id,
        schedule.schedule_id,
        now,
        asked_by,
    )
    return run_id


async def have_drawn(conn: asyncpg.Connection, job_id: int, workspace_id: WorkspaceId, run_id: RunId) -> None:
    """This job of the run gives way to one for reports with pictures, inside the caller's transaction."""
    await open_dedupe(conn, job_id)
    await enqueue(conn, DRAWN_JOB, payload(workspace_id, run_id), dedupe_key=f"{JOB}:{run_id}")


async def claimed(conn: asyncpg.Connection, workspace_id: WorkspaceId, run_id: RunId) -> Run | None:
    """The run, while it is still to be made; None when that was done, or its schedule is gone."""
    row = await conn.fetchrow(
        f"""
        SELECT {COLUMNS}, r.due_at, r.asked_by, r.late, r.plainly
        FROM report_runs r
        JOIN schedules s ON s.workspace_id = r.workspace_id AND s.schedule_id = r.schedule_id {LAST}
        WHERE r.workspace_id = $1 AND r.run_id = $2 AND r.state = 'claimed'""",
        workspace_id,
        run_id,
    )
    if row is None:
        return None
    values = dict(row.items())
    rest = {name: values.pop(name) for name in ("due_at", "asked_by", "late", "plainly")}
    return Run(run_id=run_id, schedule=read_schedule(values), **rest)


def is_wanted(run: Run, now: datetime) -> bool:
    """Not when its schedule was paused meanwhile, or when it means nothing any more. Raises Invalid."""
    schedule = run.schedule
    following = next_due(schedule.recurrence, schedule.zone, run.due_at)
    catch = Catch(due=run.due_at, following=following)
    return schedule.paused_why is None and still_meaningful(catch, now)


async def finish(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, run_id: RunId, state: str, error: str | None = None
) -> bool:
    """Nothing is made of it: `state` is skipped or failed. False when somebody else has made it, or given it up."""
    finished = await conn.fetchval(
        """
        UPDATE report_runs SET state = $3, error = $4, finished_at = now()
        WHERE workspace_id = $1 AND run_id = $2 AND state = 'claimed' RETURNING true""",
        workspace_id,
        run_id,
        state,
        error,
    )
    return bool(finished)


async def forgotten(conn: asyncpg.Connection) -> int:
    """Enqueues runs that were claimed a while ago and have no job any more."""
    rows = await conn.fetch(
        """
        SELECT workspace_id, run_id FROM report_runs r
        WHERE state = 'claimed' AND claimed_at < now() - interval '1 minute' AND NOT EXISTS (
            SELECT FROM pgqueuer q WHERE q.dedupe_key = 'report:' || r.run_id AND q.status IN ('queued', 'picked'))
        ORDER BY claimed_at LIMIT 1000"""
    )
    return await enqueue_all(conn, rows)


async def forget_old(conn: asyncpg.Connection) -> None:
    await conn.execute("DELETE FROM report_runs WHERE finished_at < now() - $1::interval", KEPT)
