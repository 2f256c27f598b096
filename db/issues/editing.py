"""Changes one issue, and never overwrites what somebody else did meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final, LiteralString

import asyncpg

from db import events, limits
from db.access import VISIBLE, Action, Actor, require
from db.constraints import domain_errors
from db.errors import Conflict, FieldError, Invalid, LodgeError, NotFound
from db.events import Event, read_event
from db.ids import ChangeId, IssueId, PersonId, new_uuid
from db.issues.draft import UNSET, IssuePatch, Written
from db.issues.labelling import ensure as ensure_labels
from db.issues.planning import Plan, plan
from db.issues.reading import get
from db.issues.record import COLUMNS, Issue, read_issue
from db.origins import NOWHERE, Origin
from db.recording import written_before
from db.states import CloseReason, Status

# So often an edit without a version is tried on what it has read; then it takes the row's lock first.
_TRIES: Final = 3


class Clash(LodgeError):
    """Somebody else changed the issue since it was read.

    `issue` is as it is now; `theirs` what happened since, oldest first; `fields` what both sides touch.
    """

    def __init__(self, issue: Issue, theirs: tuple[Event, ...], fields: frozenset[str]) -> None:
        self.issue = issue
        self.theirs = theirs
        self.fields = fields
        super().__init__(f"issue {issue.issue_id} is at version {issue.version} now")


_READ: Final[LiteralString] = f"""
SELECT {COLUMNS},
       (SELECT coalesce(p.merged_into, p.person_id) FROM people p
        WHERE p.workspace_id = $1 AND p.person_id = $4) AS survivor,
       EXISTS (SELECT FROM changes c WHERE c.workspace_id = $1 AND c.request_key = $5) AS repeated
FROM issues i WHERE {VISIBLE} AND i.issue_id = $3"""

# One statement: nothing is written unless the issue still is at the version that the plan was made from.
_WRITE: Final[LiteralString] = """
WITH target AS (
    UPDATE issues
    SET title = $9::text, description = coalesce($10::text, description), status = $11::text, close_reason = $12::text,
        duplicate_of = $13, parent_id = $14, priority = $15::smallint, assignee_id = $16, due_on = $17,
        external_ref = $18, version = version + 1, updated_at = greatest(clock_timestamp(), updated_at),
        closed_at = CASE WHEN $11 <> 'closed' THEN NULL ELSE coalesce(closed_at, clock_timestamp()) END
    WHERE workspace_id = $1 AND issue_id = $8 AND version = $19 AND deleted_at IS NULL
    RETURNING version, updated_at, closed_at
), change AS (
    INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id, thread_ts)
    SELECT $1, $2, $3, $4, 'edit', $5, $6, $7 FROM target
), event AS (
    INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, before, after,
                        was_status, was_assignee, was_priority, now_status, now_assignee, now_priority)
    SELECT $1, $2, $8, $3, $4, 'edited', version, $20::text::jsonb, $21::text::jsonb,
           $22, $23, $24, $11, $16, $15
    FROM target
), pending AS (
    INSERT INTO pending_changes (workspace_id, change_id) SELECT $1, $2 FROM target
), watching AS (
    INSERT INTO watchers (workspace_id, issue_id, person_id)
    SELECT $1, $8, $16 FROM target WHERE $16 IS NOT NULL AND $16 IS DISTINCT FROM $23
    ON CONFLICT DO NOTHING
), untagged AS (
    DELETE FROM issue_labels USING target
    WHERE workspace_id = $1 AND issue_id = $8 AND NOT label_id = ANY($25::uuid[]) AND $25 IS NOT NULL
), tagged AS (
    INSERT INTO issue_labels (workspace_id, issue_id, label_id)
    SELECT $1, $8, label_id FROM target, unnest($25::uuid[]) label_id
    ON CONFLICT DO NOTHING
)
SELECT version, updated_at, closed_at, CASE WHEN NOT EXISTS (
        SELECT FROM pgqueuer WHERE dedupe_key = 'announce:' || $1 AND status IN ('queued', 'picked')
    ) THEN enqueue_job('announce', convert_to($1, 'UTF8'), 'announce:' || $1) END
FROM target"""


async def edit(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    patch: IssuePatch,
    origin: Origin = NOWHERE,
    *,
    version: int | None = None,
) -> Written:
    """Changes the fields that the patch names.

    With `version`, raises Clash unless the issue still is at it; without, the patch goes on top of
    whatever the issue is now. Raises NotFound, Invalid, Forbidden; Conflict when the request key
    belongs to another kind of request.
    """
    require(actor, Action.EDIT)
    patch = patch.checked()
    if origin.request_key is not None:
        limits.request_key(origin.request_key)
    for _ in range(_TRIES):
        written = await _attempt(conn, actor, issue_id, patch, origin, version)
        if written is not None:
            return written
    async with conn.transaction():
        await _make_labels(conn, actor, patch)
        await lock(conn, actor, issue_id)
        written = await _attempt(conn, actor, issue_id, patch, origin, version)
    assert written is not None, "a locked issue cannot move"
    return written


async def lock(conn: asyncpg.Connection, actor: Actor, *issue_ids: IssueId) -> None:
    """Holds these issues until the transaction ends; in the order of ids, so that nobody waits crosswise."""
    await conn.execute(
        """
        SELECT FROM issues WHERE workspace_id = $1 AND issue_id = ANY($2::uuid[])
        ORDER BY issue_id FOR NO KEY UPDATE""",
        actor.workspace_id,
        list(issue_ids),
    )


async def _make_labels(conn: asyncpg.Connection, actor: Actor, patch: IssuePatch) -> None:
    """Before issues are locked: everybody who holds both takes labels first, and so nobody waits crosswise."""
    for names in (patch.labels, patch.add_labels):
        if names is not UNSET and names:
            await ensure_labels(conn, actor, names)


async def _attempt(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    patch: IssuePatch,
    origin: Origin,
    version: int | None,
) -> Written | None:
    """None when somebody else was quicker."""
    related = [ref for ref in (patch.duplicate_of, patch.parent_id) if ref is not UNSET and ref is not None]
    if not related:
        return await _read_and_write(conn, actor, issue_id, patch, origin, version)
    async with conn.transaction():
        await _make_labels(conn, actor, patch)
        await lock(conn, actor, issue_id, *related)
        await _check_original(conn, actor, patch.duplicate_of)
        await _check_parent(conn, actor, issue_id, patch.parent_id)
        return await _read_and_write(conn, actor, issue_id, patch, origin, version)


async def _read_and_write(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    patch: IssuePatch,
    origin: Origin,
    version: int | None,
) -> Written | None:
    assignee = None if patch.assignee_id is UNSET else patch.assignee_id
    row = await conn.fetchrow(
        _READ, actor.workspace_id, actor.sees_only, issue_id, assignee, origin.request_key
    )
    if row is None:
        raise NotFound("issue", issue_id)
    if row["repeated"]:
        return await _first(conn, actor, origin)
    issue = read_issue(row)
    if row["survivor"] is not None:
        patch = replace(patch, assignee_id=row["survivor"])
    planned = plan(issue, patch)
    if version is not None and version != issue.version:
        raise await _clash(conn, issue, planned, version)
    if not planned.fields:
        return Written(issue=issue, change_id=None)
    return await _write(conn, actor, issue, planned, origin)


async def _write(
    conn: asyncpg.Connection, actor: Actor, issue: Issue, planned: Plan, origin: Origin
) -> Written | None:
    labels = None
    if "labels" in planned.fields:
        labels = await ensure_labels(conn, actor, planned.wanted.labels)
        planned = _with_labels(planned, tuple(label.name for label in labels))
    change_id = ChangeId(new_uuid())
    label_ids = None if labels is None else [label.label_id for label in labels]
    values = _values(actor, issue, planned, origin, change_id, label_ids)
    try:
        with domain_errors():
            if conn.is_in_transaction():
                async with conn.transaction():
                    row = await conn.fetchrow(_WRITE, *values)
            else:
                row = await conn.fetchrow(_WRITE, *values)
    except Conflict as conflict:
        if conflict.kind != "request":
            raise
        return await _first(conn, actor, origin)
    if row is None:
        return None
    return Written(
        issue=replace(
            planned.wanted, version=row["version"], updated_at=row["updated_at"], closed_at=row["closed_at"]
        ),
        change_id=change_id,
    )


def _with_labels(planned: Plan, names: tuple[str, ...]) -> Plan:
    """The labels as they are spelled in the workspace."""
    return replace(
        planned,
        wanted=replace(planned.wanted, labels=names),
        after={**planned.after, "labels": list(names)},
    )


def _values(
    actor: Actor,
    issue: Issue,
    planned: Plan,
    origin: Origin,
    change_id: ChangeId,
    label_ids: list[Any] | None,
) -> tuple[Any, ...]:
    wanted = planned.wanted
    return (
        actor.workspace_id,
        change_id,
        actor.person_id,
        actor.source.value,
        origin.request_key,
        origin.channel_id,
        origin.thread_ts,
        issue.issue_id,
        wanted.title,
        wanted.description if "description" in planned.fields else None,
        wanted.status.value,
        None if wanted.close_reason is None else wanted.close_reason.value,
        wanted.duplicate_of,
        wanted.parent_id,
        wanted.priority.value,
        wanted.assignee_id,
        wanted.due_on,
        wanted.external_ref,
        issue.version,
        json.dumps(planned.before),
        json.dumps(planned.after),
        issue.status.value,
        issue.assignee_id,
        issue.priority.value,
        label_ids,
    )


async def _first(conn: asyncpg.Connection, actor: Actor, origin: Origin) -> Written:
    before = await written_before(conn, actor, origin, "edit")
    assert before is not None
    issue = await get(conn, actor, before.issue_ids[0])
    return Written(issue=issue, change_id=before.change_id, repeated=True)


async def _clash(conn: asyncpg.Connection, issue: Issue, planned: Plan, version: int) -> Clash:
    rows = await conn.fetch(
        f"""
        SELECT {events.COLUMNS} FROM events e JOIN changes c USING (workspace_id, change_id)
        WHERE e.workspace_id = $1 AND e.issue_id = $2 AND e.version > $3
        ORDER BY e.event_id LIMIT 100""",
        issue.workspace_id,
        issue.issue_id,
        version,
    )
    theirs = tuple(read_event(row) for row in rows)
    touched: frozenset[str] = frozenset().union(*(event.fields for event in theirs))
    return Clash(issue, theirs, touched & planned.fields)


async def _check_original(conn: asyncpg.Connection, actor: Actor, original_id: Any) -> None:
    if original_id is UNSET or original_id is None:
        return
    try:
        original = await get(conn, actor, original_id)
    except NotFound as missing:
        message = "there is no such issue here"
        raise Invalid(FieldError(field="duplicate_of", code="unknown", message=message)) from missing
    if original.duplicate_of is not None:
        message = f"#{original.number} is a duplicate itself: name its original"
        raise Invalid(FieldError(field="duplicate_of", code="chain", message=message))


async def _check_parent(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId, parent_id: Any) -> None:
    if parent_id is UNSET or parent_id is None:
        return
    rows = await conn.fetch(
        f"""
        WITH RECURSIVE above (issue_id, parent_id) AS (
            SELECT i.issue_id, i.parent_id FROM issues i WHERE {VISIBLE} AND i.issue_id = $3
            UNION
            SELECT p.issue_id, p.parent_id FROM above a
            JOIN issues p ON p.workspace_id = $1 AND p.issue_id = a.parent_id
        )
        SELECT issue_id FROM above LIMIT 1000""",
        actor.workspace_id,
        actor.sees_only,
        parent_id,
    )
    if not rows:
        message = "there is no such issue here"
        raise Invalid(FieldError(field="parent", code="unknown", message=message))
    if any(row["issue_id"] == issue_id for row in rows):
        message = "an issue cannot be below itself"
        raise Invalid(FieldError(field="parent", code="cycle", message=message))


async def assign(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    assignee_id: PersonId | None,
    origin: Origin = NOWHERE,
    *,
    version: int | None = None,
) -> Written:
    """Gives the issue to somebody, or with None to nobody. Raises as `edit`."""
    return await edit(conn, actor, issue_id, IssuePatch(assignee_id=assignee_id), origin, version=version)


async def close(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    reason: CloseReason = CloseReason.COMPLETED,
    origin: Origin = NOWHERE,
    *,
    duplicate_of: IssueId | None = None,
    version: int | None = None,
) -> Written:
    """Closes it, or gives a closed one another reason. A duplicate names its original. Raises as `edit`."""
    patch = IssuePatch(status=Status.CLOSED, close_reason=reason, duplicate_of=duplicate_of)
    return await edit(conn, actor, issue_id, patch, origin, version=version)


async def reopen(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    origin: Origin = NOWHERE,
    *,
    version: int | None = None,
) -> Written:
    """Opens a closed issue again; one that is open or in progress stays as it is. Raises as `edit`."""
    require(actor, Action.EDIT)
    patch = IssuePatch(status=Status.OPEN)
    while True:
        issue = await get(conn, actor, issue_id)
        if issue.status is not Status.CLOSED and version in (None, issue.version):
            return Written(issue=issue, change_id=None)
        try:
            return await edit(conn, actor, issue_id, patch, origin, version=version or issue.version)
        except Clash:
            if version is not None:
                raise


async def set_status(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    status: Status,
    origin: Origin = NOWHERE,
    *,
    reason: CloseReason | None = None,
    duplicate_of: IssueId | None = None,
    version: int | None = None,
) -> Written:
    """Moves it to a status; closing takes a reason, completed unless said. Raises as `edit`."""
    patch = IssuePatch(status=status, close_reason=reason, duplicate_of=duplicate_of)
    return await edit(conn, actor, issue_id, patch, origin, version=version)
