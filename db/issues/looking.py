"""Issues as one person looks at them, with their newest comments: those asked for together share one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from db.access import Actor
from db.batching import Asked, Together
from db.comments import Comment
from db.errors import NotFound
from db.ids import IssueId
from db.issues.reading import MEANT, by_ref, read_key
from db.issues.record import COLUMNS, Issue, read_issue
from db.pool import Database
from db.states import Source

# So many comments are shown with an issue, the newest.
SHOWN: Final = 3

_LOOK: Final[LiteralString] = f"""
SELECT {COLUMNS}, asked.place,
       EXISTS (SELECT FROM mutes m WHERE m.workspace_id = i.workspace_id AND m.issue_id = i.issue_id
                                     AND m.person_id = asked.person_id) AS mute,
       ARRAY(SELECT (c.comment_id, c.author_id, c.reply_to, c.body, c.source, c.slack_channel_id, c.slack_ts,
                     c.created_at, c.edited_at)
             FROM comments c
             WHERE c.workspace_id = i.workspace_id AND c.issue_id = i.issue_id AND c.deleted_at IS NULL
             ORDER BY c.created_at DESC, c.comment_id DESC LIMIT {SHOWN + 1}) AS comments
FROM unnest((SELECT $1::text[]), $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[]) WITH ORDINALITY
     AS asked (workspace_id, sees_only, person_id, issue_id, number, prefix, place)
JOIN issues i ON {MEANT}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """`comments` are the newest, oldest of them first. `mute`: the one who looks muted it."""

    issue: Issue
    comments: tuple[Comment, ...]
    more_comments: bool
    mute: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    actor: Actor
    issue: IssueId | str

    def values(self) -> tuple[Any, ...]:
        who = self.actor.workspace_id, self.actor.sees_only, self.actor.person_id
        if not isinstance(self.issue, str):
            return *who, self.issue, None, None
        prefix, number = read_key(self.issue)
        return *who, None, number, prefix


class Looking:
    """Looks for everybody in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together: Together[_Wanted, Look | None] = Together(self._look, name="looking at issues")

    async def at(self, actor: Actor, issue: IssueId | str) -> Look:
        """`issue`: its id, or its key as for `by_ref`. Raises NotFound, Busy, Unavailable."""
        found = await self._together.ask(_Wanted(actor=actor, issue=issue))
        if found is None and isinstance(issue, str):
            async with self._database.connection() as conn:
                elsewhere = await by_ref(conn, actor, issue)
            found = await self._together.ask(_Wanted(actor=actor, issue=elsewhere.issue_id))
        if found is None:
            raise NotFound("issue", issue)
        return found

    async def _look(self, batch: Sequence[Asked[_Wanted, Look | None]]) -> None:
        columns = zip(*(each.question.values() for each in batch), strict=True)
        async with self._database.connection() as conn:
            rows = await conn.fetch(_LOOK, *map(list, columns))
        found = {row["place"]: row for row in rows}
        for place, each in enumerate(batch, 1):
            each.succeed(_read(found[place]) if place in found else None)


def _read(row: Any) -> Look:
    issue, newest = read_issue(row), row["comments"]
    return Look(
        issue=issue,
        comments=tuple(_comment(issue.issue_id, *each) for each in reversed(newest[:SHOWN])),
        more_comments=len(newest) > SHOWN,
        mute=row["mute"],
    )


def _comment(
    issue_id: IssueId,
    comment_id: Any,
    author_id: Any,
    reply_to: Any,
    body: str,
    source: str,
    channel_id: Any,
    ts: Any,
    created_at: Any,
    edited_at: Any,
) -> Comment:
    return Comment(
        comment_id=comment_id,
        issue_id=issue_id,
        author_id=author_id,
        reply_to=reply_to,
        body=body,
        source=Source(source),
        slack_message=None if ts is None else (channel_id, ts),
        created_at=created_at,
        edited_at=edited_at,
    )
