"""What people are to be told of issues, gathered until it is due."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db.ids import CommentId, IssueId, PersonId, WorkspaceId
from db.preferences import NoticeKind

# A burst that goes on and on is told after so long.
LONGEST: Final = timedelta(seconds=60)
# So much of what was said is kept.
SAID_MAX: Final = 2000
# Stands in `after` beside the fields: the comment that was said.
SAID_IN: Final = "comment_id"
# What was said before stays: nothing was since, or that names the person and this does not.
_STAYS: Final[LiteralString] = """
    (excluded.said IS NULL
     OR kept.said IS NOT NULL AND 'mentioned' = ANY (kept.kinds) AND NOT 'mentioned' = ANY (excluded.kinds))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`before` and `after` hold the fields that others changed. `said`: the last thing one of them wrote.

    None among `actors` is a program.
    """

    person_id: PersonId
    issue_id: IssueId
    kinds: frozenset[NoticeKind]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    actors: frozenset[PersonId | None] = frozenset()
    said: str | None = None
    said_by: PersonId | None = None
    comments: int = 0
    due_at: datetime

    @property
    def said_in(self) -> CommentId | None:
        """None where the description says it, or nothing was said."""
        comment_id = self.after.get(SAID_IN)
        return None if comment_id is None else CommentId(UUID(str(comment_id)))


async def put(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, notices: Sequence[Notice], now: datetime
) -> None:
    """Adds to what waits; more about the same issue puts it off a little, as long as it was to be told at once."""
    if not notices:
        return
    await conn.execute(
        f"""
        INSERT INTO notices AS kept (workspace_id, person_id, issue_id, kinds, before, after, actors,
                                     said, said_by, comments, first_at, due_at)
        SELECT $1, n.person_id, n.issue_id, n.kinds, n.before, n.after, n.actors,
               n.said, n.said_by, n.comments, $3, n.due_at
        FROM jsonb_to_recordset($2::text::jsonb) AS n (
            person_id uuid, issue_id uuid, kinds text[], before jsonb, after jsonb, actors uuid[],
            said text, said_by uuid, comments integer, due_at timestamptz)
        ORDER BY n.person_id, n.issue_id
        ON CONFLICT (workspace_id, person_id, issue_id) DO UPDATE SET
            kinds = ARRAY(SELECT DISTINCT unnest(kept.kinds || excluded.kinds)),
            before = excluded.before || kept.before,
            after = CASE WHEN {_STAYS} THEN kept.after || (excluded.after - '{SAID_IN}')
                         ELSE (kept.after - '{SAID_IN}') || excluded.after END,
            actors = ARRAY(SELECT DISTINCT unnest(kept.actors || excluded.actors)),
            said = CASE WHEN {_STAYS} THEN kept.said ELSE excluded.said END,
            said_by = CASE WHEN {_STAYS} THEN kept.said_by ELSE excluded.said_by END,
            comments = kept.comments + excluded.comments
                - CASE WHEN kept.after ->> '{SAID_IN}' = excluded.after ->> '{SAID_IN}'
                            AND least(kept.comments, excluded.comments) > 0 THEN 1 ELSE 0 END,
            due_at = CASE WHEN excluded.due_at - $3 < $4::interval AND kept.due_at - kept.first_at <= $4::interval
                          THEN least(excluded.due_at, kept.first_at + $4::interval) ELSE kept.due_at END
        """,
        workspace_id,
        json.dumps([_written(notice) for notice in notices]),
        now,
        LONGEST,
    )


def _written(notice: Notice) -> dict[str, Any]:
    return {
        "person_id": str(notice.person_id),
        "issue_id": str(notice.issue_id),
        "kinds": sorted(kind.value for kind in notice.kinds),
        "before": notice.before,
        "after": notice.after,
        "actors": [str(actor) if actor is not None else None for actor in notice.actors],
        "said": notice.said,
        "said_by": str(notice.said_by) if notice.said_by is not None else None,
        "comments": notice.comments,
        "due_at": notice.due_at.isoformat(),
    }


async def due_people(
    conn: asyncpg.Connection, now: datetime, limit: int
) -> tuple[tuple[WorkspaceId, PersonId], ...]:
    """Who is to be told something, in all workspaces."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT workspace_id, person_id FROM (
            SELECT workspace_id, person_id FROM notices WHERE due_at <= $1 ORDER BY due_at LIMIT $2
        ) due
        """,
        now,
        limit,
    )
    return tuple((row["workspace_id"], row["person_id"]) for row in rows)


async def put_off(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    person_id: PersonId,
    now: datetime,
    until: datetime,
) -> None:
    """Nothing is said before `until`: the person has quiet hours."""
    await conn.execute(
        "UPDATE notices SET due_at = $4 WHERE workspace_id = $1 AND person_id = $2 AND due_at <= $3",
        workspace_id,
        person_id,
        now,
        until,
    )


async def take(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, person_id: PersonId, now: datetime
) -> tuple[Notice, ...]:
    """What is due for them, inside the caller's transaction; nobody else gets it. What happened first, first."""
    rows = await conn.fetch(
        """
        WITH taken AS (
            DELETE FROM notices WHERE workspace_id = $1 AND person_id = $2 AND issue_id = ANY (ARRAY(
                SELECT issue_id FROM notices WHERE workspace_id = $1 AND person_id = $2 AND due_at <= $3
                FOR UPDATE SKIP LOCKED))
            RETURNING person_id, issue_id, kinds, before, after, actors, said, said_by, comments, due_at, first_at
        )
        SELECT person_id, issue_id, kinds, before, after, actors, said, said_by, comments, due_at FROM taken
        ORDER BY first_at, issue_id
        """,
        workspace_id,
        person_id,
        now,
    )
    return tuple(_read(row) for row in rows)


def _read(row: asyncpg.Record) -> Notice:
    return Notice(
        person_id=row["person_id"],
        issue_id=row["issue_id"],
        kinds=frozenset(NoticeKind(kind) for kind in row["kinds"]),
        before=row["before"],
        after=row["after"],
        actors=frozenset(None if each is None else PersonId(UUID(str(each))) for each in row["actors"]),
        said=row["said"],
        said_by=row["said_by"],
        comments=row["comments"],
        due_at=row["due_at"],
    )
