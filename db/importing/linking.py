"""Duplicates and parents, once all issues of an import are there."""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db.access import Actor
from db.importing import updating
from db.importing.circles import EMPTY, PARTS, Above, leave_out
from db.issues.linking import hold_parents


async def find_links(conn: asyncpg.Connection, actor: Actor, *, updates: bool) -> int:
    """Inside the transaction that has `staged` and `known`: makes `links` of what their rows name; of known ones only
    where they are updated. Returns how many links lead nowhere."""
    if updates:
        # From here to the commit nobody else gives an issue a parent: of several circles are made that none sees.
        await hold_parents(conn, actor)
    await conn.execute(_FIND_TARGETS, actor.workspace_id, updates)
    await conn.execute("ANALYZE links")
    return int(await conn.fetchval("SELECT count(*) FROM links WHERE target IS NULL"))


async def no_links(conn: asyncpg.Connection) -> None:
    """For a file that has no column for any."""
    await conn.execute(
        "CREATE TEMPORARY TABLE links (issue_id uuid, known boolean, kind text, target uuid) ON COMMIT DROP"
    )


async def link(conn: asyncpg.Connection, actor: Actor, *, updates: bool) -> int:
    """Gives new issues what `links` says, and leaves out of `changing` what cannot be. Returns how many links would
    have put an issue above itself: those of new issues lead nowhere, known issues keep theirs."""
    circular = 0
    await conn.execute(PARTS)
    for above in Above:
        await conn.execute(_NEW_PARTS[above])
        if updates:
            await updating.list_parts(conn, above)
        left_out = await leave_out(conn, actor.workspace_id, above)
        if left_out:
            await conn.execute(_REFUSE, above.value)
            if updates:
                await updating.refuse(conn, above)
        await conn.execute(EMPTY)
        circular += left_out
    await conn.execute(_LINK, actor.workspace_id)
    return circular


# Of rows that stand twice the last one counts, as it does for the fields. What was deleted is not here.
_FIND_TARGETS: Final[LiteralString] = """
CREATE TEMPORARY TABLE links ON COMMIT DROP AS
WITH rows AS (
    SELECT issue_id, false AS known, duplicate_key, parent_key FROM staged
    UNION ALL
    (SELECT DISTINCT ON (target) target, true, duplicate_key, parent_key FROM known
     WHERE $2 AND NOT EXISTS (SELECT FROM staged s WHERE s.issue_id = known.target)
     ORDER BY target, line DESC)
), wanted AS (
    SELECT issue_id, known, 'duplicate' AS kind, duplicate_key AS key FROM rows WHERE duplicate_key IS NOT NULL
    UNION ALL
    SELECT issue_id, known, 'parent', parent_key FROM rows WHERE parent_key IS NOT NULL
), here AS (
    SELECT DISTINCT ON (key) key, target
    FROM (SELECT coalesce(reference_key, source_key) AS key, issue_id AS target FROM staged
          UNION ALL
          SELECT coalesce(reference_key, source_key), target FROM known
          UNION ALL
          SELECT alias_key, issue_id FROM staged WHERE alias_key IS NOT NULL
          UNION ALL
          SELECT alias_key, target FROM known WHERE alias_key IS NOT NULL) places
    ORDER BY key, target
)
SELECT w.issue_id, w.known, w.kind, t.issue_id AS target
FROM wanted w
LEFT JOIN here USING (key)
LEFT JOIN imported_issues k ON k.workspace_id = $1 AND k.source_key = w.key
LEFT JOIN issues t
    ON t.workspace_id = $1 AND t.issue_id = coalesce(here.target, k.issue_id) AND t.deleted_at IS NULL"""

# No issue is its own duplicate, and only a closed one is a duplicate.
_NEW_PARTS: Final[dict[Above, LiteralString]] = {
    Above.PARENT: """
INSERT INTO parts SELECT issue_id, target FROM links WHERE NOT known AND kind = 'parent' AND target IS NOT NULL""",
    Above.ORIGINAL: """
INSERT INTO parts
SELECT l.issue_id, l.target FROM links l JOIN staged s USING (issue_id)
WHERE l.kind = 'duplicate' AND l.target <> l.issue_id AND s.status = 'closed'""",
}
_REFUSE: Final[LiteralString] = """
DELETE FROM links l USING refused r WHERE NOT l.known AND l.kind = $1 AND l.issue_id = r.child"""

# The closing event says what the issue says.
_LINK: Final[LiteralString] = """
WITH found AS (
    SELECT l.issue_id, d.target AS duplicate_of, p.target AS parent_id
    FROM (SELECT DISTINCT issue_id FROM links WHERE NOT known) l
    LEFT JOIN links d ON d.issue_id = l.issue_id AND d.kind = 'duplicate' AND d.target <> l.issue_id
    LEFT JOIN links p ON p.issue_id = l.issue_id AND p.kind = 'parent'
), linked AS (
    UPDATE issues i
    SET parent_id = f.parent_id,
        duplicate_of = CASE WHEN i.status = 'closed' THEN f.duplicate_of END,
        close_reason = CASE WHEN i.status = 'closed' AND f.duplicate_of IS NOT NULL
                            THEN 'duplicate' ELSE i.close_reason END
    FROM found f
    WHERE i.workspace_id = $1 AND i.issue_id = f.issue_id AND (f.duplicate_of IS NOT NULL OR f.parent_id IS NOT NULL)
    RETURNING i.issue_id, i.duplicate_of
)
UPDATE events e
SET after = e.after || jsonb_build_object('close_reason', 'duplicate', 'duplicate_of', l.duplicate_of)
FROM linked l
WHERE e.workspace_id = $1 AND e.issue_id = l.issue_id AND e.kind = 'edited' AND l.duplicate_of IS NOT NULL"""
