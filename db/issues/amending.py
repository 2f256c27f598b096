"""Edits that arrive together share two statements: one reads the issues, one writes them.

What takes more than an issue's own row, such as labels, a parent or an original, goes through `edit` alone. So does
what would have to wait for somebody: nobody else shall wait with it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, LiteralString, TypeAlias

import asyncpg

from db import limits, people
from db.access import Action, Actor, require
from db.batching import Asked, Together
from db.errors import Invalid, LodgeError, NotFound
from db.ids import ChangeId, IssueId, new_uuid
from db.issues.draft import UNSET, IssuePatch, Written
from db.issues.editing import edit
from db.issues.planning import Plan, plan
from db.issues.reading import MEANT, by_ref, read_key
from db.issues.record import COLUMNS, Issue, read_issue
from db.origins import NOWHERE, Origin
from db.pool import Database
from db.recording import ANNOUNCED

# An array is handed over by a SELECT, here and below: its length, were it known, would have few of them planned for
# anew each time, which takes longer than all the rest.
_READ: Final[LiteralString] = f"""
SELECT {COLUMNS}, asked.place, coalesce(p.merged_into, p.person_id) AS survivor,
       CASE WHEN NOT s.active THEN s.name END AS has_left,
       EXISTS (SELECT FROM changes c
               WHERE c.workspace_id = asked.workspace_id AND c.request_key = asked.request_key) AS repeated
FROM unnest((SELECT $1::text[]), $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::uuid[], $7::text[])
     WITH ORDINALITY
     AS asked (workspace_id, sees_only, issue_id, number, prefix, assignee_id, request_key, place)
JOIN issues i ON {MEANT}
LEFT JOIN people p ON p.workspace_id = asked.workspace_id AND p.person_id = asked.assignee_id
LEFT JOIN people s ON s.workspace_id = p.workspace_id AND s.person_id = coalesce(p.merged_into, p.person_id)"""

# As in `edit`: nothing is written of an issue that has moved on since it was read, nor of one that somebody holds.
# The rows are held in the order of their ids, as by everybody who holds several; then the keys in theirs.
_WRITE: Final[LiteralString] = (
    """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(
        (SELECT $1::text[]),
        $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::uuid[], $11::uuid[], $12::smallint[], $13::uuid[], $14::date[], $15::text[], $16::integer[],
        $17::text[], $18::text[], $19::text[], $20::uuid[], $21::smallint[], $22::text[], $23::text[], $24::text[])
    AS given (workspace_id, change_id, actor_id, source, issue_id, title, description, status, close_reason,
              duplicate_of, parent_id, priority, assignee_id, due_on, external_ref, version,
              was, became, was_status, was_assignee, was_priority, request_key, channel_id, thread_ts)
), held AS MATERIALIZED (
    SELECT i.workspace_id, i.issue_id FROM given JOIN issues i USING (workspace_id, issue_id)
    WHERE i.version = given.version AND i.deleted_at IS NULL
    ORDER BY i.workspace_id, i.issue_id FOR NO KEY UPDATE OF i SKIP LOCKED
), target AS (
    UPDATE issues i
    SET title = given.title, description = coalesce(given.description, i.description), status = given.status,
        close_reason = given.close_reason, duplicate_of = given.duplicate_of, parent_id = given.parent_id,
        priority = given.priority, assignee_id = given.assignee_id, due_on = given.due_on,
        external_ref = given.external_ref, version = i.version + 1,
        updated_at = greatest(clock_timestamp(), i.updated_at),
        closed_at = CASE WHEN given.status = 'closed' THEN coalesce(i.closed_at, clock_timestamp()) END
    FROM held JOIN given USING (workspace_id, issue_id)
    WHERE i.workspace_id = held.workspace_id AND i.issue_id = held.issue_id
      AND i.version = given.version AND i.deleted_at IS NULL
    RETURNING i.workspace_id, i.issue_id, i.version, i.updated_at, i.closed_at
), done AS (
    SELECT given.*, target.version AS now_version FROM given JOIN target USING (workspace_id, issue_id)
), change AS (
    INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id, thread_ts)
    SELECT workspace_id, change_id, actor_id, source, 'edit', request_key, channel_id, thread_ts FROM done
    ORDER BY workspace_id, request_key
), event AS (
    INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, before, after,
                        was_status, was_assignee, was_priority, now_status, now_assignee, now_priority)
    SELECT workspace_id, change_id, issue_id, actor_id, source, 'edited', now_version, was::jsonb, became::jsonb,
           was_status, was_assignee, was_priority, status, assignee_id, priority
    FROM done
), pending AS (
    INSERT INTO pending_changes (workspace_id, change_id) SELECT workspace_id, change_id FROM done
), watching AS (
    INSERT INTO watchers (workspace_id, issue_id, person_id)
    SELECT workspace_id, issue_id, assignee_id FROM done
    WHERE assignee_id IS NOT NULL AND assignee_id IS DISTINCT FROM was_assignee
    ON CONFLICT DO NOTHING
)
SELECT workspace_id, issue_id, version, updated_at, closed_at,"""
    + ANNOUNCED.format("$25")
    + " FROM target"
)

_ELSEWHERE: Final = frozenset({"labels", "add_labels", "remove_labels", "duplicate_of", "parent_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """`issue`: its id, or its key as somebody wrote it."""

    actor: Actor
    issue: IssueId | str
    patch: IssuePatch
    origin: Origin
    version: int | None

    def meant(self) -> tuple[IssueId | None, int | None, str | None]:
        """Its id, or its number and the prefix that was written before it."""
        if not isinstance(self.issue, str):
            return self.issue, None, None
        prefix, number = read_key(self.issue)
        return None, number, prefix


# None: to be done alone.
_Asked: TypeAlias = Asked[_Wanted, Written | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Planned:
    asked: _Asked
    issue: Issue
    plan: Plan
    change_id: ChangeId

    def values(self) -> tuple[Any, ...]:
        asked, was, wanted = self.asked.question, self.issue, self.plan.wanted
        actor, origin = asked.actor, asked.origin
        return (
            actor.workspace_id,
            self.change_id,
            actor.person_id,
            actor.source.value,
            was.issue_id,
            wanted.title,
            wanted.description if "description" in self.plan.before else None,
            wanted.status.value,
            None if wanted.close_reason is None else wanted.close_reason.value,
            wanted.duplicate_of,
            wanted.parent_id,
            wanted.priority.value,
            wanted.assignee_id,
            wanted.due_on,
            wanted.external_ref,
            was.version,
            json.dumps(self.plan.was),
            json.dumps(self.plan.after),
            was.status.value,
            was.assignee_id,
            was.priority.value,
            origin.request_key,
            origin.channel_id,
            origin.thread_ts,
        )


class Amending:
    """Edits issues for everybody in this process. `edit` promises what `db.issues.edit` promises."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together: Together[_Wanted, Written | None] = Together(self._amend, name="amending")

    async def edit(
        self,
        actor: Actor,
        issue: IssueId | str,
        patch: IssuePatch,
        origin: Origin = NOWHERE,
        *,
        version: int | None = None,
    ) -> Written:
        """In a transaction of its own, that has ended when this returns. `issue`: its id, or its key as for `by_ref`.

        Raises as `edit`, and Busy, Unavailable.
        """
        wanted = _Wanted(actor=actor, issue=issue, patch=patch, origin=origin, version=version)
        if not _ELSEWHERE.isdisjoint(patch.sent()):
            return await self._by_itself(wanted)
        require(actor, Action.EDIT)
        if origin.request_key is not None:
            limits.request_key(origin.request_key)
        wanted = replace(wanted, patch=patch.checked())
        return await self._together.ask(wanted) or await self._by_itself(wanted)

    async def _by_itself(self, wanted: _Wanted) -> Written:
        async with self._database.connection() as conn:
            return await _alone(conn, wanted)

    async def _amend(self, batch: Sequence[_Asked]) -> None:
        async with self._database.connection() as conn:
            planned, alone = await _plan(conn, batch)
            alone += await _write(conn, planned)
        for each in alone:
            each.succeed(None)


async def _plan(conn: asyncpg.Connection, batch: Sequence[_Asked]) -> tuple[list[_Planned], list[_Asked]]:
    """What is to be written together, and what has to go alone: a second edit of an issue, a clash to explain, a
    request that was done before, an issue by the key it had elsewhere."""
    asked = [each.question for each in batch]
    meant = [each.meant() for each in asked]
    rows = await conn.fetch(
        _READ,
        [each.actor.workspace_id for each in asked],
        [each.actor.sees_only for each in asked],
        *map(list, zip(*meant, strict=True)),
        [None if each.patch.assignee_id is UNSET else each.patch.assignee_id for each in asked],
        [each.origin.request_key for each in asked],
    )
    found = {row["place"]: row for row in rows}
    planned: list[_Planned] = []
    # Issues and requests that are in it already.
    taken: set[tuple[str, IssueId | str]] = set()
    alone = []
    for place, each in enumerate(batch, 1):
        row, wanted = found.get(place), each.question
        if row is None and not isinstance(wanted.issue, str):
            each.fail(NotFound("issue", wanted.issue))
            continue
        keys = _keys(wanted, row) if row is not None else set()
        if row is None or row["repeated"] or taken & keys or wanted.version not in (None, row["version"]):
            alone.append(each)
        elif (made := _planned(each, row)) is not None:
            planned.append(made)
            taken |= keys
    return planned, alone


def _keys(wanted: _Wanted, row: Any) -> set[tuple[str, IssueId | str]]:
    workspace_id, request_key = wanted.actor.workspace_id, wanted.origin.request_key
    keys: set[tuple[str, IssueId | str]] = {(workspace_id, row["issue_id"])}
    return keys if request_key is None else keys | {(workspace_id, request_key)}


def _planned(asked: _Asked, row: Any) -> _Planned | None:
    """None for what is answered already: it cannot be done, or changes nothing."""
    issue, patch = read_issue(row), asked.question.patch
    if row["survivor"] is not None:
        patch = replace(patch, assignee_id=row["survivor"])
    try:
        made = plan(issue, patch)
        if row["has_left"] is not None and "assignee_id" in made.before:
            raise Invalid(people.has_left(row["has_left"]))
    except LodgeError as error:
        asked.fail(error)
        return None
    if not made.before:
        asked.succeed(Written(issue=issue, change_id=None))
        return None
    return _Planned(asked=asked, issue=issue, plan=made, change_id=ChangeId(new_uuid()))


async def _write(conn: asyncpg.Connection, planned: list[_Planned]) -> list[_Asked]:
    """Returns those that were not written: somebody was quicker, or one of them cannot be and none was."""
    if not planned:
        return []
    columns = list(zip(*(each.values() for each in planned), strict=True))
    try:
        rows = await conn.fetch(_WRITE, *columns, sorted({each.issue.workspace_id for each in planned}))
    except (asyncpg.IntegrityConstraintViolationError, asyncpg.DeadlockDetectedError):
        rows = []
    written = {(row["workspace_id"], row["issue_id"]): row for row in rows}
    left = []
    for each in planned:
        row = written.get((each.issue.workspace_id, each.issue.issue_id))
        if row is None:
            left.append(each.asked)
            continue
        issue = replace(
            each.plan.wanted, version=row["version"], updated_at=row["updated_at"], closed_at=row["closed_at"]
        )
        each.asked.succeed(Written(issue=issue, change_id=each.change_id))
    return left


async def _alone(conn: asyncpg.Connection, wanted: _Wanted) -> Written:
    actor, issue = wanted.actor, wanted.issue
    issue_id = (await by_ref(conn, actor, issue)).issue_id if isinstance(issue, str) else issue
    return await edit(conn, actor, issue_id, wanted.patch, wanted.origin, version=wanted.version)
