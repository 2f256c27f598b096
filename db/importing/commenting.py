"""Comments that a newer file has of issues which an older one brought: each comes along once, however often."""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db.access import Actor
from db.ids import ChangeId


async def find_new(conn: asyncpg.Connection, actor: Actor) -> None:
    """Inside the transaction that has `staged` and `known`: makes `said`, and of it `telling`, the issues in which
    something is new. They are to be held before `add_new`."""
    await conn.execute(_SAID, actor.workspace_id)
    await conn.execute("ANALYZE said")
    await conn.execute(_TELLING, actor.workspace_id)


async def add_new(conn: asyncpg.Connection, actor: Actor, change_id: ChangeId) -> int:
    """Adds what is new by now; returns how many comments that were."""
    if not await conn.fetchval("SELECT EXISTS (SELECT FROM telling)"):
        return 0
    # Another import may have added some of them before these issues were held.
    await conn.execute("DELETE FROM said WHERE issue_id NOT IN (SELECT issue_id FROM telling)")
    return int(await conn.fetchval(_ADD, actor.workspace_id, change_id))


# Of rows that stand twice the last one counts, as it does for the fields.
_SAID: Final[LiteralString] = """
CREATE TEMPORARY TABLE said ON COMMIT DROP AS
SELECT i.issue_id, c.place, c.ref, p.person_id AS author_id, c.at, date_trunc('minute', c.at) AS minute, c.body,
       md5(c.body)::uuid AS digest
FROM (SELECT DISTINCT ON (target) target, comments FROM known ORDER BY target, line DESC) k
JOIN issues i ON i.workspace_id = $1 AND i.issue_id = k.target AND i.deleted_at IS NULL
CROSS JOIN LATERAL ROWS FROM (
    jsonb_to_recordset(k.comments) AS (author integer, at timestamptz, body text, ref text)
) WITH ORDINALITY AS c (author, at, body, ref, place)
LEFT JOIN staged_people p ON p.number = c.author
WHERE k.comments IS NOT NULL AND NOT EXISTS (SELECT FROM staged s WHERE s.issue_id = k.target)"""

# A comment is known again by its id where the file has one, else by its text and the minute it was written in, as
# it came: what somebody here edited since, or deleted, does not come once more. What went with an import that was
# taken back does. Who wrote it only tells which of several is meant: a name can stand for another person by now.
_NEW: Final[LiteralString] = """
WITH here AS MATERIALIZED (
    SELECT c.issue_id, c.comment_id::text AS own_ref, c.external_ref AS ref, c.author_id,
           date_trunc('minute', c.created_at) AS minute,
           md5(CASE WHEN c.edited_at IS NULL THEN c.body ELSE coalesce(
               (SELECT e.before ->> 'body' FROM events e
                WHERE e.workspace_id = $1 AND e.issue_id = c.issue_id AND e.kind = 'comment_edited'
                  AND e.after ->> 'comment_id' = c.comment_id::text
                ORDER BY e.event_id LIMIT 1), c.body) END)::uuid AS digest
    FROM comments c
    WHERE c.workspace_id = $1 AND c.issue_id IN (SELECT issue_id FROM said)
      AND (c.deleted_at IS NULL OR NOT coalesce(
          (SELECT u.action = 'import'
           FROM events e JOIN changes d USING (workspace_id, change_id)
           LEFT JOIN changes u ON u.workspace_id = $1 AND u.change_id = d.undoes
           WHERE e.workspace_id = $1 AND e.issue_id = c.issue_id AND e.kind = 'comment_deleted'
             AND e.before ->> 'comment_id' = c.comment_id::text
           ORDER BY e.event_id DESC LIMIT 1), false))
), met AS (
    SELECT s.issue_id, s.place, h.own_ref FROM said s JOIN here h ON h.issue_id = s.issue_id AND h.ref = s.ref
    UNION
    SELECT s.issue_id, s.place, h.own_ref FROM said s JOIN here h ON h.issue_id = s.issue_id AND h.own_ref = s.ref
), spare AS (
    SELECT h.* FROM here h LEFT JOIN met m ON m.issue_id = h.issue_id AND m.own_ref = h.own_ref
    WHERE m.own_ref IS NULL
), by_minute AS (
    SELECT issue_id, digest, minute, count(*) AS n FROM spare GROUP BY 1, 2, 3
), by_text AS (
    SELECT issue_id, digest, count(*) AS n FROM spare GROUP BY 1, 2
), by_author AS (
    SELECT DISTINCT issue_id, digest, author_id FROM spare WHERE author_id IS NOT NULL
), open AS (
    SELECT s.*, row_number() OVER (PARTITION BY s.issue_id, s.digest, s.minute
                                   ORDER BY a.author_id IS NULL, s.place) AS nth
    FROM said s
    LEFT JOIN met m ON m.issue_id = s.issue_id AND m.place = s.place
    LEFT JOIN by_author a ON a.issue_id = s.issue_id AND a.digest = s.digest AND a.author_id = s.author_id
    WHERE m.place IS NULL
), new AS (
    SELECT o.* FROM open o
    LEFT JOIN by_minute m ON m.issue_id = o.issue_id AND m.digest = o.digest AND m.minute = o.minute
    LEFT JOIN by_text t ON t.issue_id = o.issue_id AND t.digest = o.digest
    WHERE o.nth > coalesce(CASE WHEN o.minute IS NULL THEN t.n ELSE m.n END, 0)
)"""

_TELLING: Final[LiteralString] = f"""
CREATE TEMPORARY TABLE telling ON COMMIT DROP AS {_NEW} SELECT DISTINCT issue_id FROM new"""

_ADD: Final[LiteralString] = f"""{_NEW}, added AS (
    INSERT INTO comments (workspace_id, issue_id, author_id, body, source, external_ref, created_at)
    SELECT $1, n.issue_id, n.author_id, n.body, 'import', n.ref, coalesce(n.at, now())
    FROM new n JOIN issues i ON i.workspace_id = $1 AND i.issue_id = n.issue_id AND i.deleted_at IS NULL
    ORDER BY n.issue_id, n.at, n.place
    RETURNING comment_id, issue_id, author_id, created_at
), recent AS (
    UPDATE issues i SET commented = true, updated_at = greatest(now(), i.updated_at)
    FROM (SELECT DISTINCT issue_id FROM added) a WHERE i.workspace_id = $1 AND i.issue_id = a.issue_id
), told AS (
    INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, at, after)
    SELECT $1, $2, issue_id, author_id, 'import', 'commented', created_at,
           jsonb_build_object('comment_id', comment_id)
    FROM added ORDER BY created_at
)
SELECT count(*) FROM added"""
