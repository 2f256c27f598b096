"""Lists of issues for programs: as `db.listing`, but of plain values, and JSON of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Final, LiteralString

import asyncpg
import orjson

from db import listing
from db.access import Actor
from db.batching import Asked, Together
from db.ids import WorkspaceId
from db.issues.plain import Plain, of_issue, of_row
from db.pool import Database
from db.query.cursors import Cursor, encode
from db.query.orders import ORDERS, direction
from db.query.parser import parse
from db.query.terms import Query, Sort, SortKey
from db.query.traits import whole_states

_PARTS: Final[dict[bool, LiteralString]] = {False: "NOT i.is_closed", True: "i.is_closed"}

# As COLUMNS; ids as text, which is what becomes of them, and nothing where nobody looks.
_ROW: Final[LiteralString] = """
    NULL AS workspace_id, i.issue_id::text, i.number, i.title, i.description, i.status, i.close_reason,
    i.duplicate_of::text, i.parent_id::text, i.priority, i.assignee_id::text, i.reporter_id::text, i.due_on,
    i.external_ref, i.version, NULL AS source, i.created_at, i.updated_at, i.closed_at,
    ARRAY(SELECT l.name FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
          WHERE il.workspace_id = i.workspace_id AND il.issue_id = i.issue_id
          ORDER BY lower(l.name)) AS labels"""

# More in one statement would save little, and keep the first waiting for the last.
_PAGES: Final = 8


@lru_cache(maxsize=512)
def read(text: str) -> Query:
    """`parse`, which programs have do the same again and again. Raises QueryError."""
    return parse(text)


@dataclass(frozen=True, kw_only=True)
class PlainPage:
    """`next_cursor` is None at the end. Several who asked for the same may share one."""

    items: list[Plain]
    next_cursor: str | None

    @cached_property
    def json(self) -> bytes:
        # asyncpg's UUIDs are of a class of their own, which orjson does not know.
        return orjson.dumps({"items": self.items, "next_cursor": self.next_cursor}, default=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """A page that all who ask for it see alike."""

    workspace_id: WorkspaceId
    sql: str
    place: tuple[str, ...]
    scope: str
    prefix: str
    limit: int


class PlainListing:
    """Reads pages for everybody in this process.

    A page that only has to be read off an index shares its statement with those asked for at the same time, and
    everything with the same page asked for at the same time. What is looked for goes alone: it may take a while.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._together: Together[_Wanted, PlainPage] = Together(self._read, name="reading pages")

    async def page(
        self, actor: Actor, query: Query, prefix: str, *, limit: int = 50, cursor: str | None = None
    ) -> PlainPage:
        """Raises as `listing.page`; Busy, Unavailable."""
        scope = listing.scope_of(actor, query)
        known = _straight(actor, query)
        # A ranked list has cursors of its own.
        at = listing.place_of(query, cursor, scope) if known is not None else None
        if known is None or (at is not None and at.backwards):
            async with self._database.connection() as conn:
                found = await listing.page(conn, actor, query, limit=limit, cursor=cursor)
            return PlainPage(
                items=[of_issue(issue, prefix) for issue in found.items], next_cursor=found.next_cursor
            )
        wanted = _Wanted(
            workspace_id=actor.workspace_id,
            sql=_walk(query.order, known, limit + 1, begun=at is not None),
            place=at.values if at is not None else (),
            scope=scope,
            prefix=prefix,
            limit=limit,
        )
        return await self._together.ask(wanted)

    async def _read(self, batch: Sequence[Asked[_Wanted, PlainPage]]) -> None:
        askers: dict[_Wanted, list[Asked[_Wanted, PlainPage]]] = {}
        for each in batch:
            askers.setdefault(each.question, []).append(each)
        async with self._database.connection() as conn:
            for pages in _statements(askers):
                for wanted, answer in zip(pages, await _fetch(conn, pages), strict=True):
                    for each in askers[wanted]:
                        each.succeed(answer)


def _statements(wanted: Iterable[_Wanted]) -> list[list[_Wanted]]:
    """Those that one statement can read, together."""
    alike: dict[str, list[_Wanted]] = {}
    for each in wanted:
        alike.setdefault(each.sql, []).append(each)
    return [
        group[first : first + _PAGES] for group in alike.values() for first in range(0, len(group), _PAGES)
    ]


async def _fetch(conn: asyncpg.Connection, pages: Sequence[_Wanted]) -> Sequence[PlainPage]:
    places = zip(*(page.place for page in pages), strict=True)
    rows = await conn.fetch(pages[0].sql, [page.workspace_id for page in pages], *map(list, places))
    found: list[list[Any]] = [[] for _ in pages]
    for row in rows:
        found[row["place"] - 1].append(row)
    return [_page(wanted, some) for wanted, some in zip(pages, found, strict=True)]


def _page(wanted: _Wanted, rows: list[Any]) -> PlainPage:
    following = None
    if len(rows) > wanted.limit:
        rows = rows[: wanted.limit]
        following = encode(Cursor(values=tuple(rows[-1]["position"])), wanted.scope)
    return PlainPage(items=[of_row(row, wanted.prefix) for row in rows], next_cursor=following)


def _straight(actor: Actor, query: Query) -> tuple[bool, ...] | None:
    """The values of `is_closed` whose issues all match, where the order has them side by side."""
    if actor.sees_only is not None or query.order.key is SortKey.RELEVANCE:
        return None
    known = whole_states(query.terms)
    if not known or (len(known) == 1 and not ORDERS[query.order.key].parted):
        return None
    return tuple(known)


@lru_cache(maxsize=512)
def _walk(order: Sort, known: tuple[bool, ...], limit: int, *, begun: bool) -> str:
    """The order's index read from the beginning or from each cursor on, and nothing dropped.

    The SELECTs hide how many are asked for from the planner, which else plans anew for a better guess.
    """
    way = direction(order, None)
    after = way.after_asked if begun else "true"
    parts: list[LiteralString] = [_PARTS[closed] for closed in known] if way.order.parted else ["true"]
    selects = [
        f"(SELECT i.*{way.selected} FROM issues i"
        f" WHERE i.workspace_id = asked.workspace_id AND i.deleted_at IS NULL AND {part} AND {after}"
        f" ORDER BY {way.inside} LIMIT {limit:d})"
        for part in parts
    ]
    rows = selects[0]
    if len(selects) > 1:
        rows = f"({' UNION ALL '.join(selects)} ORDER BY {way.outside} LIMIT {limit:d})"
    names = ("workspace_id", *(way.asked_names if begun else ()))
    arrays = ", ".join(f"(SELECT ${number}::text[])" for number in range(1, len(names) + 1))
    return (
        f"SELECT {_ROW}, asked.place, {way.position} AS position"
        f" FROM unnest({arrays}) WITH ORDINALITY AS asked ({', '.join(names)}, place)"
        f" CROSS JOIN LATERAL {rows} i ORDER BY asked.place, {way.outside}"
    )
