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
    """How many issues those ways lead to that lead to no more than was asked; the shortest first.

    `top` is the highest number given out.
    """

    ways: Sequence[tuple[int, Driver]]
    top: int

    @property
    def matching(self) -> int | None:
        """How many match, where a way leads to these alone."""
        return next((length for length, way in self.ways if way.exact), None)


async def measure(
    conn: asyncpg.Connection, resolved: Resolved, ways: Sequence[Driver], at_most: Sequence[int]
) -> Measured:
    """Each way up to its own limit."""
    statement = extent(resolved, ways, at_most)
    top, *lengths = await conn.fetchval(statement.sql, *statement.values)
    return Measured(ways=_short(ways, lengths, at_most), top=top)


async def short(
    conn: asyncpg.Connection, resolved: Resolved, ways: Sequence[Driver], at_most: Sequence[int]
) -> list[tuple[int, Driver]]:
    """Those that lead to no more than the limit of each, with how many that is; the shortest first."""
    if not ways:
        return []
    statement = length(resolved, ways, at_most)
    lengths = await conn.fetchval(statement.sql, *statement.values)
    return _short(ways, lengths, at_most)


def _short(
    ways: Sequence[Driver], lengths: Sequence[int], at_most: Sequence[int]
) -> list[tuple[int, Driver]]:
    measured = zip(lengths, ways, at_most, strict=True)
    return sorted(((led, way) for led, way, most in measured if led <= most), key=lambda each: each[0])


async def shortest(
    conn: asyncpg.Connection, resolved: Resolved, ways: Sequence[Driver], at_most: int
) -> Driver | None:
    """The driver that leads to the fewest issues, unless all lead to more than `at_most`."""
    found = await short(conn, resolved, ways, [at_most] * len(ways))
    return found[0][1] if found else None


async def leading(
    conn: asyncpg.Connection, resolved: Resolved, at_most: int, *, narrowed_by: int = 0
) -> Driver | None:
    """What leads to no more than so many: to where all the ways lead that do.

    `narrowed_by`: ways that read no issues may lead to so many, if another is short enough. Full text comes last:
    how far it leads is only told by going there.
    """
    ways = drivers(resolved)
    limits = [at_most if way.select.of_issues else max(at_most, narrowed_by) for way in ways]
    found = await short(conn, resolved, ways, limits)
    others = [way for _, way in found]
    if found and found[0][0] <= at_most:
        return narrowed(others)
    said = text_driver(resolved)
    if said is None or await shortest(conn, resolved, [said], at_most) is None:
        return None
    return narrowed([said, *others])
