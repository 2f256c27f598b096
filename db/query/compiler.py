"""From a resolved query to SQL conditions on `issues i`, where $1 is the workspace and $2 `actor.sees_only`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, LiteralString, assert_never
from uuid import UUID

from db.access import VISIBLE
from db.query.fragments import Parameters
from db.query.moments import NO_DATE, OVERDUE, Span, limits
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
    RefField,
    Refs,
    Text,
    When,
)
from db.states import CloseReason, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`sql` follows WHERE; `params` take the places from `start` on, after $1 and $2."""

    sql: str
    params: tuple[object, ...]


# A subquery with OFFSET 0 is never turned into a join: it is asked for one issue at a time. A list that
# walks an index needs that; a report over everything is better served by what the planner makes of it.
_EACH: Final[LiteralString] = " OFFSET 0"

_LACKS: Final[dict[EmptyField, LiteralString]] = {
    EmptyField.ASSIGNEE: "i.assignee_id IS NULL",
    EmptyField.REPORTER: "i.reporter_id IS NULL",
    EmptyField.PRIORITY: "i.priority = 5",
    EmptyField.DUE: "i.due_on IS NULL",
    EmptyField.DESCRIPTION: "i.description = ''",
    EmptyField.PARENT: "i.parent_id IS NULL",
    EmptyField.REF: "i.external_ref IS NULL",
    EmptyField.LABEL: "NOT i.labelled",
    EmptyField.COMMENT: "NOT i.commented",
    # Asked for one issue at a time: watchers of all issues are many more than those of a list.
    EmptyField.WATCHER: "NOT EXISTS (SELECT FROM watchers x"
    " WHERE x.workspace_id = $1 AND x.issue_id = i.issue_id OFFSET 0)",
}

_NOT_AWAITED: Final[LiteralString] = (
    "NOT EXISTS (SELECT FROM awaited x WHERE x.workspace_id = $1 AND x.issue_id = i.issue_id)"
)


def _not(condition: LiteralString) -> str:
    """NOT NOT EXISTS is true to EXISTS, but the planner makes no join of it."""
    bare = condition.removeprefix("NOT ")
    return bare if bare != condition else f"NOT ({condition})"


_DATE_LIMITS: Final[dict[DateField, tuple[LiteralString, LiteralString]]] = {
    DateField.CREATED: ("i.created_at >= {}::timestamptz", "i.created_at < {}::timestamptz"),
    DateField.UPDATED: ("i.updated_at >= {}::timestamptz", "i.updated_at < {}::timestamptz"),
    DateField.CLOSED: ("i.closed_at >= {}::timestamptz", "i.closed_at < {}::timestamptz"),
    DateField.DUE: ("i.due_on >= {}::date", "i.due_on < {}::date"),
}


def compile_query(
    resolved: Resolved, start: int, *, each: bool = False, seen: bool = True, hidden: bool = True
) -> Condition:
    """What `resolved` asks, and what the actor may see. `each`: asked issue by issue, as lists do.

    Not `seen`: of issues of the workspace that are not deleted, which is all that most actors need. Not `hidden`: a
    plan may go by how common just these values are.
    """
    parameters = Parameters(start, hidden=each and hidden)
    compiler = _Compiler(resolved, parameters, each)
    parts = [compiler.term(term) for term in resolved.query.terms]
    if seen or resolved.actor.sees_only is not None:
        parts.insert(0, VISIBLE)
    return Condition(sql=" AND ".join(parts) or "true", params=tuple(parameters.values))


def day_limits(
    span: Span, resolved: Resolved, field: DateField
) -> tuple[datetime | date | None, datetime | date | None]:
    """From (inclusive) and until (exclusive), as the column of `field` is typed."""
    low, high = limits(span, resolved.clock, ahead=field is DateField.DUE)
    if field is not DateField.DUE:
        return low, high
    zone = resolved.clock.zone
    return (
        low.astimezone(zone).date() if low else None,
        high.astimezone(zone).date() if high else None,
    )


class _Compiler:
    def __init__(self, resolved: Resolved, parameters: Parameters, each: bool) -> None:
        self.resolved = resolved
        self.fill = parameters.fill
        self.fence: LiteralString = _EACH if each else ""

    def term(self, term: AnyTerm) -> str:
        sql = self._body(term)
        # IS NOT TRUE rather than NOT: an issue without a due date is not due this week.
        return f"({sql}) IS NOT TRUE" if term.negated else f"({sql})"

    def _body(self, term: AnyTerm) -> str:
        match term:
            case Text():
                return self._text(term)
            case Choice():
                return self._choice(term)
            case People():
                return self._people(term)
            case Labels():
                return self.fill(
                    "EXISTS (SELECT FROM issue_labels x WHERE x.workspace_id = $1"
                    " AND x.issue_id = i.issue_id AND x.label_id = ANY ({}::uuid[])" + self.fence + ")",
                    [self.resolved.labels[name] for name in term.names],
                )
            case When():
                return " OR ".join(self._span(term.field, span) for span in term.spans)
            case Refs():
                return self._refs(term)
            case Presence():
                lacks = (_LACKS[field] for field in term.fields)
                return " OR ".join(_not(lack) if term.present else lack for lack in lacks)
            case _:
                assert_never(term)

    def _text(self, term: Text) -> str:
        tsquery = self.resolved.texts[term]
        if not tsquery:
            # Only words that full text leaves out: they neither select nor, negated, exclude.
            return "false" if term.negated else "true"
        return self.fill(
            "EXISTS (SELECT FROM issue_documents x WHERE x.workspace_id = $1"
            " AND x.issue_id = i.issue_id AND x.document @@ {}::text::tsquery" + self.fence + ")",
            tsquery,
        )

    def _choice(self, term: Choice) -> str:
        match term.field:
            case ChoiceField.STATUS:
                reasons = [value for value in term.values if value in tuple(CloseReason)]
                statuses = [value for value in term.values if value not in reasons]
                return self._either(
                    ("i.status = ANY ({}::text[])", statuses), ("i.close_reason = ANY ({}::text[])", reasons)
                )
            case ChoiceField.PRIORITY:
                numbers = [Priority[value.upper()].value for value in term.values]
                return self.fill("i.priority = ANY ({}::smallint[])", numbers)
            case ChoiceField.REASON:
                return self.fill("i.close_reason = ANY ({}::text[])", list(term.values))
            case ChoiceField.SOURCE:
                return self.fill("i.source = ANY ({}::text[])", list(term.values))
            case _:
                assert_never(term.field)

    def _either(self, *parts: tuple[LiteralString, Sequence[object]]) -> str:
        return " OR ".join(self.fill(sql, list(values)) for sql, values in parts if values) or "false"

    def _people(self, term: People) -> str:
        ids = [self.resolved.people[name] for name in term.names if name != NOBODY]
        nobody = NOBODY in term.names
        match term.field:
            case PersonField.ASSIGNEE:
                sql = self._either(("i.assignee_id = ANY ({}::uuid[])", ids))
                empty: LiteralString = _LACKS[EmptyField.ASSIGNEE]
            case PersonField.REPORTER:
                sql = self._either(("i.reporter_id = ANY ({}::uuid[])", ids))
                empty = _LACKS[EmptyField.REPORTER]
            case PersonField.WATCHER:
                sql = self._exists(
                    "SELECT FROM watchers x WHERE x.workspace_id = $1"
                    " AND x.issue_id = i.issue_id AND x.person_id = ANY ({}::uuid[])",
                    ids,
                )
                empty = _LACKS[EmptyField.WATCHER]
            case PersonField.COMMENTER:
                sql = self._exists(
                    "SELECT FROM comments x WHERE x.workspace_id = $1 AND x.issue_id = i.issue_id"
                    " AND x.author_id = ANY ({}::uuid[]) AND x.deleted_at IS NULL",
                    ids,
                )
                empty = _LACKS[EmptyField.COMMENT]
            case PersonField.AWAITED:
                sql = self._exists(
                    "SELECT FROM awaited x WHERE x.workspace_id = $1"
                    " AND x.issue_id = i.issue_id AND x.person_id = ANY ({}::uuid[])",
                    ids,
                )
                empty = _NOT_AWAITED
            case _:
                assert_never(term.field)
        return f"{sql} OR {empty}" if nobody else sql

    def _exists(self, subquery: LiteralString, ids: list[UUID]) -> str:
        return self.fill("EXISTS (" + subquery + self.fence + ")", ids) if ids else "false"

    def _span(self, field: DateField, span: Span) -> str:
        if span.moment == OVERDUE:
            return self.fill("i.due_on < {}::date AND NOT i.is_closed", self.resolved.clock.today)
        if span.moment == NO_DATE:
            return "i.due_on IS NULL"
        low, high = day_limits(span, self.resolved, field)
        from_sql, until_sql = _DATE_LIMITS[field]
        parts = [self.fill(from_sql, low)] if low is not None else []
        if high is not None:
            parts.append(self.fill(until_sql, high))
        return f"({' AND '.join(parts)})"

    def _refs(self, term: Refs) -> str:
        if term.field is RefField.REF:
            return self.fill("lower(i.external_ref) = ANY ({}::text[])", list(term.values))
        if term.field is RefField.KEY:
            return self._keys(term.values)
        numbers = (int(value.rpartition("-")[2]) for value in term.values)
        ids = [self.resolved.issues[number] for number in numbers if number in self.resolved.issues]
        match term.field:
            case RefField.PARENT:
                return self.fill("i.parent_id = ANY ({}::uuid[])", ids)
            case RefField.DUPLICATE_OF:
                return self.fill("i.duplicate_of = ANY ({}::uuid[])", ids)
            case _:
                assert_never(term.field)

    def _keys(self, values: Sequence[str]) -> str:
        """A key of another tracker is what the issue was called before it came here."""
        own, foreign = [], []
        for value in values:
            prefix, _, number = value.rpartition("-")
            if prefix in ("", self.resolved.key_prefix):
                own.append(int(number))
            else:
                foreign.append(value.casefold())
        return self._either(
            ("i.number = ANY ({}::bigint[])", own), ("lower(i.external_ref) = ANY ({}::text[])", foreign)
        )
