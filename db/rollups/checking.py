"""Compares the kept numbers with a full scan, and repairs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

import asyncpg

from db.ids import WorkspaceId
from db.rollups.folding import MERGING, take_turn
from db.rollups.rebuilding import rebuild

MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One number that is kept wrong: `what` is the rollup, `of` its key."""

    what: str
    of: str
    kept: str
    scanned: str


# Each side is what the numbers are without pending changes: what a fold of everything pending would leave
# is scanned, minus the part of it that is still unfolded.
_CHECK: Final[LiteralString] = """
WITH scan AS MATERIALIZED (
    SELECT 1 AS sign, n.* FROM rollup_now n WHERE n.workspace_id = $1
    UNION ALL
    SELECT -u.sign, u.workspace_id, u.issue_id, u.created_day, u.closed_day, u.latency, u.in_progress,
           u.assignee_id, u.priority, u.labels, u.taken_days, u.taken_by, u.reporter_id, u.created_at, u.closed_at,
           u.is_open, u.last_taken
    FROM rollup_unfolded u WHERE u.workspace_id = $1
), sliced AS MATERIALIZED (
    SELECT sign, closed_day, latency, slice
    FROM scan, unnest(latency_slices(priority, labels)) slice WHERE closed_day IS NOT NULL
), touched AS MATERIALIZED (SELECT issue_id FROM rollup_touched WHERE workspace_id = $1
), grains (grain) AS (VALUES (1), (4), (16), (64), (256)
), kept (what, of, numbers) AS (
    SELECT 'open', concat_ws(' ', slice, person_id), ARRAY[waiting, in_progress]::text
    FROM rollup_open WHERE workspace_id = $1
    UNION ALL
    SELECT 'days', concat_ws(' ', grain, span), ARRAY[created, closed, still_open]::text
    FROM rollup_days WHERE workspace_id = $1
    UNION ALL
    SELECT 'people', concat_ws(' ', grain, span, person_id), ARRAY[taken, closed]::text
    FROM rollup_people WHERE workspace_id = $1
    UNION ALL
    SELECT 'latency', concat_ws(' ', grain, span, slice),
           ARRAY[closed, total, (SELECT sum(n * place) FROM unnest(histogram) WITH ORDINALITY h (n, place))]::text
    FROM rollup_latency WHERE workspace_id = $1
    UNION ALL
    SELECT 'closes', concat_ws(' ', slice, closed_day), ARRAY[count(*), sum(latency), sum(bucket)]::text
    FROM rollup_closes WHERE workspace_id = $1 GROUP BY slice, closed_day
    UNION ALL
    SELECT 'issues', created_day::text, ARRAY[count(*), sum(hashtextextended(r::text, 0))]::text
    FROM rollup_issues r WHERE workspace_id = $1 AND issue_id NOT IN (SELECT issue_id FROM touched)
    GROUP BY created_day
    UNION ALL
    SELECT 'labelled', concat_ws(' ', label_id, created_day), ARRAY[count(*), sum(hashtextextended(l::text, 0))]::text
    FROM rollup_labelled l WHERE workspace_id = $1 AND issue_id NOT IN (SELECT issue_id FROM touched)
    GROUP BY label_id, created_day
), scanned (what, of, numbers) AS (
    SELECT 'open', concat_ws(' ', slice, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000')),
           ARRAY[sum(sign * (NOT in_progress)::int), sum(sign * in_progress::int)]::text
    FROM scan, unnest(latency_slices(priority, labels)) slice WHERE closed_day IS NULL GROUP BY 2
    UNION ALL
    SELECT 'days', concat_ws(' ', grain, day / grain), ARRAY[sum(created), sum(closed), sum(still_open)]::text
    FROM (SELECT created_day AS day, sign AS created, 0 AS closed, (closed_day IS NULL)::int * sign AS still_open
          FROM scan
          UNION ALL
          SELECT closed_day, 0, sign, 0 FROM scan WHERE closed_day IS NOT NULL) counted, grains
    GROUP BY 2
    UNION ALL
    SELECT 'people', concat_ws(' ', grain, day / grain, person_id), ARRAY[sum(taken), sum(closed)]::text
    FROM (SELECT closed_day AS day, coalesce(assignee_id, '00000000-0000-0000-0000-000000000000') AS person_id,
                 0 AS taken, sign AS closed
          FROM scan WHERE closed_day IS NOT NULL
          UNION ALL
          SELECT t.day, t.person_id, sign, 0
          FROM scan, unnest(taken_days, taken_by) AS t (day, person_id)) counted, grains
    GROUP BY 2
    UNION ALL
    SELECT 'latency', concat_ws(' ', grain, closed_day / grain, slice),
           ARRAY[sum(sign), sum(sign * latency), sum(sign * (latency_bucket(latency) + 1))]::text
    FROM sliced, grains GROUP BY 2
    UNION ALL
    SELECT 'closes', concat_ws(' ', slice, closed_day),
           ARRAY[sum(sign), sum(sign * latency), sum(sign * latency_bucket(latency))]::text
    FROM sliced GROUP BY 2
    UNION ALL
    SELECT 'issues', created_day::text, ARRAY[count(*), sum(hashtextextended(n::text, 0))]::text
    FROM rollup_now n WHERE workspace_id = $1 AND issue_id NOT IN (SELECT issue_id FROM touched)
    GROUP BY created_day
    UNION ALL
    SELECT 'labelled', concat_ws(' ', label_id, created_day), ARRAY[count(*), sum(hashtextextended(
               (workspace_id, label_id, created_day, issue_id, in_progress, assignee_id, priority, reporter_id,
                created_at, labels)::rollup_labelled::text, 0))]::text
    FROM rollup_now n, unnest(labels) AS label_id
    WHERE workspace_id = $1 AND is_open AND issue_id NOT IN (SELECT issue_id FROM touched)
    GROUP BY label_id, created_day
)
SELECT what, of, kept.numbers AS kept, scanned.numbers AS scanned
FROM kept FULL JOIN scanned USING (what, of)
-- A number that went back to zero may be kept as zero or not at all.
WHERE CASE WHEN kept.numbers NOT IN ('{0,0}', '{0,0,0}', '{0,0,NULL}') THEN kept.numbers END
      IS DISTINCT FROM
      CASE WHEN scanned.numbers NOT IN ('{0,0}', '{0,0,0}', '{0,0,NULL}') THEN scanned.numbers END
ORDER BY what, of
LIMIT $2"""


async def differences(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> list[Difference]:
    """Where kept and scanned numbers part, the first of them; empty for a workspace without a book, and while a merge
    waits to be taken in: then they do not agree yet."""
    async with conn.transaction():
        await conn.execute("SET LOCAL statement_timeout = 0")
        booked = await take_turn(conn, workspace_id) is not None
        if not booked or await conn.fetchval(f"SELECT {MERGING}", workspace_id):
            return []
        rows = await conn.fetch(_CHECK, workspace_id, MOST_SHOWN)
        await conn.execute("UPDATE rollup_books SET checked_at = now() WHERE workspace_id = $1", workspace_id)
    return [
        Difference(what=r["what"], of=r["of"], kept=r["kept"] or "nothing", scanned=r["scanned"] or "nothing")
        for r in rows
    ]


async def check_and_repair(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> list[Difference]:
    """What was wrong. Also rebuilds for a workspace without a book, or one that moved to another time zone."""
    fits = await conn.fetchval(
        "SELECT b.timezone = w.timezone AND NOT b.labels_moved FROM workspaces w JOIN rollup_books b"
        " USING (workspace_id) WHERE workspace_id = $1",
        workspace_id,
    )
    if not fits:
        await rebuild(conn, workspace_id)
        return []
    found = await differences(conn, workspace_id)
    if found:
        await rebuild(conn, workspace_id)
        await conn.execute(
            "UPDATE rollup_books SET repairs = repairs + 1 WHERE workspace_id = $1", workspace_id
        )
    return found


async def workspaces(conn: asyncpg.Connection) -> tuple[WorkspaceId, ...]:
    """All that Lodge is installed in."""
    rows = await conn.fetch(
        "SELECT workspace_id FROM workspaces WHERE uninstalled_at IS NULL ORDER BY workspace_id"
    )
    return tuple(row["workspace_id"] for row in rows)
