"""How staged rows become issues with their labels, comments and history: a slice of lines in each statement.

In each: $1 workspace, $2 the first line and $3 the one behind the last; then what the statement itself says.
"""

from __future__ import annotations

from typing import Final, LiteralString

_SLICE_OF: Final[LiteralString] = "s.line >= $2 AND s.line < $3"
# A time that the file does not give follows from those it gives; none is before the creation.
_CREATED_AT: Final[LiteralString] = "coalesce(s.created_at, s.updated_at, s.closed_at, now())"
_CLOSED_AT: Final[LiteralString] = (
    f"CASE WHEN s.status = 'closed' THEN greatest(coalesce(s.closed_at, s.updated_at), {_CREATED_AT}) END"
)

# Whoever the file names filed it. A file that names nobody leaves that to whoever imports it.
_REPORTER: Final[LiteralString] = "coalesce(r.person_id, CASE WHEN s.reporter IS NULL THEN $5::uuid END)"

ISSUES: Final[LiteralString] = f"""
INSERT INTO issues (workspace_id, issue_id, number, title, description, status, close_reason, priority, assignee_id,
                    reporter_id, due_on, external_ref, version, source, created_at, updated_at, closed_at,
                    labelled, commented)
SELECT $1, s.issue_id, s.number, s.title, coalesce(s.description, ''), s.status,
       CASE WHEN s.close_reason = 'duplicate' THEN 'not_planned' ELSE s.close_reason END,
       s.priority, a.person_id, {_REPORTER}, s.due_on,
       s.external_ref, CASE WHEN s.status = 'closed' THEN 2 ELSE 1 END, 'import', {_CREATED_AT},
       greatest(coalesce(s.updated_at, {_CLOSED_AT}), {_CREATED_AT}), {_CLOSED_AT},
       coalesce(cardinality(s.labels), 0) > 0, s.comments IS NOT NULL
FROM (SELECT nextval($4::text::regclass) AS number, s.*
      FROM (SELECT * FROM staged s WHERE {_SLICE_OF} ORDER BY s.line) s) s
LEFT JOIN staged_people a ON a.number = s.assignee
LEFT JOIN staged_people r ON r.number = s.reporter"""

_TOLD: Final[LiteralString] = """
jsonb_strip_nulls(jsonb_build_object(
    'title', s.title, 'status', CASE WHEN s.status = 'closed' THEN 'open' ELSE s.status END,
    'priority', (ARRAY['urgent', 'high', 'medium', 'low'])[s.priority],
    'assignee_id', a.person_id, 'due_on', s.due_on))"""

CREATED: Final[LiteralString] = f"""
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, at, after,
                    now_status, now_assignee, now_priority)
SELECT $1, $4, s.issue_id, {_REPORTER}, 'import', 'created', 1, {_CREATED_AT}, {_TOLD},
       CASE WHEN s.status = 'closed' THEN 'open' ELSE s.status END, a.person_id, s.priority
FROM staged s
LEFT JOIN staged_people a ON a.number = s.assignee
LEFT JOIN staged_people r ON r.number = s.reporter
WHERE {_SLICE_OF}"""

# No tracker's file says who closed an issue, so nobody is named.
_CLOSING: Final[LiteralString] = f"""
SELECT $1, $4::uuid, s.issue_id, NULL::uuid, 'import', 'edited', 2, {_CLOSED_AT} AS at, '{{"status": "open"}}'::jsonb,
       jsonb_build_object('status', 'closed', 'close_reason',
                          CASE WHEN s.close_reason = 'duplicate' THEN 'not_planned' ELSE s.close_reason END),
       'open', a.person_id, s.priority, 'closed', a.person_id, s.priority
FROM staged s LEFT JOIN staged_people a ON a.number = s.assignee
WHERE {_SLICE_OF} AND s.status = 'closed'"""

_INTO_EVENTS: Final[LiteralString] = """
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, at, before, after,
                    was_status, was_assignee, was_priority, now_status, now_assignee, now_priority)"""

CLOSED: Final[LiteralString] = f"{_INTO_EVENTS} {_CLOSING}"

LABELS: Final[LiteralString] = f"""
INSERT INTO issue_labels (workspace_id, issue_id, label_id)
SELECT $1, s.issue_id, l.label_id
FROM staged s CROSS JOIN unnest(s.labels) AS named (number) JOIN staged_labels l USING (number)
WHERE {_SLICE_OF}"""

# A history is read in the order of its events, so comments and the closing are written in the order of time.
COMMENTS: Final[LiteralString] = f"""
WITH said AS (
    INSERT INTO comments (workspace_id, issue_id, author_id, body, source, external_ref, created_at)
    SELECT $1, s.issue_id, p.person_id, c.body, 'import', c.ref, coalesce(c.at, {_CREATED_AT})
    FROM staged s
    CROSS JOIN jsonb_to_recordset(s.comments) AS c (author integer, at timestamptz, body text, ref text)
    LEFT JOIN staged_people p ON p.number = c.author
    WHERE {_SLICE_OF} AND s.comments IS NOT NULL
    RETURNING comment_id, issue_id, author_id, created_at
), told AS (
    {_INTO_EVENTS}
    SELECT $1, $4::uuid, issue_id, author_id, 'import', 'commented', NULL::integer, created_at AS at, '{{}}'::jsonb,
           jsonb_build_object('comment_id', comment_id), NULL, NULL::uuid, NULL::smallint, NULL, NULL::uuid,
           NULL::smallint
    FROM said
    UNION ALL
    {_CLOSING}
    ORDER BY at
)
SELECT count(*) FROM said"""
