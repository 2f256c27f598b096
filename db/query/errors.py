"""A query that cannot be read, and where."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from db.errors import FieldError, Invalid

_NEAR_ENOUGH = 0.4


class QueryError(Invalid):
    """`term` at `position` was not understood because of `part`; `suggestion` is the nearest valid term, if any.

    `code` is one of unknown_field, unknown_value, unknown_person, several_people, unknown_label, unknown_saved,
    bad_date, bad_key, unclosed_quote, missing_value, sorted_twice, no_or, no_not, no_brackets, not_here, too_long.
    """

    def __init__(
        self, code: str, *, position: int, term: str, part: str, suggestion: str | None = None
    ) -> None:
        self.code = code
        self.position = position
        self.term = term
        self.part = part
        self.suggestion = suggestion
        hint = f"; did you mean {suggestion}?" if suggestion else ""
        message = f"{code.replace('_', ' ')}: {part!r} in {term!r} at {position}{hint}"
        super().__init__(FieldError(field="q", code=code, message=message))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that is fewest typing errors away; None when all are far."""
    found = process.extractOne(
        word.casefold(),
        list(known),
        scorer=DamerauLevenshtein.normalized_similarity,
        processor=str.casefold,
        score_cutoff=_NEAR_ENOUGH,
    )
    return found[0] if found else None
