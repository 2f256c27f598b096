"""Issues that a file has again, brought to what the file says of them now."""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db.access import Actor
from db.ids import ChangeId
from db.importing import commenting
from db.importing.circles import Above
from db.importing.columns import Field
from db.importing.mapping import Mapping

_COMPARED: Final = (
    Field.DESCRIPTION,
    Field.STATUS,
    Field.PRIORITY,
    Field.ASSIGNEE,
    Field.DUE,
    Field.LABELS,
    Field.RESOLUTION,
    Field.PARENT,
    Field.DUPLICATE_OF,
)


async def compare(conn: asyncpg.Connection, actor: Actor, mapping: Mapping) -> None:
    """Inside the transaction that has `known` and `links`: makes `changing`, the issues that differ from the file in
    the columns which it has, and `telling`, those with comments that are new; and holds both.

    The fields of an issue that somebody edits this very moment stay as they leave them.
    """
    await conn.execute(_WANTED, actor.workspace_id, *(field in mapping.columns for field in _COMPARED))
    await conn.execute(_CHANGING)
    if Field.COMMENT in mapping.columns:
        await commenting.find_new(conn, actor)
    else:
        await conn.execute("CREATE TEMPORARY TABLE telling (issue_id uuid) ON COMMIT DROP")
    await conn.execute(_HOLD, actor.workspace_id)
    await conn.execute(_LEAVE_EDITED, actor.workspace_id)


async def list_parts(conn: asyncpg.Connection, above: Above) -> None:
    """Adds to `parts` what `changing` would put above its issues."""
    await conn.execute(_LIST_PARTS[above])


async def refuse(conn: asyncpg.Connection, above: Above) -> None:
    """Of what is in `refused`, `changing` leaves above it what is there."""
    await conn.execute(_STAY[above])
    await conn.execute("DELETE FROM changing WHERE after = '{}'")


async def update_known(
    conn: asyncpg.Connection, actor: Actor, change_id: ChangeId, mapping: Mapping
) -> tuple[int, int]:
    """Writes what `changing` and `telling` have; returns how many issues that were, and how many comments."""
    done = await conn.execute(_UPDATE, actor.workspace_id, change_id, actor.person_id)
    if Field.LABELS in mapping.columns:
        await conn.execute(_DROP_LABELS, actor.workspace_id)
        await conn.execute(_ADD_LABELS, actor.workspace_id)
    if Field.COMMENT not in mapping.columns:
        return int(done.split()[-1]), 0
    comments = await commenting.add_new(conn, actor, change_id)
    return int(await conn.fetchval(_TOUCHED, actor.workspace_id, change_id)), comments


# Of rows that stand twice the last one counts, as it would had they come one after the other. $2 to $10 say for each of
# `_COMPARED` whether the file has it. A link that leads nowhere changes nothing; an empty cell takes the link away.
_WANTED: Final[LiteralString] = """
CREATE TEMPORARY TABLE wanted ON COMMIT DROP AS
SELECT DISTINCT ON (i.issue_id)
       i.issue_id, i.version, i.status AS was_status, i.assignee_id AS was_assignee, i.priority AS was_priority,
       k.title AS title,
       CASE WHEN $2 THEN coalesce(k.description, '') ELSE i.description END AS description,
       now_is.status, closed.reason AS close_reason,
       CASE WHEN closed.reason = 'duplicate' THEN CASE WHEN now_is.repeating THEN same.target ELSE i.duplicate_of END
           END AS duplicate_of,
       CASE WHEN NOT $9 THEN i.parent_id WHEN part.issue_id IS NOT NULL THEN coalesce(part.target, i.parent_id)
           END AS parent_id,
       CASE WHEN $3 AND k.status = 'closed' THEN greatest(k.closed_at, i.created_at) END AS closed_at,
       CASE WHEN $4 THEN k.priority ELSE i.priority END AS priority,
       CASE WHEN $5 THEN a.person_id ELSE i.assignee_id END AS assignee_id,
       CASE WHEN $6 THEN k.due_on ELSE i.due_on END AS due_on,
       l.labels AS old_labels, CASE WHEN $7 THEN n.labels ELSE l.labels END AS labels,
       i.title AS old_title, i.description AS old_description, i.close_reason AS old_reason, i.due_on AS old_due_on,
       i.duplicate_of AS old_duplicate_of, i.parent_id AS old_parent_id, i.closed_at AS old_closed_at
FROM known k
JOIN issues i ON i.workspace_id = $1 AND i.issue_id = k.target AND i.deleted_at IS NULL
LEFT JOIN staged_people a ON a.number = k.assignee
LEFT JOIN links part ON part.issue_id = i.issue_id AND part.kind = 'parent'
LEFT JOIN links same ON same.issue_id = i.issue_id AND same.kind = 'duplicate'
CROSS JOIN LATERAL (SELECT CASE WHEN $3 THEN k.status ELSE i.status END AS status) told
CROSS JOIN LATERAL (
    SELECT told.status, coalesce(told.status = 'closed' AND same.target <> i.issue_id, false) AS repeating,
           $10 AND same.issue_id IS NULL AND i.duplicate_of IS NOT NULL AS parted) now_is
CROSS JOIN LATERAL (
    SELECT CASE WHEN now_is.status <> 'closed' THEN NULL
                WHEN now_is.repeating THEN 'duplicate'
                WHEN NOT $3 THEN CASE WHEN now_is.parted THEN 'not_planned' ELSE i.close_reason END
                -- `Closed` alone says nothing against the reason that is there.
                WHEN i.status = 'closed' AND NOT now_is.parted
                     AND (k.close_reason = 'duplicate' OR k.close_reason = 'completed' AND NOT $8)
                    THEN i.close_reason
                WHEN k.close_reason = 'duplicate' THEN 'not_planned'
                ELSE k.close_reason END AS reason) closed
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(label_id ORDER BY label_id), '{}') AS labels FROM issue_labels il
    WHERE il.workspace_id = $1 AND il.issue_id = i.issue_id) l
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(DISTINCT label_id ORDER BY label_id), '{}') AS labels
    FROM unnest(k.labels) AS named (number) JOIN staged_labels USING (number)) n
WHERE NOT EXISTS (SELECT FROM staged s WHERE s.issue_id = k.target)
ORDER BY i.issue_id, k.line DESC"""

_PRIORITY: Final[LiteralString] = "(ARRAY['urgent', 'high', 'medium', 'low', 'none'])"
_NAMES: Final[LiteralString] = (
    "(SELECT coalesce(jsonb_agg(name ORDER BY lower(name)), '[]') FROM labels WHERE label_id = ANY"
)

_CHANGING: Final[LiteralString] = f"""
CREATE TEMPORARY TABLE changing ON COMMIT DROP AS
SELECT w.*,
       (SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(told.was) o
        WHERE told.becomes -> o.key <> o.value) AS before,
       (SELECT jsonb_object_agg(o.key, o.value) FROM jsonb_each(told.becomes) o
        WHERE told.was -> o.key <> o.value) AS after
FROM wanted w
CROSS JOIN LATERAL (
    SELECT jsonb_build_object('title', w.old_title, 'description', w.old_description, 'status', w.was_status,
                              'close_reason', w.old_reason, 'priority', {_PRIORITY}[w.was_priority],
                              'assignee_id', w.was_assignee, 'due_on', w.old_due_on,
                              'duplicate_of', w.old_duplicate_of, 'parent_id', w.old_parent_id,
                              'labels', {_NAMES} (w.old_labels))) AS was,
           jsonb_build_object('title', w.title, 'description', w.description, 'status', w.status,
                              'close_reason', w.close_reason, 'priority', {_PRIORITY}[w.priority],
                              'assignee_id', w.assignee_id, 'due_on', w.due_on,
                              'duplicate_of', w.duplicate_of, 'parent_id', w.parent_id,
                              'labels', {_NAMES} (w.labels))) AS becomes
) told
WHERE told.was <> told.becomes"""

# In the order of ids, whatever the order of the statements below: two imports at once wait for each other, and never
# crosswise.
_HOLD: Final[LiteralString] = """
SELECT FROM issues
WHERE workspace_id = $1
  AND issue_id IN (SELECT issue_id FROM changing UNION ALL SELECT issue_id FROM telling)
ORDER BY issue_id FOR NO KEY UPDATE"""

_LEAVE_EDITED: Final[LiteralString] = """
DELETE FROM changing c USING issues i
WHERE i.workspace_id = $1 AND i.issue_id = c.issue_id AND (i.version <> c.version OR i.deleted_at IS NOT NULL)"""

_LIST_PARTS: Final[dict[Above, LiteralString]] = {
    Above.PARENT: """
INSERT INTO parts SELECT issue_id, parent_id FROM changing WHERE parent_id IS DISTINCT FROM old_parent_id""",
    Above.ORIGINAL: """
INSERT INTO parts SELECT issue_id, duplicate_of FROM changing WHERE duplicate_of IS DISTINCT FROM old_duplicate_of""",
}
_STAY: Final[dict[Above, LiteralString]] = {
    Above.PARENT: """
UPDATE changing SET parent_id = old_parent_id, before = before - 'parent_id', after = after - 'parent_id'
WHERE issue_id IN (SELECT child FROM refused)""",
    # What is closed by the file is closed all the same.
    Above.ORIGINAL: """
UPDATE changing
SET duplicate_of = old_duplicate_of,
    close_reason = CASE WHEN was_status = 'closed' THEN old_reason ELSE 'not_planned' END,
    before = CASE WHEN was_status = 'closed' THEN before - '{duplicate_of,close_reason}'::text[]
                  ELSE before - 'duplicate_of' END,
    after = CASE WHEN was_status = 'closed' THEN after - '{duplicate_of,close_reason}'::text[]
                 ELSE after - 'duplicate_of' || '{"close_reason": "not_planned"}' END
WHERE issue_id IN (SELECT child FROM refused)""",
}

_TOUCHED: Final[LiteralString] = """
SELECT count(DISTINCT issue_id) FROM events
WHERE workspace_id = $1 AND change_id = $2
  AND issue_id IN (SELECT issue_id FROM changing UNION ALL SELECT issue_id FROM telling)"""

_UPDATE: Final[LiteralString] = """
WITH updated AS (
    UPDATE issues i
    SET title = c.title, description = c.description, status = c.status, close_reason = c.close_reason,
        duplicate_of = c.duplicate_of, parent_id = c.parent_id, priority = c.priority, assignee_id = c.assignee_id,
        due_on = c.due_on, version = i.version + 1, updated_at = greatest(now(), i.updated_at),
        labelled = cardinality(c.labels) > 0,
        closed_at = CASE WHEN c.status = 'closed' THEN coalesce(i.closed_at, c.closed_at, now()) END
    FROM changing c
    WHERE i.workspace_id = $1 AND i.issue_id = c.issue_id AND i.version = c.version AND i.deleted_at IS NULL
    RETURNING i.issue_id, i.version
)
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, before, after,
                    was_status, was_assignee, was_priority, now_status, now_assignee, now_priority)
SELECT $1, $2, c.issue_id, $3, 'import', 'edited', u.version,
       c.before || CASE WHEN c.was_status = 'closed' AND c.status <> 'closed'
                   THEN jsonb_build_object('closed_at', c.old_closed_at) ELSE '{}' END, c.after,
       c.was_status, c.was_assignee, c.was_priority, c.status, c.assignee_id, c.priority
FROM updated u JOIN changing c USING (issue_id)
ORDER BY c.issue_id"""

_DROP_LABELS: Final[LiteralString] = """
DELETE FROM issue_labels il USING changing c JOIN issues i USING (issue_id)
WHERE il.workspace_id = $1 AND i.workspace_id = $1 AND il.issue_id = c.issue_id AND i.version = c.version + 1
  AND il.label_id <> ALL (c.labels)"""

_ADD_LABELS: Final[LiteralString] = """
INSERT INTO issue_labels (workspace_id, issue_id, label_id)
SELECT $1, c.issue_id, label_id
FROM changing c JOIN issues i ON i.workspace_id = $1 AND i.issue_id = c.issue_id AND i.version = c.version + 1
CROSS JOIN unnest(c.labels) AS named (label_id)
ON CONFLICT DO NOTHING"""
