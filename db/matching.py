"""One look for what matches a search: the best of the newest matches in a range of numbers, in one statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, LiteralString

import asyncpg

from db.ids import IssueId
from db.query.compiler import compile_query
from db.query.drivers import Driver
from db.query.fragments import Parameters
from db.query.resolving import Resolved

# So many are ranked together: fewer when they are so far apart that finding more takes long. The last counts
# for all further steps, which go twice as far as it should take: another step costs more than what is read beyond.
ENOUGH: Final = (40, 10)
AT_ONCE: Final = 300
# Of so many, and of twice as many as are wanted, whether they are closed is looked at first: what is closed counts
# less, and seldom does that bring others to the top than those that are there by their words.
_AHEAD: Final = 64
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
class Stretch:
    """The best of the newest matches in a range of numbers, best first, and how far down these matches reach.

    `number`: how many there are; where there are enough for a page, perhaps fewer than there are.
    """

    candidates: list[Candidate]
    number: int
    reached: int


def pairs_of(resolved: Resolved) -> list[int]:
    """What all documents that can match have in `pairs`; empty where no phrase is asked for, or nothing is known."""
    return sorted(
        {pair for text, pairs in resolved.pairs.items() if text.exact and not text.negated for pair in pairs}
    )


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
    at_once: int = AT_ONCE,
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
