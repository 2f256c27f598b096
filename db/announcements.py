"""Changes whose consequences are still to be worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from db import jobs
from db.ids import ChangeId, ChannelId, CommentId, EventId, IssueId, MessageTs, PersonId, WorkspaceId
from db.states import Source

JOB: Final = "announce"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`channel_id` and `thread_ts` are where in Slack it was asked for."""

    change_id: ChangeId
    actor_id: PersonId | None
    source: Source
    action: str
    channel_id: ChannelId | None
    thread_ts: MessageTs | None
    summary: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a change did to one issue. `version` is the issue's afterwards; None when that did not move."""

    event_id: EventId
    change_id: ChangeId
    issue_id: IssueId
    actor_id: PersonId | None
    kind: str
    version: int | None
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """In the order of happening. Imports have changes here and no events: there are too many to hold.

    `waited`: how long the oldest of these changes had been made when it was taken.
    """

    workspace_id: WorkspaceId
    changes: tuple[Change, ...]
    events: tuple[Event, ...]
    waited: timedelta


async def take(conn: asyncpg.Connection, workspace_id: WorkspaceId, limit: int) -> Batch | None:
    """Takes up to `limit` changes, inside the caller's transaction; None when none is left."""
    taken = await conn.fetch(
        """
        DELETE FROM pending_changes
        WHERE workspace_id = $1 AND change_id = ANY(ARRAY(
            SELECT change_id FROM pending_changes WHERE workspace_id = $1
            ORDER BY change_id LIMIT $2 FOR UPDATE SKIP LOCKED))
        RETURNING change_id
        """,
        workspace_id,
        limit,
    )
    # By id: joined in one statement, a plan made when the table was small would read all of it.
    rows = await conn.fetch(
        """
        SELECT change_id, actor_id, source, action, channel_id, thread_ts, summary, at, now() - at AS waited
        FROM changes WHERE workspace_id = $1 AND change_id = ANY($2::uuid[]) ORDER BY change_id
        """,
        workspace_id,
        [row["change_id"] for row in taken],
    )
    if not rows:
        return None
    changes = tuple(_change(row) for row in rows)
    shown = [change.change_id for change in changes if change.source is not Source.IMPORT]
    return Batch(
        workspace_id=workspace_id,
        changes=changes,
        events=await _events(conn, workspace_id, shown),
        waited=max(row["waited"] for row in rows),
    )


async def _events(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, change_ids: Sequence[ChangeId]
) -> tuple[Event, ...]:
    if not change_ids:
        return ()
    rows = await conn.fetch(
        """
        SELECT event_id, change_id, issue_id, actor_id, kind, version, before, after FROM events
        WHERE workspace_id = $1 AND change_id = ANY($2::uuid[]) ORDER BY event_id
        """,
        workspace_id,
        change_ids,
    )
    return tuple(Event(**row) for row in rows)


async def events(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, event_ids: Sequence[EventId]
) -> tuple[Event, ...]:
    """These, in the order of happening."""
    rows = await conn.fetch(
        """
        SELECT event_id, change_id, issue_id, actor_id, kind, version, before, after FROM events
        WHERE workspace_id = $1 AND event_id = ANY($2::bigint[]) ORDER BY event_id
        """,
        workspace_id,
        list(event_ids),
    )
    return tuple(Event(**row) for row in rows)


async def call_announcers(conn: asyncpg.Connection) -> None:
    """For changes nobody was called for: the job that ran then had looked a moment before the commit."""
    rows = await conn.fetch("SELECT DISTINCT workspace_id FROM pending_changes")
    for row in rows:
        workspace_id = row["workspace_id"]
        await jobs.enqueue(conn, JOB, workspace_id.encode(), dedupe_key=f"{JOB}:{workspace_id}")


async def watching(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Sequence[IssueId]
) -> dict[IssueId, tuple[PersonId, ...]]:
    """Who watches these issues."""
    rows = await conn.fetch(
        """
        SELECT issue_id, array_agg(person_id ORDER BY person_id) AS watchers FROM watchers
        WHERE workspace_id = $1 AND issue_id = ANY($2::uuid[]) GROUP BY issue_id
        """,
        workspace_id,
        list(issue_ids),
    )
    return {row["issue_id"]: tuple(row["watchers"]) for row in rows}


async def spoken(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, comment_ids: Sequence[CommentId]
) -> dict[CommentId, str]:
    """What these comments say; those deleted by now are missing."""
    rows = await conn.fetch(
        """
        SELECT comment_id, body FROM comments
        WHERE workspace_id = $1 AND comment_id = ANY($2::uuid[]) AND deleted_at IS NULL
        """,
        workspace_id,
        list(comment_ids),
    )
    return {row["comment_id"]: row["body"] for row in rows}


def _change(row: asyncpg.Record) -> Change:
    return Change(
        change_id=row["change_id"],
        actor_id=row["actor_id"],
        source=Source(row["source"]),
        action=row["action"],
        channel_id=row["channel_id"],
        thread_ts=row["thread_ts"],
        summary=row["summary"],
        at=row["at"],
    )
