"""Requests that are done, where nothing else holds their key: come again, however late, they do nothing.

A change holds the key of its request, and what is made that of its own for as long as it exists. Here are the keys of
what was deleted since, and of what leaves neither: settings, subscriptions, watching.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, LiteralString

import asyncpg

from db.errors import Conflict
from db.ids import WorkspaceId

# Far longer than a form stays open somewhere, or a delivery is under way.
KEPT: Final = timedelta(days=90)

# Beside `gone`, the rows that are deleted, in the statement that deletes them.
REMEMBERED: Final[LiteralString] = """
    spent AS (
        INSERT INTO spent_requests (workspace_id, request_key)
        SELECT workspace_id, request_key FROM gone WHERE request_key IS NOT NULL ON CONFLICT DO NOTHING)"""


async def first(conn: asyncpg.Connection, workspace_id: WorkspaceId, request_key: str | None) -> bool:
    """Whether the request comes for the first time; in the transaction that does what it asks for."""
    if request_key is None:
        return True
    claimed = await conn.fetchval(
        """
        INSERT INTO spent_requests (workspace_id, request_key) VALUES ($1, $2)
        ON CONFLICT DO NOTHING RETURNING true""",
        workspace_id,
        request_key,
    )
    return bool(claimed)


async def take_back(conn: asyncpg.Connection, workspace_id: WorkspaceId, request_keys: Sequence[str]) -> None:
    """They came to nothing, and come for the first time again."""
    await conn.execute(
        "DELETE FROM spent_requests WHERE workspace_id = $1 AND request_key = ANY ($2::text[])",
        workspace_id,
        list(request_keys),
    )


async def refuse(conn: asyncpg.Connection, workspace_id: WorkspaceId, request_key: str | None) -> None:
    """In the transaction that makes something, after the row is written: a deletion under way is waited for then.

    Raises Conflict for a request whose outcome is deleted.
    """
    spent = request_key is not None and await conn.fetchval(
        "SELECT true FROM spent_requests WHERE workspace_id = $1 AND request_key = $2",
        workspace_id,
        request_key,
    )
    if spent:
        raise Conflict("request", str(request_key))


async def forget_old(conn: asyncpg.Connection, now: datetime) -> None:
    await conn.execute("DELETE FROM spent_requests WHERE at < $1", now - KEPT)
