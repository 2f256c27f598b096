"""Cards that were dropped because their issues were gone before they were posted."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from db import outbox
from db.ids import IssueId, WorkspaceId
from db.outbox import Kind, Outgoing


async def drop(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, outbox_id: int, issue_id: IssueId
) -> None:
    """Its issue may come back: see `put_again`."""
    await conn.execute(
        """
        UPDATE outbox SET state = 'dropped', settled_at = now(), coalesce_key = $3
        WHERE workspace_id = $1 AND outbox_id = $2""",
        workspace_id,
        outbox_id,
        _key(issue_id),
    )


async def put_again(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Sequence[IssueId]
) -> bool:
    """Of issues that are back; whoever comes first puts them. Whether there were any."""
    rows = await conn.fetch(
        """
        UPDATE outbox SET coalesce_key = NULL
        WHERE workspace_id = $1 AND coalesce_key = ANY($2::text[]) AND state = 'dropped'
        RETURNING outbox_id, channel_id, payload, issue_id, owner_id""",
        workspace_id,
        [_key(issue_id) for issue_id in issue_ids],
    )
    again = [
        Outgoing(
            channel_id=row["channel_id"],
            kind=Kind.CARD,
            payload=row["payload"],
            issue_id=row["issue_id"],
            owner_id=row["owner_id"],
        )
        for row in sorted(rows, key=lambda row: row["outbox_id"])
    ]
    await outbox.put(conn, workspace_id, again)
    return bool(again)


def _key(issue_id: IssueId) -> str:
    """By which it is found again: an index has these."""
    return f"gone:{issue_id}"
