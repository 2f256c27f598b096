"""Gives an issue to somebody, closes and opens it: edits by the name of what they do."""

from __future__ import annotations

import asyncpg

from db.access import Action, Actor, require
from db.ids import IssueId, PersonId
from db.issues.draft import IssuePatch, Written
from db.issues.editing import Clash, edit
from db.issues.reading import get
from db.origins import NOWHERE, Origin
from db.states import CloseReason, Status


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
