"""Reports as numbers, for programs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from aiohttp import web
from pydantic import BaseModel, Field

from db import reports
from db.query import Query, parse
from db.reports import AssigneesReport, Latency, LatencyReport, Period, parse_period
from db.reports.numbers import AssigneeRow, OpenIssues, Work
from handlers.api.endpoint import ApiCall, Endpoint, answer
from handlers.api.schemas import ReportQuery, TopQuery
from handlers.saved import expand_terms


class AssigneeOut(BaseModel):
    id: UUID | None = Field(description="null: nobody")
    name: str | None
    open: int
    in_progress: int
    taken: int
    closed: int
    taken_before: int = Field(description="in the period before")
    closed_before: int


class TopAssigneesOut(BaseModel):
    start: str = Field(description="first day")
    end: str = Field(description="the day after the last")
    assignees: list[AssigneeOut]
    unassigned: AssigneeOut
    others: int = Field(description="people with numbers beyond `limit`")


class LatencyOut(BaseModel):
    """Seconds from creation to the last close, of the issues closed in the period; null without any."""

    closed: int
    mean: float | None
    median: float | None
    p90: float | None


class LatencyReportOut(BaseModel):
    start: str
    end: str
    overall: LatencyOut
    before: LatencyOut
    by_priority: dict[str, LatencyOut]
    by_label: dict[str, LatencyOut]


async def _asked(call: ApiCall, asked: ReportQuery) -> tuple[Period, Query | None]:
    workspace = await call.services.directory.workspace(call.actor.workspace_id)
    today = call.services.clock().astimezone(ZoneInfo(workspace.timezone)).date()
    period = parse_period(asked.period, today)
    text = await expand_terms(call.services.database, call.actor, asked.q)
    return period, parse(text) if text.strip() else None


def _span(period: Period) -> dict[str, Any]:
    return {"start": period.start, "end": period.end}


def _row(row: AssigneeRow) -> dict[str, Any]:
    opened: OpenIssues = row.open
    work: Work = row.work
    return {
        "id": row.who.person_id if row.who else None,
        "name": row.who.name if row.who else None,
        "open": opened.waiting,
        "in_progress": opened.in_progress,
        "taken": work.taken,
        "closed": work.closed,
        "taken_before": row.work_before.taken,
        "closed_before": row.work_before.closed,
    }


async def top_assignees(call: ApiCall) -> web.Response:
    asked = call.asked(TopQuery)
    period, query = await _asked(call, asked)
    async with call.services.database.connection() as conn:
        report: AssigneesReport = await reports.assignees(conn, call.actor, period, query, top=asked.limit)
    value = {
        **_span(period),
        "assignees": [_row(row) for row in report.rows],
        "unassigned": _row(report.unassigned),
        "others": report.others,
    }
    return answer(call, value)


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else round(span.total_seconds(), 3)


def _numbers(latency: Latency) -> dict[str, Any]:
    return {
        "closed": latency.closed,
        "mean": _seconds(latency.mean),
        "median": _seconds(latency.median),
        "p90": _seconds(latency.p90),
    }


async def latency(call: ApiCall) -> web.Response:
    period, query = await _asked(call, call.asked(ReportQuery))
    async with call.services.database.connection() as conn:
        report: LatencyReport = await reports.latency(conn, call.actor, period, query)
    value = {
        **_span(period),
        "overall": _numbers(report.overall),
        "before": _numbers(report.before),
        "by_priority": {part.priority.word: _numbers(part.latency) for part in report.by_priority},
        "by_label": {part.name: _numbers(part.latency) for part in report.by_label},
    }
    return answer(call, value)


ENDPOINTS = (
    Endpoint(
        method="GET", path="/reports/top-assignees", summary="Open, taken and closed issues per person",
        act=top_assignees, query=TopQuery, answer=TopAssigneesOut,
    ),
    Endpoint(
        method="GET", path="/reports/latency", summary="Time from creation to close",
        act=latency, query=ReportQuery, answer=LatencyReportOut,
    ),
)  # fmt: skip
