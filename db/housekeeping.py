"""What keeps the database quick as it grows: fresh statistics, and no endless logs of jobs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import asyncpg

JOBS_KEPT = timedelta(days=7)
# So many new rows at once are worth a new look, where they are at least one in so many of the table's.
_MANY: Final = 10_000
_SHARE: Final = 20


async def analyze_young(conn: asyncpg.Connection) -> tuple[str, ...]:
    """Analyzes tables that have more than doubled since they were; returns their names.

    Autovacuum looks once a minute. A new workspace that is filled in that time would be read by plans
    made for an empty one, which connections keep. Tables whose rows only change are left to it.
    """
    rows = await conn.fetch(
        """
        SELECT c.oid::regclass::text AS name, format('ANALYZE (SKIP_LOCKED) %s', c.oid::regclass) AS statement
        FROM pg_class c
        JOIN pg_stat_user_tables s ON s.relid = c.oid
        WHERE c.relkind = 'r' AND s.schemaname = current_schema()
          AND s.n_mod_since_analyze > 200 AND s.n_live_tup > 2 * greatest(c.reltuples, 0)
        """
    )
    for row in rows:
        # Written by the server, from its own catalogue: regclass quotes where that is needed.
        await conn.execute(row["statement"])
    return tuple(row["name"] for row in rows)


async def analyze_grown(conn: asyncpg.Connection, added: Mapping[str, int]) -> tuple[str, ...]:
    """Analyzes those of the tables to which very many rows were added at once; returns their names.

    `added` says how many by the table's name, and is committed. Autovacuum would come within a minute, or never where
    the table is very large; what follows until then would be planned as if nothing had come. Whoever may not analyze
    a table is told so by a warning of the server, and one that somebody else holds is left to them.
    """
    rows = await conn.fetch(
        """
        SELECT added.name, format('ANALYZE (SKIP_LOCKED) %s', c.oid::regclass) AS statement
        FROM unnest($1::text[], $2::bigint[]) AS added (name, rows)
        JOIN pg_class c ON c.oid = to_regclass(added.name)
        WHERE added.rows >= $3 AND added.rows * $4 > c.reltuples
        """,
        list(added),
        list(added.values()),
        _MANY,
        _SHARE,
    )
    for row in rows:
        await conn.execute(row["statement"])
    return tuple(row["name"] for row in rows)


async def forget_job_log(conn: asyncpg.Connection) -> int:
    """Parked jobs stay; what is said of those that are done goes."""
    status = await conn.execute("DELETE FROM pgqueuer_log WHERE created < now() - $1::interval", JOBS_KEPT)
    return int(status.rpartition(" ")[2])
