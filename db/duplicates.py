"""Issues that may say the same as one being written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
from rapidfuzz import fuzz

from db import ranking, vocabulary
from db.access import Actor
from db.ids import IssueId
from db.issues.record import COLUMNS, Issue, read_issue
from db.query.parser import parse
from db.query.resolving import Resolved, plain

# An issue is looked at when it has two of the rarest words of the new one.
_RAREST: Final = 5
# When no more than this can have two of them, all are looked at at once.
_ALL_AT_ONCE: Final = 5_000
_WORDS_OF_TEXT: Final = 150
_COMPARED: Final = 40
# Of 1: below this, two titles merely share a topic.
_ALIKE: Final = 0.55

_WORD = re.compile(r"\w{2,30}")
_OPEN = parse("is:open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """`score` is 1 for the same title in the same words."""

    issue: Issue
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """`weights`: the more issues have a word, the less it says. `lexemes` are tsqueries in the same order."""

    weights: dict[str, float]
    lexemes: dict[str, str]
    rare: bool


async def likely(
    conn: asyncpg.Connection, actor: Actor, title: str, text: str = "", limit: int = 3
) -> tuple[Similar, ...]:
    """Up to `limit` open issues, most alike first, of those the actor may see."""
    resolved = plain(actor, _OPEN, datetime.now(UTC))
    top = await ranking.top_number(conn, resolved)
    words = await _known(conn, actor, title, text, top)
    if not words.lexemes:
        return ()
    found = await _candidates(conn, resolved, words, top)
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM unnest($2::uuid[]) AS wanted (issue_id)
        JOIN issues i ON i.workspace_id = $1 AND i.issue_id = wanted.issue_id
        """,
        actor.workspace_id,
        found,
    )
    scored = [
        Similar(issue=issue, score=_score(issue, title, text, words)) for issue in map(read_issue, rows)
    ]
    alike = [one for one in scored if one.score >= _ALIKE]
    return tuple(sorted(alike, key=lambda one: (-one.score, -one.issue.number))[:limit])


def _split(text: str) -> list[str]:
    return list(dict.fromkeys(_WORD.findall(text.casefold())))


async def _known(conn: asyncpg.Connection, actor: Actor, title: str, text: str, top: int) -> _Words:
    """The rarest words of both that some issue has; those of the title count double."""
    of_title = _split(title)
    every = list(dict.fromkeys([*of_title, *_split(text)[:_WORDS_OF_TEXT]]))
    rows = await conn.fetch(
        """
        SELECT t.word, plainto_tsquery(w.search_config, t.word)::text AS lexeme, s.popularity
        FROM workspaces w
        CROSS JOIN unnest($2::text[]) AS t (word)
        LEFT JOIN search_words s ON s.workspace_id = $1 AND s.word = t.word
        WHERE w.workspace_id = $1 AND numnode(plainto_tsquery(w.search_config, t.word)) > 0
        """,
        actor.workspace_id,
        every,
    )
    bits = top.bit_length()
    weights = {row["word"]: _weight(row, bits) * (2 if row["word"] in of_title else 1) for row in rows}
    known = sorted(rows, key=lambda row: -weights[row["word"]])
    # A word that nobody has used leads nowhere, unless it is a number: those are not kept.
    leading = [r for r in known if r["popularity"] is not None or not vocabulary.learnable(r["word"])]
    leading = leading[:_RAREST]
    return _Words(
        weights=weights,
        lexemes={row["word"]: row["lexeme"] for row in leading},
        rare=_at_most(leading) <= _ALL_AT_ONCE,
    )


def _at_most(leading: list[Any]) -> int:
    """So many issues can have two of the words: one of any two is not the commonest."""
    known = sorted(2 ** (row["popularity"] or 0) for row in leading)
    return int(sum(known[:-1] if len(known) > 1 else known))


def _weight(row: Any, bits: int) -> float:
    return max(1.0, bits - (row["popularity"] or 0))


async def _candidates(conn: asyncpg.Connection, resolved: Resolved, words: _Words, top: int) -> list[IssueId]:
    """The best of what shares two words, newest first, until there is enough to compare."""
    lexemes = list(words.lexemes.values())
    window = await ranking.window(
        conn, resolved, _two_of(lexemes), top + 1, best=_COMPARED, rank_by=" | ".join(lexemes)
    )
    return [candidate.issue_id for candidate in window.candidates]


def _two_of(lexemes: list[str]) -> str:
    """A tsquery for any two of them; of one, for that one."""
    pairs = [
        f"{lexeme} & ({' | '.join(lexemes[place:])})" for place, lexeme in enumerate(lexemes[:-1], start=1)
    ]
    return " | ".join(f"({pair})" for pair in pairs) or lexemes[0]


def _score(issue: Issue, title: str, text: str, words: _Words) -> float:
    """How alike the titles are, letter by letter and by how much their common words say."""
    letters = fuzz.token_sort_ratio(title.casefold(), issue.title.casefold()) / 100
    shared = _shared(_split(title), issue.title, words)
    score = 0.6 * letters + 0.4 * shared
    if text and issue.description:
        said = _shared(_split(text)[:_WORDS_OF_TEXT], f"{issue.title} {issue.description}", words)
        score = max(score, 0.5 * max(letters, shared) + 0.5 * said)
    return round(score, 3)


def _shared(wanted: Sequence[str], text: str, words: _Words) -> float:
    """The weight of the words that are there too, of the weight of all."""
    there = set(_split(text))
    weights = [(words.weights[word], word in there) for word in wanted if word in words.weights]
    total = sum(weight for weight, _ in weights)
    return sum(weight for weight, found in weights if found) / total if total else 0.0
