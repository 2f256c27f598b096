"""The issues a report is about, as a condition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from db.access import VISIBLE, VISIBLE_TO_ALL, Actor
from db.query import Query
from db.query.compiler import Condition, compile_query, day_limits
from db.query.resolving import Resolved, plain, resolve
from db.query.terms import DateField, When
from db.reports.scanned import Choose

_ALL = Condition(sql=VISIBLE_TO_ALL, params=())
_THEIRS = Condition(sql=VISIBLE, params=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The condition for counting all issues it chooses, and for a list that stops after a few: of any number, and
    where it is known to choose many."""

    resolved: Resolved
    many: Choose
    few: Choose
    few_of_many: Choose

    @property
    def since(self) -> datetime | None:
        """None of the issues it chooses was created before; None where nothing is known of that."""
        terms = self.resolved.query.terms
        created = [t for t in terms if isinstance(t, When) and t.field is DateField.CREATED and not t.negated]
        return max(filter(None, (_earliest(term, self.resolved) for term in created)), default=None)


async def choose(
    conn: asyncpg.Connection, actor: Actor, query: Query | None, *, now: datetime | None = None
) -> Chosen:
    """All issues the actor sees, without a query or for one without terms. Raises QueryError."""
    if query is None or not query.terms:
        resolved = plain(actor, Query(), now or datetime.now(UTC))
        every = _ALL if actor.sees_only is None else _THEIRS
        return Chosen(resolved=resolved, many=_always(every), few=_always(every), few_of_many=_always(every))
    resolved = await resolve(conn, actor, query, now=now)
    return Chosen(
        resolved=resolved,
        many=lambda start: compile_query(resolved, start),
        few=lambda start: compile_query(resolved, start, each=True),
        few_of_many=lambda start: compile_query(resolved, start, each=True, hidden=False),
    )


def _always(condition: Condition) -> Choose:
    return lambda start: condition


def _earliest(term: When, resolved: Resolved) -> datetime | None:
    lows = [low for low, _ in (day_limits(span, resolved, term.field) for span in term.spans)]
    moments = [low for low in lows if isinstance(low, datetime)]
    return min(moments) if len(moments) == len(lows) else None
