"""What an issue has and lacks, in one number (`issue_facets`): the way to those that have neither label nor comment.

A workspace has a few dozen different numbers. They are picked out of the index one after the other, those that
fit the query are kept, and the index leads to their issues: as quickly for what nobody has as for what all have.
"""

from __future__ import annotations

from typing import Final, LiteralString

from db.query.fragments import Parameters
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
from db.states import CloseReason, Source, Status

# As the migration that made the column has them.
_STATES: Final = {
    Status.OPEN.value: (0,),
    Status.IN_PROGRESS.value: (1,),
    Status.CLOSED.value: (2, 3, 4),
    CloseReason.COMPLETED.value: (2,),
    CloseReason.NOT_PLANNED.value: (3,),
    CloseReason.DUPLICATE.value: (4,),
}
_CLOSED: Final = list(_STATES[Status.CLOSED.value])
_OPEN: Final = [0, 1]
_SOURCES: Final = {
    Source.SLACK.value: 0,
    Source.API.value: 1,
    Source.WEBHOOK.value: 2,
    Source.IMPORT.value: 3,
    Source.SYSTEM.value: 4,
}
_BITS: Final = {
    EmptyField.LABEL: 64,
    EmptyField.COMMENT: 128,
    EmptyField.DESCRIPTION: 256,
    EmptyField.ASSIGNEE: 512,
    EmptyField.DUE: 1024,
}

_STATE: Final[LiteralString] = "(k.facets & 7) = ANY ({}::integer[])"
_SOURCE: Final[LiteralString] = "((k.facets >> 3) & 7) = ANY ({}::integer[])"
_SOME: Final[LiteralString] = "(k.facets & {}::integer) <> 0"
_NONE: Final[LiteralString] = "(k.facets & {}::integer) = 0"

# As the index has them.
OF: Final[LiteralString] = (
    "issue_facets(i.status, i.close_reason, i.source, i.labelled, i.commented, i.description,"
    " i.assignee_id, i.due_on)"
)
_NEXT: Final[LiteralString] = (
    "SELECT " + OF + " AS facets FROM issues i WHERE i.workspace_id = $1 AND i.deleted_at IS NULL"
)
# From one number to the next higher one, each by one step into the index.
KINDS: Final[LiteralString] = f"""(
    WITH RECURSIVE kinds AS (
        ({_NEXT} ORDER BY {OF} LIMIT 1)
        UNION ALL
        SELECT ({_NEXT} AND {OF} > k.facets ORDER BY {OF} LIMIT 1)
        FROM kinds k WHERE k.facets IS NOT NULL
    )
    SELECT facets FROM kinds WHERE facets IS NOT NULL OFFSET 0
)"""


def kinds(resolved: Resolved, parameters: Parameters) -> str:
    """A condition on `k.facets` that every issue which matches fulfils."""
    parts = [_of_term(term, parameters) for term in resolved.query.terms if _says(term)]
    return " AND ".join(parts) or "true"


def tell(resolved: Resolved) -> bool:
    """Whether facets say what no other index says as well: all are parted into open and closed already."""
    return any(_says(term) and not _said_elsewhere(term) for term in resolved.query.terms)


def tell_states_alone(resolved: Resolved) -> bool:
    """Whether they say no more than open or in progress, which commonly leads to very many."""
    return all(
        isinstance(term, Choice) and term.field is ChoiceField.STATUS and set(term.values) <= set(Status)
        for term in resolved.query.terms
        if _says(term) and not _said_elsewhere(term)
    )


def decide(resolved: Resolved) -> bool:
    """Whether an issue matches by its facets alone."""
    return resolved.actor.sees_only is None and all(_exact(term) for term in resolved.query.terms)


def _says(term: AnyTerm) -> bool:
    # What is only part of a condition says nothing of its opposite.
    return _exact(term) or (isinstance(term, When) and not term.negated and _dated(term))


def _exact(term: AnyTerm) -> bool:
    """Whether it asks for nothing but facets."""
    match term:
        case Choice():
            return term.field is not ChoiceField.PRIORITY
        case People():
            return term.field is PersonField.ASSIGNEE and term.names == (NOBODY,)
        case Presence():
            return all(field in _BITS for field in term.fields)
        case When():
            return term.field is DateField.DUE and {span.moment for span in term.spans} == {NO_DATE}
        case _:
            return False


def _dated(term: When) -> bool:
    return term.field is DateField.CLOSED or (
        term.field is DateField.DUE and NO_DATE not in {span.moment for span in term.spans}
    )


def _said_elsewhere(term: AnyTerm) -> bool:
    if isinstance(term, When):
        # One stretch of due dates is read off their own index; of several, facets say at least that there is a date.
        return term.field is DateField.CLOSED or (len(term.spans) == 1 and _dated(term))
    return isinstance(term, Choice) and term.field is ChoiceField.STATUS and _codes(term) in (_OPEN, _CLOSED)


def _of_term(term: AnyTerm, parameters: Parameters) -> str:
    sql = _body(term, parameters)
    return f"NOT ({sql})" if term.negated else sql


def _body(term: AnyTerm, parameters: Parameters) -> str:
    match term:
        case Choice(field=ChoiceField.SOURCE):
            return parameters.fill(_SOURCE, [_SOURCES[value] for value in term.values])
        case Choice():
            return parameters.fill(_STATE, _codes(term))
        case People():
            return parameters.fill(_NONE, _BITS[EmptyField.ASSIGNEE])
        case Presence():
            test = _SOME if term.present else _NONE
            return f"({' OR '.join(parameters.fill(test, _BITS[field]) for field in term.fields)})"
        case When(field=DateField.CLOSED):
            return parameters.fill(_STATE, _CLOSED)
        case When():
            return _due(term, parameters)
        case _:
            raise TypeError(type(term))


def _codes(term: Choice) -> list[int]:
    return sorted({code for value in term.values for code in _STATES[value]})


def _due(term: When, parameters: Parameters) -> str:
    moments = {span.moment for span in term.spans}
    if moments == {NO_DATE}:
        return parameters.fill(_NONE, _BITS[EmptyField.DUE])
    dated = parameters.fill(_SOME, _BITS[EmptyField.DUE])
    return f"{dated} AND {parameters.fill(_STATE, _OPEN)}" if moments == {OVERDUE} else dated
