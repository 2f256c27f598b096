"""Parents and originals that are to be given, and among them those that no issue can have."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, LiteralString

import asyncpg

from db.ids import WorkspaceId
from db.issues.linking import DEPTH_MAX

# What each child is to have above it, or nothing; no child stands twice. `kept`: it has that already, and keeps it.
PARTS: Final[LiteralString] = """
CREATE TEMPORARY TABLE parts (child uuid, parent uuid, kept boolean NOT NULL DEFAULT false) ON COMMIT DROP;
CREATE TEMPORARY TABLE refused (child uuid) ON COMMIT DROP"""
EMPTY: Final[LiteralString] = "TRUNCATE parts, refused"

# A circle that is refused leaves what is here as it is, which can close another. So often that is followed up.
_ROUNDS: Final = 10


class Above(StrEnum):
    """How one issue can stand above another."""

    PARENT = "parent"
    ORIGINAL = "duplicate"


async def leave_out(conn: asyncpg.Connection, workspace_id: WorkspaceId, above: Above) -> int:
    """Moves those of the caller's `parts` to `refused` that would put an issue above itself, or more than DEPTH_MAX
    above one another; returns how many.

    Whatever else the workspace has above them counts too. Nobody may change that meanwhile (see `hold_parents`).
    """
    left_out = 0
    for _ in range(_ROUNDS):
        await conn.execute(_WALK_UP[above], workspace_id)
        await find_circles(conn)
        done = await conn.execute(_REFUSE)
        await conn.execute("DROP TABLE circular")
        if done.endswith(" 0"):
            return left_out
        left_out += int(done.split()[-1])
    # So tangled that none of the rest is taken: what is here is in no circle.
    done = await conn.execute(_REFUSE_ALL)
    return left_out + int(done.split()[-1])


async def find_circles(conn: asyncpg.Connection) -> int:
    """Makes `circular` of the children in the caller's table `parts` that are above themselves, or that more than
    DEPTH_MAX others are above; returns how many.

    A row below such a circle keeps its parent: only what goes round is refused.
    """
    await conn.execute("ANALYZE parts")
    await conn.execute(_ROUND, DEPTH_MAX)
    hanging = int(await conn.fetchval("SELECT count(*) FROM circular WHERE NOT deep"))
    for _ in range(DEPTH_MAX if hanging else 0):
        # Nobody is below it in the circle: so it only hangs on one.
        if (await conn.execute(_SPARE)).endswith(" 0"):
            break
    return int(await conn.fetchval("SELECT count(*) FROM circular"))


# All that is reached from the top downwards is sound.
_ROUND: Final[LiteralString] = """
CREATE TEMPORARY TABLE circular ON COMMIT DROP AS
WITH RECURSIVE sound (child, depth) AS (
    SELECT p.child, CASE WHEN p.parent IS NULL THEN 1 ELSE 2 END
    FROM parts p WHERE NOT EXISTS (SELECT FROM parts o WHERE o.child = p.parent)
    UNION ALL
    SELECT p.child, s.depth + 1 FROM sound s JOIN parts p ON p.parent = s.child WHERE s.depth < $1
)
SELECT p.child, p.parent, EXISTS (SELECT FROM sound above WHERE above.child = p.parent) AS deep
FROM parts p WHERE NOT EXISTS (SELECT FROM sound s WHERE s.child = p.child)"""

_SPARE: Final[LiteralString] = """
DELETE FROM circular c WHERE NOT deep AND NOT EXISTS (SELECT FROM circular o WHERE o.parent = c.child)"""

# What stands above those that are named, as far as nothing else is said of it. {ABOVE} is the column that says so.
_WALK: Final[LiteralString] = """
WITH RECURSIVE above (issue_id, next_id) AS (
    SELECT i.issue_id, i.{ABOVE} FROM issues i
    WHERE i.workspace_id = $1 AND i.{ABOVE} IS NOT NULL AND i.issue_id IN (SELECT parent FROM parts)
      AND NOT EXISTS (SELECT FROM parts o WHERE o.child = i.issue_id)
    UNION
    SELECT i.issue_id, i.{ABOVE} FROM above a JOIN issues i ON i.workspace_id = $1 AND i.issue_id = a.next_id
    WHERE i.{ABOVE} IS NOT NULL AND NOT EXISTS (SELECT FROM parts o WHERE o.child = i.issue_id)
)
INSERT INTO parts SELECT issue_id, next_id, true FROM above"""
_WALK_UP: Final[dict[Above, LiteralString]] = {
    Above.PARENT: _WALK.replace("{ABOVE}", "parent_id"),
    Above.ORIGINAL: _WALK.replace("{ABOVE}", "duplicate_of"),
}

_REFUSE: Final[LiteralString] = """
WITH gone AS (DELETE FROM parts p USING circular c WHERE p.child = c.child AND NOT p.kept RETURNING p.child)
INSERT INTO refused SELECT child FROM gone"""
_REFUSE_ALL: Final[LiteralString] = """
WITH gone AS (DELETE FROM parts WHERE NOT kept RETURNING child) INSERT INTO refused SELECT child FROM gone"""
