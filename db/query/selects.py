"""SELECTs of the issues that a term selects, each read off an index that leads straight to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from db.query import facets
from db.query.fragments import Parameters
from db.query.resolving import Resolved
from db.query.terms import DateField, EmptyField


@dataclass(frozen=True, slots=True)
class Select:
    """Writes a SELECT of every issue that can match, each once, in no order: of any columns of `issues i` where
    that is what it reads, else of nothing but `issue_id`.

    `parted`: of those open, or closed, that the query's states tell. `covered`: the columns that its index has, so
    that no issue is read for them.
    """

    write: Callable[[Parameters, str], str]
    of_issues: bool
    parted: bool = False
    covered: frozenset[str] = frozenset()

    def __call__(self, parameters: Parameters, columns: str = "i.issue_id") -> str:
        return self.write(parameters, columns)


_LIVE: Final[LiteralString] = "i.workspace_id = $1 AND i.deleted_at IS NULL"
_PARTS: Final[dict[bool, LiteralString]] = {False: "NOT i.is_closed", True: "i.is_closed"}
_CLOSED: Final[LiteralString] = "i.closed_at IS NOT NULL"
_NEWEST: Final[LiteralString] = " ORDER BY i.updated_at DESC"


def _issues(
    conditions: Callable[[Parameters], list[str]],
    *,
    parted: bool = False,
    covered: frozenset[str] = frozenset(),
) -> Select:
    """All that fulfil one of the conditions, no two of which an issue fulfils."""

    def write(parameters: Parameters, columns: str) -> str:
        selects = [
            f"(SELECT {columns} FROM issues i WHERE {_LIVE} AND {condition})"
            for condition in conditions(parameters)
        ]
        return " UNION ALL ".join(selects) or f"SELECT {columns} FROM issues i WHERE {_LIVE} AND false"

    return Select(write, of_issues=True, parted=parted, covered=covered)


def _ids(sql: LiteralString, *values: object) -> Select:
    return Select(lambda parameters, _: parameters.fill(sql, *values), of_issues=False)


def _in_parts(test: LiteralString, values: Iterable[object], known: list[bool]) -> Select:
    """Each value by itself, open and closed apart, and in the order of the index: the planner would else rather
    read the table, and hope to find enough of it soon."""
    wanted = list(dict.fromkeys(values))
    return _issues(
        lambda parameters: [
            parameters.fill(test + " AND " + _PARTS[closed] + _NEWEST, value)
            for value in wanted
            for closed in known
        ],
        parted=True,
    )


def by_assignee(ids: list[UUID], known: list[bool]) -> Select:
    return _in_parts("i.assignee_id = {}::uuid", ids, known)


def by_reporter(ids: list[UUID], known: list[bool]) -> Select:
    return _in_parts("i.reporter_id = {}::uuid", ids, known)


def by_nobody(known: list[bool]) -> Select:
    """Those that nobody reported."""
    return _issues(
        lambda _: ["i.reporter_id IS NULL AND " + _PARTS[it] + _NEWEST for it in known], parted=True
    )


def by_priority(ranks: list[int], known: list[bool]) -> Select:
    return _in_parts("(-i.priority) = {}::smallint", ranks, known)


def by_state(known: list[bool]) -> Select:
    return _issues(lambda _: [_PARTS[closed] + _NEWEST for closed in known], parted=True)


_DATE_COLUMNS: Final[dict[DateField, tuple[LiteralString, LiteralString, LiteralString]]] = {
    DateField.CREATED: ("i.created_at", "timestamptz", " DESC"),
    DateField.UPDATED: ("i.updated_at", "timestamptz", " DESC"),
    DateField.CLOSED: ("i.closed_at", "timestamptz", ""),
    DateField.DUE: ("coalesce(i.due_on, 'infinity'::date)", "date", ""),
}
_COVERED: Final = frozenset({"i.workspace_id", "i.issue_id", "i.is_closed", "i.due_on", "i.updated_at"})


def by_dates(
    field: DateField, known: list[bool], low: object, high: object, *, open_from: date | None = None
) -> Select:
    """From `low` until `high`, either of which may be None; in the order of the index, as `_in_parts`. What is open
    is not before `open_from` besides."""
    column, kind, way = _DATE_COLUMNS[field]

    def conditions(parameters: Parameters) -> list[str]:
        found = []
        for part in [_CLOSED] if field is DateField.CLOSED else [_PARTS[closed] for closed in known]:
            tests: list[str] = [part]
            firsts = (low, open_from if part is _PARTS[False] else None)
            tests += [
                parameters.fill(column + " >= {}::" + kind, first) for first in firsts if first is not None
            ]
            if high is not None:
                tests.append(parameters.fill(column + " < {}::" + kind, high))
            found.append(" AND ".join(tests) + " ORDER BY " + column + way)
        return found

    return _issues(
        conditions,
        parted=field is not DateField.CLOSED,
        covered=_COVERED if field is DateField.DUE else frozenset(),
    )


# What most issues lack, and what there is an index for of those that have it.
THERE: Final[dict[EmptyField, LiteralString]] = {
    EmptyField.PARENT: "i.parent_id IS NOT NULL",
    EmptyField.REF: "lower(i.external_ref) IS NOT NULL AND i.external_ref IS NOT NULL",
}


def by_presence(field: EmptyField) -> Select:
    """Those that have what is in THERE."""
    return _issues(lambda _: [THERE[field]])


def by_facets(resolved: Resolved) -> Select:
    def write(parameters: Parameters, columns: str) -> str:
        return f"""
            SELECT i.* FROM {facets.KINDS} k CROSS JOIN LATERAL (
                SELECT {columns} FROM issues i
                WHERE {_LIVE} AND {facets.OF} = k.facets{_NEWEST} OFFSET 0
            ) i WHERE {facets.kinds(resolved, parameters)}"""

    return Select(write, of_issues=True)


def by_parent(ids: list[UUID]) -> Select:
    return _issues(lambda parameters: [parameters.fill("i.parent_id = ANY ({}::uuid[])", ids)])


def by_original(ids: list[UUID]) -> Select:
    return _issues(lambda parameters: [parameters.fill("i.duplicate_of = ANY ({}::uuid[])", ids)])


_REF: Final[LiteralString] = "lower(i.external_ref) = ANY ({}::text[]) AND i.external_ref IS NOT NULL"


def by_ref(refs: list[str]) -> Select:
    return _issues(lambda parameters: [parameters.fill(_REF, refs)])


_SELECT: Final[LiteralString] = "SELECT i.issue_id FROM issues i WHERE " + _LIVE + " AND "


def by_key(numbers: list[int], refs: list[str]) -> Select:
    """Ids alone: an issue may be found by both."""
    return _ids(_SELECT + "i.number = ANY ({}::bigint[]) UNION " + _SELECT + _REF, numbers, refs)


def filed_or_assigned(person: UUID) -> Select:
    """Ids alone, as `by_key`."""
    return _ids(
        _SELECT + "i.reporter_id = {}::uuid UNION " + _SELECT + "i.assignee_id = {}::uuid", person, person
    )


def by_label(labels: Iterable[UUID]) -> Select:
    ids = list(labels)
    return _ids(
        "SELECT DISTINCT issue_id FROM issue_labels WHERE workspace_id = $1 AND label_id = ANY ({}::uuid[])"
        if len(ids) > 1
        else "SELECT issue_id FROM issue_labels WHERE workspace_id = $1 AND label_id = ANY ({}::uuid[])",
        ids,
    )


def watched() -> Select:
    return _ids("SELECT DISTINCT issue_id FROM watchers WHERE workspace_id = $1")


def by_watcher(ids: list[UUID]) -> Select:
    return _ids(
        "SELECT DISTINCT issue_id FROM watchers WHERE workspace_id = $1 AND person_id = ANY ({}::uuid[])", ids
    )


def by_commenter(ids: list[UUID]) -> Select:
    return _ids(
        "SELECT DISTINCT issue_id FROM comments WHERE workspace_id = $1 AND author_id = ANY ({}::uuid[])", ids
    )


def by_awaited(ids: list[UUID]) -> Select:
    return _ids(
        "SELECT DISTINCT issue_id FROM awaited WHERE workspace_id = $1 AND person_id = ANY ({}::uuid[])", ids
    )


# As in db.ranking: the pairs lead, and the words are looked at in what they lead to.
_BY_PAIRS: Final[LiteralString] = (
    "SELECT issue_id FROM (SELECT workspace_id, issue_id, document FROM issue_documents"
    " WHERE pairs @> array_append({}::integer[], pair_tag({}::text)) OFFSET 0) found"
    " WHERE workspace_id = $1 AND document @@ {}::text::tsquery"
)
_BY_WORDS: Final[LiteralString] = (
    "SELECT issue_id FROM (SELECT workspace_id, issue_id FROM issue_documents"
    " WHERE document @@ {}::text::tsquery OFFSET 0) found WHERE workspace_id = $1"
)


def by_text(resolved: Resolved) -> Select | None:
    """Those whose documents have all the words asked for; None where there are none."""
    texts = [text for text in resolved.query.texts() if not text.negated and resolved.texts[text]]
    if not texts:
        return None
    words = " & ".join(f"({resolved.texts[text]})" for text in texts)
    tag = f"#{resolved.actor.workspace_id}"
    pairs = sorted({pair for text in texts for pair in resolved.pairs.get(text, ())})
    return _ids(_BY_PAIRS, pairs, tag, words) if pairs else _ids(_BY_WORDS, f"'{tag}' & {words}")


def by_all(selects: Sequence[Select]) -> Select:
    """Those that all of these lead to."""
    return Select(
        lambda parameters, _: " INTERSECT ".join(
            f"(SELECT issue_id FROM ({select(parameters)}) led)" for select in selects
        ),
        of_issues=False,
    )
