"""Changes that are counted later: large ones in steps, and those that came while somebody else was counting.

Readers take what is still ahead for pending, as they take a change that is not announced yet.
"""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db.ids import WorkspaceId
from db.rollups.folding import AT_ONCE, ask_for_rebuild, fold_issues, notice_merges, take_turn

# Of so many changes at once, small ones, the events are looked for.
_CHANGES: Final = 200

# A change without events, such as a merge of labels, is a row without one. The first change that is not wholly among
# so many events is the last one here.
_NEXT: Final[LiteralString] = """
SELECT b.change_id, b.done, e.event_id, e.issue_id
FROM (SELECT change_id, done FROM rollup_backlog WHERE workspace_id = $1 ORDER BY change_id LIMIT $2) b
LEFT JOIN LATERAL (
    SELECT event_id, issue_id FROM events
    WHERE workspace_id = $1 AND change_id = b.change_id AND event_id > b.done ORDER BY event_id LIMIT $3
) e ON true
ORDER BY b.change_id, e.event_id LIMIT $3"""


async def fold_backlog(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, *, at_once: int = AT_ONCE
) -> bool:
    """One step, of so many events, inside the caller's transaction. Whether there was something to do."""
    booked = await take_turn(conn, workspace_id) is not None
    rows = await conn.fetch(_NEXT, workspace_id, _CHANGES, at_once)
    if not rows:
        return False
    if not booked:
        await conn.execute("DELETE FROM rollup_backlog WHERE workspace_id = $1", workspace_id)
        await ask_for_rebuild(conn, workspace_id)
        return False
    await fold_issues(conn, workspace_id, {row["issue_id"] for row in rows if row["issue_id"] is not None})
    changes = list(dict.fromkeys(row["change_id"] for row in rows))
    await notice_merges(conn, workspace_id, changes)
    if len(rows) == at_once and rows[-1]["event_id"] is not None:
        await conn.execute(
            "UPDATE rollup_backlog SET done = $3 WHERE workspace_id = $1 AND change_id = $2",
            workspace_id,
            changes.pop(),
            rows[-1]["event_id"],
        )
    await conn.execute(
        "DELETE FROM rollup_backlog WHERE workspace_id = $1 AND change_id = ANY ($2::uuid[])",
        workspace_id,
        changes,
    )
    return True


async def behind(conn: asyncpg.Connection) -> tuple[WorkspaceId, ...]:
    """The workspaces with a backlog."""
    rows = await conn.fetch("SELECT DISTINCT workspace_id FROM rollup_backlog ORDER BY workspace_id")
    return tuple(row["workspace_id"] for row in rows)
