"""Which issues wait for whose answer. Like watching, it is nobody's change to the issue: it leaves no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from db.ids import CommentId, IssueId, PersonId, WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """`comment_id` is the comment that asks; None where the description does."""

    issue_id: IssueId
    person_id: PersonId
    comment_id: CommentId | None


async def of_issues(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Sequence[IssueId]
) -> set[PersonId]:
    """Everybody whom one of these issues waits for."""
    rows = await conn.fetch(
        "SELECT DISTINCT person_id FROM awaited WHERE workspace_id = $1 AND issue_id = ANY ($2::uuid[])",
        workspace_id,
        list(issue_ids),
    )
    return {row["person_id"] for row in rows}


async def expect(conn: asyncpg.Connection, workspace_id: WorkspaceId, asked: Sequence[Awaited]) -> None:
    """These wait for an answer from now on. A newer question takes the place of an older one."""
    if not asked:
        return
    newest = {(each.person_id, each.issue_id): each for each in asked}
    rows = [newest[pair] for pair in sorted(newest)]
    await conn.execute(
        """
        INSERT INTO awaited (workspace_id, person_id, issue_id, comment_id)
        SELECT $1, a.person_id, a.issue_id, a.comment_id
        FROM unnest($2::uuid[], $3::uuid[], $4::uuid[]) AS a (person_id, issue_id, comment_id)
        JOIN people p ON p.workspace_id = $1 AND p.person_id = a.person_id
        JOIN issues i ON i.workspace_id = $1 AND i.issue_id = a.issue_id
        ON CONFLICT (workspace_id, person_id, issue_id) DO UPDATE SET comment_id = excluded.comment_id, since = now()
        """,
        workspace_id,
        [each.person_id for each in rows],
        [each.issue_id for each in rows],
        [each.comment_id for each in rows],
    )


async def answered(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, pairs: Sequence[tuple[IssueId, PersonId]]
) -> None:
    """Each person did something on the issue: it waits for them no more."""
    if pairs:
        await conn.execute(
            """
            DELETE FROM awaited a USING unnest($2::uuid[], $3::uuid[]) AS done (issue_id, person_id)
            WHERE a.workspace_id = $1 AND a.issue_id = done.issue_id AND a.person_id = done.person_id
            """,
            workspace_id,
            [issue_id for issue_id, _ in pairs],
            [person_id for _, person_id in pairs],
        )


async def settled(conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Sequence[IssueId]) -> None:
    """Closed or gone: they wait for nobody."""
    if issue_ids:
        await conn.execute(
            "DELETE FROM awaited WHERE workspace_id = $1 AND issue_id = ANY ($2::uuid[])",
            workspace_id,
            list(issue_ids),
        )


async def withdrawn(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, questions: Sequence[tuple[IssueId, CommentId]]
) -> None:
    """The comments that asked are deleted."""
    if questions:
        await conn.execute(
            """
            DELETE FROM awaited a USING unnest($2::uuid[], $3::uuid[]) AS gone (issue_id, comment_id)
            WHERE a.workspace_id = $1 AND a.issue_id = gone.issue_id AND a.comment_id = gone.comment_id
            """,
            workspace_id,
            [issue_id for issue_id, _ in questions],
            [comment_id for _, comment_id in questions],
        )
