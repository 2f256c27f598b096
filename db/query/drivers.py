"""Ways into the issues other than the sort order: indexes that lead straight to what a term selects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, LiteralString
from uuid import UUID

from db.query import facets
from db.query.compiler import day_limits
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
    Labels,
    People,
    PersonField,
    Presence,
    RefField,
    Refs,
    When,
)
from db.states import CloseReason, Priority, Status

Select = Callable[[Parameters], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """`select` writes a SELECT of every `issue_id` that can match, each at most once, in no order.

    `sharp`: commonly leads to few issues, so it is looked at before the sort order is walked. `costly`: how long
    it is cannot be told from an index alone. `pinned`: all issues of one person, which an index has in order too.
    """

    select: Select
    sharp: bool
    costly: bool = False
    pinned: bool = False


_OPEN_VALUES: Final = {Status.OPEN.value, Status.IN_PROGRESS.value}
_CLOSED_VALUES: Final = {Status.CLOSED.value, *(reason.value for reason in CloseReason)}


def only_closed(resolved: Resolved) -> bool | None:
    """True: all that match are closed; False: all are open; None: there may be both."""
    for term in resolved.query.terms:
        known = _closed_by(term)
        if known is not None:
            return known
    return None


def _closed_by(term: AnyTerm) -> bool | None:
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
    """The values `is_closed` can have."""
    known = only_closed(resolved)
    return [False, True] if known is None else [known]


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


def pinned_priority(resolved: Resolved) -> int | None:
    """The one priority all that matches has, negated as in the index."""
    ranks = priorities(resolved)
    return ranks[0] if len(ranks) == 1 else None


def lacks_due(term: AnyTerm) -> bool:
    """Whether it asks for what has no due date."""
    match term:
        case When(field=DateField.DUE):
            return not term.negated and {span.moment for span in term.spans} == {NO_DATE}
        case Presence():
            return not term.negated and not term.present and term.fields == (EmptyField.DUE,)
        case _:
            return False


def drivers(resolved: Resolved) -> list[Driver]:
    """Every way in, except full text, whose length cannot be told without reading it whole."""
    found = [driver for term in resolved.query.terms for driver in _of_term(term, resolved)]
    if facets.tell(resolved):
        found.append(
            Driver(
                select=lambda parameters: _by_facets(resolved, parameters),
                sharp=True,
                costly=facets.tell_states_alone(resolved),
            )
        )
    person = resolved.actor.sees_only
    if person is not None:
        found.append(Driver(select=_filed_or_assigned(person), sharp=True))
    if only_closed(resolved) is not None:
        found.append(Driver(select=_by_state(states(resolved)), sharp=False))
    return found


# As in db.ranking: the pairs lead, and the words are looked at in what they lead to.
_BY_PAIRS: Final[LiteralString] = (
    "SELECT issue_id FROM (SELECT workspace_id, issue_id, document FROM issue_documents"
    " WHERE pairs @> array_append({}::integer[], pair_tag({}::text)) OFFSET 0) found"
    " WHERE workspace_id = $1 AND document @@ {}::text::tsquery"
)


def exact_driver(resolved: Resolved) -> Driver | None:
    """What leads to all that match and to nothing else, by an index alone: one person's open or closed issues."""
    if resolved.actor.sees_only is not None:
        return None
    people = [term for term in resolved.query.terms if isinstance(term, People)]
    others = [term for term in resolved.query.terms if not isinstance(term, People)]
    if len(people) > 1 or not all(_only_parts(term) for term in others):
        return None
    known = [state for state in (False, True) if all(_closed_by(term) in (None, state) for term in others)]
    if not people:
        return Driver(select=_by_state(known), sharp=False)
    (term,) = people
    if term.negated or NOBODY in term.names:
        return None
    ids = [resolved.people[name] for name in term.names]
    match term.field:
        case PersonField.ASSIGNEE:
            return Driver(select=_by_assignee(ids, known), sharp=True)
        case PersonField.REPORTER:
            return Driver(select=_by_reporter(ids, known), sharp=True)
        case _:
            return None


def _only_parts(term: AnyTerm) -> bool:
    """Whether it asks for whole parts of the indexes: all that is open, or all that is closed."""
    if not isinstance(term, Choice) or term.field is not ChoiceField.STATUS:
        return False
    values = {"closed" if value in _CLOSED_VALUES else value for value in term.values}
    everything = values == {"closed", *_OPEN_VALUES} and not term.negated
    whole = everything or values in ({"closed"}, _OPEN_VALUES)
    return whole and ("closed" not in values or "closed" in term.values)


def text_driver(resolved: Resolved) -> Driver | None:
    """The documents with all the words asked for."""
    texts = [t for t in resolved.query.texts() if not t.negated and resolved.texts[t]]
    if not texts:
        return None
    words = " & ".join(f"({resolved.texts[text]})" for text in texts)
    tag = f"#{resolved.actor.workspace_id}"
    tagged = f"'{tag}' & {words}"
    pairs = sorted({pair for text in texts for pair in resolved.pairs.get(text, ())})

    def select(parameters: Parameters) -> str:
        if pairs:
            return parameters.fill(_BY_PAIRS, pairs, tag, words)
        return parameters.fill(
            "SELECT issue_id FROM (SELECT workspace_id, issue_id FROM issue_documents"
            " WHERE document @@ {}::text::tsquery OFFSET 0) found WHERE workspace_id = $1",
            tagged,
        )

    return Driver(select=select, sharp=True)


def _of_term(term: AnyTerm, resolved: Resolved) -> Iterator[Driver]:
    if term.negated:
        return
    match term:
        case Labels():
            yield Driver(select=_by_label(resolved.labels[n] for n in term.names), sharp=True)
        case People():
            yield from _of_people(term, resolved)
        case Refs():
            yield from _of_refs(term, resolved)
        case When():
            yield from _of_dates(term, resolved)
        case Presence():
            yield from _of_presence(term, resolved)
        case Choice(field=ChoiceField.PRIORITY):
            ranks = [-Priority[value.upper()].value for value in term.values]
            yield Driver(select=_by_priority(ranks, states(resolved)), sharp=False, costly=True)
        case _:
            return


def _of_people(term: People, resolved: Resolved) -> Iterator[Driver]:
    if NOBODY in term.names:
        if term.names == (NOBODY,) and term.field is PersonField.REPORTER:
            yield Driver(select=_by_nobody(states(resolved)), sharp=True)
        return
    ids = [resolved.people[name] for name in term.names]
    known = states(resolved)
    match term.field:
        case PersonField.ASSIGNEE:
            yield Driver(select=_by_assignee(ids, known), sharp=True, pinned=len(ids) == 1)
        case PersonField.REPORTER:
            yield Driver(select=_by_reporter(ids, known), sharp=True, pinned=len(ids) == 1)
        case PersonField.WATCHER:
            yield Driver(select=_by_watcher(ids), sharp=True)
        case PersonField.COMMENTER:
            yield Driver(select=_by_commenter(ids), sharp=True)
        case PersonField.AWAITED:
            yield Driver(select=_by_awaited(ids), sharp=True)


_THERE: Final[dict[EmptyField, LiteralString]] = {
    EmptyField.PARENT: " AND parent_id IS NOT NULL",
    EmptyField.REF: " AND lower(external_ref) IS NOT NULL AND external_ref IS NOT NULL",
}


def _of_presence(term: Presence, resolved: Resolved) -> Iterator[Driver]:
    """For what most issues lack and no facet tells: an index of those that have it, or of those that do not."""
    if len(term.fields) != 1:
        return
    (field,) = term.fields
    if term.present and field in _THERE:
        there = _THERE[field]
        yield Driver(select=lambda parameters: parameters.fill(_ISSUES + there), sharp=True)
    elif term.present and field is EmptyField.WATCHER:
        yield Driver(select=lambda parameters: parameters.fill(_WATCHED), sharp=True)
    elif not term.present and field is EmptyField.REPORTER:
        yield Driver(select=_by_nobody(states(resolved)), sharp=True)
    elif field is EmptyField.PRIORITY:
        ranks = [-rank.value for rank in Priority if (rank is not Priority.NONE) is term.present]
        yield Driver(select=_by_priority(ranks, states(resolved)), sharp=False, costly=True)


def _of_refs(term: Refs, resolved: Resolved) -> Iterator[Driver]:
    if term.field is RefField.PARENT:
        numbers = (int(value.rpartition("-")[2]) for value in term.values)
        ids = [resolved.issues[number] for number in numbers if number in resolved.issues]
        yield Driver(select=_by_parent(ids), sharp=True)
    elif term.field is RefField.DUPLICATE_OF:
        numbers = (int(value.rpartition("-")[2]) for value in term.values)
        ids = [resolved.issues[number] for number in numbers if number in resolved.issues]
        yield Driver(select=_by_original(ids), sharp=True)
    elif term.field is RefField.REF:
        yield Driver(select=_by_ref(list(term.values)), sharp=True)
    elif term.field is RefField.KEY:
        own = [int(v.rpartition("-")[2]) for v in term.values]
        yield Driver(select=_by_key(own, [v.casefold() for v in term.values]), sharp=True)


_DATE_COLUMNS: Final[dict[DateField, tuple[LiteralString, LiteralString, LiteralString]]] = {
    DateField.CREATED: ("created_at", "timestamptz", " DESC"),
    DateField.UPDATED: ("updated_at", "timestamptz", " DESC"),
    DateField.CLOSED: ("closed_at", "timestamptz", ""),
    DateField.DUE: ("coalesce(due_on, 'infinity'::date)", "date", ""),
}


def _of_dates(term: When, resolved: Resolved) -> Iterator[Driver]:
    if term.field not in _DATE_COLUMNS or len(term.spans) != 1:
        return
    (span,) = term.spans
    if span.moment == NO_DATE:
        return
    low, high = (
        (None, resolved.clock.today) if span.moment == OVERDUE else day_limits(span, resolved, term.field)
    )
    known = states(resolved)
    yield Driver(select=lambda parameters: _between(term.field, known, low, high, parameters), sharp=True)


def _between(field: DateField, known: list[bool], low: object, high: object, parameters: Parameters) -> str:
    """In the order of the index, as `_in_parts`."""
    column, kind, way = _DATE_COLUMNS[field]
    selects = []
    for part in [_PARTS[closed] for closed in known] if field is not DateField.CLOSED else [_CLOSED]:
        parts = [_ISSUES + " AND " + part]
        if low is not None:
            parts.append(parameters.fill(column + " >= {}::" + kind, low))
        if high is not None:
            parts.append(parameters.fill(column + " < {}::" + kind, high))
        selects.append(f"({' AND '.join(parts)} ORDER BY {column}{way})")
    return " UNION ALL ".join(selects)


_PARTS: Final[dict[bool, LiteralString]] = {False: "NOT is_closed", True: "is_closed"}
_CLOSED: Final[LiteralString] = "closed_at IS NOT NULL"


_ISSUES: Final[LiteralString] = "SELECT issue_id FROM issues WHERE workspace_id = $1 AND deleted_at IS NULL"


_WATCHED: Final[LiteralString] = "SELECT DISTINCT issue_id FROM watchers WHERE workspace_id = $1"


def _by_nobody(known: list[bool]) -> Select:
    selects = [
        f"({_ISSUES} AND reporter_id IS NULL AND {_PARTS[closed]} ORDER BY updated_at DESC)"
        for closed in known
    ]
    return lambda parameters: " UNION ALL ".join(selects) or f"{_ISSUES} AND false"


def _by_label(labels: Iterable[UUID]) -> Select:
    ids = list(labels)
    return lambda parameters: parameters.fill(
        "SELECT DISTINCT issue_id FROM issue_labels WHERE workspace_id = $1 AND label_id = ANY ({}::uuid[])"
        if len(ids) > 1
        else "SELECT issue_id FROM issue_labels WHERE workspace_id = $1 AND label_id = ANY ({}::uuid[])",
        ids,
    )


def _by_watcher(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(
        "SELECT DISTINCT issue_id FROM watchers WHERE workspace_id = $1 AND person_id = ANY ({}::uuid[])", ids
    )


def _by_commenter(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(
        "SELECT DISTINCT issue_id FROM comments WHERE workspace_id = $1 AND author_id = ANY ({}::uuid[])", ids
    )


def _by_awaited(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(
        "SELECT DISTINCT issue_id FROM awaited WHERE workspace_id = $1 AND person_id = ANY ({}::uuid[])", ids
    )


def _by_assignee(ids: list[UUID], known: list[bool]) -> Select:
    return _in_parts(" AND assignee_id = {}::uuid", ids, known)


def _by_reporter(ids: list[UUID], known: list[bool]) -> Select:
    return _in_parts(" AND reporter_id = {}::uuid", ids, known)


def _in_parts(test: LiteralString, values: Iterable[object], known: list[bool]) -> Select:
    """Each value by itself, open and closed apart, and in the order of the index: the planner would else rather
    read the table, and hope to find enough of it soon."""
    wanted = list(dict.fromkeys(values))

    def select(parameters: Parameters) -> str:
        selects = [
            parameters.fill(
                "(" + _ISSUES + test + " AND " + _PARTS[closed] + " ORDER BY updated_at DESC)", value
            )
            for value in wanted
            for closed in known
        ]
        return " UNION ALL ".join(selects) or _ISSUES + " AND false"

    return select


def _filed_or_assigned(person: UUID) -> Select:
    return lambda parameters: parameters.fill(
        _ISSUES + " AND reporter_id = {}::uuid UNION " + _ISSUES + " AND assignee_id = {}::uuid",
        person,
        person,
    )


def _by_facets(resolved: Resolved, parameters: Parameters) -> str:
    return f"""
        SELECT i.issue_id FROM {facets.KINDS} k CROSS JOIN LATERAL (
            SELECT i.issue_id FROM issues i
            WHERE i.workspace_id = $1 AND i.deleted_at IS NULL AND {facets.OF} = k.facets
            ORDER BY i.updated_at DESC OFFSET 0
        ) i WHERE {facets.kinds(resolved, parameters)}"""


def _by_state(known: list[bool]) -> Select:
    selects = [f"({_ISSUES} AND {_PARTS[closed]} ORDER BY updated_at DESC)" for closed in known]
    return lambda parameters: " UNION ALL ".join(selects) or f"{_ISSUES} AND false"


def _by_priority(ranks: list[int], known: list[bool]) -> Select:
    return _in_parts(" AND (-priority) = {}::smallint", ranks, known)


def _by_parent(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(_ISSUES + " AND parent_id = ANY ({}::uuid[])", ids)


def _by_original(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(_ISSUES + " AND duplicate_of = ANY ({}::uuid[])", ids)


def _by_ref(refs: list[str]) -> Select:
    return lambda parameters: parameters.fill(
        _ISSUES + " AND lower(external_ref) = ANY ({}::text[]) AND external_ref IS NOT NULL", refs
    )


def _by_key(numbers: list[int], refs: list[str]) -> Select:
    return lambda parameters: parameters.fill(
        _ISSUES
        + " AND number = ANY ({}::bigint[]) UNION "
        + _ISSUES
        + " AND lower(external_ref) = ANY ({}::text[]) AND external_ref IS NOT NULL",
        numbers,
        refs,
    )
