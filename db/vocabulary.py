"""The words of a workspace: completing the beginning of one, correcting a mistyped one, telling rare from common.

PostgreSQL's pg_trgm is not everywhere, so near words are found by what is left of them when letters are taken
out: two words one typing error apart share such a rest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Final

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


async def popularity(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, words: Sequence[str]
) -> Mapping[str, int]:
    """About the binary logarithm of the number of issues with each word; unknown words are left out."""
    rows = await conn.fetch(
        "SELECT word, popularity FROM search_words WHERE workspace_id = $1 AND word = ANY ($2::text[])",
        workspace_id,
        list(words),
    )
    return {row["word"]: row["popularity"] for row in rows}


async def correct(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, words: Sequence[str]
) -> dict[str, str]:
    """For each word nobody has used, the nearest that someone has; left out where all are far."""
    wanted = {word: word.lower() for word in words if learnable(word.lower()) and len(word) > _SHORTEST}
    known = await popularity(conn, workspace_id, list(wanted.values()))
    corrected: dict[str, str] = {}
    for word, lower in wanted.items():
        if lower not in known and (near := await _nearest(conn, workspace_id, lower)):
            corrected[word] = near
    return corrected


async def _nearest(conn: asyncpg.Connection, workspace_id: WorkspaceId, word: str) -> str | None:
    rows = await conn.fetch(
        """
        SELECT word, popularity FROM search_words
        WHERE shapes && $2::bigint[] AND workspace_id = $1
        """,
        workspace_id,
        shapes(workspace_id, word),
    )

    def distance(row: Any) -> int:
        return DamerauLevenshtein.distance(word, row["word"])

    def errors(row: Any) -> int:
        return 1 if min(len(word), len(row["word"])) < _LONG else 2

    near = [row for row in rows if distance(row) <= errors(row)]
    if not near:
        return None
    best = min(near, key=lambda row: (distance(row), -row["popularity"], row["word"]))
    return str(best["word"])
