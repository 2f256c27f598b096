"""The SELECTs of a list, each of a shape that leaves the planner no choice to get wrong.

A list is either *walked*: the index of its sort order is read from the cursor on, so many rows deep, and what
does not match is dropped; or *gathered*: an index leads to all that can match, and these are sorted. Which of
them is quick depends on how many match and how they are spread. Statistics tell that badly for a small
workspace among large ones, and for words and labels not at all; so it is tried and counted instead.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, LiteralString

from db.issues.record import COLUMNS
from db.query import facets
from db.query.compiler import compile_query
from db.query.drivers import Driver
from db.query.fragments import Parameters
from db.query.orders import ORDERS, Direction
from db.query.resolving import Resolved
from db.query.terms import AnyTerm, DateField, Labels, SortKey
from db.query.traits import open_from, pinned, priorities, states, stretch, whole_states

_COLUMN: Final = re.compile(r"\bi\.[a-z_]+\b")

# From so many on, those with a label are looked up together. It takes them all, and not only until a page is full.
_TOGETHER: Final = 500

_HELD: Final = frozenset().union(*(order.held for order in ORDERS.values()))

_PARTS: Final[dict[bool, LiteralString]] = {False: "NOT i.is_closed", True: "i.is_closed"}


@dataclass(slots=True)
class Statement:
    """SQL and its values; $1 is the workspace and $2 `actor.sees_only`."""

    resolved: Resolved
    sql: str = ""
    parameters: Parameters = field(default_factory=lambda: Parameters(3, hidden=True))

    @property
    def values(self) -> tuple[object, ...]:
        actor = self.resolved.actor
        return (actor.workspace_id, actor.sees_only, *self.parameters.values)

    def condition(
        self, *, each: bool = True, seen: bool = True, parted: bool = False, but: AnyTerm | None = None
    ) -> str:
        """Not `seen`: for rows that are of the workspace and not deleted anyway. `parted`: that are all open, or all
        closed, where the query's states tell that. `but`: what they all fulfil."""
        query = self.resolved.query
        terms = (term for term in query.terms if term is not but and not (parted and self._is_told(term)))
        asked = replace(self.resolved, query=replace(query, terms=tuple(terms)))
        made = compile_query(asked, self.parameters.next, each=each, seen=seen)
        self.parameters.take(made.params)
        return made.sql

    def _is_told(self, term: AnyTerm) -> bool:
        """Whether the states tell what the term asks for."""
        asked = whole_states([term])
        return asked is not None and set(states(self.resolved)).issubset(asked)


def walk(
    resolved: Resolved, direction: Direction, *, limit: int, depth: int, beside: Parameters | None = None
) -> Statement:
    """The first `limit` of those that match among the next `depth` issues in the order.

    `beside`: the parameters of other statements that this one is to be part of one with; so everywhere here.
    """
    statement = _new(resolved, beside)
    label = labelled(resolved) if depth >= _TOGETHER else None
    condition = statement.condition(seen=False, parted=direction.order.parted, but=label)
    rows = _rows(statement, direction, depth, _looked_at(condition))
    if label is not None:
        rows = _labelled(statement, rows, label)
    statement.sql = _page(rows, f"{condition} AND {_UNUSED}", direction, limit)
    return statement


def labelled(resolved: Resolved) -> Labels | None:
    """The label that all have that match."""
    for term in resolved.query.terms:
        if isinstance(term, Labels) and not term.negated and len(term.names) == 1:
            return term
    return None


def _labelled(statement: Statement, rows: str, label: Labels) -> str:
    """Those of the rows that have the label, looked up all together: a third of what one after the other takes."""
    led = statement.parameters.fill(_LED, statement.resolved.labels[label.names[0]])
    return f"""
        WITH walked AS MATERIALIZED ({rows}), led AS MATERIALIZED ({led})
        SELECT walked.* FROM walked JOIN led USING (issue_id)"""


_LED: Final[LiteralString] = (
    "SELECT issue_id FROM issue_labels WHERE workspace_id = $1 AND label_id = {}::uuid"
    " AND issue_id = ANY (ARRAY(SELECT issue_id FROM walked))"
)


def _looked_at(condition: str) -> str:
    """The columns that a condition is about, and no other: often these are all in the index of the order."""
    return ", ".join(sorted({"i.issue_id", *_COLUMN.findall(condition)}))


def _new(resolved: Resolved, beside: Parameters | None) -> Statement:
    return Statement(resolved) if beside is None else Statement(resolved, parameters=beside)


def place_reached(
    resolved: Resolved, direction: Direction, depth: int, *, beside: Parameters | None = None
) -> Statement:
    """The place in the order of the last issue that a walk of this depth looks at; none when it looks at all."""
    statement = _new(resolved, beside)
    rows = _rows(statement, direction, depth, "i.issue_id")
    statement.sql = f"""
        SELECT {direction.position} AS position FROM ({rows}) i
        WHERE {_UNUSED} ORDER BY {direction.outside} OFFSET {depth - 1:d} LIMIT 1"""
    return statement


def walk_kinds(resolved: Resolved, direction: Direction, *, limit: int, depth: int) -> Statement:
    """As `walk`, but each of the facets that fit goes `depth` deep by itself: for the order by update."""
    statement = Statement(resolved)
    common = _common(statement, direction)
    condition = statement.condition(seen=False)
    rows = f"""
        SELECT i.* FROM {facets.KINDS} k CROSS JOIN LATERAL (
            SELECT {_looked_at(condition)}{direction.selected} FROM issues i
            WHERE {common} AND {facets.OF} = k.facets ORDER BY {direction.inside} {_stop(depth)}
        ) i WHERE {facets.kinds(resolved, statement.parameters)} OFFSET 0"""
    statement.sql = _page(rows, f"{condition} AND {_UNUSED}", direction, limit)
    return statement


# Gives $2 its type where a statement has no other use for it.
_UNUSED: Final[LiteralString] = "($2::uuid IS NULL OR true)"


def gather(
    resolved: Resolved,
    driver: Driver,
    direction: Direction,
    *,
    limit: int,
    beside: Parameters | None = None,
) -> Statement:
    """The first `limit` in the order of what the driver leads to."""
    statement = _new(resolved, beside)
    parameters = statement.parameters
    if driver.select.of_issues:
        condition = statement.condition(seen=False, parted=driver.select.parted)
        rows = f"{driver.select(parameters, _looked_at(condition) + direction.selected)} OFFSET 0"
        condition = f"{condition} AND {direction.after_cursor_outside(parameters)} AND {_UNUSED}"
    else:
        driven = driver.select(parameters)
        after = direction.after_cursor(parameters)
        condition = statement.condition()
        rows = f"""
            SELECT i.* FROM ({driven} OFFSET 0) driven
            CROSS JOIN LATERAL (
                SELECT {_looked_at(condition)}{direction.selected} FROM issues i
                WHERE i.workspace_id = $1 AND i.issue_id = driven.issue_id AND {after} OFFSET 0
            ) i"""
    statement.sql = _page(rows, condition, direction, limit)
    return statement


def is_covered(resolved: Resolved, driver: Driver, direction: Direction) -> bool:
    """Whether `gather` finds all it looks at in the driver's index, and reads no issues but those of the page."""
    if not driver.select.covered:
        return False
    condition = Statement(resolved).condition(seen=False, parted=driver.select.parted)
    return "FROM" not in condition and driver.select.covered.issuperset(
        _COLUMN.findall(condition + direction.selected)
    )


def _page(rows: str, condition: str, direction: Direction, limit: int) -> str:
    """LATERAL with OFFSET 0: the whole rows are fetched one by one, for the page alone."""
    return f"""
        WITH page AS MATERIALIZED (
            SELECT {direction.kept} FROM ({rows}) i
            WHERE {condition} ORDER BY {direction.outside} LIMIT {limit:d}
        )
        SELECT whole.*, {direction.position} AS position FROM page
        CROSS JOIN LATERAL (
            SELECT {COLUMNS} FROM issues i WHERE i.workspace_id = $1 AND i.issue_id = page.issue_id OFFSET 0
        ) whole
        ORDER BY {direction.outside}"""


def _rows(statement: Statement, direction: Direction, depth: int, columns: str) -> str:
    """Issues in the order, from the cursor on; merged from open and closed ones where the index parts them."""
    common = _common(statement, direction)
    stop = _stop(depth)
    own = ORDERS[SortKey.PRIORITY] if _of_one_priority(statement.resolved, direction) else direction.order
    if _HELD.intersection(_COLUMN.findall(columns)) - own.held:
        # Nor may the index of another order have all of them: it would be read whole, and sorted.
        columns += ", i.number"
    selects = [
        f"(SELECT {columns}{direction.selected} FROM issues i WHERE {common} AND {part}"
        f" ORDER BY {direction.inside} {stop})"
        for part in _parts(statement, direction)
    ]
    if len(selects) == 1:
        return selects[0]
    return f"{' UNION ALL '.join(selects)} ORDER BY {direction.outside} {stop}"


def _stop(depth: int) -> str:
    """The SELECT hides the number from the planner. Where it expects fewer rows than that, it would fetch and sort
    them all, however many there are, instead of reading the index until there is enough."""
    return f"LIMIT (SELECT {depth:d})"


def _common(statement: Statement, direction: Direction) -> str:
    return " AND ".join(["i.workspace_id = $1 AND i.deleted_at IS NULL", *_bounds(statement, direction)])


def _parts(statement: Statement, direction: Direction) -> list[str]:
    if not direction.order.parted:
        return ["true"]
    first = open_from(statement.resolved) if direction.order.bounded_by is DateField.DUE else None
    parts: list[str] = []
    for closed in states(statement.resolved):
        part: str = _PARTS[closed]
        if first is not None and not closed:
            part = f"{part} AND {statement.parameters.fill(_bound(direction).replace('?', '>='), first)}"
        parts.append(part)
    return parts or ["false"]


def _bounds(statement: Statement, direction: Direction) -> list[str]:
    """What the index itself can do: begin at the cursor, keep to one person or priority, end at a date."""
    parameters = statement.parameters
    found = [direction.after_cursor(parameters)]
    resolved = statement.resolved
    person = pinned(resolved)
    if person is not None and direction.order.inner:
        found.append(parameters.fill(person[0] + " = {}::uuid", person[1]))
    if _of_one_priority(resolved, direction):
        found.append(parameters.fill("(-i.priority) = {}::smallint", *priorities(resolved)))
    ranks = priorities(resolved)
    if ranks and direction.order is ORDERS[SortKey.PRIORITY]:
        found.append(parameters.fill(_RANKED, min(ranks), max(ranks)))
    bound = _bound(direction)
    for term in resolved.query.terms:
        low, high = stretch(term, direction.order.bounded_by, resolved) or (None, None)
        if low is not None:
            found.append(parameters.fill(bound.replace("?", ">="), low))
        if high is not None:
            found.append(parameters.fill(bound.replace("?", "<"), high))
    return found


def _of_one_priority(resolved: Resolved, direction: Direction) -> bool:
    """Whether it is the index of priorities that is walked, within one of them."""
    return direction.order.inner and pinned(resolved) is None and len(priorities(resolved)) == 1


_RANKED: Final[LiteralString] = "(-i.priority) >= {}::smallint AND (-i.priority) <= {}::smallint"


def _bound(direction: Direction) -> LiteralString:
    """A row comparison, as with a cursor. Two plain ones make the planner, once it plans for any dates, expect so
    few rows between them that it would fetch and sort them all instead of reading the index up to the page's end."""
    column, kind = direction.order.keys[0]
    return "(" + column + ", i.issue_id) ? ((SELECT {}::" + kind + "), " + _FIRST_ID + ")"


_FIRST_ID: Final[LiteralString] = "'00000000-0000-0000-0000-000000000000'::uuid"


def length(
    resolved: Resolved,
    ways: Sequence[Driver],
    at_most: int | Sequence[int],
    *,
    beside: Parameters | None = None,
) -> Statement:
    """How many issues each driver leads to, counted no further than just beyond `at_most`, or its own of these."""
    statement = _new(resolved, beside)
    limits = [at_most] * len(ways) if isinstance(at_most, int) else at_most
    counts = [
        f"(SELECT count(*) FROM (SELECT FROM ({way.select(statement.parameters)}) x {_stop(limit + 1)}) x)"
        for way, limit in zip(ways, limits, strict=True)
    ]
    statement.sql = f"SELECT ARRAY[{', '.join(counts)}]::bigint[] AS lengths WHERE {_UNUSED}"
    return statement


def extent(resolved: Resolved, ways: Sequence[Driver], at_most: Sequence[int]) -> Statement:
    """The highest number given out, before the lengths of the drivers."""
    statement = length(resolved, ways, at_most)
    statement.sql = f"""
        SELECT (SELECT coalesce(max(number), 0) FROM issues WHERE workspace_id = $1) || lengths
        FROM ({statement.sql}) measured"""
    return statement


def number_matching(resolved: Resolved, driver: Driver) -> Statement:
    """How many of those the driver leads to match."""
    statement = Statement(resolved)
    if driver.select.of_issues:
        condition = statement.condition(seen=False, parted=driver.select.parted)
        rows = driver.select(statement.parameters, _looked_at(condition))
        statement.sql = f"SELECT count(*) FROM ({rows} OFFSET 0) i WHERE {condition} AND {_UNUSED}"
        return statement
    driven = driver.select(statement.parameters)
    statement.sql = f"""
        SELECT count(*) FROM ({driven} OFFSET 0) driven
        CROSS JOIN LATERAL (
            SELECT FROM issues i WHERE i.issue_id = driven.issue_id AND {statement.condition()} OFFSET 0
        ) i"""
    return statement


def number_in_sample(resolved: Resolved, starts: list[int], run: int) -> Statement:
    """How many match of the issues whose numbers are in the runs that begin at `starts`."""
    statement = Statement(resolved)
    wanted = statement.parameters.fill("unnest({}::bigint[])", starts)
    condition = statement.condition()
    statement.sql = f"""
        SELECT count(*) FROM {wanted} AS sample (start)
        CROSS JOIN LATERAL (
            SELECT {_looked_at(condition)} FROM issues i
            WHERE i.workspace_id = $1 AND i.number >= sample.start AND i.number < sample.start + {run:d}
            ORDER BY i.number OFFSET 0
        ) i WHERE {condition}"""
    return statement


def number_of_all(resolved: Resolved) -> Statement:
    """How many match, by looking at every issue of the workspace."""
    statement = Statement(resolved)
    statement.sql = f"SELECT count(*) FROM issues i WHERE {statement.condition(each=False)}"
    return statement


def among(resolved: Resolved, issue_ids: list[object]) -> Statement:
    """Which of these issues match."""
    statement = Statement(resolved)
    chosen = statement.parameters.fill("i.issue_id = ANY ({}::uuid[])", issue_ids)
    statement.sql = f"SELECT i.issue_id FROM issues i WHERE {chosen} AND {statement.condition()}"
    return statement
