"""All that the database holds of workspaces, to be compared with what it held before."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import asyncpg

# Tables that are about the doing and not about what was done.
_TRACES: Final = {
    "deliveries": "what is handled once is noted here, and is what the new replica is not to know",
    "send_pace": "how fast things are sent",
    "channel_senders": "who sends them",
    "told": "which message the next news of somebody goes into",
    "homes": "what somebody sees in App Home at the moment",
}


async def everything(conn: asyncpg.Connection, *, without: Collection[str] = ()) -> dict[str, list[str]]:
    """All rows of all tables that hold something of a workspace."""
    tables = await conn.fetch(
        "SELECT DISTINCT table_name FROM information_schema.columns"
        " WHERE column_name = 'workspace_id' AND table_schema = 'public' ORDER BY table_name"
    )
    found = {}
    for (table,) in tables:
        if table in _TRACES or table in without:
            continue
        rows = await conn.fetch(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY 1')
        found[table] = [row[0] for row in rows]
    return found
