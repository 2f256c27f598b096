"""A query as a condition on the rows of `rollup_issues`, which hold what queries of reports mostly ask for.

What they do not hold (words, comments, watchers, ...) is looked up once a report: the issues that have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, LiteralString, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from db.ids import IssueId
from db.query.compiler import compile_query, day_limits
from db.query.drivers import Driver, drivers, text_driver
from db.query.fragments import Parameters
from db.query.moments import NO_DATE
from db.query.resolving import Resolved
from db.query.terms import (
    NOBODY,
    AnyTerm,
    Choice,
    ChoiceField,
    DateField,
    EmptyField,
    Labels,
    People,
    PersonField,
    Presence,
    Refs,
    Text,
    When,
)
from db.reports.periods import midnight
from db.reports.slicing import Shared, Slices, slices
from db.rollups.spans import day_number
from db.states import Priority, Status

# Beyond, sending them along with every question costs more than it saves.
MOST_CANDIDATES: Final = 300_000

# Whose `sees_only` is null, for them it is looked at once instead of row by row.
_ALL_SEEN: Final[LiteralString] = "i.workspace_id = $1 AND $2::uuid IS NULL"
_THEIRS: Final[LiteralString] = (
    "i.workspace_id = $1 AND (i.reporter_id = $2::uuid OR i.assignee_id = $2::uuid)"
)

_STATUS: Final[dict[str, LiteralString]] = {
    Status.OPEN.value: "(i.is_open AND NOT i.in_progress)",
    Status.IN_PROGRESS.value: "i.in_progress",
    Status.CLOSED.value: "NOT i.is_open",
}
_LACKS: Final[dict[EmptyField, LiteralString]] = {
    EmptyField.ASSIGNEE: "i.assignee_id IS NULL",
    EmptyField.REPORTER: "i.reporter_id IS NULL",
    EmptyField.PRIORITY: "i.priority = 5",
    EmptyField.LABEL: "i.labels = '{{}}'",
}
_PEOPLE: Final[dict[PersonField, LiteralString]] = {
    PersonField.ASSIGNEE: "i.assignee_id",
    PersonField.REPORTER: "i.reporter_id",
}
_DATES: Final[dict[DateField, tuple[LiteralString, LiteralString]]] = {
    DateField.CREATED: ("i.created_day", "i.created_at"),
    DateField.CLOSED: ("i.closed_day", "i.closed_at"),
}


# In the shape of `rollup_issues`, as far as a condition may ask.
_OPEN_WITH: Final[LiteralString] = """
SELECT l.*, true AS is_open, NULL::integer AS closed_day, NULL::timestamptz AS closed_at
FROM rollup_labelled l WHERE l.workspace_id = $1 AND """


@dataclass(frozen=True, slots=True, kw_only=True)
class Sieve:
    """`candidates`: what the terms that the rows cannot answer have found; None when there is no such term."""

    resolved: Resolved
    zone: ZoneInfo
    candidates: Sequence[IssueId] | None

    def condition(self, parameters: Parameters, *, less: AnyTerm | None = None) -> str:
        """On rows called `i`, less one of the terms; $1 is the workspace and $2 `actor.sees_only`."""
        terms = [term for term in self.resolved.query.terms if answers(term) and term is not less]
        seen = _ALL_SEEN if self.resolved.actor.sees_only is None else _THEIRS
        parts = [seen, *(self._term(term, parameters) for term in terms)]
        if self.candidates is not None:
            parts.append(parameters.fill("i.issue_id = ANY ({}::uuid[])", self.candidates))
        return " AND ".join(parts)

    def labelled(self) -> Labels | None:
        """A term that only issues with certain labels fulfil."""
        terms = self.resolved.query.terms
        return next((term for term in terms if isinstance(term, Labels) and not term.negated), None)

    def open_with(self, term: Labels, parameters: Parameters) -> str:
        """The open issues that fulfil this term, each once: under the first of its labels."""
        ids = [self.resolved.labels[name] for name in term.names]
        if len(ids) == 1:
            return parameters.fill(_OPEN_WITH + "l.label_id = {}::uuid", *ids)
        several = parameters.fill("l.label_id = ANY ({}::uuid[])", ids)
        first = " ".join(
            parameters.fill("WHEN {}::uuid = ANY (l.labels) THEN {}::uuid", label, label) for label in ids
        )
        # Most are under the first already: a bare comparison would have hardly any expected, and those sorted.
        return f"{_OPEN_WITH}{several} AND coalesce(l.label_id = CASE {first} END, false)"

    def open_shared(self, shared: Shared, parameters: Parameters) -> str:
        """The open issues that have both labels: found among those of the rarer one."""
        one, other = shared.labels
        both = parameters.fill("{}::uuid[]", [one, other])
        return f"""{_OPEN_WITH} l.label_id = (
            SELECT slice FROM rollup_open WHERE workspace_id = $1 AND slice = ANY ({both})
            GROUP BY slice ORDER BY sum(waiting + in_progress) LIMIT 1)
        AND {parameters.fill("CASE l.label_id WHEN {}::uuid THEN {}::uuid ELSE {}::uuid END", one, other, one)}
            = ANY (l.labels)"""

    def slices(self) -> Slices | None:
        """None when slices do not tell."""
        if self.candidates is not None or self.resolved.actor.sees_only is not None:
            return None
        return slices(self.resolved, _of_slice)

    def reporters(self) -> list[UUID] | None:
        """Where it asks for what these have reported, and for nothing else."""
        if self.resolved.actor.sees_only is not None or len(self.resolved.query.terms) != 1:
            return None
        match self.resolved.query.terms[0]:
            case People(field=PersonField.REPORTER, negated=False, names=names) if NOBODY not in names:
                return [self.resolved.people[name] for name in names]
            case _:
                return None

    def left(self, terms: Sequence[AnyTerm], parameters: Parameters) -> str:
        """What `slices` left to be asked, of rows called `i`."""
        return " AND ".join(["true", *(self._term(term, parameters) for term in terms)])

    def _term(self, term: AnyTerm, parameters: Parameters) -> str:
        sql = self._body(term, parameters)
        return f"({sql}) IS NOT TRUE" if term.negated else f"({sql})"

    def _body(self, term: AnyTerm, parameters: Parameters) -> str:
        match term:
            case Choice(field=ChoiceField.PRIORITY):
                numbers = [Priority[value.upper()].value for value in term.values]
                return parameters.fill("i.priority = ANY ({}::smallint[])", numbers)
            case Choice():
                return " OR ".join(_STATUS[value] for value in term.values)
            case People():
                return self._people(term, parameters)
            case Labels():
                ids = (self.resolved.labels[name] for name in term.names)
                return " OR ".join(parameters.fill("{}::uuid = ANY (i.labels)", label) for label in ids)
            case When():
                return self._when(term, parameters)
            case Presence():
                lacks = " OR ".join(f"NOT ({_LACKS[f]})" if term.present else _LACKS[f] for f in term.fields)
                return lacks.format()
            case Text() | Refs():
                raise AssertionError(term)
            case _:
                assert_never(term)

    def _people(self, term: People, parameters: Parameters) -> str:
        column = _PEOPLE[term.field]
        ids = [self.resolved.people[name] for name in term.names if name != NOBODY]
        parts = [parameters.fill(column + " = ANY ({}::uuid[])", ids)] if ids else []
        if NOBODY in term.names:
            parts.append(f"{column} IS NULL")
        return " OR ".join(parts)

    def _when(self, term: When, parameters: Parameters) -> str:
        return " OR ".join(
            f"({' AND '.join(self._bounds(term.field, *day_limits(span, self.resolved, term.field), parameters))})"
            for span in term.spans
        )

    def _bounds(self, field: DateField, low: object, high: object, parameters: Parameters) -> list[str]:
        """By day, which the indexes hold; by the moment itself where it is not the beginning of a day here."""
        column, exact = _DATES[field]
        parts = [f"{column} IS NOT NULL"]
        if isinstance(low, datetime):
            parts.append(parameters.fill(column + " >= {}::integer", self._day(low)))
            if not self._begins_day(low):
                parts.append(parameters.fill(exact + " >= {}::timestamptz", low))
        if isinstance(high, datetime):
            if self._begins_day(high):
                parts.append(parameters.fill(column + " < {}::integer", self._day(high)))
            else:
                parts.append(parameters.fill(column + " <= {}::integer", self._day(high)))
                parts.append(parameters.fill(exact + " < {}::timestamptz", high))
        return parts

    def _day(self, moment: datetime) -> int:
        return day_number(moment.astimezone(self.zone).date())

    def _begins_day(self, moment: datetime) -> bool:
        return midnight(moment.astimezone(self.zone).date(), self.zone) == moment


def answers(term: AnyTerm) -> bool:
    """Whether the rows tell it."""
    match term:
        case Choice(field=ChoiceField.PRIORITY):
            return True
        case Choice(field=ChoiceField.STATUS):
            return all(value in _STATUS for value in term.values)
        case People():
            return term.field in _PEOPLE
        case Labels():
            return True
        case When():
            return term.field in _DATES and not any(span.is_word for span in term.spans)
        case Presence():
            return all(field in _LACKS for field in term.fields)
        case _:
            return False


def _of_slice(term: AnyTerm) -> bool:
    """Whether a slice tells it of the issues in it."""
    match term:
        case Choice(field=ChoiceField.STATUS) | People(field=PersonField.ASSIGNEE):
            return answers(term)
        case Presence():
            return all(field is EmptyField.ASSIGNEE for field in term.fields)
        case _:
            return False


async def sieve(conn: asyncpg.Connection, resolved: Resolved, zone: ZoneInfo) -> Sieve | None:
    """None when too many issues would have to be looked up."""
    others = tuple(term for term in resolved.query.terms if not answers(term))
    if not others:
        return Sieve(resolved=resolved, zone=zone, candidates=None)
    alone = replace(resolved, query=replace(resolved.query, terms=others))
    # Fewer are sent along where the others are asked at once; but among what an index leads to, one by one, that takes
    # longer than it saves.
    found = await _candidates(conn, alone if text_driver(alone) or _due(alone) else resolved)
    if len(found) > MOST_CANDIDATES:
        return None
    return Sieve(resolved=resolved, zone=zone, candidates=found)


def _due(resolved: Resolved) -> Driver | None:
    """What is due then: the index is of other words than the condition, which alone has every issue read."""
    for term in resolved.query.terms:
        if isinstance(term, When) and term.field is DateField.DUE and not term.negated:
            dated = len(term.spans) == 1 and term.spans[0].moment != NO_DATE
            alone = replace(resolved, query=replace(resolved.query, terms=(term,)))
            return next(iter(drivers(alone))) if dated else None
    return None


async def _candidates(conn: asyncpg.Connection, resolved: Resolved) -> list[IssueId]:
    """The issues that have what `resolved` asks for, and a few more than MOST_CANDIDATES at most."""
    parameters = Parameters(3)
    driver = text_driver(resolved) or _due(resolved)
    driven = driver.select(parameters) if driver is not None else None
    condition = compile_query(resolved, parameters.next, each=driven is not None)
    parameters.take(condition.params)
    if driven is None:
        sql = f"SELECT i.issue_id FROM issues i WHERE {condition.sql}"
    elif all(isinstance(term, Text) and not term.negated for term in resolved.query.terms):
        # The rows these are held against tell who may see what.
        sql = f"SELECT issue_id FROM ({driven}) driven WHERE $2::uuid IS NULL OR true"
        parameters.values[len(parameters.values) - len(condition.params) :] = []
    else:
        sql = f"""
            SELECT driven.issue_id FROM ({driven} OFFSET 0) driven
            CROSS JOIN LATERAL (
                SELECT FROM issues i WHERE i.issue_id = driven.issue_id AND {condition.sql} OFFSET 0) i"""
    statement = f"SELECT array_agg(issue_id) FROM ({sql} LIMIT {MOST_CANDIDATES + 1:d}) found"
    actor = resolved.actor
    found: list[IssueId] | None = await conn.fetchval(
        statement, actor.workspace_id, actor.sees_only, *parameters.values
    )
    return found or []
