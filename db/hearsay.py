"""What Slack tells of people and messages, each time with when that was: what comes late says nothing new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

import asyncpg

from db.ids import ChannelId, MessageTs, SlackUserId, WorkspaceId

_KEY: Final = "told"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


async def is_newest(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, slack_user_id: SlackUserId, at: str
) -> bool:
    """Notes when Slack last told of somebody. False: it has told of something later before.

    Whoever is not known yet has never been told of.
    """
    row = await conn.fetchrow(
        """
        WITH known AS (
            SELECT person_id, (settings ->> $3::text)::numeric AS last FROM people
            WHERE workspace_id = $1 AND slack_user_id = $2 FOR NO KEY UPDATE
        ), noted AS (
            UPDATE people p SET settings = settings || jsonb_build_object($3::text, $4::text) FROM known
            WHERE p.workspace_id = $1 AND p.person_id = known.person_id
              AND (known.last IS NULL OR known.last < $4::text::numeric)
        )
        SELECT last > $4::text::numeric AS late FROM known
        """,
        workspace_id,
        slack_user_id,
        _KEY,
        at,
    )
    return row is None or not row["late"]


async def is_newest_wording(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, message_ts: MessageTs, at: str
) -> bool:
    """Notes when Slack last told how a message reads. False: it has told of something later before.

    That is remembered among the deliveries, for as long as those are: what is late comes minutes later, not days.
    """
    noted = await conn.fetchval(
        """
        INSERT INTO deliveries AS d (workspace_id, delivery_key, claimed_at, done_at) VALUES ($1, $2, $3, now())
        ON CONFLICT (workspace_id, delivery_key) DO UPDATE SET claimed_at = excluded.claimed_at
            WHERE d.claimed_at <= excluded.claimed_at
        RETURNING true
        """,
        workspace_id,
        f"wording:{channel_id}:{message_ts}",
        _EPOCH + timedelta(microseconds=int(Decimal(at) * 1_000_000)),
    )
    return bool(noted)
