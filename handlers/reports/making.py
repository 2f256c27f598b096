"""Makes the sheet of a request."""

from __future__ import annotations

from datetime import date

import asyncpg

from db import reports
from db.access import Actor
from db.errors import NotFound
from db.query import Query, parse
from db.reports import Report, parse_period
from handlers.views.reports import Keys, Request, Sheet, sheet
from handlers.words import Words


async def make(
    conn: asyncpg.Connection, actor: Actor, request: Request, on: date, words: Words, keys: Keys
) -> Sheet:
    """`conn` outside a transaction; `on` is the day it is made for. Raises QueryError, Invalid."""
    query = parse(request.query) if request.query else None
    report = await _numbers(conn, actor, request, on, query)
    return sheet(report, query=request.query, words=words, keys=keys)


async def _numbers(
    conn: asyncpg.Connection, actor: Actor, request: Request, on: date, query: Query | None
) -> Report:
    period = parse_period(request.period, on)
    match request.report:
        case "assignees":
            return await reports.assignees(conn, actor, period, query)
        case "latency":
            return await reports.latency(conn, actor, period, query)
        case "flow":
            return await reports.flow(conn, actor, period, query)
        case "aging":
            return await reports.aging(conn, actor, on, query)
        case "digest":
            return await reports.digest(conn, actor, period, on, query)
        case _:
            raise NotFound("report", request.report)
