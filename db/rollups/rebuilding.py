"""Makes the kept numbers anew from the issues and events themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from db.ids import WorkspaceId
from db.rollups.folding import KEEP, take_turn

_TABLES: Final[tuple[LiteralString, ...]] = (
    # Its triggers would look each of them up.
    "DELETE FROM rollup_labelled WHERE workspace_id = $1",
    "DELETE FROM rollup_issues WHERE workspace_id = $1",
    "DELETE FROM rollup_open WHERE workspace_id = $1",
    "DELETE FROM rollup_days WHERE workspace_id = $1",
    "DELETE FROM rollup_people WHERE workspace_id = $1",
    "DELETE FROM rollup_latency WHERE workspace_id = $1",
    "DELETE FROM rollup_closes WHERE workspace_id = $1",
    # What it holds is counted with everything else.
    "DELETE FROM rollup_backlog WHERE workspace_id = $1",
)

# So many issues are counted by one statement: enough that few sums are added to twice, and few enough to tell how far
# it is.
AT_ONCE: Final = 50_000

# Called with how many of how many parts are counted.
Progress = Callable[[int, int], None]

# Where one statement ends and the next begins. The last one has no end: who files an issue meanwhile is in it, or
# pending.
_ENDS: Final[LiteralString] = """
SELECT issue_id FROM (SELECT issue_id, row_number() OVER (ORDER BY issue_id) AS place
                      FROM issues WHERE workspace_id = $1) placed
WHERE place % $2 = 0 ORDER BY issue_id"""
_FIRST: Final = UUID(int=0)
_LAST: Final = UUID(int=2**128 - 1)

# Issues are counted as they stand, pending or not; the fold of a pending change then finds nothing new. What changes
# between two of these statements is pending, or on the backlog, until all of them are committed.
_REBUILD: Final[LiteralString] = f"""
WITH moved AS MATERIALIZED (
    SELECT 1 AS sign, n.* FROM rollup_now n WHERE n.workspace_id = $1 AND n.issue_id > $2 AND n.issue_id <= $3
), {KEEP}
INSERT INTO rollup_issues
SELECT workspace_id, issue_id, created_day, closed_day, latency, in_progress, assignee_id, priority, labels,
       taken_days, taken_by, reporter_id, created_at, closed_at, is_open, last_taken
FROM moved"""


async def rebuild(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    *,
    at_once: int = AT_ONCE,
    progress: Progress | None = None,
) -> None:
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
        await _count(conn, workspace_id, at_once, progress or _silently)


async def _count(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, at_once: int, progress: Progress
) -> None:
    rows = await conn.fetch(_ENDS, workspace_id, at_once)
    ends = [row["issue_id"] for row in rows]
    for place, (after, until) in enumerate(zip([_FIRST, *ends], [*ends, _LAST], strict=True), start=1):
        await conn.execute(_REBUILD, workspace_id, after, until)
        progress(place, len(ends) + 1)


def _silently(done: int, of: int) -> None:
    """Nobody asked how far it is."""
