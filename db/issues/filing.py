"""Issues that are filed at the same moment share one statement, as transactions share one write to the disk.

One request alone is served at once by `create`. While a statement is under way, those that come meanwhile
wait for it and then go together: the busier it is, the less each of them costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString, TypeAlias

import asyncpg

from db.access import Action, Actor, require
from db.batching import Asked, Together
from db.errors import LodgeError
from db.ids import ChangeId, IssueId, new_uuid
from db.issues.creating import create, filed, values_of
from db.issues.draft import IssueDraft, Written
from db.origins import NOWHERE, Origin
from db.pool import Database
from db.recording import ANNOUNCED

# As in `create`: everything hangs on the change row, which a request key that was used before does not get.
# The array is handed over by a SELECT so that its length is not known to the planner, who would plan few of them
# anew each time, which takes longer than filing them.
_TOGETHER: Final[LiteralString] = (
    """
WITH given AS (
    SELECT * FROM unnest((SELECT $1::issue_filing[]))
), change AS (
    INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id, thread_ts)
    SELECT workspace_id, change_id, actor_id, source, 'create', request_key, channel_id, thread_ts FROM given
    WHERE assignee_id IS NULL OR NOT EXISTS (
        SELECT FROM people g JOIN people s
            ON s.workspace_id = g.workspace_id AND s.person_id = coalesce(g.merged_into, g.person_id)
        WHERE g.workspace_id = given.workspace_id AND g.person_id = given.assignee_id AND NOT s.active)
    ON CONFLICT (workspace_id, request_key) WHERE request_key IS NOT NULL DO NOTHING
    RETURNING workspace_id, change_id
), issue AS (
    INSERT INTO issues (workspace_id, issue_id, number, title, description, status, priority,
                        assignee_id, reporter_id, due_on, parent_id, external_ref, source)
    SELECT workspace_id, issue_id, next_number(workspace_id), title, description, status, priority,
           CASE WHEN assignee_id IS NOT NULL THEN coalesce((
               SELECT p.merged_into FROM people p
               WHERE p.workspace_id = given.workspace_id AND p.person_id = given.assignee_id), assignee_id) END,
           reporter_id, due_on, parent_id, external_ref, source
    FROM given JOIN change USING (workspace_id, change_id)
    RETURNING workspace_id, issue_id, number, created_at, assignee_id, reporter_id
), watching AS (
    INSERT INTO watchers (workspace_id, issue_id, person_id)
    SELECT workspace_id, issue_id, person_id
    FROM issue, unnest(CASE WHEN assignee_id = reporter_id THEN ARRAY[reporter_id]
                       ELSE ARRAY[reporter_id, assignee_id] END) person_id
    WHERE person_id IS NOT NULL
), event AS (
    INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, after,
                        now_status, now_assignee, now_priority)
    SELECT workspace_id, given.change_id, issue_id, given.actor_id, given.source, 'created', 1, given.told::jsonb,
           given.status, issue.assignee_id, given.priority
    FROM issue JOIN given USING (workspace_id, issue_id)
), pending AS (
    INSERT INTO pending_changes (workspace_id, change_id) SELECT workspace_id, change_id FROM change
)
SELECT issue_id, number, created_at, assignee_id, '{}'::text[] AS labels,"""
    + ANNOUNCED.format("$2")
    + " FROM issue"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    actor: Actor
    draft: IssueDraft
    origin: Origin
    change_id: ChangeId
    issue_id: IssueId

    def values(self) -> tuple[Any, ...]:
        return values_of(self.actor, self.draft, self.origin, self.change_id, self.issue_id)


_Asked: TypeAlias = Asked[_Wanted, Written]


class Filing:
    """Files issues for everybody in this process. `create` promises what `db.issues.create` promises."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._filed: Together[_Wanted, Written] = Together(self._file, name="filing", lanes=2)

    async def create(self, actor: Actor, draft: IssueDraft, origin: Origin = NOWHERE) -> Written:
        """In a transaction of its own, that has ended when this returns. Raises as `create`, and Busy, Unavailable."""
        if draft.labels:
            async with self._database.connection() as conn:
                return await create(conn, actor, draft, origin)
        require(actor, Action.CREATE)
        wanted = _Wanted(
            actor=actor,
            draft=draft.checked(),
            origin=origin,
            change_id=ChangeId(new_uuid()),
            issue_id=IssueId(new_uuid()),
        )
        return await self._filed.ask(wanted)

    async def _file(self, batch: Sequence[_Asked]) -> None:
        async with self._database.connection() as conn:
            found = await _together(conn, [each.question for each in batch]) if len(batch) > 1 else {}
            for each in batch:
                wanted = each.question
                row = found.get(wanted.issue_id)
                if row is not None:
                    issue = filed(wanted.actor, wanted.draft, wanted.issue_id, row)
                    each.succeed(Written(issue=issue, change_id=wanted.change_id))
                else:
                    await _alone(conn, each)


async def _together(conn: asyncpg.Connection, batch: Sequence[_Wanted]) -> dict[IssueId, Any]:
    """What was filed. One that cannot be leaves all of them unfiled, to be tried one by one."""
    # By key, so that two statements with the same keys never wait for each other crosswise.
    ordered = sorted(batch, key=lambda each: (each.actor.workspace_id, each.origin.request_key or ""))
    try:
        rows = await conn.fetch(
            _TOGETHER,
            [each.values() for each in ordered],
            sorted({each.actor.workspace_id for each in ordered}),
        )
    except asyncpg.IntegrityConstraintViolationError:
        return {}
    return {row["issue_id"]: row for row in rows}


async def _alone(conn: asyncpg.Connection, asked: _Asked) -> None:
    wanted = asked.question
    try:
        asked.succeed(await create(conn, wanted.actor, wanted.draft, wanted.origin))
    except LodgeError as error:
        asked.fail(error)
