"""Duplicates and parents, once all issues of an import are there."""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db.access import Actor
from db.importing.circles import PARTS, find_circles


async def link_imported(conn: asyncpg.Connection, actor: Actor) -> tuple[int, int]:
    """Inside the transaction that has `staged` and `known`.

    Returns how many links lead nowhere, and how many would put an issue below itself: their issues have no parent.
    """
    if not await conn.fetchval(_HAS_LINKS):
        return 0, 0
    await conn.execute(_FIND_TARGETS, actor.workspace_id)
    circular = 0
    await conn.execute(PARTS)
    if not (await conn.execute(_FIND_PARTS)).endswith(" 0"):
        circular = await find_circles(conn)
        if circular:
            await conn.execute(_REFUSE)
    await conn.execute(_LINK, actor.workspace_id)
    return int(await conn.fetchval(_UNLINKED)), circular


_HAS_LINKS: Final[LiteralString] = (
    "SELECT EXISTS (SELECT FROM staged WHERE duplicate_key IS NOT NULL OR parent_key IS NOT NULL)"
)

_FIND_TARGETS: Final[LiteralString] = """
CREATE TEMPORARY TABLE links ON COMMIT DROP AS
WITH wanted AS (
    SELECT issue_id, duplicate_key AS key, 'duplicate' AS kind FROM staged WHERE duplicate_key IS NOT NULL
    UNION ALL
    SELECT issue_id, parent_key, 'parent' FROM staged WHERE parent_key IS NOT NULL
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
SELECT w.issue_id, w.kind, coalesce(here.target, k.issue_id) AS target
FROM wanted w
LEFT JOIN here USING (key)
LEFT JOIN imported_issues k ON k.workspace_id = $1 AND k.source_key = w.key"""

_FIND_PARTS: Final[LiteralString] = """
INSERT INTO parts SELECT issue_id, target FROM links WHERE kind = 'parent' AND target IS NOT NULL"""
_REFUSE: Final[LiteralString] = """
DELETE FROM links l USING circular c WHERE l.kind = 'parent' AND l.issue_id = c.child"""

# The closing event says what the issue says. No issue is its own duplicate.
_LINK: Final[LiteralString] = """
WITH found AS (
    SELECT l.issue_id, d.issue_id AS duplicate_of, p.issue_id AS parent_id
    FROM (SELECT DISTINCT issue_id FROM links) l
    LEFT JOIN links d_l ON d_l.issue_id = l.issue_id AND d_l.kind = 'duplicate' AND d_l.target <> l.issue_id
    LEFT JOIN issues d ON d.workspace_id = $1 AND d.issue_id = d_l.target
    LEFT JOIN links p_l ON p_l.issue_id = l.issue_id AND p_l.kind = 'parent'
    LEFT JOIN issues p ON p.workspace_id = $1 AND p.issue_id = p_l.target
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

_UNLINKED: Final[LiteralString] = "SELECT count(*) FROM links WHERE target IS NULL"
