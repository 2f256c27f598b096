"""Issues by how well their words match, in time that hardly grows with how many match.

Matches are looked for among the newest issues first, then among ever more of the older ones, until there are
enough to rank. What comes after those, on later pages, is ranked by itself. A word that is in every tenth
issue is thus as quick to rank as a rare one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from typing import Final

import asyncpg

from db.matching import AT_ONCE, ENOUGH, Candidate, Show, candidates, pairs_of
from db.query.choosing import shortest
from db.query.cursors import Cursor, decode, encode
from db.query.drivers import Driver, drivers
from db.query.resolving import Resolved

_FIRST_STEP: Final = 1 << 12
_SHORTEST_STEP: Final = 1 << 9
_GROWTH: Final = 4
# What is led by pairs costs by what it finds, and hardly by how far it looks.
_GROWTH_BY_PAIRS: Final = 64
# When a filter leads to no more than this, their documents are read instead of those that have the words; or,
# when the first steps have found too little, to no more than that.
_FEW: Final = 300
_SOME: Final = 5_000
# What a cursor has: the window its page was taken from, and the rank and number of the last one on it.
PLACE: Final = ("bigint", "bigint", "float8", "bigint")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Of everything that matches among the numbers from `end` up to, but not including, `below`: the best first."""

    below: int
    end: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPage:
    candidates: tuple[Candidate, ...]
    next_cursor: str | None


def words_of(resolved: Resolved) -> str:
    """One tsquery for all texts of the query; empty when they say nothing."""
    parts = [
        f"{'!' if text.negated else ''}({resolved.texts[text]})"
        for text in resolved.query.texts()
        if resolved.texts[text]
    ]
    return " & ".join(parts)


async def page(
    conn: asyncpg.Connection,
    resolved: Resolved,
    words: str,
    *,
    scope: str,
    limit: int,
    cursor: str | None,
    top: int | None = None,
    mark: tuple[str, ...] = (),
    show: Show | None = None,
) -> RankedPage:
    """`words` is a tsquery; the other terms of the query filter. Raises Invalid for a foreign cursor.

    `top`: the highest number given out, where it is known. `mark`: what else the next cursor holds, before the place.
    `show` is asked along with the issues, where one look finds them all.
    """
    at = decode(cursor, scope, PLACE) if cursor is not None else None
    few = await _filtered(conn, resolved, _FEW)
    top = await top_number(conn, resolved) if top is None else top
    if at is None:
        looked_at = await window(conn, resolved, words, top + 1, best=limit + 1, few=few, show=show)
    else:
        _, _, rank, number = at.values
        # Whatever it says, there is nothing above the highest number, and nothing to go through there.
        below = min(int(at.values[0]), top + 1)
        end = max(0, min(int(at.values[1]), below))
        after = float(rank), int(number)
        looked_at = await _exactly(
            conn, resolved, words, below, end, best=limit + 1, after=after, few=few, show=show
        )
    found: list[Candidate] = []
    while True:
        left = len(looked_at.candidates) - (limit - len(found))
        found += looked_at.candidates[: limit - len(found)]
        if len(found) == limit or looked_at.end <= 0:
            break
        looked_at = await window(conn, resolved, words, looked_at.end, best=limit + 1, few=few)
    if len(found) < limit or (looked_at.end <= 0 and left <= 0):
        return RankedPage(candidates=tuple(found), next_cursor=None)
    last = found[-1]
    values = (*mark, str(looked_at.below), str(looked_at.end), repr(last.rank), str(last.number))
    return RankedPage(candidates=tuple(found), next_cursor=encode(Cursor(values=values), scope))


async def top_number(conn: asyncpg.Connection, resolved: Resolved) -> int:
    """The highest number given out: nothing is above it."""
    return int(
        await conn.fetchval(
            "SELECT coalesce(max(number), 0) FROM issues WHERE workspace_id = $1", resolved.actor.workspace_id
        )
    )


async def window(
    conn: asyncpg.Connection,
    resolved: Resolved,
    words: str,
    below: int,
    *,
    best: int,
    rank_by: str | None = None,
    few: Driver | None = None,
    show: Show | None = None,
) -> Window:
    """The newest matches below a number, enough of them to rank or all there are: so many as are the best of them.

    `rank_by`: the words that count, when they are not those that select. `few`: leads to all that can match,
    which are so few that they can be had at once.
    """
    found: list[Candidate] = []
    number = 0
    at, step, at_once = below, below if few else _FIRST_STEP, AT_ONCE
    for enough, next_enough in pairwise(chain(ENOUGH, repeat(ENOUGH[-1]))):
        until = _aligned(at, step)
        more = await candidates(
            conn,
            resolved,
            words,
            at,
            until,
            best=best,
            enough=enough - number,
            rank_by=rank_by,
            at_once=at_once,
            few=few,
            # Of what is found by several looks, none alone can tell what is on the page.
            show=None if found else show,
        )
        found += more.candidates
        number += more.number
        end = more.reached
        if end <= 0 or number >= enough:
            break
        at_once *= 2
        if few is None and enough == ENOUGH[-1]:
            few = await _filtered(conn, resolved, _SOME)
            at_once = max(at_once, _SOME)
        growth = _GROWTH_BY_PAIRS if pairs_of(resolved) else _GROWTH
        step = _step(below - end, number, next_enough, step * growth) if few is None else end
        at = end
    return Window(below=below, end=max(end, 0), candidates=_best(found, best))


def _best(found: list[Candidate], number: int) -> tuple[Candidate, ...]:
    return tuple(sorted(found, key=lambda candidate: candidate.place)[:number])


async def _filtered(conn: asyncpg.Connection, resolved: Resolved, at_most: int) -> Driver | None:
    """What leads to all that the other terms of the query let pass, when these are few."""
    return await shortest(conn, resolved, [way for way in drivers(resolved) if way.sharp], at_most)


def _step(looked_at: int, found: int, enough: int, longest: int) -> int:
    """As far as it takes to find enough, going by what was found so far; most of what is read beyond is wasted."""
    hoped = int(2 * looked_at * (enough - found) / found) if found else longest
    return max(_SHORTEST_STEP, min(hoped, longest))


async def _exactly(
    conn: asyncpg.Connection,
    resolved: Resolved,
    words: str,
    below: int,
    end: int,
    *,
    best: int,
    after: tuple[float, int],
    few: Driver | None,
    show: Show | None,
) -> Window:
    """What is left of a window as an earlier page had it, after the rank and number of the last one on that page."""
    found: list[Candidate] = []
    start, at_once = below, AT_ONCE * _GROWTH
    while start > end:
        more = await candidates(
            conn,
            resolved,
            words,
            start,
            end,
            best=best,
            at_once=at_once,
            few=few,
            after=after,
            show=None if found else show,
        )
        found += more.candidates
        start = more.reached
    return Window(below=below, end=end, candidates=_best(found, best))


def _aligned(number: int, step: int) -> int:
    """So far down, to where a block begins, so that few tags say the range; a little further, to leave no rest."""
    bits = 9 if step <= _FIRST_STEP else 13
    end = max(0, number - step) >> bits << bits
    return end if end > step // 4 else 0
