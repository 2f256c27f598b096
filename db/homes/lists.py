"""Several pages of issues and what happened lately, in two statements however many lists there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db.access import VISIBLE, Actor
from db.events import Event, read_event
from db.ids import PersonId
from db.listing import Page, broken_off, page_of, place_of, scope_of
from db.people import COLUMNS as PERSON_COLUMNS
from db.people import Person, read_person
from db.query.cursors import Cursor
from db.query.drivers import Driver, drivers, text_driver
from db.query.fragments import Parameters
from db.query.orders import Direction, direction
from db.query.resolving import Resolved
from db.query.walking import gather, length, place_reached, walk

# As in a list of its own: how deep the order is walked at first, and at most, and how many are gathered and sorted.
_DEPTH: Final = 600
_DEEPEST: Final = 3_000
_MANY: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One list of Home. Raises Invalid, when shown, for a cursor that is not this list's."""

    resolved: Resolved
    limit: int
    cursor: str | None = None

    @property
    def scope(self) -> str:
        return scope_of(self.resolved.actor, self.resolved.query)

    @property
    def place(self) -> Cursor | None:
        return place_of(self.resolved.query, self.cursor, self.scope)

    @property
    def way(self) -> Direction:
        return direction(self.resolved.query.order, self.place)

    @property
    def ways(self) -> list[Driver]:
        said = text_driver(self.resolved)
        return [*drivers(self.resolved), *([said] if said else ())]

    @property
    def is_sharp(self) -> bool:
        return any(way.sharp for way in self.ways)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How long each way into a list is; and its rows, where walking a little of the order was enough."""

    lengths: Sequence[int] = ()
    rows: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What somebody else did to an issue of one's own."""

    event: Event
    number: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`pages` in the order they were wanted; `people` are all who are named in them. Descriptions are left out."""

    pages: tuple[Page, ...]
    activity: tuple[Activity, ...]
    people: Mapping[PersonId, Person]


_PERSON: Final[LiteralString] = f"(SELECT to_jsonb(p) FROM (SELECT {PERSON_COLUMNS} FROM people p"

_ROWS: Final[LiteralString] = (
    "(SELECT jsonb_agg((to_jsonb(x) - 'description') || jsonb_build_object('assignee', "
    + _PERSON
    + " WHERE p.workspace_id = $1 AND p.person_id = x.assignee_id) p))) FROM ("
)

# Issues of one's own by their last change: from the heads of four indexes, whatever their number.
_OWN: Final[LiteralString] = """
    (SELECT issue_id FROM issues WHERE workspace_id = $1 AND assignee_id = {}::uuid AND is_closed = false
     AND deleted_at IS NULL ORDER BY updated_at DESC, issue_id DESC LIMIT 10)
    UNION (SELECT issue_id FROM issues WHERE workspace_id = $1 AND assignee_id = {}::uuid AND is_closed = true
     AND deleted_at IS NULL ORDER BY updated_at DESC, issue_id DESC LIMIT 10)
    UNION (SELECT issue_id FROM issues WHERE workspace_id = $1 AND reporter_id = {}::uuid AND is_closed = false
     AND deleted_at IS NULL ORDER BY updated_at DESC, issue_id DESC LIMIT 10)
    UNION (SELECT issue_id FROM issues WHERE workspace_id = $1 AND reporter_id = {}::uuid AND is_closed = true
     AND deleted_at IS NULL ORDER BY updated_at DESC, issue_id DESC LIMIT 10)"""

_ACTIVITY: Final[LiteralString] = (
    """
    (SELECT jsonb_agg(to_jsonb(x) || jsonb_build_object(
        'who', """
    + _PERSON
    + " WHERE p.workspace_id = $1 AND p.person_id = x.actor_id) p),"
    + "'whom', "
    + _PERSON
    + """ WHERE p.workspace_id = $1 AND p.person_id = (x.after ->> 'assignee_id')::uuid) p))) FROM (
        SELECT e.event_id, e.change_id, e.issue_id, e.actor_id, e.source, c.action, e.kind, e.version, e.at,
            e.before - 'description' AS before,
            CASE WHEN e.after ? 'description' THEN e.after || '{{"description": ""}}' ELSE e.after END - 'body'
                AS after,
            i.number, i.title
        FROM ("""
    + _OWN
    + """) own
        JOIN issues i ON i.workspace_id = $1 AND i.issue_id = own.issue_id
        CROSS JOIN LATERAL (
            SELECT * FROM events e
            WHERE e.workspace_id = $1 AND e.issue_id = own.issue_id AND e.actor_id IS DISTINCT FROM {}::uuid
            ORDER BY e.event_id DESC LIMIT 3
        ) e
        JOIN changes c ON c.workspace_id = $1 AND c.change_id = e.change_id
        WHERE """
    + VISIBLE
    + """
        ORDER BY e.event_id DESC LIMIT {}::integer
    ) x)"""
)

_SEEN: Final[LiteralString] = """
    WITH seen AS (
        INSERT INTO homes (workspace_id, person_id, state) VALUES ($1, {}::uuid, {}::text::jsonb)
        ON CONFLICT (workspace_id, person_id) DO UPDATE SET state = excluded.state, seen_at = now()
    )"""


@dataclass(slots=True)
class _Columns:
    """Statements side by side: each is a column of one row."""

    parameters: Parameters = field(default_factory=lambda: Parameters(3, hidden=True))
    columns: list[str] = field(default_factory=list)

    def add(self, name: str, sql: str) -> None:
        self.columns.append(f"({sql}) AS {name}")

    def add_rows(self, name: str, sql: str) -> None:
        self.columns.append(f"{self.rows(sql)} AS {name}")

    @staticmethod
    def rows(sql: str) -> str:
        return f"{_ROWS}{sql}) x)"

    async def fetch(self, conn: asyncpg.Connection, actor: Actor, before: str = "") -> Any:
        columns = [*self.columns, "$2::uuid AS sees_only"]
        sql = f"{before} SELECT {', '.join(columns)}"
        return await conn.fetchrow(sql, actor.workspace_id, actor.sees_only, *self.parameters.values)


async def try_out(conn: asyncpg.Connection, actor: Actor, lists: Sequence[Wanted]) -> list[Tried]:
    """What `show` needs to know to read each list the short way."""
    asked = _Columns()
    for place, each in enumerate(lists):
        if each.ways:
            lengths = length(each.resolved, each.ways, _MANY, beside=asked.parameters)
            asked.add(f"lengths_{place}", lengths.sql)
        if not each.is_sharp:
            walked = walk(
                each.resolved, each.way, limit=each.limit + 1, depth=_DEPTH, beside=asked.parameters
            )
            asked.add_rows(f"rows_{place}", walked.sql)
            reached = place_reached(each.resolved, each.way, _DEPTH, beside=asked.parameters)
            asked.add(f"reached_{place}", reached.sql)
    if not asked.columns:
        return []
    row = await asked.fetch(conn, actor)
    return [_tried(row, place, each) for place, each in enumerate(lists)]


def _tried(row: Any, place: int, wanted: Wanted) -> Tried:
    lengths = row[f"lengths_{place}"] if wanted.ways else ()
    if wanted.is_sharp:
        return Tried(lengths=lengths)
    rows = row[f"rows_{place}"] or []
    done = len(rows) > wanted.limit or row[f"reached_{place}"] is None
    return Tried(lengths=lengths, rows=rows if done else None)


async def show(
    conn: asyncpg.Connection,
    actor: Actor,
    lists: Sequence[Wanted],
    tried: Sequence[Tried],
    *,
    activity: int = 0,
    state: Mapping[str, Any] | None = None,
) -> Shown:
    """`tried` may be empty. `activity` is how much of it; `state` is kept as what the person sees now."""
    asked = _Columns()
    before = ""
    if state is not None:
        before = asked.parameters.fill(_SEEN, actor.person_id, json.dumps(state))
    for place, each in enumerate(lists):
        known = tried[place] if tried else Tried()
        if known.rows is None:
            _ask(asked, place, each, known)
    if activity:
        me = actor.person_id
        asked.columns.append(asked.parameters.fill(_ACTIVITY, me, me, me, me, me, activity) + " AS activity")
    # Where all was found when it was tried, nothing is left to ask.
    row = await asked.fetch(conn, actor, before) if asked.columns or before else {}
    found = [
        list(tried[place].rows or ())
        if tried and tried[place].rows is not None
        else list(row[f"rows_{place}"] or ())
        for place in range(len(lists))
    ]
    happened = (row["activity"] or ()) if activity else ()
    return Shown(
        pages=tuple(
            _page(wanted, rows, row.get(f"reached_{place}"))
            for place, (wanted, rows) in enumerate(zip(lists, found, strict=True))
        ),
        activity=tuple(_activity(each) for each in happened),
        people=_people(
            [
                *(each["assignee"] for rows in found for each in rows),
                *(each[who] for each in happened for who in ("who", "whom")),
            ]
        ),
    )


def _ask(asked: _Columns, place: int, wanted: Wanted, known: Tried) -> None:
    """By the shortest way, if that is short. Else the order is walked, and only so far."""
    ways, driver = wanted.ways, None
    if known.lengths:
        shortest = min(range(len(ways)), key=known.lengths.__getitem__)
        driver = ways[shortest] if known.lengths[shortest] <= _MANY else None
    if driver is not None:
        asked.columns.append(f"{_gathered(asked, wanted, driver)} AS rows_{place}")
        return
    rows, reached = _walked(asked, wanted)
    if not known.lengths and wanted.is_sharp:
        # Nothing is known of the one that is commonly short: the server looks first. It does only what is chosen.
        driver = next(way for way in ways if way.sharp)
        length_ = length(wanted.resolved, [driver], _MANY, beside=asked.parameters)
        short = f"({length_.sql})[1] <= {_MANY:d}"
        rows = f"CASE WHEN {short} THEN {_gathered(asked, wanted, driver)} ELSE {rows} END"
        reached = f"CASE WHEN {short} THEN NULL ELSE {reached} END"
    asked.columns += [f"{rows} AS rows_{place}", f"{reached} AS reached_{place}"]


def _gathered(asked: _Columns, wanted: Wanted, driver: Driver) -> str:
    limit = wanted.limit + 1
    return asked.rows(gather(wanted.resolved, driver, wanted.way, limit=limit, beside=asked.parameters).sql)


def _walked(asked: _Columns, wanted: Wanted) -> tuple[str, str]:
    """The rows, and where the walk stopped if that was before the end."""
    limit = wanted.limit + 1
    rows = walk(wanted.resolved, wanted.way, limit=limit, depth=_DEEPEST, beside=asked.parameters)
    reached = place_reached(wanted.resolved, wanted.way, _DEEPEST, beside=asked.parameters)
    return asked.rows(rows.sql), f"({reached.sql})"


def _page(wanted: Wanted, rows: Sequence[Mapping[str, Any]], reached: Sequence[str] | None) -> Page:
    page = page_of([_typed(each) for each in rows], wanted.limit, wanted.place, wanted.scope)
    if reached is None or len(rows) > wanted.limit:
        return page
    return broken_off(page, tuple(reached), wanted.place, wanted.scope)


_IDS: Final = ("issue_id", "duplicate_of", "parent_id", "assignee_id", "reporter_id")
_TIMES: Final = ("created_at", "updated_at", "closed_at")


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has neither ids nor times."""
    typed = dict(row) | {"description": ""}
    typed |= {name: UUID(row[name]) for name in _IDS if row[name] is not None}
    typed |= {name: datetime.fromisoformat(row[name]) for name in _TIMES if row[name] is not None}
    if row["due_on"] is not None:
        typed["due_on"] = date.fromisoformat(row["due_on"])
    return typed


def _activity(row: Mapping[str, Any]) -> Activity:
    ids = {name: UUID(row[name]) for name in ("change_id", "issue_id", "actor_id") if row[name] is not None}
    event = read_event({**row, **ids, "at": datetime.fromisoformat(row["at"])})
    return Activity(event=event, number=row["number"], title=row["title"])


def _people(rows: Iterable[Mapping[str, Any] | None]) -> dict[PersonId, Person]:
    typed = ({**row, "person_id": UUID(row["person_id"])} for row in rows if row is not None)
    return {row["person_id"]: read_person(row) for row in typed}
