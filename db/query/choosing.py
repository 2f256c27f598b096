"""Which of the ways into the issues is the shortest, told by trying."""

from __future__ import annotations

import asyncpg

from db.query.drivers import Driver
from db.query.resolving import Resolved
from db.query.walking import length


async def shortest(
    conn: asyncpg.Connection, resolved: Resolved, ways: list[Driver], at_most: int
) -> Driver | None:
    """The driver that leads to the fewest issues, unless all lead to more than `at_most`."""
    if not ways:
        return None
    statement = length(resolved, ways, at_most)
    lengths: list[int] = await conn.fetchval(statement.sql, *statement.values)
    first = min(range(len(ways)), key=lengths.__getitem__)
    return ways[first] if lengths[first] <= at_most else None
