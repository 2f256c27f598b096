"""SELECTs of issue ids, each read off one index: where a term leads to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, LiteralString
from uuid import UUID

from db.query import facets
from db.query.fragments import Parameters
from db.query.resolving import Resolved
from db.query.terms import DateField, EmptyField

Select = Callable[[Parameters], str]

_PARTS: Final[dict[bool, LiteralString]] = {False: "NOT is_closed", True: "is_closed"}
_CLOSED: Final[LiteralString] = "closed_at IS NOT NULL"

_ISSUES: Final[LiteralString] = "SELECT issue_id FROM issues WHERE workspace_id = $1 AND deleted_at IS NULL"


_DATE_COLUMNS: Final[dict[DateField, tuple[LiteralString, LiteralString, LiteralString]]] = {
    DateField.CREATED: ("created_at", "timestamptz", " DESC"),
    DateField.UPDATED: ("updated_at", "timestamptz", " DESC"),
    DateField.CLOSED: ("closed_at", "timestamptz", ""),
    DateField.DUE: ("coalesce(due_on, 'infinity'::date)", "date", ""),
}


def by_dates(field: DateField, known: list[bool], low: object, high: object) -> Select:
    """From `low` until `high`, either of which may be None; in the order of the index, as `_in_parts`."""
    column, kind, way = _DATE_COLUMNS[field]
    parts = [_CLOSED] if field is DateField.CLOSED else [_PARTS[closed] for closed in known]

    def select(parameters: Parameters) -> str:
        selects = []
        for part in parts:
            tests = [_ISSUES + " AND " + part]
            if low is not None:
                tests.append(parameters.fill(column + " >= {}::" + kind, low))
            if high is not None:
                tests.append(parameters.fill(column + " < {}::" + kind, high))
            selects.append(f"({' AND '.join(tests)} ORDER BY {column}{way})")
        return " UNION ALL ".join(selects)

    return select


_THERE: Final[dict[EmptyField, LiteralString]] = {
    EmptyField.PARENT: _ISSUES + " AND parent_id IS NOT NULL",
    EmptyField.REF: _ISSUES + " AND lower(external_ref) IS NOT NULL AND external_ref IS NOT NULL",
    EmptyField.WATCHER: "SELECT DISTINCT issue_id FROM watchers WHERE workspace_id = $1",
}


def by_presence(field: EmptyField) -> Select | None:
    """Of those that have what most issues lack, where there is an index of them."""
    there = _THERE.get(field)
    return (lambda parameters: parameters.fill(there)) if there is not None else None


def by_nobody(known: list[bool]) -> Select:
    selects = [
        f"({_ISSUES} AND reporter_id IS NULL AND {_PARTS[closed]} ORDER BY updated_at DESC)"
        for closed in known
    ]
    return lambda parameters: " UNION ALL ".join(selects) or f"{_ISSUES} AND false"


def by_label(labels: Iterable[UUID]) -> Select:
    ids = list(labels)
    return lambda parameters: parameters.fill(
        "SELECT DISTINCT issue_id FROM issue_labels WHERE workspace_id = $1 AND label_id = ANY ({}::uuid[])"
        if len(ids) > 1
        else "SELECT issue_id FROM issue_labels WHERE workspace_id = $1 AND label_id = ANY ({}::uuid[])",
        ids,
    )


def by_watcher(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(
        "SELECT DISTINCT issue_id FROM watchers WHERE workspace_id = $1 AND person_id = ANY ({}::uuid[])", ids
    )


def by_commenter(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(
        "SELECT DISTINCT issue_id FROM comments WHERE workspace_id = $1 AND author_id = ANY ({}::uuid[])", ids
    )


def by_awaited(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(
        "SELECT DISTINCT issue_id FROM awaited WHERE workspace_id = $1 AND person_id = ANY ({}::uuid[])", ids
    )


def by_assignee(ids: list[UUID], known: list[bool]) -> Select:
    return _in_parts(" AND assignee_id = {}::uuid", ids, known)


def by_reporter(ids: list[UUID], known: list[bool]) -> Select:
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


def filed_or_assigned(person: UUID) -> Select:
    return lambda parameters: parameters.fill(
        _ISSUES + " AND reporter_id = {}::uuid UNION " + _ISSUES + " AND assignee_id = {}::uuid",
        person,
        person,
    )


def by_facets(resolved: Resolved, parameters: Parameters) -> str:
    return f"""
        SELECT i.issue_id FROM {facets.KINDS} k CROSS JOIN LATERAL (
            SELECT i.issue_id FROM issues i
            WHERE i.workspace_id = $1 AND i.deleted_at IS NULL AND {facets.OF} = k.facets
            ORDER BY i.updated_at DESC OFFSET 0
        ) i WHERE {facets.kinds(resolved, parameters)}"""


def by_state(known: list[bool]) -> Select:
    selects = [f"({_ISSUES} AND {_PARTS[closed]} ORDER BY updated_at DESC)" for closed in known]
    return lambda parameters: " UNION ALL ".join(selects) or f"{_ISSUES} AND false"


def by_priority(ranks: list[int], known: list[bool]) -> Select:
    return _in_parts(" AND (-priority) = {}::smallint", ranks, known)


def by_parent(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(_ISSUES + " AND parent_id = ANY ({}::uuid[])", ids)


def by_original(ids: list[UUID]) -> Select:
    return lambda parameters: parameters.fill(_ISSUES + " AND duplicate_of = ANY ({}::uuid[])", ids)


def by_ref(refs: list[str]) -> Select:
    return lambda parameters: parameters.fill(
        _ISSUES + " AND lower(external_ref) = ANY ({}::text[]) AND external_ref IS NOT NULL", refs
    )


def by_key(numbers: list[int], refs: list[str]) -> Select:
    return lambda parameters: parameters.fill(
        _ISSUES
        + " AND number = ANY ({}::bigint[]) UNION "
        + _ISSUES
        + " AND lower(external_ref) = ANY ({}::text[]) AND external_ref IS NOT NULL",
        numbers,
        refs,
    )
