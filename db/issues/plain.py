"""Issues for those who only pass them on: dicts of plain values, each page and each issue in one statement.

Beside what people do by hand, programs read by the thousand; what an `Issue` costs to make is most of what such an
answer costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

from db.access import Actor
from db.batching import Asked, Together
from db.errors import NotFound
from db.ids import IssueId
from db.issues.record import COLUMNS, Issue
from db.pool import Database
from db.states import Priority

_PRIORITIES: Final = {rank.value: None if rank is Priority.NONE else rank.word for rank in Priority}

# So many comments are shown with an issue, the newest.
COMMENTS_SHOWN: Final = 100

Plain = dict[str, Any]


def of_row(row: Any, prefix: str) -> Plain:
    """From a row that begins with `COLUMNS`."""
    (
        _, issue_id, number, title, description, status, close_reason, duplicate_of, parent_id, priority,
        assignee_id, reporter_id, due_on, external_ref, version, _, created_at, updated_at, closed_at, labels, *_,
    ) = row  # fmt: skip
    return {
        "id": issue_id,
        "key": f"{prefix}-{number}",
        "title": title,
        "description": description,
        "status": status,
        "close_reason": close_reason,
        "duplicate_of": duplicate_of,
        "parent_id": parent_id,
        "priority": _PRIORITIES[priority],
        "assignee_id": assignee_id,
        "reporter_id": reporter_id,
        "due_on": due_on,
        "external_ref": external_ref,
        "labels": labels,
        "version": version,
        "created_at": created_at,
        "updated_at": updated_at,
        "closed_at": closed_at,
    }


def of_issue(issue: Issue, prefix: str) -> Plain:
    """The same from an `Issue`."""
    return {
        "id": issue.issue_id,
        "key": issue.key(prefix),
        "title": issue.title,
        "description": issue.description,
        "status": issue.status.value,
        "close_reason": issue.close_reason.value if issue.close_reason else None,
        "duplicate_of": issue.duplicate_of,
        "parent_id": issue.parent_id,
        "priority": _PRIORITIES[issue.priority.value],
        "assignee_id": issue.assignee_id,
        "reporter_id": issue.reporter_id,
        "due_on": issue.due_on,
        "external_ref": issue.external_ref,
        "labels": issue.labels,
        "version": issue.version,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    actor: Actor
    issue_id: IssueId


# The whole issue of each: its newest comments, one more than are shown, and everybody it names. An array is handed
# over by a SELECT: its length, were it known, would have a few planned for anew each time.
_WHOLE: Final[LiteralString] = f"""
SELECT {COLUMNS}, asked.place, said.comments,
       ARRAY(SELECT (p.person_id, p.name, p.slack_user_id, p.active) FROM people p
             WHERE p.workspace_id = i.workspace_id
               AND p.person_id = ANY (said.authors || i.assignee_id || i.reporter_id)) AS people
FROM unnest((SELECT $1::text[]), $2::uuid[], $3::uuid[]) WITH ORDINALITY
     AS asked (workspace_id, sees_only, issue_id, place)
JOIN issues i ON i.workspace_id = asked.workspace_id AND i.issue_id = asked.issue_id AND i.deleted_at IS NULL
     AND (asked.sees_only IS NULL OR asked.sees_only IN (i.reporter_id, i.assignee_id))
CROSS JOIN LATERAL (
    SELECT array_agg((c.comment_id, c.author_id, c.reply_to, c.body, c.created_at, c.edited_at)) AS comments,
           array_agg(c.author_id) AS authors
    FROM (SELECT * FROM comments c
          WHERE c.workspace_id = i.workspace_id AND c.issue_id = i.issue_id AND c.deleted_at IS NULL
          ORDER BY c.created_at DESC, c.comment_id DESC LIMIT $4) c
) said"""


class Reading:
    """Reads issues for everybody in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together: Together[_Wanted, Any] = Together(self._read, name="reading issues")

    async def whole(self, actor: Actor, issue_id: IssueId, prefix: str) -> Plain:
        """An issue with `comments`, oldest first, `more_comments` and `people`. Raises NotFound, Busy, Unavailable."""
        row = await self._together.ask(_Wanted(actor=actor, issue_id=issue_id))
        if row is None:
            raise NotFound("issue", issue_id)
        comments = row["comments"] or []
        found = of_row(row, prefix)
        found["comments"] = [_comment(issue_id, *each) for each in reversed(comments[:COMMENTS_SHOWN])]
        found["more_comments"] = len(comments) > COMMENTS_SHOWN
        found["people"] = [_person(*each) for each in row["people"]]
        return found

    async def _read(self, batch: Sequence[Asked[_Wanted, Any]]) -> None:
        async with self._database.connection() as conn:
            rows = await conn.fetch(
                _WHOLE,
                [each.question.actor.workspace_id for each in batch],
                [each.question.actor.sees_only for each in batch],
                [each.question.issue_id for each in batch],
                COMMENTS_SHOWN + 1,
            )
        found = {row["place"]: row for row in rows}
        for place, each in enumerate(batch, 1):
            each.succeed(found.get(place))


def _comment(
    issue_id: Any, comment_id: Any, author_id: Any, reply_to: Any, body: str, created_at: Any, edited_at: Any
) -> Plain:
    return {
        "id": comment_id,
        "issue_id": issue_id,
        "author_id": author_id,
        "reply_to": reply_to,
        "body": body,
        "created_at": created_at,
        "edited_at": edited_at,
    }


def _person(person_id: Any, name: str, slack_user_id: str | None, active: bool) -> Plain:
    return {"id": person_id, "name": name, "slack_user_id": slack_user_id, "active": active}
