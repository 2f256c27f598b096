"""Issues by how well their words match, in time that hardly grows with how many match.

Matches are looked for among the newest issues first, then among ever more of the older ones, until there are
enough to rank. What comes after those, on later pages, is ranked by itself. A word that is in every tenth
issue is thus as quick to rank as a rare one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain, pairwise, repeat
from typing import Any, Final, LiteralString

import asyncpg

from db.ids import IssueId
from db.query.choosing import shortest
from db.query.compiler import compile_query
from db.query.cursors import Cursor, decode, encode
from db.query.drivers import Driver, drivers
from db.query.fragments import Parameters
from db.query.resolving import Resolved

# So many are ranked together: fewer when they are so far apart that finding more takes long. The last counts
# for all further steps, which go twice as far as it should take: another step costs more than what is read beyond.
ENOUGH: Final = (40, 10)
_AT_ONCE: Final = 300
# Of so many, and of twice as many as are wanted, whether they are closed is looked at first: what is closed counts
# less, and seldom does that bring others to the top than those that are there by their words.
_AHEAD: Final = 64
_FIRST_STEP: Final = 1 << 12
_SHORTEST_STEP: Final = 1 << 9
_GROWTH: Final = 4
# What is led by pairs costs by what it finds, and hardly by how far it looks.
_GROWTH_BY_PAIRS: Final = 64
# When a filter leads to no more than this, their documents are read instead of those that have the words; or,
# when the first steps have found too little, to no more than that.
_FEW: Final = 300
_SOME: Final = 5_000
# The index of words leads to a few documents of one workspace, thanks to the tags. OFFSET 0 keeps the planner
# from going through all documents of the workspace as well, which it takes to be cheap.
# Tags and words are asked for apart: the index then goes by turns from the next of one list to the next of the other.
# Of both in one it looks at everything that either of them has.
_DOCUMENTS: Final[LiteralString] = (
    "SELECT workspace_id, issue_id, number, document FROM issue_documents"
    " WHERE document @@ {}::text::tsquery AND document @@ (SELECT $3::text::tsquery) OFFSET 0"
)
# The few documents with these words side by side are had by their pairs; the words themselves are then looked at
# in those alone, which OFFSET 0 makes sure of.
_DOCUMENTS_BY_PAIRS: Final[LiteralString] = (
    "SELECT found.* FROM (SELECT workspace_id, issue_id, number, document FROM issue_documents"
    " WHERE pairs && (SELECT array_agg(pair_tag(tag)) FROM unnest({}::text[]) AS tag) AND pairs @> {}::integer[]"
    " OFFSET 0) found WHERE found.document @@ (SELECT $3::text::tsquery) OFFSET 0"
)
_DOCUMENTS_OF: Final[LiteralString] = (
    "SELECT found.* FROM ({driven} OFFSET 0) driven CROSS JOIN LATERAL ("
    "SELECT workspace_id, issue_id, number, document FROM issue_documents x WHERE x.workspace_id = $1"
    " AND x.issue_id = driven.issue_id AND x.document @@ (SELECT $3::text::tsquery) OFFSET 0) found"
)
# What a cursor has: the window its page was taken from, and the rank and number of the last one on it.
PLACE: Final = ("bigint", "bigint", "float8", "bigint")
# The sizes of the blocks that documents are tagged with (document_tags), largest first, by their bits.
_BLOCKS: Final = ((2, 17), (1, 13), (0, 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """What is shown of `hit.issue_id` where `hit.shown`. `select` has {words} and {config} in the places of these."""

    select: LiteralString
    config: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    issue_id: IssueId
    number: int
    rank: float
    # What `Show` gave of it, where it was asked in the same statement.
    shown: Any = None

    @property
    def place(self) -> tuple[float, int]:
        """Best first, of equals the newest."""
        return -self.rank, -self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Of everything that matches among the numbers from `end` up to, but not including, `below`: the best first."""

    below: int
    end: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The best of the newest matches in a range of numbers, best first, and how far down these matches reach.

    `number`: how many there are; where there are enough for a page, perhaps fewer than there are.
    """

    candidates: list[Candidate]
    number: int
    reached: int


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


def pairs_of(resolved: Resolved) -> list[int]:
    """What all documents that can match have in `pairs`; empty where no phrase is asked for, or nothing is known."""
    return sorted(
        {pair for text, pairs in resolved.pairs.items() if text.exact and not text.negated for pair in pairs}
    )


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
    at, step, at_once = below, below if few else _FIRST_STEP, _AT_ONCE
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
    start, at_once = below, _AT_ONCE * _GROWTH
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


_SAID: Final[LiteralString] = (
    "ts_rank_cd('{0.05, 0.1, 0.3, 1.0}', {document}, (SELECT $4::text::tsquery), 1)::float8"
)
# What matches are worth: what their words say, less of it where they are closed.
_WORTH: Final[LiteralString] = """
        SELECT m.issue_id, m.number, {said} * i.worth AS rank FROM {matches} m
        CROSS JOIN LATERAL (
            SELECT CASE WHEN i.status = 'closed' THEN 0.6 ELSE 1 END AS worth FROM issues i
            WHERE i.issue_id = m.issue_id AND {condition} OFFSET 0
        ) i
        WHERE ($10::float8 IS NULL OR ({said} * i.worth, m.number) < ($10, $11::bigint))"""

# With filters, few of those that match may pass, and of a phrase there are few: then all are looked at at once.
_ALL: Final[LiteralString] = (
    "ranked AS MATERIALIZED ("
    + _WORTH.replace("{matches}", "matching").replace("{said}", _SAID.replace("{document}", "m.document"))
    + " LIMIT $12)"
)
_OF_ALL: Final[LiteralString] = "d.document"

# Nothing is worth more than its words say. So those whose words say most are looked at first, and the others only
# where one of them might still come before the last that is wanted.
_BEST_AHEAD: Final[LiteralString] = f"""ahead AS MATERIALIZED (
        SELECT issue_id, number, said FROM matching ORDER BY said DESC, number DESC LIMIT $12
    ), next AS MATERIALIZED (
        SELECT said, number FROM ahead ORDER BY said, number LIMIT 1
    ), worth AS MATERIALIZED ({_WORTH.replace("{matches}", "ahead").replace("{said}", "m.said")}
    ), ranked AS MATERIALIZED (
        SELECT issue_id, number, rank FROM worth
        UNION ALL {_WORTH.replace("{matches}", "matching").replace("{said}", "m.said")}
          AND (m.said, m.number) < (SELECT said, number FROM next)
          AND NOT ((SELECT count(*) FROM worth) >= greatest($8::bigint, $9::bigint)
                   AND (SELECT (rank, number) FROM worth ORDER BY rank DESC, number DESC OFFSET $8 - 1 LIMIT 1)
                       >= (SELECT (said, number) FROM next))
    )"""

_OF_THOSE_AHEAD: Final[LiteralString] = _SAID.replace("{document}", "d.document") + " AS said"

_CANDIDATES: Final[LiteralString] = """
    WITH matching AS MATERIALIZED (
        SELECT d.issue_id, d.number, {of_each} FROM (
            SELECT d.issue_id, d.number, d.document FROM ({documents}) d
            WHERE d.workspace_id = $1 AND d.number >= $5 AND d.number < $6
            ORDER BY d.number DESC LIMIT $7
        ) d
    ), {ranked}, best AS MATERIALIZED (
        SELECT issue_id, number, rank, row_number() OVER (ORDER BY rank DESC, number DESC) AS place FROM ranked
        ORDER BY rank DESC, number DESC LIMIT $8
    ), tally AS MATERIALIZED (
        SELECT (SELECT count(*) FROM ranked) AS total,
               (SELECT CASE WHEN count(*) = $7 THEN min(number) ELSE $5 END FROM matching) AS reached
    )
    SELECT tally.total, tally.reached, hit.issue_id AS found_id, hit.number AS found_number, hit.rank{columns}
    FROM tally
    LEFT JOIN LATERAL (
        SELECT issue_id, number, rank, place, place < $8 AND (total >= $9 OR reached <= $13) AS shown FROM best
    ) hit ON true {show}
    ORDER BY hit.place
"""
_WORDS: Final[LiteralString] = "(SELECT $3::text::tsquery)"
_CONFIG: Final[LiteralString] = "(SELECT $14::text::regconfig)"


@lru_cache(maxsize=256)
def _statement(documents: str, condition: str, show: str, *, every: bool) -> str:
    """Put together once, as what is searched for differs in its values only."""
    shown = show.replace("{words}", _WORDS).replace("{config}", _CONFIG)
    return (
        _CANDIDATES.replace("{documents}", documents)
        .replace("{of_each}", _OF_ALL if every else _OF_THOSE_AHEAD)
        .replace("{ranked}", _ALL if every else _BEST_AHEAD)
        .replace("{condition}", condition)
        .replace("{columns}", ", shown.*" if show else "")
        .replace("{show}", f"LEFT JOIN LATERAL ({shown}) shown ON true" if show else "")
    )


async def candidates(
    conn: asyncpg.Connection,
    resolved: Resolved,
    words: str,
    below: int,
    end: int,
    *,
    best: int,
    enough: int = ENOUGH[0],
    rank_by: str | None = None,
    at_once: int = _AT_ONCE,
    few: Driver | None = None,
    after: tuple[float, int] | None = None,
    show: Show | None = None,
) -> Stretch:
    """The newest matches numbered from `end` to `below`, or down to where there were enough for one go.

    `after`: of these, only what comes after this rank and number. `show` is asked of all but the last of the best,
    where nobody need look further for a page of these: where there are `enough`, or the range ends.
    """
    parameters = Parameters(14 if show is None else 15, hidden=True)
    workspace_id = resolved.actor.workspace_id
    filters = resolved_without_text(resolved)
    if few is not None:
        documents = _DOCUMENTS_OF.replace("{driven}", few.select(parameters))
    elif pairs := pairs_of(resolved):
        documents = parameters.fill(_DOCUMENTS_BY_PAIRS, blocks(workspace_id, below, end), pairs)
    else:
        documents = parameters.fill(_DOCUMENTS, tags(workspace_id, below, end))
    condition = compile_query(filters, parameters.next, each=True)
    every = bool(filters.query.terms or resolved.actor.sees_only or pairs_of(resolved))
    rows = await conn.fetch(
        _statement(documents, condition.sql, show.select if show else "", every=every),
        workspace_id,
        resolved.actor.sees_only,
        words,
        rank_by or words,
        end,
        below,
        at_once,
        best,
        enough,
        *(after or (None, None)),
        at_once if every else max(_AHEAD, 2 * best),
        end if after else 0,
        *((show.config,) if show else ()),
        *parameters.values,
        *condition.params,
    )
    total, reached, *_ = rows[0]
    return Stretch(candidates=_read(rows, shown=show is not None), number=total, reached=reached)


def _read(rows: Sequence[Any], *, shown: bool) -> list[Candidate]:
    """The one row that tells of nothing found has no issue."""
    return [
        Candidate(
            issue_id=row["found_id"],
            number=row["found_number"],
            rank=row["rank"],
            shown=row if shown and row["issue_id"] is not None else None,
        )
        for row in rows
        if row["found_id"] is not None
    ]


def resolved_without_text(resolved: Resolved) -> Resolved:
    """The same filters; the words are asked for by the index."""
    return replace(resolved, query=resolved.query.without_text(), texts={}, pairs={})


def tags(workspace_id: str, below: int, end: int) -> str:
    """A tsquery for the documents in blocks that cover the range; the ends may reach over it."""
    return " | ".join(f"'{tag}'" for tag in blocks(workspace_id, below, end))


def blocks(workspace_id: str, below: int, end: int) -> list[str]:
    """The tags of these blocks; of the whole workspace, where the range reaches down to its first issue."""
    if end <= 0:
        return [f"#{workspace_id}"]
    return [f"#{workspace_id}/{level}/{block}" for level, block in _cover(below, end)]


def _cover(below: int, end: int) -> Iterator[tuple[int, int]]:
    at = below
    while at > end:
        for level, bits in _BLOCKS:
            size = 1 << bits
            # The first block may reach above `below`; a large one only where it fits.
            if (at % size == 0 and at - size >= end) or level == 0:
                block = (at - 1) >> bits
                yield level, block
                at = block << bits
                break
