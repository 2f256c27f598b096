"""Ways into the issues other than the sort order: indexes that lead straight to what a term selects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db.query import facets, selects
from db.query.moments import NO_DATE
from db.query.resolving import Resolved
from db.query.selects import Select
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
from db.query.traits import EVER, NEVER, open_from, states, stretch, whole_states
from db.states import Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A way to every issue that can match.

    `sharp`: commonly leads to few issues, so it is looked at before the sort order is walked. `costly`: how long
    it is cannot be told from an index alone. `pinned`: all issues of one person, which an index has in order too.
    `exact`: leads to all that match and to nothing else.
    """

    select: Select
    sharp: bool
    costly: bool = False
    pinned: bool = False
    exact: bool = False


def drivers(resolved: Resolved) -> list[Driver]:
    """Every way in, except full text, whose length cannot be told without reading it whole."""
    found = [driver for term in resolved.query.terms for driver in _of_term(term, resolved)]
    if facets.tell(resolved):
        found.append(
            Driver(
                select=selects.by_facets(resolved),
                sharp=True,
                costly=facets.tell_states_alone(resolved),
            )
        )
    person = resolved.actor.sees_only
    if person is not None:
        found.append(Driver(select=selects.filed_or_assigned(person), sharp=True))
    known = states(resolved)
    if len(known) < 2:
        found.append(Driver(select=selects.by_state(known), sharp=not known))
    return found


def quick_drivers(resolved: Resolved) -> list[Driver]:
    """Those commonly leading to few, and how long they are is told by an index alone: nothing but the exact one,
    where there is one."""
    exact = _exact(resolved)
    return [exact] if exact else [way for way in drivers(resolved) if way.sharp and not way.costly]


def _exact(resolved: Resolved) -> Driver | None:
    """One person's open or closed issues, or everybody's."""
    if resolved.actor.sees_only is not None:
        return None
    people = [term for term in resolved.query.terms if isinstance(term, People)]
    known = whole_states(term for term in resolved.query.terms if not isinstance(term, People))
    if len(people) > 1 or known is None:
        return None
    if not people:
        return Driver(select=selects.by_state(known), sharp=not known, exact=True)
    (term,) = people
    if term.negated or NOBODY in term.names:
        return None
    ids = [resolved.people[name] for name in term.names]
    pinned = len(set(ids)) == 1
    match term.field:
        case PersonField.ASSIGNEE:
            return Driver(select=selects.by_assignee(ids, known), sharp=True, pinned=pinned, exact=True)
        case PersonField.REPORTER:
            return Driver(select=selects.by_reporter(ids, known), sharp=True, pinned=pinned, exact=True)
        case _:
            return None


def narrowed(ways: Sequence[Driver]) -> Driver:
    """To where all of these lead."""
    return (
        ways[0] if len(ways) == 1 else Driver(select=selects.by_all([way.select for way in ways]), sharp=True)
    )


def text_driver(resolved: Resolved) -> Driver | None:
    select = selects.by_text(resolved)
    return Driver(select=select, sharp=True) if select is not None else None


def _of_term(term: AnyTerm, resolved: Resolved) -> Iterator[Driver]:
    if term.negated:
        return
    match term:
        case Labels():
            yield Driver(select=selects.by_label(resolved.labels[n] for n in term.names), sharp=True)
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
            yield Driver(select=selects.by_priority(ranks, states(resolved)), sharp=False)
        case _:
            return


def _of_people(term: People, resolved: Resolved) -> Iterator[Driver]:
    if NOBODY in term.names:
        if term.names == (NOBODY,) and term.field is PersonField.REPORTER:
            yield Driver(select=selects.by_nobody(states(resolved)), sharp=True)
        return
    ids = [resolved.people[name] for name in term.names]
    known = states(resolved)
    match term.field:
        case PersonField.ASSIGNEE:
            yield Driver(select=selects.by_assignee(ids, known), sharp=True, pinned=len(ids) == 1)
        case PersonField.REPORTER:
            yield Driver(select=selects.by_reporter(ids, known), sharp=True, pinned=len(ids) == 1)
        case PersonField.WATCHER:
            yield Driver(select=selects.by_watcher(ids), sharp=True)
        case PersonField.COMMENTER:
            yield Driver(select=selects.by_commenter(ids), sharp=True)
        case PersonField.AWAITED:
            yield Driver(select=selects.by_awaited(ids), sharp=True)


def _of_presence(term: Presence, resolved: Resolved) -> Iterator[Driver]:
    """For what most issues lack and no facet tells: an index of those that have it, or of those that do not."""
    if len(term.fields) != 1:
        return
    (field,) = term.fields
    if term.present and field is EmptyField.DUE and (first := open_from(resolved)) is not None:
        # That there is a date is told by facets; that it is not past, by no facet. Both ends are named: of one alone
        # the planner expects so many rows that it would rather read the table.
        select = selects.by_dates(DateField.DUE, states(resolved), EVER, NEVER, open_from=first)
        yield Driver(select=select, sharp=True)
    elif term.present and field in selects.THERE:
        yield Driver(select=selects.by_presence(field), sharp=True)
    elif term.present and field is EmptyField.WATCHER:
        yield Driver(select=selects.watched(), sharp=True)
    elif not term.present and field is EmptyField.REPORTER:
        yield Driver(select=selects.by_nobody(states(resolved)), sharp=True)
    elif field is EmptyField.PRIORITY:
        ranks = [-rank.value for rank in Priority if (rank is not Priority.NONE) is term.present]
        yield Driver(select=selects.by_priority(ranks, states(resolved)), sharp=False)


def _of_refs(term: Refs, resolved: Resolved) -> Iterator[Driver]:
    if term.field is RefField.PARENT:
        numbers = (int(value.rpartition("-")[2]) for value in term.values)
        ids = [resolved.issues[number] for number in numbers if number in resolved.issues]
        yield Driver(select=selects.by_parent(ids), sharp=True)
    elif term.field is RefField.DUPLICATE_OF:
        numbers = (int(value.rpartition("-")[2]) for value in term.values)
        ids = [resolved.issues[number] for number in numbers if number in resolved.issues]
        yield Driver(select=selects.by_original(ids), sharp=True)
    elif term.field is RefField.REF:
        yield Driver(select=selects.by_ref(list(term.values)), sharp=True)
    elif term.field is RefField.KEY:
        own = [int(v.rpartition("-")[2]) for v in term.values]
        yield Driver(select=selects.by_key(own, [v.casefold() for v in term.values]), sharp=True)


def _of_dates(term: When, resolved: Resolved) -> Iterator[Driver]:
    if len(term.spans) > 1 or term.spans[0].moment == NO_DATE:
        return
    dates = stretch(term, term.field, resolved)
    if dates is not None:
        first = open_from(resolved) if term.field is DateField.DUE else None
        select = selects.by_dates(term.field, states(resolved), *dates, open_from=first)
        yield Driver(select=select, sharp=True)
