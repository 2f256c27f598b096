"""Comments that are made at the same moment share one statement, as edits and new issues do.

What is not written so, because it was asked for before, has to wait for somebody, or is not there, goes through
`comments.add` alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString, TypeAlias

import asyncpg

from db import comments, issues, limits
from db.access import Action, Actor, require
from db.batching import Asked, Together
from db.ids import ChangeId, CommentId, IssueId, new_uuid
from db.issues.reading import MEANT, read_key
from db.origins import NOWHERE, Origin
from db.pool import Database
from db.recording import ANNOUNCED

# As in `comments.add`. The issues are held in the order of their ids, as by everybody who holds several, then the keys
# in theirs; nobody waits for an issue that somebody else holds.
_ADD: Final[LiteralString] = (
    f"""
WITH given AS MATERIALIZED (
    SELECT asked.workspace_id, i.issue_id, i.number, asked.actor_id, asked.source, asked.request_key, asked.channel_id,
           asked.thread_ts, asked.change_id, asked.comment_id, asked.body
    FROM unnest((SELECT $1::text[]), $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::uuid[], $7::text[],
                $8::text[], $9::text[], $10::text[], $11::uuid[], $12::uuid[], $13::text[])
         AS asked (workspace_id, sees_only, issue_id, number, prefix, actor_id, source, request_key, channel_id,
                   thread_ts, change_id, comment_id, body)
    JOIN issues i ON {MEANT}
    WHERE NOT EXISTS (SELECT FROM changes before
                      WHERE before.workspace_id = asked.workspace_id AND before.request_key = asked.request_key)
), held AS MATERIALIZED (
    SELECT i.workspace_id, i.issue_id FROM (SELECT DISTINCT workspace_id, issue_id FROM given) wanted
    JOIN issues i USING (workspace_id, issue_id)
    WHERE i.deleted_at IS NULL
    ORDER BY i.workspace_id, i.issue_id FOR NO KEY UPDATE OF i SKIP LOCKED
), issue AS (
    UPDATE issues i SET updated_at = greatest(clock_timestamp(), updated_at), commented = true
    FROM held WHERE i.workspace_id = held.workspace_id AND i.issue_id = held.issue_id AND i.deleted_at IS NULL
    RETURNING i.workspace_id, i.issue_id
), change AS (
    INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id, thread_ts, summary)
    SELECT workspace_id, change_id, actor_id, source, 'comment', request_key, channel_id, thread_ts,
           jsonb_build_object('comment_id', comment_id)
    FROM given JOIN issue USING (workspace_id, issue_id)
    ORDER BY workspace_id, request_key, change_id
    ON CONFLICT (workspace_id, request_key) WHERE request_key IS NOT NULL DO NOTHING
    RETURNING workspace_id, change_id
), done AS (
    SELECT given.* FROM given JOIN change USING (workspace_id, change_id)
), said AS (
    INSERT INTO comments (workspace_id, comment_id, issue_id, author_id, body, source)
    SELECT workspace_id, comment_id, issue_id, actor_id, body, source FROM done
), watching AS (
    INSERT INTO watchers (workspace_id, issue_id, person_id)
    SELECT DISTINCT workspace_id, issue_id, actor_id FROM done WHERE actor_id IS NOT NULL ON CONFLICT DO NOTHING
), event AS (
    INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, after)
    SELECT workspace_id, change_id, issue_id, actor_id, source, 'commented',
           jsonb_build_object('comment_id', comment_id)
    FROM done ORDER BY change_id
), pending AS (
    INSERT INTO pending_changes (workspace_id, change_id) SELECT workspace_id, change_id FROM done
)
SELECT change_id, number,"""
    + ANNOUNCED.format("$14")
    + " FROM done"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment that stands, and the number of its issue. `repeated`: this request was done before."""

    number: int
    comment_id: CommentId
    change_id: ChangeId | None
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """`issue`: its id, or its key as somebody wrote it."""

    actor: Actor
    issue: IssueId | str
    body: str
    origin: Origin
    change_id: ChangeId
    comment_id: CommentId

    def values(self) -> tuple[Any, ...]:
        issue_id, (prefix, number) = (
            (None, read_key(self.issue)) if isinstance(self.issue, str) else (self.issue, (None, None))
        )
        return (
            self.actor.workspace_id,
            self.actor.sees_only,
            *(issue_id, number, prefix),
            self.actor.person_id,
            self.actor.source.value,
            *(self.origin.request_key, self.origin.channel_id, self.origin.thread_ts),
            *(self.change_id, self.comment_id, self.body),
        )


# None: to be made alone.
_Asked: TypeAlias = Asked[_Wanted, Remark | None]


class Remarks:
    """Comments for everybody in this process. `add` promises what `comments.add` promises."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together: Together[_Wanted, Remark | None] = Together(self._add, name="commenting")

    async def add(self, actor: Actor, issue: IssueId | str, body: str, origin: Origin = NOWHERE) -> Remark:
        """In a transaction of its own, that has ended when this returns. `issue`: its id, or its key as for `by_ref`.

        Raises NotFound, Invalid, Forbidden, Conflict; Busy, Unavailable.
        """
        require(actor, Action.COMMENT)
        if origin.request_key is not None:
            limits.request_key(origin.request_key)
        wanted = _Wanted(
            actor=actor,
            issue=issue,
            body=limits.comment(body),
            origin=origin,
            change_id=ChangeId(new_uuid()),
            comment_id=CommentId(new_uuid()),
        )
        return await self._together.ask(wanted) or await self._alone(wanted)

    async def _alone(self, wanted: _Wanted) -> Remark:
        actor, issue = wanted.actor, wanted.issue
        async with self._database.connection() as conn:
            find = (
                issues.by_ref(conn, actor, issue)
                if isinstance(issue, str)
                else issues.get(conn, actor, issue)
            )
            found = await find
            made = await comments.add(conn, actor, found.issue_id, wanted.body, wanted.origin)
        return Remark(
            number=found.number,
            comment_id=made.comment.comment_id,
            change_id=made.change_id,
            repeated=made.repeated,
        )

    async def _add(self, batch: Sequence[_Asked]) -> None:
        columns = zip(*(each.question.values() for each in batch), strict=True)
        workspaces = sorted({each.question.actor.workspace_id for each in batch})
        async with self._database.connection() as conn:
            try:
                rows = await conn.fetch(_ADD, *map(list, columns), workspaces)
            except (asyncpg.IntegrityConstraintViolationError, asyncpg.DeadlockDetectedError):
                rows = []
        made = {row["change_id"]: row["number"] for row in rows}
        for each in batch:
            wanted = each.question
            number = made.get(wanted.change_id)
            each.succeed(
                None
                if number is None
                else Remark(number=number, comment_id=wanted.comment_id, change_id=wanted.change_id)
            )
