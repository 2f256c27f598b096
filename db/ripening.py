"""What a query comes to find because time passes, without anything happening to the issue: overdue, due soon, stale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import asyncpg

from db import listing
from db.access import Actor
from db.ids import IssueId, WorkspaceId
from db.query.moments import NO_DATE, OVERDUE, Clock, Span, limits
from db.query.resolving import resolve
from db.query.terms import DateField, Query, When
from db.subscriptions import News

# So many are looked at for one query: more at a time is no news.
MOST: Final = 500

_Edges = tuple[datetime | None, datetime | None]


def ripens(query: Query) -> bool:
    """Whether time can change what it finds."""
    return any(isinstance(term, When) for term in query.terms)


async def dated(conn: asyncpg.Connection) -> tuple[WorkspaceId, ...]:
    """Where a query that runs may come to find more as time passes: it asks for a date."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT workspace_id FROM subscriptions
        WHERE paused_why IS NULL AND $1 = ANY (events) AND query ~ '(due|updated|created|closed):'
        ORDER BY workspace_id
        """,
        News.MATCHES.value,
    )
    return tuple(row["workspace_id"] for row in rows)


async def ripened(
    conn: asyncpg.Connection, actor: Actor, query: Query, since: datetime, now: datetime
) -> tuple[IssueId, ...]:
    """Issues it finds `now` and would not have found, as they are, at `since`. Oldest first. Raises QueryError."""
    clock = (await resolve(conn, actor, query, now=now)).clock
    found: set[IssueId] = set()
    for moved in dict.fromkeys(_moved(query, replace(clock, now=since), clock)):
        found |= await _all(conn, actor, Query(terms=(*query.terms, moved)), now)
    before = await listing.matching(conn, actor, query, sorted(found), now=since) if found else set()
    return tuple(sorted(found - before))


async def _all(conn: asyncpg.Connection, actor: Actor, query: Query, now: datetime) -> set[IssueId]:
    found: set[IssueId] = set()
    cursor: str | None = None
    while len(found) < MOST:
        page = await listing.page(conn, actor, query, limit=listing.MAX_PAGE, cursor=cursor, now=now)
        found |= {issue.issue_id for issue in page.items}
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


def _moved(query: Query, then: Clock, now: Clock) -> Iterator[When]:
    """The stretches of time that came into a term's reach, or that one has left which asks for what is outside."""
    for term in query.terms:
        if not isinstance(term, When):
            continue
        for span in term.spans:
            (low_then, high_then), (low, high) = _edges(term, span, then), _edges(term, span, now)
            begin, end = (low_then, low) if term.negated else (high_then, high)
            if begin is None or end is None:
                continue
            if low is not None and not term.negated:
                begin = max(begin, low)
            if begin < end:
                yield _between(term.field, begin, end)


def _edges(term: When, span: Span, clock: Clock) -> _Edges:
    if span.moment == OVERDUE:
        return None, clock.midnight(clock.today)
    return (None, None) if span.moment == NO_DATE else limits(span, clock, ahead=term.field is DateField.DUE)


def _between(field: DateField, begin: datetime, end: datetime) -> When:
    return When(field=field, spans=(Span(op="..", moment=_instant(begin), until=_instant(end)),))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
