"""Lists of issues for programs: as `db.listing`, but of plain values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, LiteralString

import asyncpg

from db import listing
from db.access import Actor
from db.issues.plain import Plain, of_issue, of_row
from db.query.cursors import Cursor, encode
from db.query.fragments import Parameters
from db.query.orders import Direction, direction
from db.query.parser import parse
from db.query.terms import Choice, ChoiceField, Query, SortKey

_PARTS: Final[dict[frozenset[str], tuple[LiteralString, ...]]] = {
    frozenset({"open", "in_progress"}): ("NOT i.is_closed",),
    frozenset({"closed"}): ("i.is_closed",),
    frozenset({"open", "in_progress", "closed"}): ("NOT i.is_closed", "i.is_closed"),
}
_ALL: Final = _PARTS[frozenset({"open", "in_progress", "closed"})]

# As COLUMNS; ids as text, which is what becomes of them.
_ROW: Final[LiteralString] = """
    i.workspace_id, i.issue_id::text, i.number, i.title, i.description, i.status, i.close_reason,
    i.duplicate_of::text, i.parent_id::text, i.priority, i.assignee_id::text, i.reporter_id::text, i.due_on,
    i.external_ref, i.version, i.source, i.created_at, i.updated_at, i.closed_at,
    ARRAY(SELECT l.name FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
          WHERE il.workspace_id = i.workspace_id AND il.issue_id = i.issue_id
          ORDER BY lower(l.name)) AS labels"""


@lru_cache(maxsize=512)
def read(text: str) -> Query:
    """`parse`, which programs have do the same again and again. Raises QueryError."""
    return parse(text)


async def page(
    conn: asyncpg.Connection,
    actor: Actor,
    query: Query,
    prefix: str,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> tuple[list[Plain], str | None]:
    """The issues, and the cursor of the next page. Raises as `listing.page`."""
    scope = listing.scope_of(actor, query)
    at = listing.place_of(query, cursor, scope)
    parts = _straight(actor, query)
    if parts is None or (at is not None and at.backwards):
        found = await listing.page(conn, actor, query, limit=limit, cursor=cursor)
        return [of_issue(issue, prefix) for issue in found.items], found.next_cursor
    parameters = Parameters(2)
    sql = _walk(direction(query.order, at), parts, parameters, limit + 1)
    rows: list[Any] = await conn.fetch(sql, actor.workspace_id, *parameters.values)
    following = None
    if len(rows) > limit:
        following = encode(Cursor(values=tuple(rows[limit - 1]["position"])), scope)
    return [of_row(row, prefix) for row in rows[:limit]], following


def _straight(actor: Actor, query: Query) -> tuple[LiteralString, ...] | None:
    """The parts of an order's index that all match, where the query asks for no more than whole parts."""
    if actor.sees_only is not None or query.order.key is SortKey.RELEVANCE:
        return None
    if not query.terms:
        return _ALL
    term = query.terms[0]
    if len(query.terms) > 1 or not isinstance(term, Choice) or term.negated:
        return None
    return _PARTS.get(frozenset(term.values)) if term.field is ChoiceField.STATUS else None


def _walk(way: Direction, parts: tuple[LiteralString, ...], parameters: Parameters, limit: int) -> str:
    """The order's index read from the cursor on, and nothing dropped."""
    after = way.after_cursor(parameters)
    if not way.order.parted:
        parts = ("true",) if parts == _ALL else parts
    selects = [
        f"(SELECT i.*{way.selected} FROM issues i"
        f" WHERE i.workspace_id = $1 AND i.deleted_at IS NULL AND {part} AND {after}"
        f" ORDER BY {way.inside} LIMIT {limit:d})"
        for part in parts
    ]
    rows = selects[0]
    if len(selects) > 1:
        rows = f"({' UNION ALL '.join(selects)} ORDER BY {way.outside} LIMIT {limit:d})"
    return f"SELECT {_ROW}, {way.position} AS position FROM {rows} i ORDER BY {way.outside}"
