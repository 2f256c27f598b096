"""Of which issues somebody wants to hear nothing, whatever they are to them. Like watching, it leaves no event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import asyncpg

from db.access import VISIBLE, Actor
from db.ids import IssueId, PersonId, WorkspaceId
from db.issues.reading import get
from db.issues.record import COLUMNS, Issue, read_issue
from db.watchers import listener

# As many as a menu in Slack can hold.
SHOWN_MAX: Final = 100


async def mute(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> bool:
    """The actor hears nothing of it until they unmute it, nor what waits to be told; False when that was so.

    Raises NotFound, Invalid.
    """
    await get(conn, actor, issue_id)
    row = await conn.fetchrow(
        """
        WITH silent AS (
            DELETE FROM watchers WHERE workspace_id = $1 AND issue_id = $2 AND person_id = $3
        ), forgotten AS (
            DELETE FROM notices WHERE workspace_id = $1 AND issue_id = $2 AND person_id = $3
        )
        INSERT INTO mutes (workspace_id, issue_id, person_id) VALUES ($1, $2, $3)
        ON CONFLICT DO NOTHING RETURNING true
        """,
        actor.workspace_id,
        issue_id,
        listener(actor),
    )
    return row is not None


async def unmute(conn: asyncpg.Connection, actor: Actor, issue_ids: Sequence[IssueId]) -> int:
    """Of how many of them the actor hears again. Raises Invalid."""
    done = await conn.execute(
        "DELETE FROM mutes WHERE workspace_id = $1 AND issue_id = ANY($2::uuid[]) AND person_id = $3",
        actor.workspace_id,
        list(issue_ids),
        listener(actor),
    )
    return int(done.rpartition(" ")[2])


async def is_mute(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> bool:
    """Whether the actor muted this issue."""
    return bool(
        await conn.fetchval(
            "SELECT EXISTS (SELECT FROM mutes WHERE workspace_id = $1 AND issue_id = $2 AND person_id = $3)",
            actor.workspace_id,
            issue_id,
            actor.person_id,
        )
    )


async def muted(conn: asyncpg.Connection, actor: Actor) -> tuple[Issue, ...]:
    """What the actor muted, the last first, of what they may see."""
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM mutes m JOIN issues i USING (workspace_id, issue_id)
        WHERE {VISIBLE} AND m.person_id = $3 ORDER BY m.since DESC, m.issue_id LIMIT $4""",
        actor.workspace_id,
        actor.sees_only,
        actor.person_id,
        SHOWN_MAX,
    )
    return tuple(read_issue(row) for row in rows)


async def of_issues(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Sequence[IssueId]
) -> frozenset[tuple[IssueId, PersonId]]:
    """Who muted which of these."""
    rows = await conn.fetch(
        "SELECT issue_id, person_id FROM mutes WHERE workspace_id = $1 AND issue_id = ANY($2::uuid[])",
        workspace_id,
        list(issue_ids),
    )
    return frozenset((row["issue_id"], row["person_id"]) for row in rows)
