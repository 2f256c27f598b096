"""Moves changes from pending into the kept numbers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, LiteralString

import asyncpg

from db.ids import ChangeId, IssueId, WorkspaceId
from db.jobs import enqueue
from db.rollups.spans import EVERY_GRAIN

REBUILD_JOB: Final = "rollups"
BACKLOG_JOB: Final = "rollups_backlog"
# So many issues are counted in one transaction, in well under a second.
AT_ONCE: Final = 2_000

# Folding and rebuilding of one workspace take turns.
_TURN: Final[LiteralString] = "SELECT pg_advisory_xact_lock(hashtextextended('rollups:' || $1, 0))"

_TURN_IF_FREE: Final[LiteralString] = (
    "SELECT pg_try_advisory_xact_lock(hashtextextended('rollups:' || $1, 0))"
)

# `moved` holds rows in the shape of rollup_issues with a sign. Rows that are read together are written together.
# Everything below is one statement, and so sees issues at one moment.
KEEP: Final[LiteralString] = f"""
days AS (
    INSERT INTO rollup_days (workspace_id, grain, span, created, closed, still_open)
    SELECT $1, grain, day / grain, sum(created), sum(closed), sum(still_open)
    FROM (SELECT created_day AS day, sign AS created, 0 AS closed, (closed_day IS NULL)::int * sign AS still_open
          FROM moved
          UNION ALL
          SELECT closed_day, 0, sign, 0 FROM moved WHERE closed_day IS NOT NULL) counted, {EVERY_GRAIN}
    GROUP BY grain, day / grain
    HAVING sum(created) <> 0 OR sum(closed) <> 0 OR sum(still_open) <> 0
    ORDER BY 2, 3
    ON CONFLICT (workspace_id, grain, span) DO UPDATE
    SET created = rollup_days.created + excluded.created, closed = rollup_days.closed + excluded.closed,
        still_open = rollup_days.still_open + excluded.still_open
), open AS (
    INSERT INTO rollup_open (workspace_id, slice, person_id, waiting, in_progress)
    SELECT $1, slice, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'),
           sum(sign * (NOT in_progress)::int), sum(sign * in_progress::int)
    FROM moved, unnest(latency_slices(priority, labels)) slice WHERE closed_day IS NULL
    GROUP BY 2, 3
    HAVING sum(sign * (NOT in_progress)::int) <> 0 OR sum(sign * in_progress::int) <> 0
    ON CONFLICT (workspace_id, slice, person_id) DO UPDATE
    SET waiting = rollup_open.waiting + excluded.waiting,
        in_progress = rollup_open.in_progress + excluded.in_progress
), people AS (
    INSERT INTO rollup_people (workspace_id, grain, span, person_id, taken, closed)
    SELECT $1, grain, day / grain, person_id, sum(taken), sum(closed)
    FROM (SELECT closed_day AS day, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000') AS person_id,
                 0 AS taken, sign AS closed
          FROM moved WHERE closed_day IS NOT NULL
          UNION ALL
          SELECT t.day, t.person_id, sign, 0
          FROM moved, unnest(taken_days, taken_by) AS t (day, person_id)) counted, {EVERY_GRAIN}
    GROUP BY grain, day / grain, person_id
    HAVING sum(taken) <> 0 OR sum(closed) <> 0
    ORDER BY 2, 3, 4
    ON CONFLICT (workspace_id, grain, span, person_id) DO UPDATE
    SET taken = rollup_people.taken + excluded.taken, closed = rollup_people.closed + excluded.closed
), sliced AS MATERIALIZED (
    SELECT sign, issue_id, closed_day, latency, latency_bucket(latency) AS bucket, slice
    FROM moved, unnest(latency_slices(priority, labels)) slice WHERE closed_day IS NOT NULL
), bucketed AS MATERIALIZED (
    SELECT grain, span, slice, sum(closed) AS closed, sum(total) AS total, array_agg(bucket) AS buckets,
           array_agg(closed) AS counts
    FROM (SELECT grain, closed_day / grain AS span, slice, bucket, sum(sign) AS closed,
                 sum(sign * latency) AS total
          FROM sliced, {EVERY_GRAIN}
          GROUP BY 1, 2, 3, 4
          HAVING sum(sign) <> 0 OR sum(sign * latency) <> 0) counted
    GROUP BY grain, span, slice
), latencies AS (
    -- Those that there are by an update: what an insert would bring for a conflict had to be a whole histogram.
    UPDATE rollup_latency r
    SET closed = r.closed + b.closed, total = r.total + b.total,
        histogram = count_latencies(r.histogram, b.buckets, b.counts)
    FROM bucketed b
    WHERE r.workspace_id = $1 AND r.grain = b.grain AND r.span = b.span AND r.slice = b.slice
), first_latencies AS (
    INSERT INTO rollup_latency (workspace_id, grain, span, slice, closed, total, histogram)
    SELECT $1, grain, span, slice, closed, total, histogram(buckets, counts) FROM bucketed b
    WHERE NOT EXISTS (SELECT FROM rollup_latency r WHERE r.workspace_id = $1 AND r.grain = b.grain
                      AND r.span = b.span AND r.slice = b.slice)
), closes AS (
    INSERT INTO rollup_closes (workspace_id, slice, bucket, closed_day, issue_id, latency)
    SELECT $1, slice, bucket, closed_day, issue_id, latency FROM sliced WHERE sign = 1
    EXCEPT
    SELECT $1, slice, bucket, closed_day, issue_id, latency FROM sliced WHERE sign = -1
    ON CONFLICT (workspace_id, slice, bucket, closed_day, issue_id) DO UPDATE SET latency = excluded.latency
)"""

# The array is handed over by a SELECT: its length, were it known, would have few issues planned for anew each time,
# which takes three times as long as counting one.
_FOLD: Final[LiteralString] = f"""
WITH touched AS MATERIALIZED (
    SELECT DISTINCT issue_id FROM unnest((SELECT $2::uuid[])) AS t (issue_id)
), standing AS MATERIALIZED (
    SELECT n.* FROM touched t,
    LATERAL (SELECT * FROM rollup_now n WHERE n.workspace_id = $1 AND n.issue_id = t.issue_id OFFSET 0) n
), kept AS MATERIALIZED (
    SELECT r.* FROM touched t,
    LATERAL (SELECT * FROM rollup_issues r WHERE r.workspace_id = $1 AND r.issue_id = t.issue_id OFFSET 0) r
), moved AS MATERIALIZED (
    -- Most changes, a comment for one, leave all that is counted as it was.
    SELECT -1 AS sign, gone.* FROM (SELECT * FROM kept EXCEPT SELECT * FROM standing) gone
    UNION ALL
    SELECT 1, come.* FROM (SELECT * FROM standing EXCEPT SELECT * FROM kept) come
), {KEEP}, reopened AS (
    DELETE FROM rollup_closes c
    USING (SELECT slice, bucket, closed_day, issue_id FROM sliced WHERE sign = -1
           EXCEPT
           SELECT slice, bucket, closed_day, issue_id FROM sliced WHERE sign = 1) gone
    WHERE c.workspace_id = $1 AND c.slice = gone.slice AND c.bucket = gone.bucket
      AND c.closed_day = gone.closed_day AND c.issue_id = gone.issue_id
), deleted AS (
    DELETE FROM rollup_issues r USING touched t
    WHERE r.workspace_id = $1 AND r.issue_id = t.issue_id
      AND t.issue_id NOT IN (SELECT issue_id FROM standing)
)
INSERT INTO rollup_issues
SELECT n.* FROM standing n WHERE n.issue_id IN (SELECT issue_id FROM moved WHERE sign = 1)
ON CONFLICT (workspace_id, issue_id) DO UPDATE
SET created_day = excluded.created_day, closed_day = excluded.closed_day, latency = excluded.latency,
    in_progress = excluded.in_progress, assignee_id = excluded.assignee_id, priority = excluded.priority,
    labels = excluded.labels, taken_days = excluded.taken_days, taken_by = excluded.taken_by,
    reporter_id = excluded.reporter_id, created_at = excluded.created_at, closed_at = excluded.closed_at,
    is_open = excluded.is_open, last_taken = excluded.last_taken"""


# The issues of these changes, and the changes with more events than are counted at once.
_FEW: Final[LiteralString] = """
SELECT c.change_id, found.count > $3 AS large, found.issues
FROM unnest($2::uuid[]) AS c (change_id),
LATERAL (SELECT count(*) AS count, array_agg(issue_id) AS issues
         FROM (SELECT issue_id FROM events WHERE workspace_id = $1 AND change_id = c.change_id
               ORDER BY event_id LIMIT $3 + 1) first) found"""

# They change labels, or the reporter, of any number of issues without an event of theirs.
_MERGES: Final[LiteralString] = """
SELECT action, CASE WHEN action = 'merge_people' THEN (summary ->> 'from')::uuid END AS gone,
       CASE WHEN action = 'merge_people' THEN (summary ->> 'into')::uuid END AS kept
FROM changes
WHERE workspace_id = $1 AND change_id = ANY ($2::uuid[]) AND action IN ('merge_labels', 'merge_people')
ORDER BY change_id"""

# Whether there is one that is not taken in.
MERGING: Final[LiteralString] = """
EXISTS (SELECT FROM (SELECT change_id FROM pending_changes WHERE workspace_id = $1
                     UNION ALL
                     SELECT change_id FROM rollup_backlog WHERE workspace_id = $1 OFFSET 0) p,
        LATERAL (SELECT action FROM changes c
                 WHERE c.workspace_id = $1 AND c.change_id = p.change_id OFFSET 0) c
        WHERE c.action IN ('merge_labels', 'merge_people'))"""

# No sum is kept by reporter.
_REPORTED: Final[LiteralString] = (
    "UPDATE rollup_issues SET reporter_id = $3 WHERE workspace_id = $1 AND reporter_id = $2"
)


async def take_turn_if_free(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> bool:
    """Whether nobody else writes this workspace's rollups; then nobody does until the caller's transaction ends."""
    return bool(await conn.fetchval(_TURN_IF_FREE, workspace_id))


async def take_turn(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> str | None:
    """Waits for others who write this workspace's rollups; returns the book's time zone, None without a book."""
    await conn.execute(_TURN, workspace_id)
    zone: str | None = await conn.fetchval(
        "SELECT timezone FROM rollup_books WHERE workspace_id = $1", workspace_id
    )
    return zone


async def fold(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    change_ids: Sequence[ChangeId],
    *,
    at_once: int = AT_ONCE,
) -> None:
    """Counts these changes, in the very transaction that deletes them from `pending_changes`.

    One of more than `at_once` issues is put on the backlog instead, for `fold_backlog`; so are all while a rebuild
    is under way, for whose minutes no card or message may wait. A workspace that has no book yet gets a job that
    makes one, from everything that is there.
    """
    if not change_ids:
        return
    if not await take_turn_if_free(conn, workspace_id):
        await _put_on_backlog(conn, workspace_id, change_ids)
        return
    if await take_turn(conn, workspace_id) is None:
        await ask_for_rebuild(conn, workspace_id)
        return
    rows = await conn.fetch(_FEW, workspace_id, list(change_ids), at_once)
    large = [row["change_id"] for row in rows if row["large"]]
    touched = {issue for row in rows if not row["large"] for issue in row["issues"] or ()}
    await fold_issues(conn, workspace_id, touched)
    if large:
        await _put_on_backlog(conn, workspace_id, large)
    await notice_merges(conn, workspace_id, change_ids)


async def notice_merges(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, change_ids: Sequence[ChangeId]
) -> None:
    """What these changes did to labels takes a rebuild; until then nobody takes the kept numbers for right. What
    somebody has reported who is somebody else by now is theirs at once."""
    merges = await conn.fetch(_MERGES, workspace_id, list(change_ids))
    for merge in merges:
        if merge["action"] == "merge_people":
            await conn.execute(_REPORTED, workspace_id, merge["gone"], merge["kept"])
    if any(merge["action"] == "merge_labels" for merge in merges):
        await conn.execute(
            "UPDATE rollup_books SET labels_moved = true WHERE workspace_id = $1", workspace_id
        )
        await ask_for_rebuild(conn, workspace_id)


async def fold_issues(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Collection[IssueId]
) -> None:
    """Counts them as they stand now; the caller has its turn."""
    if issue_ids:
        await conn.execute(_FOLD, workspace_id, list(issue_ids))


async def ask_for_rebuild(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> None:
    await enqueue(conn, REBUILD_JOB, workspace_id.encode(), dedupe_key=f"{REBUILD_JOB}:{workspace_id}")


async def _put_on_backlog(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, change_ids: Sequence[ChangeId]
) -> None:
    await conn.execute(
        "INSERT INTO rollup_backlog (workspace_id, change_id) SELECT $1, unnest($2::uuid[])",
        workspace_id,
        list(change_ids),
    )
    await enqueue(conn, BACKLOG_JOB, workspace_id.encode(), dedupe_key=f"{BACKLOG_JOB}:{workspace_id}")
