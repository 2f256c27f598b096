"""The issues a report is about, as a condition."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from db.access import VISIBLE, VISIBLE_TO_ALL, Actor
from db.query import Query
from db.query.compiler import Condition, compile_query
from db.query.resolving import Resolved, plain, resolve
from db.reports.scanned import Choose

_ALL = Condition(sql=VISIBLE_TO_ALL, params=())
_THEIRS = Condition(sql=VISIBLE, params=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The condition for counting all issues it chooses, and for a list that stops after a few."""

    resolved: Resolved
    many: Choose
    few: Choose


async def choose(
    conn: asyncpg.Connection, actor: Actor, query: Query | None, *, now: datetime | None = None
) -> Chosen:
    """All issues the actor sees, without a query or for one without terms. Raises QueryError."""
    if query is None or not query.terms:
        resolved = plain(actor, Query(), now or datetime.now(UTC))
        every = _ALL if actor.sees_only is None else _THEIRS
        return Chosen(resolved=resolved, many=lambda start: every, few=lambda start: every)
    resolved = await resolve(conn, actor, query, now=now)
    return Chosen(
        resolved=resolved,
        many=lambda start: compile_query(resolved, start),
        few=lambda start: compile_query(resolved, start, each=True),
    )
