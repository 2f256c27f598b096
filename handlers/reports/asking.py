"""From what a person typed to the report it means."""

from __future__ import annotations

from datetime import date, datetime
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo

from db.query import parse
from db.reports.periods import DEFAULT, split_period
from db.schedules import REPORTS
from db.workspaces import Workspace
from handlers.views.reports import Request

_ALIASES: Final = {
    "assignee": "assignees",
    "people": "assignees",
    "team": "assignees",
    "zuständige": "assignees",
    "resolution": "latency",
    "dauer": "latency",
    "throughput": "flow",
    "created": "flow",
    "fluss": "flow",
    "age": "aging",
    "ages": "aging",
    "alter": "aging",
    "summary": "digest",
    "zusammenfassung": "digest",
}


def today(workspace: Workspace, now: datetime) -> date:
    """Everybody in a workspace sees the same days."""
    return now.astimezone(ZoneInfo(workspace.timezone)).date()


def read(text: str, on: date) -> Request | None:
    """None when it does not begin with a report. Raises QueryError, and Invalid for a period."""
    first, _, rest = text.strip().partition(" ")
    report = _ALIASES.get(first.lower(), first.lower())
    if report not in REPORTS:
        return None
    query, period = split_period(rest, on)
    return Request(
        report=report, period=period.text if period else DEFAULT, query=parse(query).text() if query else ""
    )


def nearest(word: str) -> str | None:
    """The report that `word` was most likely meant to be."""
    known = [*REPORTS, *_ALIASES]
    found = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return _ALIASES.get(found[0], found[0]) if found else None
