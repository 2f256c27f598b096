"""What a query found before a batch of changes.

The query is asked of the same issues again, while common table expressions stand in for the tables, with
the values that the changes replaced: so "new among what it finds" needs no memory of what it found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, LiteralString

import asyncpg

from db.access import Actor
from db.ids import CommentId, EventId, IssueId
from db.query.resolving import resolve
from db.query.terms import Query
from db.query.walking import among


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What changes replaced: fields as events name them, and the comments there were not yet, or still were.

    `since` is the first of their events: by those before it, it is known when the issue was closed and changed.
    `said` has the earlier text of comments that read differently now; `removed` those that are gone. `there`: the issue
    itself was, and is deleted.
    """

    since: EventId | None = None
    was: Mapping[str, Any] = field(default_factory=dict)
    new_comments: tuple[CommentId, ...] = ()
    removed: tuple[CommentId, ...] = ()
    said: Mapping[CommentId, str] = field(default_factory=dict)
    there: bool = False

    def told(self) -> dict[str, Any]:
        """As the statement takes it."""
        return {
            "since": self.since,
            "was": dict(self.was),
            "new_comments": [str(each) for each in self.new_comments],
            "removed": [str(each) for each in self.removed],
            "said": {str(comment_id): body for comment_id, body in self.said.items()},
            "there": self.there,
        }


_UNTOUCHED: Final = Earlier()

_STAND_INS: Final[LiteralString] = """
WITH earlier AS (
    SELECT key::uuid AS issue_id, (value ->> 'since')::bigint AS since, value -> 'was' AS was,
        value -> 'new_comments' AS new_comments, value -> 'removed' AS removed, value -> 'said' AS said,
        (value ->> 'there')::boolean AS there
    FROM jsonb_each({}::text::jsonb)
), issues AS (
    SELECT i.workspace_id, i.issue_id, i.number, i.source, i.reporter_id, i.created_at,
        CASE WHEN NOT there THEN i.deleted_at END AS deleted_at,
        coalesce((SELECT max(e.at) FROM events e
                  WHERE e.workspace_id = $1 AND e.issue_id = i.issue_id AND e.event_id < since), i.updated_at)
            AS updated_at,
        CASE WHEN was ? 'title' THEN was ->> 'title' ELSE i.title END AS title,
        CASE WHEN was ? 'description' THEN was ->> 'description' ELSE i.description END AS description,
        CASE WHEN was ? 'status' THEN was ->> 'status' ELSE i.status END AS status,
        CASE WHEN was ? 'status' THEN was ->> 'status' = 'closed' ELSE i.is_closed END AS is_closed,
        CASE WHEN was ? 'close_reason' THEN was ->> 'close_reason' ELSE i.close_reason END AS close_reason,
        CASE WHEN was ? 'duplicate_of' THEN (was ->> 'duplicate_of')::uuid ELSE i.duplicate_of END AS duplicate_of,
        CASE WHEN was ? 'parent_id' THEN (was ->> 'parent_id')::uuid ELSE i.parent_id END AS parent_id,
        CASE WHEN was ? 'priority' THEN priority_number(was ->> 'priority') ELSE i.priority::smallint END AS priority,
        CASE WHEN was ? 'assignee_id' THEN (was ->> 'assignee_id')::uuid ELSE i.assignee_id END AS assignee_id,
        CASE WHEN was ? 'due_on' THEN (was ->> 'due_on')::date ELSE i.due_on END AS due_on,
        CASE WHEN was ? 'external_ref' THEN was ->> 'external_ref' ELSE i.external_ref END AS external_ref,
        CASE WHEN was ? 'labels' THEN jsonb_array_length(was -> 'labels') > 0 ELSE i.labelled END AS labelled,
        EXISTS (SELECT FROM comments c
                WHERE c.workspace_id = $1 AND c.issue_id = i.issue_id AND NOT new_comments ? c.comment_id::text
                  AND (c.deleted_at IS NULL OR removed ? c.comment_id::text)) AS commented,
        -- Events of earlier versions do not say when what they opened again was closed; what an undo closed again is
        -- closed since the time before.
        CASE WHEN NOT was ? 'status' THEN i.closed_at
             WHEN was ->> 'status' = 'closed' THEN coalesce((was ->> 'closed_at')::timestamptz, (
                 SELECT e.at FROM events e JOIN changes c USING (workspace_id, change_id)
                 WHERE e.workspace_id = $1 AND e.issue_id = i.issue_id AND e.event_id < since
                   AND e.now_status = 'closed' AND e.was_status <> 'closed' AND c.undoes IS NULL
                 ORDER BY e.event_id DESC LIMIT 1), i.closed_at) END AS closed_at
    FROM issues i JOIN earlier USING (issue_id)
    WHERE i.workspace_id = $1
), issue_labels AS (
    SELECT x.workspace_id, x.issue_id, x.label_id
    FROM issue_labels x JOIN earlier USING (issue_id)
    WHERE x.workspace_id = $1 AND NOT was ? 'labels'
    UNION ALL
    SELECT l.workspace_id, earlier.issue_id, l.label_id
    FROM earlier
    CROSS JOIN LATERAL jsonb_array_elements_text(was -> 'labels') AS given (name)
    JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(given.name)
    WHERE was ? 'labels'
), comments AS (
    SELECT c.workspace_id, c.comment_id, c.issue_id, c.author_id, c.created_at,
        coalesce(said ->> c.comment_id::text, c.body) AS body,
        CASE WHEN NOT removed ? c.comment_id::text THEN c.deleted_at END AS deleted_at
    FROM comments c JOIN earlier USING (issue_id)
    WHERE c.workspace_id = $1 AND NOT new_comments ? c.comment_id::text
), issue_documents AS (
    -- A deleted issue has no document any more.
    SELECT i.workspace_id, i.issue_id,
        CASE WHEN d.document IS NULL OR was ?| ARRAY['title', 'description']
                  OR new_comments <> '[]' OR removed <> '[]' OR said <> '{{}}'
             THEN issue_document(coalesce(d.config, w.search_config), i.workspace_id, i.number, i.title, i.description,
                      (SELECT left(string_agg(c.body, E'\\n' ORDER BY c.created_at DESC), 100000) FROM comments c
                       WHERE c.issue_id = i.issue_id AND c.deleted_at IS NULL))
             ELSE d.document END AS document
    FROM earlier JOIN issues i USING (issue_id) JOIN workspaces w ON w.workspace_id = $1
    LEFT JOIN issue_documents d ON d.workspace_id = $1 AND d.issue_id = i.issue_id
    WHERE there OR d.document IS NOT NULL
)
"""


async def matched(
    conn: asyncpg.Connection,
    actor: Actor,
    query: Query,
    issue_ids: Sequence[IssueId],
    earlier: Mapping[IssueId, Earlier],
    *,
    now: datetime | None = None,
) -> set[IssueId]:
    """Those of these issues that the query found before, and that the actor could see then. Raises QueryError."""
    if not issue_ids:
        return set()
    resolved = await resolve(conn, actor, query, now=now)
    statement = among(resolved, list(issue_ids))
    replaced = {str(issue_id): earlier.get(issue_id, _UNTOUCHED).told() for issue_id in issue_ids}
    stand_ins = statement.parameters.fill(_STAND_INS, json.dumps(replaced))
    rows = await conn.fetch(f"{stand_ins} {statement.sql}", *statement.values)
    return {row["issue_id"] for row in rows}
