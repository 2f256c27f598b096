"""Writes what was done: the change, its events, and the note that its consequences are to be worked out."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString, TypeVar
from uuid import UUID

import asyncpg

from db import limits
from db.access import Actor
from db.constraints import domain_errors
from db.errors import Conflict
from db.ids import ChangeId, IssueId, new_uuid
from db.origins import Origin

T = TypeVar("T")

# In the SELECT of a statement that writes changes of several workspaces: has these announced, if it gives any row. `{}`
# are the workspaces, sorted: two who add the same jobs, each in an order of their own, would stop each other. They are
# handed over by a SELECT, so that their number is nothing to plan anew for. An announcement that waits already will
# find the changes too.
ANNOUNCED: Final[LiteralString] = """
       (SELECT count(CASE WHEN NOT EXISTS (
                   SELECT FROM pgqueuer WHERE dedupe_key = 'announce:' || w AND status IN ('queued', 'picked')
               ) THEN enqueue_job('announce', convert_to(w, 'UTF8'), 'announce:' || w)::text END)
        FROM unnest((SELECT {}::text[])) w)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """An earlier change with the same request key, and the issues it was about."""

    change_id: ChangeId
    issue_ids: tuple[IssueId, ...]
    summary: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dims:
    """What reports count an issue by."""

    status: str | None = None
    assignee: UUID | None = None
    priority: int | None = None


NOTHING = Dims()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDraft:
    """One issue's part of a change. `version` is the issue's after it, None when that did not move."""

    issue_id: IssueId
    kind: str
    version: int | None = None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    was: Dims = NOTHING
    now: Dims = NOTHING


async def written_before(
    conn: asyncpg.Connection, actor: Actor, origin: Origin, action: str
) -> Before | None:
    """What this request did when it came first; None when it is new.

    Raises Conflict when the key belongs to another action.
    """
    if origin.request_key is None:
        return None
    row = await conn.fetchrow(
        """
        SELECT change_id, action, summary,
               ARRAY(SELECT issue_id FROM events e
                     WHERE e.workspace_id = c.workspace_id AND e.change_id = c.change_id
                     ORDER BY event_id LIMIT 100) AS issue_ids
        FROM changes c
        WHERE workspace_id = $1 AND request_key = $2""",
        actor.workspace_id,
        origin.request_key,
    )
    if row is None:
        return None
    if row["action"] != action:
        raise Conflict("request", origin.request_key)
    return Before(change_id=row["change_id"], issue_ids=tuple(row["issue_ids"]), summary=row["summary"])


async def record(
    conn: asyncpg.Connection,
    actor: Actor,
    action: str,
    origin: Origin,
    events: Sequence[EventDraft],
    *,
    summary: dict[str, Any] | None = None,
    undoes: ChangeId | None = None,
) -> ChangeId:
    """Writes one change with its events, inside the caller's transaction.

    Raises asyncpg.UniqueViolationError on `changes_request_once` when the same request was done meanwhile.
    """
    if origin.request_key is not None:
        limits.request_key(origin.request_key)
    change_id = ChangeId(new_uuid())
    await conn.execute(
        """
        WITH change AS (
            INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id,
                                 thread_ts, summary, undoes)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10)
            RETURNING change_id
        ), event AS (
            INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, before, after,
                                was_status, was_assignee, was_priority, now_status, now_assignee, now_priority)
            SELECT $1, $2, issue_id, $3, $4, kind, version, was::jsonb, became::jsonb,
                   was_status, was_assignee, was_priority, now_status, now_assignee, now_priority
            FROM unnest($11::uuid[], $12::text[], $13::integer[], $14::text[], $15::text[], $16::text[],
                        $17::uuid[], $18::smallint[], $19::text[], $20::uuid[], $21::smallint[])
                 WITH ORDINALITY
                 AS e (issue_id, kind, version, was, became, was_status, was_assignee, was_priority,
                       now_status, now_assignee, now_priority, place)
            ORDER BY place
        ), pending AS (
            INSERT INTO pending_changes (workspace_id, change_id) SELECT $1, change_id FROM change
        )
        SELECT enqueue_job('announce', convert_to($1, 'UTF8'), 'announce:' || $1) FROM change""",
        actor.workspace_id,
        change_id,
        actor.person_id,
        actor.source.value,
        action,
        origin.request_key,
        origin.channel_id,
        origin.thread_ts,
        json.dumps(summary or {}),
        undoes,
        *_columns(events),
    )
    return change_id


def _columns(events: Sequence[EventDraft]) -> tuple[list[Any], ...]:
    return (
        [e.issue_id for e in events],
        [e.kind for e in events],
        [e.version for e in events],
        [json.dumps(e.before) for e in events],
        [json.dumps(e.after) for e in events],
        [e.was.status for e in events],
        [e.was.assignee for e in events],
        [e.was.priority for e in events],
        [e.now.status for e in events],
        [e.now.assignee for e in events],
        [e.now.priority for e in events],
    )


async def once(
    conn: asyncpg.Connection,
    actor: Actor,
    action: str,
    origin: Origin,
    work: Callable[[], Awaitable[T]],
    again: Callable[[Before], Awaitable[T]],
) -> T:
    """Does `work` in a transaction, unless this request was done before: then the answer is `again`.

    Of two identical requests at once, the later one waits for the first at its change row, fails on
    the request key, and answers `again` as well.
    """
    before = await written_before(conn, actor, origin, action)
    if before is not None:
        return await again(before)
    try:
        with domain_errors():
            async with conn.transaction():
                return await work()
    except Conflict as conflict:
        if conflict.kind != "request":
            raise
        before = await written_before(conn, actor, origin, action)
        if before is None:
            raise
        return await again(before)
