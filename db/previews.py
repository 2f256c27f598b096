"""Which issues were shown where they were named, so that nobody sees the same one again and again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import asyncpg

from db.ids import ChannelId, IssueId, MessageTs, WorkspaceId

_KEPT: Final = timedelta(days=1)


async def claim(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    thread_ts: MessageTs | None,
    issue_ids: Sequence[IssueId],
    within: timedelta,
) -> set[IssueId]:
    """Those not shown there `within` this time; from now on they were. `thread_ts` None: the channel itself."""
    rows = await conn.fetch(
        """
        INSERT INTO previews AS p (workspace_id, channel_id, thread_ts, issue_id)
        SELECT $1, $2, coalesce($3, ''), issue_id FROM unnest($4::uuid[]) AS named (issue_id) ORDER BY issue_id
        ON CONFLICT (workspace_id, channel_id, thread_ts, issue_id) DO UPDATE SET shown_at = now()
            WHERE p.shown_at <= now() - $5::interval
        RETURNING issue_id
        """,
        workspace_id,
        channel_id,
        thread_ts,
        list(issue_ids),
        within,
    )
    return {row["issue_id"] for row in rows}


async def forget_old(conn: asyncpg.Connection) -> None:
    await conn.execute("DELETE FROM previews WHERE shown_at < now() - $1::interval", _KEPT)
