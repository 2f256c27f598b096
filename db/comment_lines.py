"""Messages in Slack that show a comment: lines the bot said under cards, and what people wrote themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, LiteralString

import asyncpg

from db.comments import COLUMNS, Comment, read_comment
from db.ids import ChannelId, CommentId, MessageTs, WorkspaceId

# Of a comment aliased c: what tells one wording from another.
STATE: Final[LiteralString] = "CASE WHEN c.deleted_at IS NULL THEN md5(c.body) ELSE '' END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`own` is the person's own message; `shown` the state of the comment that it shows."""

    channel_id: ChannelId
    message_ts: MessageTs
    comment_id: CommentId
    thread_ts: MessageTs
    own: bool
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A comment that may be deleted by now; `state` tells one wording from another."""

    comment: Comment
    deleted: bool
    state: str


async def remember(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    message_ts: MessageTs,
    comment_id: CommentId,
    *,
    thread_ts: MessageTs,
    state: str,
) -> None:
    """From now on the bot's message follows the comment."""
    await conn.execute(
        """
        INSERT INTO comment_lines (workspace_id, channel_id, message_ts, comment_id, thread_ts, shown)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace_id, channel_id, message_ts) DO UPDATE SET shown = excluded.shown
        """,
        workspace_id,
        channel_id,
        message_ts,
        comment_id,
        thread_ts,
        state,
    )


async def remember_own(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, comment: Comment, thread_ts: MessageTs
) -> None:
    """The person's own message is the comment, word for word."""
    assert comment.slack_message is not None
    await conn.execute(
        """
        INSERT INTO comment_lines (workspace_id, channel_id, message_ts, comment_id, thread_ts, own, shown)
        VALUES ($1, $2, $3, $4, $5, true, md5($6))
        ON CONFLICT (workspace_id, channel_id, message_ts) DO UPDATE SET shown = excluded.shown
        """,
        workspace_id,
        *comment.slack_message,
        comment.comment_id,
        thread_ts,
        comment.body,
    )


async def at(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, message_ts: MessageTs
) -> Line | None:
    row = await conn.fetchrow(
        """
        SELECT channel_id, message_ts, comment_id, thread_ts, own, shown FROM comment_lines
        WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3
        """,
        workspace_id,
        channel_id,
        message_ts,
    )
    return None if row is None else Line(**row)


async def says(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    message_ts: MessageTs,
    body: str,
) -> bool:
    """Whether the message is known to say just this: Slack also tells of edits that change no word."""
    return bool(
        await conn.fetchval(
            """
            SELECT EXISTS (SELECT FROM comment_lines
                           WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3 AND shown = md5($4))
            """,
            workspace_id,
            channel_id,
            message_ts,
            body,
        )
    )


async def shows(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    message_ts: MessageTs,
    state: str,
) -> None:
    """The message shows this state now."""
    await conn.execute(
        "UPDATE comment_lines SET shown = $4 WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3",
        workspace_id,
        channel_id,
        message_ts,
        state,
    )


async def forget(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, message_ts: MessageTs
) -> None:
    """The message is gone, or cannot be changed any more."""
    await conn.execute(
        "DELETE FROM comment_lines WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3",
        workspace_id,
        channel_id,
        message_ts,
    )


async def of_comments(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, comment_ids: Sequence[CommentId]
) -> tuple[Line, ...]:
    rows = await conn.fetch(
        """
        SELECT channel_id, message_ts, comment_id, thread_ts, own, shown FROM comment_lines
        WHERE workspace_id = $1 AND comment_id = ANY($2::uuid[]) ORDER BY message_ts
        """,
        workspace_id,
        list(comment_ids),
    )
    return tuple(Line(**row) for row in rows)


async def spoken(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, comment_ids: Sequence[CommentId]
) -> dict[CommentId, Spoken]:
    """These comments as they are now, in the order they were written; also those that were deleted."""
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS}, c.deleted_at IS NOT NULL AS deleted,
               {STATE} AS state
        FROM comments c WHERE c.workspace_id = $1 AND c.comment_id = ANY($2::uuid[])
        ORDER BY c.created_at, c.comment_id
        """,
        workspace_id,
        list(comment_ids),
    )
    return {
        row["comment_id"]: Spoken(comment=read_comment(row), deleted=row["deleted"], state=row["state"])
        for row in rows
    }
