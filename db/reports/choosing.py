"""The issues a report is about, as a condition."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from db.access import VISIBLE, Actor
from db.query import Query
from db.query.compiler import Condition, compile_query
from db.query.resolving import resolve
from db.reports.scanned import Choose

_ALL = Condition(sql=VISIBLE, params=())


async def choose(
    conn: asyncpg.Connection, actor: Actor, query: Query | None, *, now: datetime | None = None
) -> Choose:
    """All issues the actor sees, without a query or for one without terms. Raises QueryError."""
    if query is None or not query.terms:
        return lambda start: _ALL
    resolved = await resolve(conn, actor, query, now=now)
    return lambda start: compile_query(resolved, start)
