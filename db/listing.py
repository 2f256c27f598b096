"""Lists of issues: pages in any order, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from db import ranking
from db.access import Actor
from db.ids import IssueId
from db.issues.record import COLUMNS, Issue, read_issue
from db.query import facets
from db.query.choosing import Measured, leading, measure, short
from db.query.cursors import Cursor, decode, encode
from db.query.drivers import Driver, quick_drivers
from db.query.orders import ORDERS, Direction, direction
from db.query.resolving import Resolved, needs_lookup, plain, resolve
from db.query.sampling import RUN, rounded, spread
from db.query.terms import Query, SortKey
from db.query.traits import pinned
from db.query.walking import (
    Statement,
    among,
    gather,
    is_covered,
    number_in_sample,
    number_matching,
    number_of_all,
    place_reached,
    walk,
    walk_kinds,
)

MAX_PAGE: Final = 100

# So few are gathered at once; beyond, walking a little of the order is tried first.
_FEW: Final = 300
# But so many where an index has all that is looked at.
_COVERED: Final = 15_000
# So many are gathered when a short walk finds little; and so many when a long one leaves the page unfilled.
_SOME: Final = 1_000
_MANY: Final = 2_000
_MANY_TO_FILL: Final = 6_000
# Ways that lead to so many times as many still narrow what the shortest leads to.
_NARROWING: Final = 3
# How deep the order is walked, one after the other, until the page is full or the end is reached.
_SHORT: Final = 1_000
_LONG: Final = 3_000
# After that so many more walks of the long sort, before the page is given out as far as it is.
_FURTHER: Final = 1
# But while there is nothing at all to show, so many are gathered, and so many walks made: an empty page that asks
# to look further is worse than one that takes a moment.
_MANY_FOR_NOTHING: Final = 20_000
_FURTHER_FOR_NOTHING: Final = 6

_COUNTED_WHOLE: Final = 5_000
# So many are looked at one by one rather than sampled.
_COUNTED_LED: Final = 1_500
# So many issues are sampled, at first and at most.
_SAMPLES: Final = (600, 3_000)
# So many in the sample tell the number well enough; what is rarer is looked for in a larger one, and then counted.
_TOLD: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Cursors are None at the ends of the list.

    `broken_off`: so few fit that looking for more was put off until the next page is asked for. There may be
    none at all on this one, and some on the next.
    """

    items: tuple[Issue, ...]
    next_cursor: str | None
    previous_cursor: str | None
    broken_off: bool = False


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
    return await _page(conn, await _resolved(conn, actor, query, now), limit, cursor)


async def page_and_count(
    conn: asyncpg.Connection,
    actor: Actor,
    query: Query,
    *,
    limit: int = 20,
    cursor: str | None = None,
    rare: bool = False,
    now: datetime | None = None,
) -> tuple[Page, Count]:
    """As `page` and `count`, of which each has to find out what helps the other."""
    resolved = await _resolved(conn, actor, query, now)
    measured = await _measure(conn, resolved, rare=rare)
    made = await _page(conn, resolved, limit, cursor, measured)
    if cursor is None and made.next_cursor is None:
        return made, Count(value=len(made.items), exact=True)
    told = await _count(conn, resolved, measured, rare=rare)
    # A sample may have missed all of the few there are.
    return made, told if told.exact else replace(told, value=max(told.value, len(made.items)))


async def _page(
    conn: asyncpg.Connection,
    resolved: Resolved,
    limit: int,
    cursor: str | None,
    measured: Measured | None = None,
) -> Page:
    query, limit = resolved.query, max(1, min(limit, MAX_PAGE))
    if query.order.key is SortKey.RELEVANCE and query.texts():
        return await _ranked(conn, resolved, limit, cursor)
    scope = scope_of(resolved.actor, query)
    at = place_of(query, cursor, scope)
    rows, reached = await _rows(conn, resolved, direction(query.order, at), limit + 1, measured)
    if not rows and not reached and at is not None and at.backwards:
        # What stood before the cursor has moved or gone: this is the beginning now.
        at = None
        rows, reached = await _rows(conn, resolved, direction(query.order, at), limit + 1, measured)
    made = page_of(rows, limit, at, scope)
    return broken_off(made, reached, at, scope) if reached else made


def broken_off(page: Page, reached: tuple[str, ...], at: Cursor | None, scope: str) -> Page:
    """The page goes on where the looking stopped, even if nothing was found up to there."""
    if at is None or not at.backwards:
        return replace(page, next_cursor=encode(Cursor(values=reached), scope), broken_off=True)
    # With nothing on it, this page still leads back to the one it was turned to from.
    following = page.next_cursor or encode(Cursor(values=reached), scope)
    preceding = encode(Cursor(values=reached, backwards=True), scope)
    return replace(page, next_cursor=following, previous_cursor=preceding, broken_off=True)


async def _ranked(conn: asyncpg.Connection, resolved: Resolved, limit: int, cursor: str | None) -> Page:
    """Best match first; such a list is read in one direction."""
    scope = scope_of(resolved.actor, resolved.query)
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
    kinds = [kind for _, kind in ORDERS[_key(query)].keys]
    return decode(cursor, scope, kinds) if cursor is not None else None


def cursor_at(actor: Actor, query: Query, issue: Issue, *, backwards: bool = False) -> str:
    """Where the list goes on after this issue, or with `backwards` before it."""
    values: tuple[object, ...]
    match _key(query):
        case SortKey.UPDATED | SortKey.RELEVANCE:
            values = (issue.updated_at, issue.issue_id)
        case SortKey.CREATED:
            values = (issue.created_at, issue.issue_id)
        case SortKey.PRIORITY:
            values = (-issue.priority.value, issue.updated_at, issue.issue_id)
        case SortKey.DUE:
            values = (issue.due_on or "infinity", issue.issue_id)
        case SortKey.NUMBER:
            values = (issue.number,)
    return encode(Cursor(values=tuple(map(str, values)), backwards=backwards), scope_of(actor, query))


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
    conn: asyncpg.Connection, actor: Actor, query: Query, *, rare: bool = False, now: datetime | None = None
) -> Count:
    """Exact in a small workspace and where an index leads to few; otherwise told from a sample.

    `rare`: it was counted exactly before, so no sample will tell; asked for only when nothing leads to few any more.
    """
    resolved = await _resolved(conn, actor, query, now)
    return await _count(conn, resolved, await _measure(conn, resolved, rare=rare), rare=rare)


async def _measure(conn: asyncpg.Connection, resolved: Resolved, *, rare: bool) -> Measured:
    """What is told from indexes alone."""
    ways = quick_drivers(resolved)
    at_most = _COUNTED_WHOLE if rare or any(way.exact for way in ways) else _COUNTED_LED
    order = direction(resolved.query.order, None)
    return await measure(conn, resolved, ways, [_most(resolved, way, order, at_most) for way in ways])


async def _count(conn: asyncpg.Connection, resolved: Resolved, measured: Measured, *, rare: bool) -> Count:
    top = measured.top
    if measured.matching is not None:
        return Count(value=measured.matching, exact=True)
    if top <= _COUNTED_WHOLE:
        return Count(value=await _value(conn, number_of_all(resolved)), exact=True)
    driver = measured.ways[0][1] if measured.ways else None
    if rare and driver is None:
        driver = await leading(conn, resolved, _COUNTED_WHOLE)
    found = size = 0
    for wanted in _SAMPLES if driver is None else ():
        starts = spread(top, wanted)
        size = len(starts) * RUN
        found = await _value(conn, number_in_sample(resolved, starts, RUN))
        if found >= _TOLD:
            break
    else:
        driver = driver or await leading(conn, resolved, _COUNTED_WHOLE)
    if driver is not None:
        return Count(value=await _value(conn, number_matching(resolved, driver)), exact=True)
    return Count(value=rounded(found * top / size), exact=False)


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


async def _rows(
    conn: asyncpg.Connection, resolved: Resolved, way: Direction, limit: int, measured: Measured | None
) -> tuple[list[Any], tuple[str, ...] | None]:
    """Begins with what is cheap to try. Where it was broken off, when that was before the end."""
    if not resolved.query.terms and resolved.actor.sees_only is None:
        return await _fetch(conn, walk(resolved, way, limit=limit, depth=limit)), None
    few = await _few(conn, resolved, way, measured)
    if few is not None:
        return await _fetch(conn, gather(resolved, few, way, limit=limit)), None
    begun = await _walked(conn, resolved, way, limit, _SHORT)
    if begun.whole:
        return begun.rows, None
    # What the long walk would find, going by the short one.
    hoped = len(begun.rows) * _LONG // _SHORT
    if hoped < 2 * limit and (driver := await leading(conn, resolved, _MANY if hoped < limit else _SOME)):
        return await _fetch(conn, gather(resolved, driver, way, limit=limit)), None
    walked = await _walked(conn, resolved, way, limit, _LONG)
    if walked.whole:
        return walked.rows, None
    if facets.tell(resolved) and facets.decide(resolved) and way.order.inner:
        return await _fetch(conn, walk_kinds(resolved, way, limit=limit, depth=limit)), None
    most = _MANY_TO_FILL if walked.rows else _MANY_FOR_NOTHING
    if driver := await leading(conn, resolved, most, narrowed_by=_NARROWING * most):
        return await _fetch(conn, gather(resolved, driver, way, limit=limit)), None
    return await _further(conn, resolved, way, limit, walked)


async def _few(
    conn: asyncpg.Connection, resolved: Resolved, way: Direction, measured: Measured | None
) -> Driver | None:
    """What leads to so few that they are gathered."""
    # Where the order can be walked among the issues of one person, these need not be.
    confined = way.order.inner and pinned(resolved) is not None

    def wanted(driver: Driver) -> bool:
        return driver.sharp and not (confined and driver.pinned)

    if measured is None:
        ways = list(filter(wanted, quick_drivers(resolved)))
        found = await short(conn, resolved, ways, [_most(resolved, driver, way, _FEW) for driver in ways])
    else:
        found = [
            (length, driver)
            for length, driver in measured.ways
            if wanted(driver) and length <= _most(resolved, driver, way, _FEW)
        ]
    return found[0][1] if found else None


def _most(resolved: Resolved, driver: Driver, way: Direction, at_most: int) -> int:
    """So many, or more where none of them has to be read."""
    return max(at_most, _COVERED) if is_covered(resolved, driver, way) else at_most


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walked:
    """`reached`: where the walk stopped, when the page is not full and there is more to walk over."""

    rows: list[Any]
    reached: tuple[str, ...] | None

    @property
    def whole(self) -> bool:
        return self.reached is None


async def _further(
    conn: asyncpg.Connection, resolved: Resolved, way: Direction, limit: int, walked: _Walked
) -> tuple[list[Any], tuple[str, ...] | None]:
    """Walk after walk, each from where the one before ended, and only so many."""
    found = walked.rows
    for step in range(_FURTHER_FOR_NOTHING):
        if walked.reached is None or (found and step >= _FURTHER):
            break
        way = replace(way, cursor=Cursor(values=walked.reached))
        walked = await _walked(conn, resolved, way, limit - len(found), _LONG)
        found = [*found, *walked.rows]
    return found, walked.reached


async def _walked(
    conn: asyncpg.Connection, resolved: Resolved, way: Direction, limit: int, depth: int
) -> _Walked:
    rows = await _fetch(conn, walk(resolved, way, limit=limit, depth=depth))
    if len(rows) == limit:
        return _Walked(rows=rows, reached=None)
    reached = await _value(conn, place_reached(resolved, way, depth))
    return _Walked(rows=rows, reached=tuple(reached) if reached is not None else None)


async def _fetch(conn: asyncpg.Connection, statement: Statement) -> list[Any]:
    return list(await conn.fetch(statement.sql, *statement.values))


async def _value(conn: asyncpg.Connection, statement: Statement) -> Any:
    return await conn.fetchval(statement.sql, *statement.values)
