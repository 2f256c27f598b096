"""From what a person typed to the report it means."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Final
from zoneinfo import ZoneInfo

import asyncpg

from db.access import Actor
from db.people import Person
from db.query import QueryError, parse
from db.query.resolving import resolve
from db.query.terms import ME, People, PersonField
from db.reports.periods import DEFAULT, split_period
from db.schedules import REPORTS
from db.workspaces import Workspace
from handlers.saved import expand
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
    """As it was typed; None when it does not begin with a report. Raises Invalid for a period."""
    first, _, rest = text.strip().partition(" ")
    report = _ALIASES.get(first.lower(), first.lower())
    if report not in REPORTS:
        return None
    query, period = split_period(rest, on)
    return Request(report=report, period=period.text if period else DEFAULT, query=query)


async def meant(conn: asyncpg.Connection, actor: Actor, request: Request) -> Request:
    """With saved queries in place of their names, and the query as it reads back. Raises QueryError."""
    if not request.query:
        return request
    return replace(request, query=parse(await expand(conn, actor, request.query)).text())


async def for_everyone(conn: asyncpg.Connection, actor: Actor, request: Request, owner: Person) -> Request:
    """The same for all who read it: `me` is whoever made it, and not whoever presses Refresh."""
    query = parse(request.query)
    if not any(isinstance(term, People) and ME in term.names for term in query.terms):
        return request
    name = await _known_as(conn, actor, owner)
    terms = (_naming(term, name) if isinstance(term, People) else term for term in query.terms)
    return replace(request, query=replace(query, terms=tuple(terms)).text())


async def _known_as(conn: asyncpg.Connection, actor: Actor, person: Person) -> str:
    """Their name, where it reads back as theirs; else their mention."""
    named = People(field=PersonField.ASSIGNEE, names=(person.name,))
    with suppress(QueryError):
        query = parse(named.text())
        if query.terms == (named,) and person.name != ME:
            found = (await resolve(conn, actor, query)).people.get(person.name)
            if found == person.person_id:
                return person.name
    return f"<@{person.slack_user_id}>"


def _naming(term: People, name: str) -> People:
    return replace(term, names=tuple(name if each == ME else each for each in term.names))


def nearest(word: str) -> str | None:
    """The report that `word` was most likely meant to be."""
    known = [*REPORTS, *_ALIASES]
    found = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    return _ALIASES.get(found[0], found[0]) if found else None
