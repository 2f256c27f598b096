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

# So many of those that are due are looked at; more only where none of these can be taken.
_STRETCH: Final = 1_000
# When that is due which follows something that still waits: not before that is settled, which is when it gets a time.
# What is gone through in order of time is then all that could be taken, however much waits behind it.
_BEHIND: Final[LiteralString] = "'infinity'::timestamptz"
# So many are looked at of those, should one have been left behind.
_LEFT: Final = 100
# What of one issue waits. An issue is asked for as a range, which of all indexes only that of the waiting has in order:
# where most of what is kept is of one issue, the planner would else look for the next of another among all of that.
_OF_ISSUE: Final[LiteralString] = """
    SELECT o.send_id FROM outgoing_sends o
    WHERE o.workspace_id = {workspace} AND o.webhook_id = {webhook} AND o.issue_id BETWEEN {issue} AND {issue}
      AND o.state = 'waiting'
    ORDER BY o.issue_id {way}, o.send_id {way} LIMIT 1"""
_OLDEST_GIVEN: Final[LiteralString] = (
    _OF_ISSUE.replace("{workspace}", "$1")
    .replace("{webhook}", "$2")
    .replace("{issue}", "$3")
    .replace("{way}", "ASC")
)
_NEWEST_SAID: Final[LiteralString] = (
    _OF_ISSUE.replace("{workspace}", "$1")
    .replace("{webhook}", "hook.webhook_id")
    .replace("{issue}", "said.issue_id")
    .replace("{way}", "DESC")
)
# Asked of each row by itself: what is due is gone through in order, until there are enough.
_OLDEST_OF_ISSUE: Final[LiteralString] = (
    "s.send_id = ("
    + _OF_ISSUE.replace("{workspace}", "s.workspace_id")
    .replace("{webhook}", "s.webhook_id")
    .replace("{issue}", "s.issue_id")
    .replace("{way}", "ASC")
    + ")"
)
# The rows that were found, and no other way to them: by their keys the planner would, knowing little, go through all.
_CLAIM: Final[LiteralString] = f"""
UPDATE outgoing_sends s SET claimed_until = now() + $3::interval, attempts = attempts + 1
WHERE s.state = 'waiting' AND (s.claimed_until IS NULL OR s.claimed_until < now()) AND s.ctid = ANY (ARRAY(
    SELECT s.ctid FROM (
        SELECT ctid, workspace_id, webhook_id, issue_id, send_id, not_before, claimed_until FROM outgoing_sends
        WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'waiting' AND not_before <= now()
        ORDER BY not_before, send_id {{looked_at}}
    ) s
    WHERE (s.claimed_until IS NULL OR s.claimed_until < now()) AND {_OLDEST_OF_ISSUE}
    ORDER BY s.not_before, s.send_id LIMIT $4))
RETURNING {_SEND}"""


async def put(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, webhook_ids: Sequence[str], said: Sequence[Saying]
) -> None:
    """Has it said to all of them, in this order by issue, once the caller's transaction commits (then ring).

    What follows something that waits is due when that is settled. Until the transaction ends that cannot be, so that
    whoever settles it sees what follows; where it is just being settled, what follows is due at once, and taken when
    it is the oldest.
    """
    await conn.execute(
        f"""
        INSERT INTO outgoing_sends (workspace_id, webhook_id, issue_id, kind, body, not_before)
        SELECT $1, hook.webhook_id, said.issue_id, said.kind, said.body,
               CASE WHEN said.first AND ({_NEWEST_SAID} FOR SHARE SKIP LOCKED) IS NULL THEN now() ELSE {_BEHIND} END
        FROM (
            SELECT *, row_number() OVER (PARTITION BY issue_id ORDER BY place) = 1 AS first
            FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS s (issue_id, kind, body, place)
        ) said, unnest($2::text[]) AS hook (webhook_id)
        ORDER BY said.place""",
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
    """The oldest of each issue, where it is due and nobody else is at it; what is due longest first."""
    for look in (_CLAIM.format(looked_at=f"LIMIT {_STRETCH}"), _CLAIM.format(looked_at="")):
        rows = await conn.fetch(look, to.workspace_id, to.webhook_id, HELD, limit)
        if rows:
            break
    return tuple(Send(**dict(row)) for row in rows)


async def settle(conn: asyncpg.Connection, to: Receiver, send_id: int, state: str, outcome: str) -> None:
    """In the caller's transaction. What follows it is due from now on."""
    issue_id = await conn.fetchval(
        """
        UPDATE outgoing_sends SET state = $4, outcome = $5, settled_at = now(), claimed_until = NULL
        WHERE workspace_id = $1 AND webhook_id = $2 AND send_id = $3 RETURNING issue_id""",
        to.workspace_id,
        to.webhook_id,
        send_id,
        state,
        outcome,
    )
    # A statement of its own: it sees what was put until the one before it was let through.
    await conn.execute(
        f"""
        UPDATE outgoing_sends SET not_before = now()
        WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'waiting' AND not_before = {_BEHIND} AND send_id = (
            {_OLDEST_GIVEN})""",
        to.workspace_id,
        to.webhook_id,
        issue_id,
    )


async def postpone(
    conn: asyncpg.Connection, to: Receiver, send_id: int, delay: timedelta, outcome: str
) -> None:
    """It is tried again so much later; what follows it waits for it."""
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
        f"""
        SELECT least((
            SELECT s.not_before FROM outgoing_sends s
            WHERE s.workspace_id = $1 AND s.webhook_id = $2 AND s.state = 'waiting' AND s.not_before < {_BEHIND}
              AND (s.claimed_until IS NULL OR s.claimed_until < now()) AND {_OLDEST_OF_ISSUE}
            ORDER BY s.not_before, s.send_id LIMIT 1
        ), (
            -- What others are at, should they be lost: it is due longest.
            SELECT min(s.claimed_until) FILTER (WHERE s.claimed_until >= now()) FROM (
                SELECT claimed_until FROM outgoing_sends
                WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'waiting' AND not_before <= now()
                ORDER BY not_before, send_id LIMIT {_STRETCH}
            ) s
        )) - now()""",
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
    """For what is due and no job knows of: the job looked a moment before the commit, or its replica died.

    What is behind nothing any more is due then, too: what it followed was given up while it was put.
    """
    left = await conn.fetch(
        f"""
        SELECT s.workspace_id, s.webhook_id, s.send_id FROM outgoing_webhooks r
        CROSS JOIN LATERAL (
            SELECT b.workspace_id, b.webhook_id, b.issue_id, b.send_id FROM outgoing_sends b
            WHERE b.workspace_id = r.workspace_id AND b.webhook_id = r.webhook_id AND b.state = 'waiting'
              AND b.not_before >= {_BEHIND}
            ORDER BY b.not_before, b.send_id LIMIT {_LEFT}) s
        WHERE r.off_at IS NULL AND {_OLDEST_OF_ISSUE}"""
    )
    for row in left:
        await conn.execute(
            f"""
            UPDATE outgoing_sends SET not_before = now()
            WHERE workspace_id = $1 AND webhook_id = $2 AND send_id = $3 AND not_before = {_BEHIND}""",
            *row,
        )
    rows = await conn.fetch(
        """
        SELECT r.workspace_id, r.webhook_id FROM outgoing_webhooks r
        CROSS JOIN LATERAL (
            SELECT FROM outgoing_sends s
            WHERE s.workspace_id = r.workspace_id AND s.webhook_id = r.webhook_id AND s.state = 'waiting'
              AND s.not_before <= now() AND (s.claimed_until IS NULL OR s.claimed_until < now())
            ORDER BY s.not_before LIMIT 1) due
        WHERE r.off_at IS NULL"""
    )
    for row in rows:
        await call(conn, row["workspace_id"], row["webhook_id"])


async def forget_old(conn: asyncpg.Connection, now: datetime) -> None:
    await conn.execute("DELETE FROM outgoing_sends WHERE settled_at < $1", now - LOG_KEPT)
