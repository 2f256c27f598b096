"""The keys of a file's rows, held against those of the issues that are here: what the preview tells of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, LiteralString

import asyncpg

from db.ids import WorkspaceId
from db.importing.circles import EMPTY, PARTS, Above, leave_out
from db.importing.columns import Field
from db.importing.mapping import Existing, Mapping

# What the reader writes of each row; the keys by which rows name each other only where the file has a column for it.
SEEN: Final[LiteralString] = """
CREATE TEMPORARY TABLE seen (source_key uuid, line integer, lodge_id uuid, reference_key uuid, alias_key uuid,
                             parent_key uuid, duplicate_key uuid, closed boolean) ON COMMIT DROP"""

# So many lines are named whose links lead nowhere.
ASTRAY: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`existing` rows are issues already, `relinked` of them get another parent or original; `repeated` stand twice.

    `circular` links would put an issue above itself; `unlinked` ones lead nowhere, from the lines `astray` and perhaps
    more.
    """

    existing: int
    repeated: int
    circular: int = 0
    relinked: int = 0
    unlinked: int = 0
    astray: tuple[int, ...] = ()


async def hold_against(conn: asyncpg.Connection, workspace_id: WorkspaceId, mapping: Mapping) -> Known:
    """Inside the transaction that has filled `seen`."""
    await conn.execute(_ROWS, workspace_id)
    row = await conn.fetchrow(_COUNT)
    known = Known(existing=row["existing"], repeated=row["repeated"])
    if not mapping.has_links:
        return known
    updates = mapping.existing is Existing.UPDATE
    await conn.execute("ANALYZE rows")
    await conn.execute(_HERE, workspace_id)
    await conn.execute("ANALYZE here")
    lost = await conn.fetchrow(_NOWHERE, updates, ASTRAY)
    await conn.execute(PARTS)
    await conn.execute("CREATE TEMPORARY TABLE relinked (issue_id uuid) ON COMMIT DROP")
    circular = 0
    if Field.PARENT in mapping.columns:
        await conn.execute(_PARENTS, updates)
        circular += await leave_out(conn, workspace_id, Above.PARENT)
        await conn.execute(_OTHER_PARENTS, workspace_id)
    if Field.DUPLICATE_OF in mapping.columns:
        await conn.execute(EMPTY)
        await conn.execute(_ORIGINALS, workspace_id, updates, Field.STATUS in mapping.columns)
        circular += await leave_out(conn, workspace_id, Above.ORIGINAL)
        await conn.execute(_OTHER_ORIGINALS, workspace_id)
    relinked = int(await conn.fetchval("SELECT count(DISTINCT issue_id) FROM relinked"))
    return replace(
        known, circular=circular, relinked=relinked, unlinked=lost["links"], astray=tuple(lost["lines"])
    )


# `node`: the issue that a row is already, or a key that stands for the one which it will be. `gone`: it was deleted.
_ROWS: Final[LiteralString] = """
CREATE TEMPORARY TABLE rows ON COMMIT DROP AS
SELECT s.*, found.issue_id IS NOT NULL AS known, own.deleted_at IS NOT NULL AS gone,
       coalesce(found.issue_id, s.reference_key, s.source_key) AS node
FROM seen s
LEFT JOIN issues own ON own.workspace_id = $1 AND own.issue_id = s.lodge_id
LEFT JOIN imported_issues k ON k.workspace_id = $1 AND k.source_key = s.source_key
LEFT JOIN issues i ON i.workspace_id = $1 AND i.issue_id = k.issue_id AND i.deleted_at IS NULL
CROSS JOIN LATERAL (SELECT coalesce(own.issue_id, i.issue_id) AS issue_id) found"""
_COUNT: Final[LiteralString] = """
SELECT count(*) FILTER (WHERE known) AS existing, count(*) - count(DISTINCT source_key) AS repeated FROM rows"""

# Where the keys lead that rows name others by.
_HERE: Final[LiteralString] = """
CREATE TEMPORARY TABLE here ON COMMIT DROP AS
WITH places AS (
    SELECT DISTINCT ON (key) key, node
    FROM (SELECT coalesce(reference_key, source_key) AS key, node FROM rows WHERE NOT gone
          UNION ALL SELECT alias_key, node FROM rows WHERE alias_key IS NOT NULL AND NOT gone) named
    ORDER BY key, node
)
SELECT key, node FROM places
UNION ALL
SELECT k.source_key, i.issue_id
FROM (SELECT parent_key AS key FROM rows UNION SELECT duplicate_key FROM rows) named
JOIN imported_issues k ON k.workspace_id = $1 AND k.source_key = named.key
JOIN issues i ON i.workspace_id = $1 AND i.issue_id = k.issue_id AND i.deleted_at IS NULL
WHERE NOT EXISTS (SELECT FROM places p WHERE p.key = named.key)"""

# Of rows that stand twice one counts, as below.
_NOWHERE: Final[LiteralString] = """
WITH lost AS MATERIALIZED (
    SELECT r.node, r.known, r.line, l.links
    FROM rows r
    LEFT JOIN here p ON p.key = r.parent_key
    LEFT JOIN here d ON d.key = r.duplicate_key
    CROSS JOIN LATERAL (
        SELECT (r.parent_key IS NOT NULL AND p.key IS NULL)::integer
             + (r.duplicate_key IS NOT NULL AND d.key IS NULL)::integer AS links) l
    WHERE ($1 OR NOT r.known) AND (r.parent_key IS NOT NULL OR r.duplicate_key IS NOT NULL) AND l.links > 0
), told AS MATERIALIZED (
    SELECT l.line, l.links FROM lost l
    WHERE NOT EXISTS (SELECT FROM rows o WHERE o.node = l.node
                      AND CASE WHEN l.known THEN o.line > l.line ELSE o.line < l.line END)
)
SELECT (SELECT coalesce(sum(links), 0) FROM told) AS links,
       ARRAY(SELECT line FROM told ORDER BY line LIMIT $2) AS lines"""

# Of rows that stand twice the first becomes an issue, and the last changes one. A link that leads nowhere changes
# nothing; an empty cell takes the link of a known issue away.
_PARENTS: Final[LiteralString] = """
INSERT INTO parts
SELECT node, above
FROM (SELECT DISTINCT ON (r.node) r.node, r.known, r.parent_key AS key, h.node AS above
      FROM rows r LEFT JOIN here h ON h.key = r.parent_key
      WHERE $1 OR NOT r.known
      ORDER BY r.node, CASE WHEN r.known THEN - r.line ELSE r.line END) told
WHERE above IS NOT NULL OR known AND key IS NULL"""
# Only what is closed is a duplicate.
_ORIGINALS: Final[LiteralString] = """
INSERT INTO parts
SELECT node, above
FROM (SELECT DISTINCT ON (r.node) r.node, r.known, link.key, h.node AS above
      FROM rows r
      LEFT JOIN issues i ON r.known AND i.workspace_id = $1 AND i.issue_id = r.node
      CROSS JOIN LATERAL (
          SELECT CASE WHEN CASE WHEN $3 OR NOT r.known THEN r.closed ELSE i.status = 'closed' END
                      THEN r.duplicate_key END AS key) link
      LEFT JOIN here h ON h.key = link.key AND h.node <> r.node
      WHERE $2 OR NOT r.known
      ORDER BY r.node, CASE WHEN r.known THEN - r.line ELSE r.line END) told
WHERE above IS NOT NULL OR known AND key IS NULL"""

_OTHER_PARENTS: Final[LiteralString] = """
INSERT INTO relinked
SELECT i.issue_id FROM parts p JOIN issues i ON i.workspace_id = $1 AND i.issue_id = p.child
WHERE NOT p.kept AND i.deleted_at IS NULL AND i.parent_id IS DISTINCT FROM p.parent"""
_OTHER_ORIGINALS: Final[LiteralString] = """
INSERT INTO relinked
SELECT i.issue_id FROM parts p JOIN issues i ON i.workspace_id = $1 AND i.issue_id = p.child
WHERE NOT p.kept AND i.deleted_at IS NULL AND i.duplicate_of IS DISTINCT FROM p.parent"""
