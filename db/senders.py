"""Who sends in a channel: one at a time, whichever process it is in."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg

from db.ids import ChannelId, WorkspaceId

# A sender that has not been heard of for so long is gone; longer than any call may take.
HELD: Final = timedelta(seconds=15)


async def hold(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, sender: UUID
) -> bool:
    """Whether the channel is this sender's, for a while or again."""
    held = await conn.fetchval(
        """
        INSERT INTO channel_senders AS held (workspace_id, channel_id, sender, held_until)
        VALUES ($1, $2, $3, now() + $4::interval)
        ON CONFLICT (workspace_id, channel_id) DO UPDATE
            SET sender = excluded.sender, held_until = excluded.held_until
            WHERE held.sender = excluded.sender OR held.held_until < now()
        RETURNING true
        """,
        workspace_id,
        channel_id,
        sender,
        HELD,
    )
    return bool(held)


async def let_go(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, sender: UUID
) -> None:
    await conn.execute(
        "DELETE FROM channel_senders WHERE workspace_id = $1 AND channel_id = $2 AND sender = $3",
        workspace_id,
        channel_id,
        sender,
    )
