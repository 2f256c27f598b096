"""Deliveries: those that came before, and those that could not be understood."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import asyncpg

from db.errors import NotFound
from db.webhooks.keeping import Hook

# Senders give up long before; a body that nobody looked at for so long is of no use.
DONE_KEPT: Final = timedelta(days=7)
FAILED_KEPT: Final = timedelta(days=30)
# Of one webhook: a sender that sends nonsense without end must not fill the disk. The newest stay.
FAILED_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """`headers` are those that say how the body is to be read."""

    arrival_id: UUID
    delivery_key: str
    error: str
    headers: dict[str, str]
    body: bytes
    at: datetime


async def claim(conn: asyncpg.Connection, hook: Hook, delivery_key: str) -> bool:
    """Whether it is still to be done. One that is just being done elsewhere is waited for."""
    return bool(
        await conn.fetchval(
            """
            INSERT INTO webhook_arrivals AS a (workspace_id, webhook_id, delivery_key, state)
            VALUES ($1, $2, $3, 'done')
            ON CONFLICT (workspace_id, webhook_id, delivery_key) DO UPDATE
                SET state = 'done', error = NULL, headers = NULL, body = NULL, at = now()
                WHERE a.state = 'failed'
            RETURNING true""",
            hook.workspace_id,
            hook.webhook_id,
            delivery_key,
        )
    )


async def keep_failed(
    conn: asyncpg.Connection,
    hook: Hook,
    delivery_key: str,
    error: str,
    headers: Mapping[str, str],
    body: bytes,
) -> None:
    """For its owner to see, and to have tried again."""
    await conn.execute(
        """
        INSERT INTO webhook_arrivals AS a (workspace_id, webhook_id, delivery_key, state, error, headers, body)
        VALUES ($1, $2, $3, 'failed', $4, $5::text::jsonb, $6)
        ON CONFLICT (workspace_id, webhook_id, delivery_key) DO UPDATE
            SET error = excluded.error, at = now() WHERE a.state = 'failed'""",
        hook.workspace_id,
        hook.webhook_id,
        delivery_key,
        error,
        json.dumps(dict(headers)),
        body,
    )
    await conn.execute(
        """
        DELETE FROM webhook_arrivals WHERE workspace_id = $1 AND webhook_id = $2 AND delivery_key IN (
            SELECT delivery_key FROM webhook_arrivals
            WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'failed'
            ORDER BY at DESC OFFSET $3)""",
        hook.workspace_id,
        hook.webhook_id,
        FAILED_MOST,
    )


async def failed(conn: asyncpg.Connection, hook: Hook, limit: int = 10) -> tuple[Failed, ...]:
    """Newest first."""
    rows = await conn.fetch(
        """
        SELECT arrival_id, delivery_key, error, headers, body, at FROM webhook_arrivals
        WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'failed' ORDER BY at DESC LIMIT $3""",
        hook.workspace_id,
        hook.webhook_id,
        limit,
    )
    return tuple(Failed(**dict(row)) for row in rows)


async def one_failed(conn: asyncpg.Connection, hook: Hook, arrival_id: UUID) -> Failed:
    """Raises NotFound: it was done or discarded meanwhile."""
    row = await conn.fetchrow(
        """
        SELECT arrival_id, delivery_key, error, headers, body, at FROM webhook_arrivals
        WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'failed' AND arrival_id = $3""",
        hook.workspace_id,
        hook.webhook_id,
        arrival_id,
    )
    if row is None:
        raise NotFound("delivery", arrival_id)
    return Failed(**dict(row))


async def discard(conn: asyncpg.Connection, hook: Hook) -> int:
    """Every failed one of this hook; returns how many."""
    done = await conn.execute(
        "DELETE FROM webhook_arrivals WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'failed'",
        hook.workspace_id,
        hook.webhook_id,
    )
    return int(done.rpartition(" ")[2])


async def forget_old(conn: asyncpg.Connection, now: datetime) -> None:
    await conn.execute(
        "DELETE FROM webhook_arrivals WHERE state = 'done' AND at < $1 OR at < $2",
        now - DONE_KEPT,
        now - FAILED_KEPT,
    )
