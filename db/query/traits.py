"""What all issues that match have in common, told from the query alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from db.query.compiler import day_limits
from db.query.moments import NO_DATE, OVERDUE
from db.query.resolving import Resolved
from db.query.terms import (
    NOBODY,
    AnyTerm,
    Choice,
    ChoiceField,
    DateField,
    EmptyField,
    People,
    PersonField,
    Presence,
    When,
)
from db.states import CloseReason, Priority, Status

_OPEN_VALUES: Final = {Status.OPEN.value, Status.IN_PROGRESS.value}
# PostgreSQL's infinity, and the other one.
NEVER: Final = date.max
EVER: Final = date.min
_CLOSED_VALUES: Final = {Status.CLOSED.value, *(reason.value for reason in CloseReason)}


def _closed_by(term: AnyTerm) -> bool | None:
    """True: all that it selects are closed; False: all are open; None: there may be both."""
    if isinstance(term, Choice) and term.field is ChoiceField.STATUS:
        values = set(term.values)
        if term.negated:
            return False if "closed" in values else True if values >= _OPEN_VALUES else None
        return False if values <= _OPEN_VALUES else True if values <= _CLOSED_VALUES else None
    if term.negated:
        return None
    if isinstance(term, Choice) and term.field is ChoiceField.REASON:
        return True
    if isinstance(term, When):
        if term.field is DateField.CLOSED:
            return True
        if all(span.moment == OVERDUE for span in term.spans):
            return False
    return None


def states(resolved: Resolved) -> list[bool]:
    """The values that `is_closed` of what matches can have; none where the terms contradict each other."""
    return _possible(resolved.query.terms)


def _possible(terms: Iterable[AnyTerm]) -> list[bool]:
    told = [known for term in terms if (known := _closed_by(term)) is not None]
    return [state for state in (False, True) if all(known is state for known in told)]


def whole_states(terms: Iterable[AnyTerm]) -> list[bool] | None:
    """The values of `is_closed`, where these ask for all that is open, or all that is closed, and for nothing else;
    None where they do ask for something else."""
    asked = list(terms)
    if not all(_asks_for_whole_states(term) for term in asked):
        return None
    return _possible(asked)


def _asks_for_whole_states(term: AnyTerm) -> bool:
    if not isinstance(term, Choice) or term.field is not ChoiceField.STATUS:
        return False
    values = {"closed" if value in _CLOSED_VALUES else value for value in term.values}
    everything = values == {"closed", *_OPEN_VALUES} and not term.negated
    whole = everything or values in ({"closed"}, _OPEN_VALUES)
    return whole and ("closed" not in values or "closed" in term.values)


def pinned(resolved: Resolved) -> tuple[LiteralString, UUID] | None:
    """The column and person when all that matches has one assignee, or one reporter."""
    for term in resolved.query.terms:
        if isinstance(term, People) and not term.negated and len(term.names) == 1 and term.names[0] != NOBODY:
            person = resolved.people[term.names[0]]
            if term.field is PersonField.ASSIGNEE:
                return "i.assignee_id", person
            if term.field is PersonField.REPORTER:
                return "i.reporter_id", person
    return None


def priorities(resolved: Resolved) -> list[int]:
    """All priorities that what matches can have, negated as in the index; empty where it can have any."""
    for term in resolved.query.terms:
        if isinstance(term, Choice) and term.field is ChoiceField.PRIORITY and not term.negated:
            return [-Priority[value.upper()].value for value in term.values]
    return []


Dates = tuple[date | None, date | None]


def stretch(term: AnyTerm, field: DateField | None, resolved: Resolved) -> Dates | None:
    """From (inclusive) and until (exclusive) the dates of what matches, where the term tells that of this field.

    Those without a due date have it where the dates end.
    """
    match term:
        case When(negated=False) if term.field is field:
            return _within(term, resolved)
        case Presence(negated=False, fields=(EmptyField.DUE,)) if field is DateField.DUE:
            return (None, NEVER) if term.present else (NEVER, None)
        case _:
            return None


def open_from(resolved: Resolved) -> date | None:
    """The first due date that what is open can have, where those that are late are asked to stay away; closed issues
    are never late."""
    for term in resolved.query.terms:
        if isinstance(term, When) and term.negated and any(span.moment == OVERDUE for span in term.spans):
            return resolved.clock.today
    return None


def _within(term: When, resolved: Resolved) -> Dates | None:
    moments = {span.moment for span in term.spans}
    if NO_DATE in moments:
        return (NEVER, None) if len(moments) == 1 else None
    ends = NEVER if term.field is DateField.DUE else None
    if moments == {OVERDUE}:
        return None, resolved.clock.today
    if len(term.spans) > 1:
        return (None, ends) if ends else None
    low, high = day_limits(term.spans[0], resolved, term.field)
    return low, high or ends
