"""Large changes, counted in steps: each a transaction that folds so many events and notes how far it came.

Readers take what is still ahead for pending, as they take a change that is not announced yet.
"""

from __future__ import annotations

import asyncpg

from db.ids import WorkspaceId
from db.rollups.folding import AT_ONCE, ask_for_rebuild, fold_issues, take_turn


async def fold_backlog(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, *, at_once: int = AT_ONCE
) -> bool:
    """One step, inside the caller's transaction. Whether there was something to do."""
    booked = await take_turn(conn, workspace_id) is not None
    row = await conn.fetchrow(
        "SELECT change_id, done FROM rollup_backlog WHERE workspace_id = $1 ORDER BY change_id LIMIT 1",
        workspace_id,
    )
    if row is None:
        return False
    if not booked:
        await conn.execute("DELETE FROM rollup_backlog WHERE workspace_id = $1", workspace_id)
        await ask_for_rebuild(conn, workspace_id)
        return False
    events = await conn.fetch(
        """
        SELECT event_id, issue_id FROM events
        WHERE workspace_id = $1 AND change_id = $2 AND event_id > $3 ORDER BY event_id LIMIT $4""",
        workspace_id,
        row["change_id"],
        row["done"],
        at_once,
    )
    await fold_issues(conn, workspace_id, {event["issue_id"] for event in events})
    if len(events) < at_once:
        statement = "DELETE FROM rollup_backlog WHERE workspace_id = $1 AND change_id = $2 AND done <= $3"
    else:
        statement = "UPDATE rollup_backlog SET done = $3 WHERE workspace_id = $1 AND change_id = $2"
    last = events[-1]["event_id"] if events else row["done"]
    await conn.execute(statement, workspace_id, row["change_id"], last)
    return True


async def behind(conn: asyncpg.Connection) -> tuple[WorkspaceId, ...]:
    """The workspaces with a backlog."""
    rows = await conn.fetch("SELECT DISTINCT workspace_id FROM rollup_backlog ORDER BY workspace_id")
    return tuple(row["workspace_id"] for row in rows)
