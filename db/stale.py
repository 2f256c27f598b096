"""What the bot said in a channel, and has to say anew."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from db.comment_lines import STATE
from db.ids import ChannelId, CommentId, IssueId, MessageTs, WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """A message that shows an earlier state of its issue or, where there is a `comment_id`, of that comment."""

    message_ts: MessageTs
    issue_id: IssueId
    comment_id: CommentId | None


async def in_channel(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    *,
    limit: int,
    before: MessageTs | None = None,
) -> tuple[Stale, ...]:
    """The newest of them that are older than `before`. The card of an issue that is gone may say so already."""
    rows = await conn.fetch(
        f"""
        SELECT message_ts, issue_id, comment_id FROM (
            SELECT shown.message_ts, shown.issue_id, NULL::uuid AS comment_id
            FROM cards shown
            JOIN issues i ON i.workspace_id = shown.workspace_id AND i.issue_id = shown.issue_id
            WHERE shown.workspace_id = $1 AND shown.channel_id = $2
              AND (i.version > shown.shown_version OR i.deleted_at IS NOT NULL)
            UNION ALL
            SELECT line.message_ts, c.issue_id, line.comment_id
            FROM comment_lines line
            JOIN comments c ON c.workspace_id = line.workspace_id AND c.comment_id = line.comment_id
            WHERE line.workspace_id = $1 AND line.channel_id = $2 AND NOT line.own AND line.shown <> {STATE}
        ) stale
        WHERE $3::text IS NULL OR message_ts < $3
        ORDER BY message_ts DESC
        LIMIT $4
        """,
        workspace_id,
        channel_id,
        before,
        limit,
    )
    return tuple(Stale(**row) for row in rows)
