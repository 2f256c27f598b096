"""Files an issue: one statement, one round trip."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final, LiteralString

import asyncpg

from db import people
from db.access import Action, Actor, require
from db.constraints import domain_errors
from db.errors import Conflict
from db.ids import ChangeId, IssueId, new_uuid
from db.issues.draft import IssueDraft, Written
from db.issues.labelling import MERGED_AWAY, surviving
from db.issues.labelling import ensure as ensure_labels
from db.issues.reading import get
from db.issues.record import Issue
from db.origins import NOWHERE, Origin
from db.recording import written_before
from db.states import Priority

# Labels can go, and come, between a look and the next; that they do so time and again is not of this world.
_TRIES: Final = 5

# Everything hangs on the change row: when its request key was used before, it is not inserted,
# and so nothing else is either. The number is drawn only then.
_CHANGE: Final[LiteralString] = """
change AS (
    INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id, thread_ts)
    SELECT $1, $2, $3, $4, 'create', $5, $6, $7"""

# Nothing is given to somebody who has left; whom a merge made another person is that other one.
_ASSIGNABLE: Final[LiteralString] = """
    WHERE ($13::uuid IS NULL OR NOT EXISTS (
        SELECT FROM people g JOIN people s
            ON s.workspace_id = g.workspace_id AND s.person_id = coalesce(g.merged_into, g.person_id)
        WHERE g.workspace_id = $1 AND g.person_id = $13 AND NOT s.active))"""

# An announcement that waits already will find this change too.
_REST: Final[LiteralString] = """
    ON CONFLICT (workspace_id, request_key) WHERE request_key IS NOT NULL DO NOTHING
    RETURNING at
), issue AS (
    INSERT INTO issues (workspace_id, issue_id, number, title, description, status, priority,
                        assignee_id, reporter_id, due_on, parent_id, external_ref, source, labelled)
    SELECT $1, $8, next_number($1), $9, $10, $11, $12,
           CASE WHEN $13::uuid IS NOT NULL THEN
               coalesce((SELECT merged_into FROM people WHERE workspace_id = $1 AND person_id = $13), $13) END,
           $14, $15, $16, $17, $4, {labelled}
    FROM change
    RETURNING number, created_at, assignee_id, reporter_id
), watching AS (
    INSERT INTO watchers (workspace_id, issue_id, person_id)
    SELECT $1, $8, person_id
    FROM issue, unnest(CASE WHEN assignee_id = reporter_id THEN ARRAY[reporter_id]
                       ELSE ARRAY[reporter_id, assignee_id] END) person_id
    WHERE person_id IS NOT NULL
), event AS (
    INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, after,
                        now_status, now_assignee, now_priority)
    SELECT $1, $2, $8, $3, $4, 'created', 1, $18::text::jsonb{also}, $11, assignee_id, $12 FROM issue
), pending AS (
    INSERT INTO pending_changes (workspace_id, change_id) SELECT $1, $2 FROM change
){tagged}
SELECT number, created_at, assignee_id, {labels} AS labels, CASE WHEN NOT EXISTS (
        SELECT FROM pgqueuer WHERE dedupe_key = 'announce:' || $1 AND status IN ('queued', 'picked')
    ) THEN enqueue_job('announce', convert_to($1, 'UTF8'), 'announce:' || $1) END
FROM issue"""

_PLAIN: Final[LiteralString] = f"WITH {_CHANGE}{_ASSIGNABLE}" + _REST.format(
    also="", tagged="", labels="'{}'::text[]", labelled="false"
)

# With labels: nothing is written either while one of them does not exist yet.
_WANTED: Final[LiteralString] = """
wanted AS (
    SELECT DISTINCT l.label_id, l.name, lower(l.name) AS folded FROM unnest($19::text[]) given
    JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(given)
)"""
_LABELLED: Final[LiteralString] = (
    f"WITH {_WANTED}, {_CHANGE}{_ASSIGNABLE}"
    " AND NOT EXISTS (SELECT lower(given) FROM unnest($19::text[]) given EXCEPT SELECT folded FROM wanted)"
) + _REST.format(
    also=" || jsonb_build_object('labels', (SELECT jsonb_agg(name ORDER BY folded) FROM wanted))",
    tagged=""", tagged AS (
    INSERT INTO issue_labels (workspace_id, issue_id, label_id)
    SELECT $1, $8, label_id FROM change, wanted
)""",
    labels="(SELECT array_agg(name ORDER BY folded) FROM wanted)",
    labelled="true",
)


async def create(
    conn: asyncpg.Connection, actor: Actor, draft: IssueDraft, origin: Origin = NOWHERE
) -> Written:
    """Files an issue. Labels that do not exist yet are made first.

    A request key that was used before writes nothing and gives the first result, `repeated`.
    Raises Invalid, Forbidden; Conflict when the key belongs to another kind of request.
    """
    require(actor, Action.CREATE)
    draft = draft.checked()
    change_id, issue_id = ChangeId(new_uuid()), IssueId(new_uuid())
    for _ in range(_TRIES):
        statement = _LABELLED if draft.labels else _PLAIN
        values = values_of(actor, draft, origin, change_id, issue_id)
        with domain_errors():
            try:
                row = await _insert(conn, statement, values)
            except asyncpg.ForeignKeyViolationError as error:
                if error.constraint_name != MERGED_AWAY:
                    raise
                draft = replace(draft, labels=await surviving(conn, actor, draft.labels))
                continue
        if row is not None:
            return Written(issue=filed(actor, draft, issue_id, row), change_id=change_id)
        if (first := await _first(conn, actor, origin)) is not None:
            return first
        await people.require_active(conn, actor, draft.assignee_id)
        await ensure_labels(conn, actor, draft.labels)
    raise Conflict("label", ", ".join(draft.labels))


async def _insert(conn: asyncpg.Connection, statement: str, values: tuple[Any, ...]) -> Any:
    """None where nothing was written: the request was here before, a label is missing, the assignee has left."""
    if not (conn.is_in_transaction() and statement is _LABELLED):
        return await conn.fetchrow(statement, *values)
    # A label that is merged into another this very moment fails the statement, and not the caller's transaction.
    async with conn.transaction():
        return await conn.fetchrow(statement, *values)


async def _first(conn: asyncpg.Connection, actor: Actor, origin: Origin) -> Written | None:
    before = await written_before(conn, actor, origin, "create")
    if before is None:
        return None
    issue = await get(conn, actor, before.issue_ids[0])
    return Written(issue=issue, change_id=before.change_id, repeated=True)


def values_of(
    actor: Actor, draft: IssueDraft, origin: Origin, change_id: ChangeId, issue_id: IssueId
) -> tuple[Any, ...]:
    """The parameters of the statement, in order; with labels one more."""
    values = (
        actor.workspace_id,
        change_id,
        actor.person_id,
        actor.source.value,
        origin.request_key,
        origin.channel_id,
        origin.thread_ts,
        issue_id,
        draft.title,
        draft.description,
        draft.status.value,
        draft.priority.value,
        draft.assignee_id,
        draft.reporter_id or actor.person_id,
        draft.due_on,
        draft.parent_id,
        draft.external_ref,
        json.dumps(_told(draft)),
    )
    return (*values, draft.labels) if draft.labels else values


def _told(draft: IssueDraft) -> dict[str, Any]:
    """What the event says of the new issue. Its text stands in the issue and, once edited, in the edit's event."""
    told: dict[str, Any] = {"title": draft.title, "status": draft.status.value}
    if draft.priority is not Priority.NONE:
        told["priority"] = draft.priority.word
    if draft.assignee_id:
        told["assignee_id"] = str(draft.assignee_id)
    if draft.due_on:
        told["due_on"] = draft.due_on.isoformat()
    if draft.parent_id:
        told["parent_id"] = str(draft.parent_id)
    return told


def filed(actor: Actor, draft: IssueDraft, issue_id: IssueId, row: Any) -> Issue:
    """The new issue, from the draft and what the database decided: number, created_at, assignee_id, labels."""
    return Issue(
        workspace_id=actor.workspace_id,
        issue_id=issue_id,
        number=row["number"],
        title=draft.title,
        description=draft.description,
        status=draft.status,
        close_reason=None,
        duplicate_of=None,
        parent_id=draft.parent_id,
        priority=draft.priority,
        assignee_id=row["assignee_id"],
        reporter_id=draft.reporter_id or actor.person_id,
        due_on=draft.due_on,
        external_ref=draft.external_ref,
        labels=tuple(row["labels"]),
        version=1,
        source=actor.source,
        created_at=row["created_at"],
        updated_at=row["created_at"],
        closed_at=None,
    )
