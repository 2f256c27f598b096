"""Posts: the report of a run on its way to Slack, through the outbox, and what became of it there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from db import outbox
from db.ids import ChannelId, PersonId, WorkspaceId
from db.jobs import enqueue
from db.outbox import Outgoing
from db.schedules.record import RunId, ScheduleId
from db.schedules.runs import JOB, PUNCTUAL, enqueue_all, payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A run that Slack has taken, or refused (`error`)."""

    workspace_id: WorkspaceId
    run_id: RunId
    schedule_id: ScheduleId
    asked_by: PersonId | None
    plainly: bool
    error: str | None


async def put(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    run_id: RunId,
    message: dict[str, Any],
    channel: ChannelId,
) -> bool:
    """Hands the finished report to the outbox, inside the caller's transaction; False: another did already.

    Those of earlier instants that still wait there have nothing more to say.
    """
    mine = await conn.fetchrow(
        """
        SELECT schedule_id, due_at, asked_by FROM report_runs
        WHERE workspace_id = $1 AND run_id = $2 AND state = 'claimed' FOR UPDATE""",
        workspace_id,
        run_id,
    )
    if mine is None:
        return False
    if mine["asked_by"] is None:
        await withdraw(conn, workspace_id, mine["schedule_id"], before=mine["due_at"])
    key = f"{JOB}:{run_id}"
    await outbox.put(conn, workspace_id, [Outgoing(channel_id=channel, payload=message, coalesce_key=key)])
    await conn.execute(
        """
        UPDATE report_runs SET state = 'sending', outbox_id = (
            SELECT outbox_id FROM outbox
            WHERE workspace_id = $1 AND channel_id = $3 AND coalesce_key = $4 AND state = 'waiting'
              AND tried_at IS NULL)
        WHERE workspace_id = $1 AND run_id = $2""",
        workspace_id,
        run_id,
        channel,
        key,
    )
    return True


async def hold(conn: asyncpg.Connection, workspace_id: WorkspaceId, schedule_id: ScheduleId) -> None:
    """Before the schedule itself is taken, whose deletion takes them: until the end of the caller's transaction."""
    await conn.execute(
        """
        SELECT FROM report_runs WHERE workspace_id = $1 AND schedule_id = $2 AND finished_at IS NULL
        ORDER BY run_id FOR UPDATE""",
        workspace_id,
        schedule_id,
    )


async def withdraw(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    schedule_id: ScheduleId,
    *,
    before: datetime | None = None,
    asked: bool = False,
) -> None:
    """What was to be posted, and has not been tried yet, is not posted any more: inside the caller's transaction.

    `before`: of earlier instants alone; `asked`: what somebody wanted at once, too.
    """
    await conn.execute(
        """
        WITH unsent AS (
            SELECT run_id, outbox_id FROM report_runs
            WHERE workspace_id = $1 AND schedule_id = $2 AND state = 'sending'
              AND ($3::timestamptz IS NULL OR due_at < $3) AND ($4 OR asked_by IS NULL)
            FOR UPDATE SKIP LOCKED
        ), dropped AS (
            UPDATE outbox o SET state = 'dropped', settled_at = now() FROM unsent u
            WHERE o.workspace_id = $1 AND o.outbox_id = u.outbox_id AND o.state = 'waiting' AND o.tried_at IS NULL
            RETURNING u.run_id
        )
        UPDATE report_runs r SET state = 'skipped', finished_at = now() FROM dropped d
        WHERE r.workspace_id = $1 AND r.run_id = d.run_id""",
        workspace_id,
        schedule_id,
        before,
        asked,
    )


async def take_back(conn: asyncpg.Connection) -> int:
    """What has waited long to be sent, because nobody was there to do it or Slack let nothing through, is made anew:
    as a late report, or not at all when it means nothing any more. Inside the caller's transaction."""
    rows = await conn.fetch(
        """
        WITH unsent AS (
            SELECT r.workspace_id, r.run_id, r.outbox_id
            FROM report_runs r JOIN outbox o ON o.workspace_id = r.workspace_id AND o.outbox_id = r.outbox_id
            WHERE r.state = 'sending' AND NOT r.late AND r.asked_by IS NULL
              AND o.state = 'waiting' AND o.tried_at IS NULL AND o.created_at < now() - $1::interval
            FOR UPDATE OF r SKIP LOCKED
        ), dropped AS (
            UPDATE outbox o SET state = 'dropped', settled_at = now() FROM unsent u
            WHERE o.workspace_id = u.workspace_id AND o.outbox_id = u.outbox_id
              AND o.state = 'waiting' AND o.tried_at IS NULL
            RETURNING u.workspace_id, u.run_id
        )
        UPDATE report_runs r SET state = 'claimed', late = true, outbox_id = NULL FROM dropped d
        WHERE r.workspace_id = d.workspace_id AND r.run_id = d.run_id
        RETURNING r.workspace_id, r.run_id""",
        PUNCTUAL,
    )
    return await enqueue_all(conn, rows)


async def settle(conn: asyncpg.Connection) -> tuple[Settled, ...]:
    """Runs whose message has been sent or refused since; each is given to one caller only, marked posted or failed."""
    rows = await conn.fetch(
        """
        WITH ended AS (
            SELECT r.workspace_id, r.run_id, o.state = 'sent' AS sent, o.error
            FROM report_runs r JOIN outbox o ON o.workspace_id = r.workspace_id AND o.outbox_id = r.outbox_id
            WHERE r.state = 'sending' AND o.state <> 'waiting'
            FOR UPDATE OF r SKIP LOCKED
        )
        UPDATE report_runs r
        SET state = CASE WHEN e.sent THEN 'posted' ELSE 'failed' END, error = e.error, finished_at = now()
        FROM ended e WHERE r.workspace_id = e.workspace_id AND r.run_id = e.run_id
        RETURNING r.workspace_id, r.run_id, r.schedule_id, r.asked_by, r.plainly, r.error"""
    )
    return tuple(Settled(**dict(row.items())) for row in rows)


async def make_plainly(conn: asyncpg.Connection, workspace_id: WorkspaceId, run_id: RunId) -> None:
    """A refused run is made once more, without charts of Slack's own; inside the caller's transaction."""
    await conn.execute(
        """
        UPDATE report_runs SET state = 'claimed', plainly = true, outbox_id = NULL, error = NULL, finished_at = NULL
        WHERE workspace_id = $1 AND run_id = $2""",
        workspace_id,
        run_id,
    )
    await enqueue(conn, JOB, payload(workspace_id, run_id), dedupe_key=f"{JOB}:{run_id}")
