"""How fast things may be sent, agreed on by all replicas through the database's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import asyncpg


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One in `every`, and up to `burst` at once after a rest."""

    every: timedelta
    burst: int = 1


async def take(conn: asyncpg.Connection, workspace_id: str, lane: str, rate: Rate) -> timedelta | None:
    """None: go ahead. Otherwise how long until it is worth asking again."""
    slack = rate.every * (rate.burst - 1)
    taken = await conn.fetchval(
        """
        INSERT INTO send_pace AS pace (workspace_id, lane, due_at) VALUES ($1, $2, now() + $3::interval)
        ON CONFLICT (workspace_id, lane) DO UPDATE SET due_at = greatest(pace.due_at, now()) + $3::interval
            WHERE pace.due_at <= now() + $4::interval AND pace.blocked_until <= now()
        RETURNING true
        """,
        workspace_id,
        lane,
        rate.every,
        slack,
    )
    if taken:
        return None
    left: timedelta | None = await conn.fetchval(
        """
        SELECT greatest(due_at - $3::interval, blocked_until, now()) - now()
        FROM send_pace WHERE workspace_id = $1 AND lane = $2
        """,
        workspace_id,
        lane,
        slack,
    )
    return left or timedelta(0)


async def block(conn: asyncpg.Connection, workspace_id: str, lane: str, pause: timedelta) -> None:
    """Slack said Retry-After: nobody goes on before that."""
    await conn.execute(
        """
        INSERT INTO send_pace AS pace (workspace_id, lane, due_at, blocked_until)
        VALUES ($1, $2, now(), now() + $3::interval)
        ON CONFLICT (workspace_id, lane) DO UPDATE
            SET blocked_until = greatest(pace.blocked_until, now() + $3::interval)
        """,
        workspace_id,
        lane,
        pause,
    )
