"""What of a query was not understood, and what would be."""

from __future__ import annotations

from db.query import QueryError
from handlers.words import Mrkdwn, Words


def explain_query(error: QueryError, words: Words) -> Mrkdwn:
    said = words(f"query-{error.code.replace('_', '-')}", term=error.term, part=error.part)
    if error.suggestion is None:
        # Who misses a saved query is helped by those there are.
        way = "query-saved-help" if error.code == "unknown_saved" else "query-help"
        return Mrkdwn(f"{said} {words(way)}")
    return Mrkdwn(f"{said} {words('query-suggestion', suggestion=error.suggestion)}")
