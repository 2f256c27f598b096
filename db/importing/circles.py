"""Parents that a file gives its rows, and among them those that no issue can have."""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db.issues.linking import DEPTH_MAX

# `child` is a row of the file, `parent` the row or issue above it. No row has two parents.
PARTS: Final[LiteralString] = "CREATE TEMPORARY TABLE parts (child uuid, parent uuid) ON COMMIT DROP"


async def find_circles(conn: asyncpg.Connection) -> int:
    """Makes `circular` of the children in the caller's table `parts` that are above themselves, or that more than
    DEPTH_MAX others are above; returns how many.

    A row below such a circle keeps its parent: only what goes round is refused. What else the workspace has cannot
    be part of a circle: no issue that is there already is below one that is still to come.
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
    SELECT p.child, 2 FROM parts p WHERE NOT EXISTS (SELECT FROM parts o WHERE o.child = p.parent)
    UNION ALL
    SELECT p.child, s.depth + 1 FROM sound s JOIN parts p ON p.parent = s.child WHERE s.depth < $1
)
SELECT p.child, p.parent, EXISTS (SELECT FROM sound above WHERE above.child = p.parent) AS deep
FROM parts p WHERE NOT EXISTS (SELECT FROM sound s WHERE s.child = p.child)"""

_SPARE: Final[LiteralString] = """
DELETE FROM circular c WHERE NOT deep AND NOT EXISTS (SELECT FROM circular o WHERE o.parent = c.child)"""
