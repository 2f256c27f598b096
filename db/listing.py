"""Lists of issues: pages in any order, and how many there are."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from db import ranking
from db.access import Actor
from db.ids import IssueId
from db.issues.record import COLUMNS, Issue, read_issue
from db.query.cursors import Cursor, decode, encode
from db.query.drivers import Driver, drivers, text_driver
from db.query.orders import ORDERS, Direction, direction
from db.query.resolving import Resolved, needs_lookup, plain, resolve
from db.query.terms import Query, SortKey
from db.query.walking import (
    Statement,
    among,
    everything,
    gather,
    length,
    number_in_sample,
    number_matching,
    number_of_all,
    reaches_end,
    walk,
)

MAX_PAGE: Final = 100

# So few are gathered at once; beyond, walking a little of the order is tried first.
_FEW: Final = 300
# So many can still be gathered and sorted in well under 0.1 s.
_MANY: Final = 20_000
# How deep the order is walked, one after the other, until the page is full or the end is reached.
_DEPTHS: Final = (600, 6_000)

_COUNTED_WHOLE: Final = 5_000
_SAMPLE: Final = 600
# So many in the sample tell the number well enough; words that are rarer are counted.
_TOLD: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Cursors are None at the ends of the list."""

    items: tuple[Issue, ...]
    next_cursor: str | None
    previous_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """Not `exact`: about so many, told from a sample."""

    value: int
    exact: bool


async def page(
    conn: asyncpg.Connection,
    actor: Actor,
    query: Query,
    *,
    limit: int = 20,
    cursor: str | None = None,
    now: datetime | None = None,
) -> Page:
    """Raises QueryError for unknown people and labels, Invalid for a cursor that is not this list's."""
    limit = max(1, min(limit, MAX_PAGE))
    resolved = await _resolved(conn, actor, query, now)
    if query.order.key is SortKey.RELEVANCE and query.texts():
        return await _ranked(conn, resolved, limit, cursor)
    scope = scope_of(actor, query)
    at = place_of(query, cursor, scope)
    rows = await _rows(conn, resolved, direction(query.order, at), limit + 1)
    if not rows and at is not None and at.backwards:
        # What stood before the cursor has moved or gone: this is the beginning now.
        at = None
        rows = await _rows(conn, resolved, direction(query.order, at), limit + 1)
    return page_of(rows, limit, at, scope)


async def _ranked(conn: asyncpg.Connection, resolved: Resolved, limit: int, cursor: str | None) -> Page:
    """Best match first; such a list is read in one direction."""
    scope = f"{resolved.actor.workspace_id} {resolved.query.text()}"
    words = ranking.words_of(resolved)
    if not words:
        return Page(items=(), next_cursor=None, previous_cursor=None)
    found = await ranking.page(conn, resolved, words, scope=scope, limit=limit, cursor=cursor)
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM unnest($2::uuid[]) WITH ORDINALITY AS ranked (issue_id, place)
        JOIN issues i ON i.workspace_id = $1 AND i.issue_id = ranked.issue_id ORDER BY place
        """,
        resolved.actor.workspace_id,
        [candidate.issue_id for candidate in found.candidates],
    )
    return Page(
        items=tuple(read_issue(row) for row in rows), next_cursor=found.next_cursor, previous_cursor=None
    )


def scope_of(actor: Actor, query: Query) -> str:
    """What a cursor is good for."""
    return f"{actor.workspace_id} {query.text()}"


def place_of(query: Query, cursor: str | None, scope: str) -> Cursor | None:
    """Raises Invalid for a cursor that is not this list's."""
    return decode(cursor, scope, len(ORDERS[_key(query)].keys)) if cursor is not None else None


def _key(query: Query) -> SortKey:
    return SortKey.UPDATED if query.order.key is SortKey.RELEVANCE else query.order.key


def page_of(rows: list[Any], limit: int, at: Cursor | None, scope: str) -> Page:
    """From up to `limit` + 1 rows as they were read from `at` on, each with its `position`."""
    more = len(rows) > limit
    rows = rows[:limit]
    backwards = at is not None and at.backwards
    if backwards:
        rows.reverse()
    following = more if not backwards else True
    preceding = more if backwards else at is not None
    return Page(
        items=tuple(read_issue(row) for row in rows),
        next_cursor=_cursor(rows[-1:], False, scope) if following else None,
        previous_cursor=_cursor(rows[:1], True, scope) if preceding else None,
    )


def _cursor(rows: list[Any], backwards: bool, scope: str) -> str | None:
    return encode(Cursor(values=tuple(rows[0]["position"]), backwards=backwards), scope) if rows else None


async def count(
    conn: asyncpg.Connection, actor: Actor, query: Query, *, now: datetime | None = None
) -> Count:
    """Exact in a small workspace and where an index leads to few; otherwise told from a sample."""
    resolved = await _resolved(conn, actor, query, now)
    top: int = await conn.fetchval(
        "SELECT coalesce(max(number), 0) FROM issues WHERE workspace_id = $1", actor.workspace_id
    )
    if top <= _COUNTED_WHOLE:
        return Count(value=await _value(conn, number_of_all(resolved)), exact=True)
    driver = await _shortest(conn, resolved, drivers(resolved), _COUNTED_WHOLE)
    found = 0
    if driver is None:
        sample = random.sample(range(1, top + 1), min(top, _SAMPLE))
        found = await _value(conn, number_in_sample(resolved, sample))
        if found < _TOLD:
            driver = await _shortest(conn, resolved, _text_drivers(resolved), _MANY)
            driver = driver or await _shortest(conn, resolved, drivers(resolved), _MANY)
    if driver is not None:
        return Count(value=await _value(conn, number_matching(resolved, driver)), exact=True)
    return Count(value=_rounded(found * top / min(top, _SAMPLE)), exact=False)


async def matching(
    conn: asyncpg.Connection,
    actor: Actor,
    query: Query,
    issue_ids: Sequence[IssueId],
    *,
    now: datetime | None = None,
) -> set[IssueId]:
    """Those of `issue_ids` that the query finds and the actor may see."""
    resolved = await _resolved(conn, actor, query, now)
    statement = among(resolved, list(issue_ids))
    return {row["issue_id"] for row in await conn.fetch(statement.sql, *statement.values)}


async def _resolved(conn: asyncpg.Connection, actor: Actor, query: Query, now: datetime | None) -> Resolved:
    if needs_lookup(query):
        return await resolve(conn, actor, query, now=now)
    return plain(actor, query, now or datetime.now(UTC))


async def _rows(conn: asyncpg.Connection, resolved: Resolved, way: Direction, limit: int) -> list[Any]:
    """Begins with what is cheap to try, and ends with looking at everything."""
    every = drivers(resolved)
    sharp = [driver for driver in every if driver.sharp]
    few = await _shortest(conn, resolved, sharp, _FEW)
    if few is not None:
        return await _fetch(conn, gather(resolved, few, way, limit=limit))
    if not resolved.query.terms and resolved.actor.sees_only is None:
        return await _fetch(conn, walk(resolved, way, limit=limit, depth=limit))
    for place, depth in enumerate(_DEPTHS):
        rows = await _fetch(conn, walk(resolved, way, limit=limit, depth=depth))
        if len(rows) == limit or await _value(conn, reaches_end(resolved, way, depth)):
            return rows
        if place == 0:
            driver = await _shortest(conn, resolved, every, _MANY)
            driver = driver or await _shortest(conn, resolved, _text_drivers(resolved), _MANY)
            if driver is not None:
                return await _fetch(conn, gather(resolved, driver, way, limit=limit))
    return await _fetch(conn, everything(resolved, way, limit=limit))


def _text_drivers(resolved: Resolved) -> list[Driver]:
    found = text_driver(resolved)
    return [found] if found else []


async def _shortest(
    conn: asyncpg.Connection, resolved: Resolved, ways: list[Driver], at_most: int
) -> Driver | None:
    """The driver that leads to the fewest issues, unless all lead to more than `at_most`."""
    if not ways:
        return None
    lengths: list[int] = await _value(conn, length(resolved, ways, at_most))
    shortest = min(range(len(ways)), key=lengths.__getitem__)
    return ways[shortest] if lengths[shortest] <= at_most else None


async def _fetch(conn: asyncpg.Connection, statement: Statement) -> list[Any]:
    return list(await conn.fetch(statement.sql, *statement.values))


async def _value(conn: asyncpg.Connection, statement: Statement) -> Any:
    return await conn.fetchval(statement.sql, *statement.values)


def _rounded(value: float) -> int:
    """To two digits: more would look surer than it is."""
    digits = max(0, len(str(int(value))) - 2)
    return int(round(value, -digits))
