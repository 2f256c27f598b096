"""An issue with everything a card shows."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from db import comments, people, watchers
from db.access import Actor
from db.comments import Comment
from db.ids import IssueId, PersonId
from db.issues.reading import get, get_many
from db.issues.record import Issue
from db.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDetail:
    """`comments` are the newest, oldest of them first; `people` has everybody who is named here.

    `original` and `parent` are None also where this actor may not see them.
    """

    issue: Issue
    labels: tuple[str, ...]
    comments: tuple[Comment, ...]
    more_comments: bool
    watchers: tuple[PersonId, ...]
    people: dict[PersonId, Person]
    original: Issue | None
    parent: Issue | None


async def detail(
    conn: asyncpg.Connection, actor: Actor, issue_id: IssueId, *, comment_limit: int = 20
) -> IssueDetail:
    """Raises NotFound."""
    return await detail_of(conn, actor, await get(conn, actor, issue_id), comment_limit=comment_limit)


async def detail_of(
    conn: asyncpg.Connection, actor: Actor, issue: Issue, *, comment_limit: int = 20, watching: bool = True
) -> IssueDetail:
    """The same for an issue already in hand; `watching`: who watches it is asked for too."""
    newest = await comments.page(conn, actor, issue.issue_id, limit=comment_limit + 1)
    shown = newest[-comment_limit:]
    watchers_of = await watchers.of_issue(conn, actor, issue.issue_id) if watching else ()
    named = {issue.assignee_id, issue.reporter_id, *watchers_of, *(comment.author_id for comment in shown)}
    everybody = await people.get_many(conn, actor, [person for person in named if person is not None])
    linked = [ref for ref in (issue.duplicate_of, issue.parent_id) if ref is not None]
    related = await get_many(conn, actor, linked) if linked else {}
    return IssueDetail(
        issue=issue,
        labels=issue.labels,
        comments=shown,
        more_comments=len(newest) > len(shown),
        watchers=watchers_of,
        people=everybody,
        original=related.get(issue.duplicate_of) if issue.duplicate_of else None,
        parent=related.get(issue.parent_id) if issue.parent_id else None,
    )
