"""How much waits and is kept in the whole database: asked every few seconds, and so at a price that does not grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString

import asyncpg

# Of each kind so many are counted; how many more there are changes nothing about what is to be done.
COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """`jobs` by name and state, `imports` and `reports` by state: each up to COUNTED, which means so many or more.

    `oldest_job` and `late` are seconds.
    """

    jobs: Mapping[tuple[str, str], int]
    oldest_job: float
    messages: int
    imports: Mapping[str, int]
    reports: Mapping[str, int]
    late: float
    repairs: int


# Nothing else is as quick as these indexes, whatever the planner knows of the tables, which may grow quickly.
_BY_INDEX: Final[LiteralString] = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('enable_sort', 'off', true)"""

# Each state in which jobs stay has an index by name: from one name to the next it is gone through in leaps.
_NAMED: Final[LiteralString] = """
WITH RECURSIVE named AS (
    (SELECT entrypoint FROM pgqueuer WHERE status = '{state}' ORDER BY entrypoint LIMIT 1)
    UNION ALL
    SELECT (SELECT job.entrypoint FROM pgqueuer job
            WHERE job.status = '{state}' AND job.entrypoint > named.entrypoint ORDER BY job.entrypoint LIMIT 1)
    FROM named WHERE named.entrypoint IS NOT NULL
)"""
_JOBS: Final[LiteralString] = (
    _NAMED
    + """
SELECT named.entrypoint AS name, '{state}' AS state,
       (SELECT count(*) FROM (
            SELECT FROM pgqueuer job WHERE job.status = '{state}' AND job.entrypoint = named.entrypoint
            LIMIT $1) counted) AS number
FROM named WHERE named.entrypoint IS NOT NULL"""
)

# No more are under way than the processes take at once.
_UNDER_WAY: Final[LiteralString] = """
SELECT entrypoint AS name, 'picked' AS state, count(*) AS number
FROM (SELECT entrypoint FROM pgqueuer WHERE status = 'picked' LIMIT $1) picked
GROUP BY 1"""

# By name, too: an index has the moments of each.
_OLDEST: Final[LiteralString] = (
    _NAMED
    + """
SELECT extract(epoch FROM now() - min(first.execute_after))::float8
FROM named CROSS JOIN LATERAL (
    SELECT job.execute_after FROM pgqueuer job
    WHERE job.status = '{state}' AND job.entrypoint = named.entrypoint AND job.execute_after <= now()
    ORDER BY job.execute_after LIMIT 1) first"""
)

_MESSAGES: Final[LiteralString] = """
SELECT count(*) FROM (
    SELECT FROM outbox WHERE state = 'waiting' LIMIT $1) waiting"""

_BY_STATE: Final[LiteralString] = """
WITH RECURSIVE states AS (
    (SELECT state FROM {table} ORDER BY state LIMIT 1)
    UNION ALL
    SELECT (SELECT other.state FROM {table} other WHERE other.state > states.state ORDER BY other.state LIMIT 1)
    FROM states WHERE states.state IS NOT NULL
)
SELECT states.state, (SELECT count(*) FROM (
    SELECT FROM {table} kept WHERE kept.state = states.state LIMIT $1) counted) AS number
FROM states WHERE states.state IS NOT NULL"""

_LATE: Final[LiteralString] = """
SELECT extract(epoch FROM now() - least(
    (SELECT min(next_due_at) FROM schedules WHERE next_due_at <= now()),
    (SELECT min(claimed_at) FROM report_runs WHERE state = 'claimed')))::float8"""

_REPAIRS: Final[LiteralString] = "SELECT coalesce(sum(repairs), 0) FROM rollup_books WHERE repairs > 0"


async def look(conn: asyncpg.Connection) -> Figures:
    """As it is now."""
    async with conn.transaction(readonly=True):
        await conn.execute(_BY_INDEX)
        return await _look(conn)


async def _look(conn: asyncpg.Connection) -> Figures:
    rows = [
        *await conn.fetch(_JOBS.replace("{state}", "queued"), COUNTED),
        *await conn.fetch(_JOBS.replace("{state}", "failed"), COUNTED),
        *await conn.fetch(_UNDER_WAY, COUNTED),
    ]
    return Figures(
        jobs={(row["name"], row["state"]): row["number"] for row in rows},
        oldest_job=await conn.fetchval(_OLDEST.replace("{state}", "queued")) or 0.0,
        messages=await conn.fetchval(_MESSAGES, COUNTED),
        imports=await _by_state(conn, _BY_STATE.replace("{table}", "imports")),
        reports=await _by_state(conn, _BY_STATE.replace("{table}", "report_runs")),
        late=await conn.fetchval(_LATE) or 0.0,
        repairs=await conn.fetchval(_REPAIRS),
    )


async def _by_state(conn: asyncpg.Connection, sql: str) -> dict[str, int]:
    return {row["state"]: row["number"] for row in await conn.fetch(sql, COUNTED)}
