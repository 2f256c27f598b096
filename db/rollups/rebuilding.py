"""Makes the kept numbers anew from the issues and events themselves."""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db.ids import WorkspaceId
from db.rollups.folding import KEEP, take_turn

_TABLES: Final[tuple[LiteralString, ...]] = (
    "DELETE FROM rollup_issues WHERE workspace_id = $1",
    "DELETE FROM rollup_open WHERE workspace_id = $1",
    "DELETE FROM rollup_days WHERE workspace_id = $1",
    "DELETE FROM rollup_people WHERE workspace_id = $1",
    "DELETE FROM rollup_latency WHERE workspace_id = $1",
    "DELETE FROM rollup_closes WHERE workspace_id = $1",
    # What it holds is counted with everything else.
    "DELETE FROM rollup_backlog WHERE workspace_id = $1",
)

# Issues are counted as they stand, pending or not; the fold of a pending change then finds nothing new.
_REBUILD: Final[LiteralString] = f"""
WITH moved AS MATERIALIZED (
    SELECT 1 AS sign, n.* FROM rollup_now n WHERE n.workspace_id = $1
), {KEEP}
INSERT INTO rollup_issues
SELECT workspace_id, issue_id, created_day, closed_day, latency, in_progress, assignee_id, priority, labels,
       taken_days, taken_by, reporter_id, created_at, closed_at, is_open, last_taken
FROM moved"""


async def rebuild(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> None:
    """Takes the workspace's time zone as it is now. Readers see the old numbers until it commits."""
    async with conn.transaction():
        # A million issues take longer than any statement of a person may.
        await conn.execute("SET LOCAL statement_timeout = 0")
        await take_turn(conn, workspace_id)
        for statement in _TABLES:
            await conn.execute(statement, workspace_id)
        await conn.execute(
            """
            INSERT INTO rollup_books (workspace_id, timezone)
            SELECT workspace_id, timezone FROM workspaces WHERE workspace_id = $1
            ON CONFLICT (workspace_id) DO UPDATE
            SET timezone = excluded.timezone, rebuilt_at = now(), labels_moved = false""",
            workspace_id,
        )
        await conn.execute(_REBUILD, workspace_id)
