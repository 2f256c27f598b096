"""The secrets of webhooks, of those that come in and those that go out, for sealing them by a new key."""

from __future__ import annotations

from dataclasses import dataclass, field

import asyncpg

from db.ids import WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Of a webhook, which `webhook_id` alone names, whichever way it goes."""

    workspace_id: WorkspaceId
    webhook_id: str
    name: str
    sealed: bytes = field(repr=False)


async def every_secret(conn: asyncpg.Connection) -> tuple[Secret, ...]:
    rows = await conn.fetch(
        """
        SELECT workspace_id, webhook_id, name, sealed_secret AS sealed FROM webhooks
        UNION ALL SELECT workspace_id, webhook_id, name, sealed_secret FROM outgoing_webhooks
        ORDER BY workspace_id, name, webhook_id"""
    )
    return tuple(
        Secret(
            workspace_id=row["workspace_id"],
            webhook_id=row["webhook_id"],
            name=row["name"],
            sealed=row["sealed"],
        )
        for row in rows
    )


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
