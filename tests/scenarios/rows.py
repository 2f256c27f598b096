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
_TABLES: Final = (
    "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
    " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    " AND a.attname = 'workspace_id' AND NOT a.attisdropped ORDER BY c.relname"
)


async def everything(conn: asyncpg.Connection, *, without: Collection[str] = ()) -> dict[str, list[str]]:
    """All rows of all tables that hold something of a workspace, as of one moment."""
    found: dict[str, list[str]] = {
        table: [] for (table,) in await conn.fetch(_TABLES) if table not in _TRACES and table not in without
    }
    reading = " UNION ALL ".join(f"SELECT '{table}', t::text FROM \"{table}\" t" for table in found)
    for table, row in await conn.fetch(reading):
        found[table].append(row)
    return {table: sorted(rows) for table, rows in found.items()}
