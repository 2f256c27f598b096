"""Which of the ways into the issues are short, told by trying."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from db.query.drivers import Driver, drivers, narrowed, text_driver
from db.query.resolving import Resolved
from db.query.walking import extent, length


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How many issues each way leads to, counted no further than just beyond `at_most`; the shortest first.

    `top` is the highest number given out.
    """

    ways: Sequence[tuple[int, Driver]]
    at_most: int
    top: int

    @property
    def matching(self) -> int | None:
        """How many match, where a way leads to these alone."""
        return next((length for length, way in self.ways if way.exact and length <= self.at_most), None)

    def shortest(self, at_most: int) -> Driver | None:
        """Unless all lead to more than `at_most`."""
        return next((way for length, way in self.ways if length <= at_most), None)


async def measure(
    conn: asyncpg.Connection, resolved: Resolved, ways: Sequence[Driver], at_most: int
) -> Measured:
    """All of `ways` at once."""
    statement = extent(resolved, ways, at_most)
    top, *lengths = await conn.fetchval(statement.sql, *statement.values)
    found = sorted(zip(lengths, ways, strict=True), key=lambda each: each[0])
    return Measured(ways=found, at_most=at_most, top=top)


async def shortest(
    conn: asyncpg.Connection, resolved: Resolved, ways: Sequence[Driver], at_most: int
) -> Driver | None:
    """The driver that leads to the fewest issues, unless all lead to more than `at_most`."""
    if not ways:
        return None
    statement = length(resolved, ways, at_most)
    lengths: list[int] = await conn.fetchval(statement.sql, *statement.values)
    first = min(range(len(ways)), key=lengths.__getitem__)
    return ways[first] if lengths[first] <= at_most else None


async def leading(conn: asyncpg.Connection, resolved: Resolved, at_most: int) -> Driver | None:
    """What leads to no more than so many: of all ways that do, what is led to by each of them.

    Full text comes last: how far it leads is only told by going there.
    """
    ways = drivers(resolved)
    if ways:
        statement = length(resolved, ways, at_most)
        lengths: list[int] = await conn.fetchval(statement.sql, *statement.values)
        short = [
            way
            for led, way in sorted(zip(lengths, ways, strict=True), key=lambda each: each[0])
            if led <= at_most
        ]
        if short:
            return narrowed(short)
    said = text_driver(resolved)
    return await shortest(conn, resolved, [said] if said else [], at_most)
