"""Changes one issue, and never overwrites what somebody else did meanwhile."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final, LiteralString

import asyncpg

from db import events, limits, people
from db.access import VISIBLE, Action, Actor, require
from db.constraints import domain_errors
from db.errors import Conflict, Invalid, LodgeError, NotFound
from db.events import Event, read_event
from db.ids import ChangeId, IssueId, LabelId, new_uuid
from db.issues.draft import UNSET, IssuePatch, Written
from db.issues.labelling import MERGED_AWAY, Label, held, surviving
from db.issues.labelling import ensure as ensure_labels
from db.issues.linking import check_original, check_parent, hold_parents
from db.issues.planning import Plan, plan
from db.issues.reading import get
from db.issues.record import COLUMNS, Issue, read_issue
from db.origins import NOWHERE, Origin
from db.recording import written_before

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
       ARRAY(SELECT l.label_id FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
             WHERE il.workspace_id = i.workspace_id AND il.issue_id = i.issue_id
             ORDER BY lower(l.name)) AS label_ids,
       (SELECT coalesce(p.merged_into, p.person_id) FROM people p
        WHERE p.workspace_id = $1 AND p.person_id = $4) AS survivor,
       (SELECT s.name FROM people p JOIN people s
            ON s.workspace_id = p.workspace_id AND s.person_id = coalesce(p.merged_into, p.person_id)
        WHERE p.workspace_id = $1 AND p.person_id = $4 AND NOT s.active) AS has_left,
       EXISTS (SELECT FROM changes c WHERE c.workspace_id = $1 AND c.request_key = $5) AS repeated
FROM issues i WHERE {VISIBLE} AND i.issue_id = $3"""

# One statement: nothing is written unless the issue still is at the version that the plan was made from.
_WRITE: Final[LiteralString] = """
WITH target AS (
    UPDATE issues
    SET title = $9::text, description = coalesce($10::text, description), status = $11::text, close_reason = $12::text,
        duplicate_of = $13, parent_id = $14, priority = $15::smallint, assignee_id = $16, due_on = $17,
        external_ref = $18, labelled = labelled OR cardinality($25::uuid[]) > 0,
        version = version + 1, updated_at = greatest(clock_timestamp(), updated_at),
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
    WHERE workspace_id = $1 AND issue_id = $8 AND label_id = ANY($26::uuid[])
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
        try:
            written = await _attempt(conn, actor, issue_id, patch, origin, version)
        except _MergedAwayError:
            patch = await _with_survivors(conn, actor, patch)
            continue
        if written is not None:
            return written
    async with conn.transaction():
        patch = await _hold_labels(conn, actor, patch)
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


class _MergedAwayError(Exception):
    """A label that was there has been merged into another meanwhile."""


async def _with_survivors(conn: asyncpg.Connection, actor: Actor, patch: IssuePatch) -> IssuePatch:
    labels, adds = patch.labels, patch.add_labels
    return replace(
        patch,
        labels=labels if labels is UNSET else await surviving(conn, actor, labels),
        add_labels=adds if adds is UNSET else await surviving(conn, actor, adds),
    )


async def _hold_labels(conn: asyncpg.Connection, actor: Actor, patch: IssuePatch) -> IssuePatch:
    """Before issues are locked: everybody who holds both takes labels first, and so nobody waits crosswise."""
    labels, adds = patch.labels, patch.add_labels
    return replace(
        patch,
        labels=labels if labels is UNSET else await _held_names(conn, actor, labels),
        add_labels=adds if adds is UNSET else await _held_names(conn, actor, adds),
    )


async def _held_names(conn: asyncpg.Connection, actor: Actor, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(label.name for label in await held(conn, actor, names))


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
        patch = await _hold_labels(conn, actor, patch)
        if patch.parent_id is not UNSET and patch.parent_id is not None:
            await hold_parents(conn, actor)
        await lock(conn, actor, issue_id, *related)
        if patch.duplicate_of is not UNSET:
            await check_original(conn, actor, patch.duplicate_of)
        if patch.parent_id is not UNSET:
            await check_parent(conn, actor, issue_id, patch.parent_id)
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
    if row["has_left"] is not None and "assignee_id" in planned.fields:
        raise Invalid(people.has_left(row["has_left"]))
    return await _write(
        conn, actor, issue, planned, origin, dict(zip(issue.labels, row["label_ids"], strict=True))
    )


async def _write(
    conn: asyncpg.Connection,
    actor: Actor,
    issue: Issue,
    planned: Plan,
    origin: Origin,
    label_ids: dict[str, LabelId],
) -> Written | None:
    """`label_ids` are those of the labels that it has."""
    added: tuple[Label, ...] = ()
    removed: list[LabelId] = []
    if "labels" in planned.fields:
        wanted = {name.lower(): name for name in planned.wanted.labels}
        kept = {name.lower(): name for name in label_ids if name.lower() in wanted}
        removed = [label_id for name, label_id in label_ids.items() if name.lower() not in wanted]
        added = await ensure_labels(
            conn, actor, [name for name in wanted.values() if name.lower() not in kept]
        )
        names = {*kept.values(), *(label.name for label in added)}
        planned = _with_labels(planned, tuple(sorted(names, key=str.lower)))
    change_id = ChangeId(new_uuid())
    values = _values(actor, issue, planned, origin, change_id)
    values = (*values, [label.label_id for label in added], removed)
    try:
        with domain_errors():
            row = await _execute(conn, values)
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


async def _execute(conn: asyncpg.Connection, values: tuple[Any, ...]) -> Any:
    """Whatever it breaks, the caller's transaction goes on."""
    try:
        if not conn.is_in_transaction():
            return await conn.fetchrow(_WRITE, *values)
        async with conn.transaction():
            return await conn.fetchrow(_WRITE, *values)
    except asyncpg.ForeignKeyViolationError as error:
        if error.constraint_name != MERGED_AWAY:
            raise
        raise _MergedAwayError from error


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
        json.dumps(planned.was),
        json.dumps(planned.after),
        issue.status.value,
        issue.assignee_id,
        issue.priority.value,
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
