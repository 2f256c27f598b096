"""Turns the events of a change around: what stands in the way, and how each kind is reversed."""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db import events
from db.access import Actor
from db.events import Event, read_event
from db.ids import ChangeId, IssueId
from db.issues.labelling import held
from db.limits import LABELS_MAX
from db.origins import Origin
from db.recording import record
from db.states import Source

# What can be taken back. Merged people and labels cannot be told apart again; settings show what they are.
ACTIONS: Final = frozenset(
    {"create", "edit", "bulk", "import", "comment", "edit_comment", "delete_comment", "delete", "undo"}
)

# A later event stands in the way when it touches the same: for a new issue anything, for an edit the same
# fields, for a comment that comment or an answer to it. Of a change and its undo neither counts. With a deleted issue
# nothing happens but what had begun before, as that two people become one: that keeps it from nobody.
LATER: Final[LiteralString] = """
JOIN events e ON e.workspace_id = mine.workspace_id AND e.issue_id = mine.issue_id AND e.event_id > mine.event_id
JOIN changes c ON c.workspace_id = e.workspace_id AND c.change_id = e.change_id
WHERE mine.workspace_id = $1 AND mine.change_id = $2 AND e.change_id <> $2
  AND c.undone_by IS NULL
  AND NOT EXISTS (SELECT FROM changes undone WHERE undone.workspace_id = c.workspace_id
                  AND undone.change_id = c.undoes AND undone.undone_by = c.change_id)
  AND CASE
      WHEN mine.kind IN ('created', 'restored') THEN true
      WHEN mine.kind = 'deleted' THEN e.kind IN ('deleted', 'restored')
      WHEN e.kind = 'deleted' THEN true
      WHEN mine.kind = 'edited' THEN e.kind = 'edited' AND (
          e.after ?| ARRAY(SELECT jsonb_object_keys(mine.after))
          OR (e.after ?| '{status,close_reason,duplicate_of}'
              AND mine.after ?| '{status,close_reason,duplicate_of}'))
      ELSE e.kind LIKE 'comment%' AND (
          mine.after ->> 'comment_id' IN (e.after ->> 'comment_id', e.before ->> 'comment_id', e.after ->> 'reply_to')
          OR mine.before ->> 'comment_id' IN (e.after ->> 'comment_id', e.before ->> 'comment_id'))
      END"""
_BLOCKERS: Final[LiteralString] = f"""
SELECT {events.COLUMNS} FROM events mine {LATER}
ORDER BY e.event_id LIMIT 10"""


# What the change itself did not touch, and what taking it back would break all the same: a parent that by now is
# below the issue, an original that by now repeats another issue, a parent or original that is no more, and a new
# issue that others are part of or repeat by now. What an import linked says so in no event of its own: then the
# newest event stands for it. An issue that was deleted on purpose had these parts and repetitions then, too, and can be
# deleted once more. One that is brought back as a `whole` refers to what it referred to: that counts only if it was
# deleted, or has changed, since.
_CROSSWISE: Final[LiteralString] = f"""
WITH RECURSIVE mine AS (
    SELECT event_id, issue_id, before,
           CASE WHEN kind = 'restored' AND EXISTS (
               SELECT FROM changes back JOIN changes away ON away.workspace_id = $1 AND away.change_id = back.undoes
               WHERE back.workspace_id = $1 AND back.change_id = $2 AND away.action = 'delete'
           ) THEN 'restored on purpose' ELSE kind END AS kind
    FROM events WHERE workspace_id = $1 AND change_id = $2
), above (event_id, below, issue_id) AS (
    SELECT event_id, issue_id, (before ->> 'parent_id')::uuid FROM mine
    WHERE kind = 'edited' AND before ->> 'parent_id' IS NOT NULL
    UNION
    SELECT a.event_id, a.below, p.parent_id FROM above a
    JOIN issues p ON p.workspace_id = $1 AND p.issue_id = a.issue_id
    WHERE p.parent_id IS NOT NULL AND a.issue_id <> a.below
), refers (event_id, parent_id, original_id, whole) AS (
    SELECT event_id, (before ->> 'parent_id')::uuid, (before ->> 'duplicate_of')::uuid, false FROM mine
    WHERE kind = 'edited'
    UNION ALL
    SELECT m.event_id, i.parent_id, i.duplicate_of, true FROM mine m
    JOIN issues i ON i.workspace_id = $1 AND i.issue_id = m.issue_id WHERE m.kind = 'deleted'
), culprits (event_id, issue_id, field) AS (
    SELECT a.event_id, a.issue_id, 'parent_id' FROM above a
    WHERE a.issue_id <> a.below
      AND EXISTS (SELECT FROM above round WHERE round.below = a.below AND round.issue_id = a.below)
    UNION ALL
    SELECT r.event_id, o.issue_id, 'duplicate_of' FROM refers r
    JOIN issues o ON o.workspace_id = $1 AND o.issue_id = r.original_id
    WHERE o.duplicate_of IS NOT NULL AND (NOT r.whole OR EXISTS (
        SELECT FROM events e WHERE e.workspace_id = $1 AND e.issue_id = o.issue_id AND e.event_id > r.event_id))
    UNION ALL
    SELECT r.event_id, gone.issue_id, 'deleted' FROM refers r CROSS JOIN LATERAL (VALUES (parent_id), (original_id))
        AS named (issue_id)
    JOIN issues gone ON gone.workspace_id = $1 AND gone.issue_id = named.issue_id
    WHERE gone.deleted_at IS NOT NULL AND (NOT r.whole OR EXISTS (
        SELECT FROM events e WHERE e.workspace_id = $1 AND e.issue_id = gone.issue_id AND e.event_id > r.event_id))
      AND NOT EXISTS (SELECT FROM mine m WHERE m.issue_id = gone.issue_id AND m.kind = 'deleted')
    UNION ALL
    SELECT m.event_id, part.issue_id, 'parent_id' FROM mine m
    JOIN issues part ON part.workspace_id = $1 AND part.parent_id = m.issue_id AND part.deleted_at IS NULL
    WHERE m.kind IN ('created', 'restored') AND NOT EXISTS (SELECT FROM mine o WHERE o.issue_id = part.issue_id)
    UNION ALL
    SELECT m.event_id, same.issue_id, 'duplicate_of' FROM mine m
    JOIN issues same ON same.workspace_id = $1 AND same.duplicate_of = m.issue_id AND same.deleted_at IS NULL
    WHERE m.kind IN ('created', 'restored') AND NOT EXISTS (SELECT FROM mine o WHERE o.issue_id = same.issue_id)
)
SELECT DISTINCT {events.COLUMNS}
FROM culprits
CROSS JOIN LATERAL (
    SELECT e.* FROM events e
    WHERE e.workspace_id = $1 AND e.issue_id = culprits.issue_id
    ORDER BY e.after ? culprits.field AND e.event_id > culprits.event_id DESC, e.event_id DESC LIMIT 1) e
JOIN changes c ON c.workspace_id = e.workspace_id AND c.change_id = e.change_id
ORDER BY e.event_id LIMIT 10"""


async def blockers(conn: asyncpg.Connection, actor: Actor, change_id: ChangeId) -> tuple[Event, ...]:
    """What has happened on top of a change, oldest first, at most ten."""
    rows = await conn.fetch(_BLOCKERS, actor.workspace_id, change_id)
    rows = rows or await conn.fetch(_CROSSWISE, actor.workspace_id, change_id)
    return tuple(read_event(row) for row in rows)


# In each: $1 workspace, $2 the change to take back, $3 the change that does it, $4 who, $5 through what; {OF} may say
# of which issues.
_DELETE: Final[LiteralString] = """
WITH gone AS (
    UPDATE issues i
    SET deleted_at = clock_timestamp(), version = i.version + 1, updated_at = greatest(clock_timestamp(), i.updated_at)
    FROM events e
    WHERE e.workspace_id = $1 AND e.change_id = $2 AND e.kind IN ('created', 'restored')
      AND i.workspace_id = $1 AND i.issue_id = e.issue_id AND i.deleted_at IS NULL
    RETURNING i.issue_id, i.version, i.status, i.assignee_id, i.priority
)
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version,
                    was_status, was_assignee, was_priority)
SELECT $1, $3, issue_id, $4, $5, 'deleted', version, status, assignee_id, priority FROM gone ORDER BY issue_id"""

# Whoever has it had it before: reports do not count that they took it.
_RESTORE: Final[LiteralString] = """
WITH back AS (
    UPDATE issues i
    SET deleted_at = NULL, version = i.version + 1, updated_at = greatest(clock_timestamp(), i.updated_at)
    FROM events e
    WHERE e.workspace_id = $1 AND e.change_id = $2 AND e.kind = 'deleted'
      AND i.workspace_id = $1 AND i.issue_id = e.issue_id AND i.deleted_at IS NOT NULL
    RETURNING i.issue_id, i.version, i.status, i.assignee_id, i.priority
)
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version,
                    was_assignee, now_status, now_assignee, now_priority)
SELECT $1, $3, issue_id, $4, $5, 'restored', version, assignee_id, status, assignee_id, priority
FROM back ORDER BY issue_id"""

# An import that is taken back takes its labels along; its events say which they were.
_RELABEL: Final[LiteralString] = """
INSERT INTO issue_labels (workspace_id, issue_id, label_id)
SELECT $1, e.issue_id, l.label_id
FROM events e CROSS JOIN LATERAL jsonb_array_elements_text(e.before -> 'labels') given
JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(given)
WHERE e.workspace_id = $1 AND e.change_id = $2 AND e.kind = 'deleted' AND e.before ? 'labels'
ON CONFLICT DO NOTHING"""

# What is written comes from what was changed itself: how many rows a change has nobody can guess, and two lists that
# are taken for one row each would be held against each other row by row.
# Fields that the event names go back to what it says was before. Labels by name: they may have been renamed
# or merged since, and then the old name comes back (made beforehand, see `bring_back_labels`). When it was closed an
# older event does not say; then it is when the closing was written down.
_REVERT: Final[LiteralString] = """
WITH mine AS MATERIALIZED (
    SELECT DISTINCT ON (e.issue_id) e.issue_id, e.before AS was, e.after AS became,
           i.status, i.assignee_id, i.priority, i.closed_at AS was_closed_at,
           (SELECT closing.at FROM events closing JOIN changes c USING (workspace_id, change_id)
            WHERE closing.workspace_id = $1 AND closing.issue_id = e.issue_id AND closing.event_id < e.event_id
              AND c.undoes IS NULL
              AND closing.now_status = 'closed' AND closing.was_status <> 'closed'
            ORDER BY closing.event_id DESC LIMIT 1) AS closed_at,
           (SELECT coalesce(p.merged_into, p.person_id) FROM people p
            WHERE p.workspace_id = $1 AND p.person_id = (e.before ->> 'assignee_id')::uuid) AS assignee
    FROM events e JOIN issues i ON i.workspace_id = $1 AND i.issue_id = e.issue_id
    WHERE e.workspace_id = $1 AND e.change_id = $2 AND e.kind = 'edited' {OF}
    ORDER BY e.issue_id, e.event_id
), reverted AS (
    UPDATE issues i
    SET title = CASE WHEN was ? 'title' THEN was ->> 'title' ELSE i.title END,
        description = CASE WHEN was ? 'description' THEN was ->> 'description' ELSE i.description END,
        status = CASE WHEN was ? 'status' THEN was ->> 'status' ELSE i.status END,
        close_reason = CASE WHEN was ? 'close_reason' THEN was ->> 'close_reason' ELSE i.close_reason END,
        duplicate_of = CASE WHEN was ? 'duplicate_of' THEN (was ->> 'duplicate_of')::uuid ELSE i.duplicate_of END,
        parent_id = CASE WHEN was ? 'parent_id' THEN (was ->> 'parent_id')::uuid ELSE i.parent_id END,
        priority = CASE WHEN was ? 'priority' THEN priority_number(was ->> 'priority') ELSE i.priority END,
        assignee_id = CASE WHEN was ? 'assignee_id' THEN mine.assignee ELSE i.assignee_id END,
        due_on = CASE WHEN was ? 'due_on' THEN (was ->> 'due_on')::date ELSE i.due_on END,
        external_ref = CASE WHEN was ? 'external_ref' THEN was ->> 'external_ref' ELSE i.external_ref END,
        closed_at = CASE WHEN coalesce(was ->> 'status', i.status) = 'closed'
                    THEN coalesce(i.closed_at, (was ->> 'closed_at')::timestamptz, mine.closed_at, clock_timestamp())
                    END,
        version = i.version + 1, updated_at = greatest(clock_timestamp(), i.updated_at)
    FROM mine
    WHERE i.workspace_id = $1 AND i.issue_id = mine.issue_id AND i.deleted_at IS NULL
    RETURNING i.issue_id, i.version, i.status, i.assignee_id, i.priority, mine.was, mine.became, mine.was_closed_at,
              mine.status AS was_status, mine.assignee_id AS was_assignee, mine.priority AS was_priority
), untagged AS (
    DELETE FROM issue_labels il USING mine
    WHERE il.workspace_id = $1 AND il.issue_id = mine.issue_id AND was ? 'labels'
      AND NOT EXISTS (SELECT FROM labels l WHERE l.workspace_id = $1 AND l.label_id = il.label_id
                      AND lower(l.name) IN (SELECT lower(given) FROM jsonb_array_elements_text(was -> 'labels') given))
), tagged AS (
    INSERT INTO issue_labels (workspace_id, issue_id, label_id)
    SELECT $1, mine.issue_id, l.label_id
    FROM mine, jsonb_array_elements_text(was -> 'labels') given
    JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(given)
    WHERE was ? 'labels'
    ON CONFLICT DO NOTHING
)
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, before, after,
                    was_status, was_assignee, was_priority, now_status, now_assignee, now_priority)
SELECT $1, $3, issue_id, $4, $5, 'edited', version,
       became || CASE WHEN was_status = 'closed' AND status <> 'closed'
                 THEN jsonb_build_object('closed_at', was_closed_at) ELSE '{}' END, was - 'closed_at',
       was_status, was_assignee, was_priority, status, assignee_id, priority
FROM reverted ORDER BY issue_id"""

_COMMENTS: Final[LiteralString] = """
WITH mine AS MATERIALIZED (
    SELECT e.event_id, e.issue_id, e.kind, e.before AS was, e.after AS became,
           coalesce(e.after ->> 'comment_id', e.before ->> 'comment_id')::uuid AS comment_id
    FROM events e WHERE e.workspace_id = $1 AND e.change_id = $2 AND e.kind LIKE 'comment%' {OF}
), turned AS (
    UPDATE comments c
    SET deleted_at = CASE WHEN mine.kind IN ('commented', 'comment_restored') THEN clock_timestamp() END,
        body = CASE WHEN mine.kind = 'comment_edited' THEN mine.was ->> 'body' ELSE c.body END,
        edited_at = CASE WHEN mine.kind = 'comment_edited' THEN clock_timestamp() ELSE c.edited_at END
    FROM mine WHERE c.workspace_id = $1 AND c.comment_id = mine.comment_id
    RETURNING mine.*
), recent AS (
    UPDATE issues i SET updated_at = greatest(clock_timestamp(), i.updated_at)
    FROM (SELECT DISTINCT issue_id FROM mine) m WHERE i.workspace_id = $1 AND i.issue_id = m.issue_id
)
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, before, after)
SELECT $1, $3, issue_id, $4, $5,
       CASE WHEN kind = 'comment_edited' THEN 'comment_edited'
            WHEN kind = 'comment_deleted' THEN 'comment_restored' ELSE 'comment_deleted' END,
       became, was
FROM turned ORDER BY event_id"""


async def reverse(
    conn: asyncpg.Connection, actor: Actor, change_id: ChangeId, origin: Origin
) -> tuple[ChangeId, tuple[IssueId, ...], int]:
    """Writes the change that takes another one back: its id, up to 100 of the issues, and how many they are."""
    kinds = await conn.fetch(
        "SELECT DISTINCT kind FROM events WHERE workspace_id = $1 AND change_id = $2",
        actor.workspace_id,
        change_id,
    )
    found = {row["kind"] for row in kinds}
    undoing = await record(conn, actor, "undo", origin, (), undoes=change_id)
    common = (actor.workspace_id, change_id, undoing, actor.person_id, actor.source.value)
    if found & {"created", "restored"}:
        await conn.execute(_DELETE, *common)
    if "deleted" in found:
        await conn.execute(_RESTORE, *common)
        await conn.execute(_RELABEL, actor.workspace_id, change_id)
    if "edited" in found:
        await conn.execute(_REVERT.replace("{OF}", ""), *common)
    if any(kind.startswith("comment") for kind in found):
        await conn.execute(_COMMENTS.replace("{OF}", ""), *common)
    rows = await conn.fetch(
        "SELECT issue_id FROM events WHERE workspace_id = $1 AND change_id = $2 ORDER BY event_id",
        actor.workspace_id,
        undoing,
    )
    await conn.execute(
        """
        UPDATE changes SET summary = jsonb_build_object('count', $3::integer)
        WHERE workspace_id = $1 AND change_id = $2""",
        actor.workspace_id,
        undoing,
        len(rows),
    )
    return undoing, tuple(row["issue_id"] for row in rows[:100]), len(rows)


async def reverse_known(
    conn: asyncpg.Connection, actor: Actor, change_id: ChangeId, undoing: ChangeId, source: Source
) -> None:
    """Of an import: takes back what it did to the issues in the caller's table `changed` that nobody touched since."""
    common = (actor.workspace_id, change_id, undoing, actor.person_id, source.value)
    await conn.execute(_REVERT.replace("{OF}", _UNTOUCHED), *common)
    await conn.execute(_COMMENTS.replace("{OF}", _UNTOUCHED), *common)


_UNTOUCHED: Final[LiteralString] = "AND e.issue_id IN (SELECT issue_id FROM changed WHERE NOT touched)"


async def bring_back_labels(conn: asyncpg.Connection, actor: Actor, change_id: ChangeId) -> None:
    """Makes those again that the change took away and that are no more; before issues are locked (see `edit`)."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT given FROM events, jsonb_array_elements_text(before -> 'labels') given
        WHERE workspace_id = $1 AND change_id = $2 AND kind IN ('edited', 'deleted') AND before ? 'labels'
        ORDER BY given""",
        actor.workspace_id,
        change_id,
    )
    names = [row["given"] for row in rows]
    for start in range(0, len(names), LABELS_MAX):
        await held(conn, actor, names[start : start + LABELS_MAX], anew=True)
