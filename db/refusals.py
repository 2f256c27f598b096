"""Refusals of Slack's that may end by themselves, and where something waits for that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from db.ids import ChannelId, WorkspaceId

# They end when the bot is let into the channel, or the channel is brought back.
_OF_CHANNEL: Final = frozenset({"is_archived", "not_in_channel", "channel_not_found"})
# They end when the app is installed again.
_OF_INSTALLATION: Final = frozenset(
    {
        "not_installed",
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)


def is_direct(channel_id: ChannelId) -> bool:
    return channel_id.startswith(("U", "W", "D"))


def passing(channel_id: ChannelId) -> frozenset[str]:
    """What may end there. Nobody is let into a direct message."""
    return _OF_INSTALLATION if is_direct(channel_id) else _OF_CHANNEL | _OF_INSTALLATION


def key_of_return(channel_id: ChannelId) -> str:
    """By which the outbox knows the message that something goes on in this channel."""
    return f"returned:{channel_id}"


async def channels(conn: asyncpg.Connection, within: timedelta) -> tuple[tuple[WorkspaceId, ChannelId], ...]:
    """Where something waits to go on, as long as the app is there. Less those where something did within this time:
    Slack may say that the bot can post there, and refuse it all the same."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT workspace_id, channel_id, paused_why FROM (
            SELECT workspace_id, channel_id, paused_why FROM subscriptions WHERE paused_why = ANY ($1::text[])
            UNION ALL
            SELECT workspace_id, channel_id, paused_why FROM schedules WHERE paused_why = ANY ($1::text[])
        ) waiting JOIN workspaces USING (workspace_id)
        WHERE uninstalled_at IS NULL AND NOT EXISTS (
            SELECT FROM outbox said
            WHERE said.workspace_id = waiting.workspace_id AND said.coalesce_key = 'returned:' || waiting.channel_id
              AND said.created_at > now() - $2::interval)
        ORDER BY workspace_id, channel_id
        """,
        sorted(_OF_CHANNEL | _OF_INSTALLATION),
        within,
    )
    passed = [row for row in rows if row["paused_why"] in passing(row["channel_id"])]
    return tuple(dict.fromkeys((row["workspace_id"], row["channel_id"]) for row in passed))


async def said_at(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, coalesce_keys: Sequence[str]
) -> dict[str, datetime]:
    """When what has these keys was last put into the outbox, as far back as that is kept."""
    rows = await conn.fetch(
        """
        SELECT coalesce_key, max(created_at) AS at FROM outbox
        WHERE workspace_id = $1 AND coalesce_key = ANY ($2::text[]) GROUP BY coalesce_key
        """,
        workspace_id,
        list(coalesce_keys),
    )
    return {row["coalesce_key"]: row["at"] for row in rows}
