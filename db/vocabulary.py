"""The words of a workspace: completing the beginning of one, correcting a mistyped one, telling rare from common.

PostgreSQL's pg_trgm is not everywhere, so near words are found by what is left of them when letters are taken
out: two words one typing error apart share such a rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import combinations
from typing import Any, Final, LiteralString

import asyncpg
from rapidfuzz.distance import DamerauLevenshtein

from db.ids import WorkspaceId

_SHORTEST = 3
_LONGEST = 30
# Longer words are compared by their beginning, and may have two errors.
_LONG = 6
_BEGINNING = 7
COMPLETIONS: Final = 8
_BEYOND = chr(0x10FFFF)


def learnable(word: str) -> bool:
    """Letters only: numbers and identifiers are neither completed nor corrected."""
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()


def shapes(workspace_id: WorkspaceId, word: str) -> list[int]:
    """Hashes of what is left of `word` with letters taken out, apart for each workspace."""
    rests = {word}
    if len(word) < _LONG:
        rests |= _without(word, 1)
    else:
        beginning = word[:_BEGINNING]
        rests |= {beginning} | _without(beginning, 1) | _without(beginning, 2)
    return sorted(_hash(f"{workspace_id}\n{rest}") for rest in rests)


def _without(word: str, letters: int) -> set[str]:
    kept = len(word) - letters
    return {"".join(rest) for rest in combinations(word, kept)}


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def beyond(beginning: str) -> tuple[str, str] | None:
    """Between which two all words are that begin so, itself not among them; None for what is not completed."""
    beginning = beginning.lower()
    return (beginning, beginning + _BEYOND) if learnable(beginning) else None


# Of the words nobody has used, each with the words that share a shape with it. OFFSET 0: whether a word is known is
# looked up for each, and shapes of none that is; and the shapes lead, which hold the workspace already.
_NEAR: Final[LiteralString] = """
    SELECT wanted.word AS wanted, near.word, near.popularity
    FROM unnest((SELECT $2::text[]), (SELECT $3::text[])) AS wanted (word, shapes)
    CROSS JOIN LATERAL (
        SELECT workspace_id, word, popularity FROM search_words WHERE shapes && wanted.shapes::bigint[] OFFSET 0
    ) near
    WHERE near.workspace_id = $1
      AND NOT EXISTS (SELECT FROM search_words known WHERE workspace_id = $1 AND word = wanted.word OFFSET 0)
"""


async def correct(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, words: Sequence[str]
) -> dict[str, str]:
    """For each word nobody has used, the nearest that someone has; left out where all are far."""
    wanted = {word: word.lower() for word in words if learnable(word.lower()) and len(word) > _SHORTEST}
    if not wanted:
        return {}
    lower = list(dict.fromkeys(wanted.values()))
    shaped = [f"{{{','.join(map(str, shapes(workspace_id, word)))}}}" for word in lower]
    near: dict[str, list[Any]] = {}
    for row in await conn.fetch(_NEAR, workspace_id, lower, shaped):
        near.setdefault(row["wanted"], []).append(row)
    nearest = {word: _nearest(lower, near.get(lower, ())) for word, lower in wanted.items()}
    return {word: found for word, found in nearest.items() if found}


def _nearest(word: str, rows: Sequence[Any]) -> str | None:
    def distance(row: Any) -> int:
        return DamerauLevenshtein.distance(word, row["word"])

    def errors(row: Any) -> int:
        return 1 if min(len(word), len(row["word"])) < _LONG else 2

    near = [row for row in rows if distance(row) <= errors(row)]
    if not near:
        return None
    best = min(near, key=lambda row: (distance(row), -row["popularity"], row["word"]))
    return str(best["word"])
