"""The secrets of webhooks, of those that come in and those that go out, for sealing them by a new key."""

from __future__ import annotations

import asyncpg


async def every_secret(conn: asyncpg.Connection) -> dict[str, bytes]:
    """By webhook id, of which no two are the same, whichever way they go."""
    rows = await conn.fetch(
        """
        SELECT webhook_id, sealed_secret FROM webhooks
        UNION ALL SELECT webhook_id, sealed_secret FROM outgoing_webhooks"""
    )
    return {row["webhook_id"]: row["sealed_secret"] for row in rows}


async def reseal(conn: asyncpg.Connection, webhook_id: str, old: bytes, new: bytes) -> None:
    """Unless it has changed meanwhile."""
    await conn.execute(
        """
        WITH incoming AS (
            UPDATE webhooks SET sealed_secret = $3 WHERE webhook_id = $1 AND sealed_secret = $2
        )
        UPDATE outgoing_webhooks SET sealed_secret = $3 WHERE webhook_id = $1 AND sealed_secret = $2""",
        webhook_id,
        old,
        new,
    )
