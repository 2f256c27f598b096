"""What is still to be said in order by issue, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from db import jobs
from db.errors import NotFound
from db.ids import IssueId, WorkspaceId
from db.outgoing.receivers import Receiver

JOB: Final = "send webhooks"
# Longer than a call may take.
HELD: Final = timedelta(seconds=60)
LOG_KEPT: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is to be said about one issue: `kind` as in `issue.edited`, `body` the JSON that is signed."""

    issue_id: IssueId
    kind: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """One of them, to one receiver. `message_id` stays the same however often it is tried."""

    send_id: int
    message_id: UUID
    kind: str
    body: str
    state: str
    attempts: int
    outcome: str | None
    created_at: datetime


_SEND: Final[LiteralString] = (
    "s.send_id, s.message_id, s.kind, s.body, s.state, s.attempts, s.outcome, s.created_at"
)


async def put(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, webhook_ids: Sequence[str], said: Sequence[Saying]
) -> None:
    """Has it said to all of them, in this order by issue, once the caller's transaction commits (then ring)."""
    await conn.execute(
        """
        INSERT INTO outgoing_sends (workspace_id, webhook_id, issue_id, kind, body)
        SELECT $1, webhook_id, issue_id, kind, body
        FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS s (issue_id, kind, body, place),
             unnest($2::text[]) webhook_id
        ORDER BY place""",
        workspace_id,
        list(webhook_ids),
        [each.issue_id for each in said],
        [each.kind for each in said],
        [each.body for each in said],
    )
    for webhook_id in webhook_ids:
        await call(conn, workspace_id, webhook_id)


def address(workspace_id: WorkspaceId, webhook_id: str) -> bytes:
    return f"{workspace_id} {webhook_id}".encode()


def addressed(payload: bytes) -> tuple[WorkspaceId, str]:
    workspace_id, _, webhook_id = payload.decode().partition(" ")
    return WorkspaceId(workspace_id), webhook_id


async def call(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, webhook_id: str, delay: timedelta = timedelta(0)
) -> None:
    """Has the job look at this receiver. One that comes later must not keep off one that is to come now."""
    when = "now" if delay <= timedelta(0) else "later"
    await jobs.enqueue(
        conn,
        JOB,
        address(workspace_id, webhook_id),
        dedupe_key=f"{JOB}:{when}:{workspace_id}:{webhook_id}",
        delay=delay,
    )


async def claim(conn: asyncpg.Connection, to: Receiver, limit: int) -> tuple[Send, ...]:
    """The oldest of each issue, where it is due and nobody else is at it."""
    rows = await conn.fetch(
        f"""
        WITH heads AS (
            SELECT DISTINCT ON (issue_id) send_id, not_before, claimed_until FROM outgoing_sends
            WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'waiting' ORDER BY issue_id, send_id
        ), due AS (
            SELECT send_id FROM heads
            WHERE not_before <= now() AND (claimed_until IS NULL OR claimed_until < now())
            ORDER BY send_id LIMIT $4
        )
        UPDATE outgoing_sends s SET claimed_until = now() + $3::interval, attempts = attempts + 1
        FROM due
        WHERE s.workspace_id = $1 AND s.webhook_id = $2 AND s.send_id = due.send_id AND s.state = 'waiting'
          AND (s.claimed_until IS NULL OR s.claimed_until < now())
        RETURNING {_SEND}""",
        to.workspace_id,
        to.webhook_id,
        HELD,
        limit,
    )
    return tuple(Send(**dict(row)) for row in rows)


async def settle(conn: asyncpg.Connection, to: Receiver, send_id: int, state: str, outcome: str) -> None:
    await conn.execute(
        """
        UPDATE outgoing_sends SET state = $4, outcome = $5, settled_at = now(), claimed_until = NULL
        WHERE workspace_id = $1 AND webhook_id = $2 AND send_id = $3""",
        to.workspace_id,
        to.webhook_id,
        send_id,
        state,
        outcome,
    )


async def postpone(
    conn: asyncpg.Connection, to: Receiver, send_id: int, delay: timedelta, outcome: str
) -> None:
    await conn.execute(
        """
        UPDATE outgoing_sends SET not_before = now() + $4::interval, outcome = $5, claimed_until = NULL
        WHERE workspace_id = $1 AND webhook_id = $2 AND send_id = $3""",
        to.workspace_id,
        to.webhook_id,
        send_id,
        delay,
        outcome,
    )


async def next_due(conn: asyncpg.Connection, to: Receiver) -> timedelta | None:
    """How long until there is something to do again; None when nothing waits."""
    wait: timedelta | None = await conn.fetchval(
        """
        SELECT min(greatest(not_before, claimed_until) - now()) FROM (
            SELECT DISTINCT ON (issue_id) not_before, claimed_until FROM outgoing_sends
            WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'waiting' ORDER BY issue_id, send_id
        ) heads""",
        to.workspace_id,
        to.webhook_id,
    )
    return None if wait is None else max(wait, timedelta(0))


async def log(conn: asyncpg.Connection, to: Receiver, limit: int = 10) -> tuple[Send, ...]:
    """What was said last, newest first."""
    rows = await conn.fetch(
        f"""
        SELECT {_SEND} FROM outgoing_sends s
        WHERE workspace_id = $1 AND webhook_id = $2 ORDER BY send_id DESC LIMIT $3""",
        to.workspace_id,
        to.webhook_id,
        limit,
    )
    return tuple(Send(**dict(row)) for row in rows)


async def replay(conn: asyncpg.Connection, to: Receiver, send_id: int) -> None:
    """Says it once more, with the same message id. Raises NotFound."""
    again = await conn.fetchval(
        """
        UPDATE outgoing_sends
        SET state = 'waiting', attempts = 0, not_before = now(), settled_at = NULL, outcome = NULL
        WHERE workspace_id = $1 AND webhook_id = $2 AND send_id = $3 AND state <> 'waiting' RETURNING true""",
        to.workspace_id,
        to.webhook_id,
        send_id,
    )
    if not again:
        raise NotFound("delivery", send_id)
    await call(conn, to.workspace_id, to.webhook_id)


async def call_forgotten(conn: asyncpg.Connection) -> None:
    """For what is due and no job knows of: the job looked a moment before the commit, or its replica died."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT s.workspace_id, s.webhook_id FROM outgoing_sends s
        JOIN outgoing_webhooks r USING (workspace_id, webhook_id)
        WHERE s.state = 'waiting' AND r.off_at IS NULL AND s.not_before <= now()
          AND (s.claimed_until IS NULL OR s.claimed_until < now())"""
    )
    for row in rows:
        await call(conn, row["workspace_id"], row["webhook_id"])


async def forget_old(conn: asyncpg.Connection, now: datetime) -> None:
    await conn.execute("DELETE FROM outgoing_sends WHERE settled_at < $1", now - LOG_KEPT)
