"""Deliveries from Slack that were taken on, so that each is handled once, whichever replica it reaches."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum

import asyncpg

# A replica that took a delivery and did not finish it by then is gone: Slack is answered in three seconds.
ABANDONED = timedelta(seconds=10)
# Slack gives up retrying long before.
KEPT = timedelta(days=1)


class Claim(Enum):
    OURS = "ours"
    # By another, who may still die over it.
    UNDER_WAY = "under way"
    DONE = "done"


async def claim(conn: asyncpg.Connection, workspace_id: str, delivery_key: str) -> Claim:
    """The caller is to handle it when nobody did, nobody does, or who did has died over it."""
    claimed = await conn.fetchval(
        """
        INSERT INTO deliveries (workspace_id, delivery_key) VALUES ($1, $2)
        ON CONFLICT (workspace_id, delivery_key) DO UPDATE SET claimed_at = now()
            WHERE deliveries.done_at IS NULL AND deliveries.claimed_at < now() - $3::interval
        RETURNING true
        """,
        workspace_id,
        delivery_key,
        ABANDONED,
    )
    if claimed:
        return Claim.OURS
    done = await conn.fetchval(
        "SELECT done_at IS NOT NULL FROM deliveries WHERE workspace_id = $1 AND delivery_key = $2",
        workspace_id,
        delivery_key,
    )
    return Claim.DONE if done else Claim.UNDER_WAY


async def finish(conn: asyncpg.Connection, workspace_id: str, delivery_key: str) -> None:
    await conn.execute(
        "UPDATE deliveries SET done_at = now() WHERE workspace_id = $1 AND delivery_key = $2",
        workspace_id,
        delivery_key,
    )


async def give_back(conn: asyncpg.Connection, workspace_id: str, delivery_key: str) -> None:
    """It failed: the next delivery of it is to be handled."""
    await conn.execute(
        "DELETE FROM deliveries WHERE workspace_id = $1 AND delivery_key = $2 AND done_at IS NULL",
        workspace_id,
        delivery_key,
    )


async def forget_old(conn: asyncpg.Connection) -> int:
    status = await conn.execute("DELETE FROM deliveries WHERE claimed_at < now() - $1::interval", KEPT)
    return int(status.rpartition(" ")[2])
