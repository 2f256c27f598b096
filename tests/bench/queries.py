"""Reading and writing at `size` issues against 10,000, in the same run: does it stay as quick?"""

from __future__ import annotations

import statistics
import time
from collections.abc import Awaitable, Callable
from itertools import count, cycle

import asyncpg

from db import changes, comments, duplicates, issues, listing, search
from db.access import Actor
from db.ids import IssueId
from db.issues import IssueDraft, IssuePatch
from db.pool import open_database
from db.query import parse
from db.states import Role
from tests.bench.data import Place
from tests.bench.databases import filled, server
from tests.bench.rows import Row

SMALL = 10_000
_ROUNDS = 60
_PAGE = 20

Call = Callable[[], Awaitable[object]]

LISTS = {
    "list": "",
    "list, open": "is:open",
    "list, mine": "is:open assignee:me",
    "list, mine by due date": "is:open assignee:me sort:due",
    "list, a common label": "is:open label:bug",
    "list, a rare label": 'label:"label 40"',
    "list, open by priority": "is:open sort:priority",
    "list, open, longest untouched": "is:open sort:-updated",
    "list, urgent and overdue": "priority:urgent due:overdue",
    "list, by key": "sort:-key",
    "list, created in a range": "created:300d..290d sort:created",
    "list, closed recently": "closed:<7d",
    "list, open without label": "is:open no:label",
    "list, commented without label": "has:comment no:label",
}
SEARCHES = {
    "search, a common word": "login",
    "search, two words": "page timeout",
    "search, a phrase": '"login page"',
    # One that is found at both sizes: to find nothing ends sooner.
    "search, a phrase of common words apart": '"page login"',
    "search, mistyped": "dashbaord",
    "search, filtered": "error is:open label:ui",
}
DUPLICATES = {
    "duplicates of common words": ("Login page error", "The screen stays empty after the upload"),
    "duplicates of a longer text": ("Export of invoice report crashes", "timeout in the worker queue " * 8),
}


WRITES = ("create", "assign", "edit", "label", "comment", "history")


async def rows(size: int) -> list[Row]:
    with server() as running:
        async with filled(running, SMALL) as small, filled(running, size) as large:
            calls = [await _calls(dsn, contents.largest) for dsn, contents in (large, small)]
            return [await _measured(name, goal, calls, size) for name, goal in _GOALS.items()]


_GOALS = {
    **dict.fromkeys((*LISTS, "list, page 500", "show"), 1.5),
    **dict.fromkeys(WRITES, 1.5),
    **dict.fromkeys((*SEARCHES, *DUPLICATES), 3.0),
}


async def _measured(name: str, goal: float, calls: list[dict[str, Call]], size: int) -> Row:
    """The two take turns, so that a busy machine is busy for both."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(_ROUNDS):
        for place, taken in zip(calls, times, strict=True):
            began = time.perf_counter()
            await place[name]()
            if turn >= _ROUNDS // 6:
                taken.append((time.perf_counter() - began) * 1000)
    large, small = map(statistics.median, times)
    return Row(
        name=f"{name} at {size:,} | at {SMALL:,}",
        value=large,
        floor=small,
        goal=goal,
        sense="<=",
        size=size,
        unit="ms",
    )


async def _calls(dsn: str, place: Place) -> dict[str, Call]:
    database = await open_database(dsn, min_size=1, max_size=1)
    conn = await database.pool.acquire()
    actor = Actor(workspace_id=place.workspace_id, person_id=place.person_id, role=Role.MEMBER)
    made: dict[str, Call] = {}
    for name, text in LISTS.items():
        made[name] = _list(conn, actor, text, None)
    # The small database has fewer pages: there, the last that is full.
    pages = min(500, place.issues // _PAGE - 1)
    made["list, page 500"] = _list(conn, actor, "", await _far(conn, actor, pages))
    some = (await listing.page(conn, actor, parse(""), limit=50)).items[-1].issue_id
    made["show"] = lambda: issues.detail(conn, actor, some)
    made |= _writes(conn, actor, some)
    for name, text in SEARCHES.items():
        made[name] = _search(conn, actor, text)
    for name, (title, said) in DUPLICATES.items():
        made[name] = _duplicates(conn, actor, title, said)
    return made


def _writes(conn: asyncpg.Connection, actor: Actor, some: IssueId) -> dict[str, Call]:
    """What people do to one issue; done for good, as everybody's writes are: the database grows by a few rows."""
    turn = count()
    labels = cycle((("urgent case",), ()))
    people = cycle((actor.person_id, None))
    return {
        "create": lambda: issues.create(conn, actor, IssueDraft(title=f"Login fails on Safari {next(turn)}")),
        "assign": lambda: issues.assign(conn, actor, some, next(people)),
        "edit": lambda: issues.edit(conn, actor, some, IssuePatch(title=f"Login fails again, {next(turn)}")),
        "label": lambda: issues.edit(conn, actor, some, IssuePatch(labels=next(labels))),
        "comment": lambda: comments.add(conn, actor, some, f"Seen again, {next(turn)}"),
        "history": lambda: changes.history(conn, actor, some),
    }


def _list(conn: asyncpg.Connection, actor: Actor, text: str, cursor: str | None) -> Call:
    return lambda: listing.page(conn, actor, parse(text), limit=_PAGE, cursor=cursor)


def _search(conn: asyncpg.Connection, actor: Actor, text: str) -> Call:
    return lambda: search.search(conn, actor, text, limit=10)


def _duplicates(conn: asyncpg.Connection, actor: Actor, title: str, said: str) -> Call:
    return lambda: duplicates.likely(conn, actor, title, said)


async def _far(conn: asyncpg.Connection, actor: Actor, pages: int) -> str | None:
    """The cursor of that page."""
    cursor: str | None = None
    for _ in range(pages - 1):
        cursor = (await listing.page(conn, actor, parse(""), limit=_PAGE, cursor=cursor)).next_cursor
    return cursor
