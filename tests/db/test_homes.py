"""Home's lists are those that the same queries have elsewhere, read in few statements."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from db import awaiting, comments, homes, issues, listing, saved_queries
from db.awaiting import Awaited
from db.homes import Shown, Wanted, lists
from db.query import Query, parse
from db.query.resolving import look_up, read
from db.states import Priority
from tests.db.worlds import World, file, make_world, me

QUERIES = (
    "assignee:me -status:closed sort:priority",
    "reporter:me -assignee:me -status:closed",
    "label:bug -status:closed sort:created",
    "priority:high,urgent",
    "is:waiting",
    "no:assignee sort:due",
    "bob",
    "assignee:bob label:bug",
    "status:closed",
    "",
)


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    world = await make_world(conn)
    for number in range(30):
        await file(
            conn,
            world.ada if number % 2 else world.bob,
            f"Issue {number} of bob" if number % 5 == 0 else f"Issue {number}",
            description="x" * 1000,
            assignee_id=(me(world.ada), me(world.bob), None)[number % 3],
            labels=("bug",) if number % 4 == 0 else (),
            priority=list(Priority)[number % 5],
        )
    closed = await file(conn, world.ada, "Shut")
    await issues.close(conn, world.ada, closed.issue_id)
    return world


@asynccontextmanager
async def counted(conn: asyncpg.Connection) -> AsyncIterator[list[str]]:
    """The statements that the server is asked."""
    asked: list[str] = []

    def note(record: asyncpg.connection.LoggedQuery) -> None:
        # A connection's own first questions, about types, are not Home's.
        if "typeinfo" not in record.query and "'jit'" not in record.query:
            asked.append(record.query)

    conn.add_query_logger(note)
    yield asked
    # They are told of a moment later.
    await asyncio.sleep(0)
    conn.remove_query_logger(note)


async def _shown(
    conn: asyncpg.Connection,
    world: World,
    queries: list[Query],
    *,
    limit: int = 4,
    cursor: str | None = None,
    trying: bool = True,
) -> Shown:
    found = await look_up(conn, world.ada, queries, saved=True)
    lists = [
        Wanted(resolved=read(found, world.ada, query), limit=limit, cursor=cursor if not place else None)
        for place, query in enumerate(queries)
    ]
    tried = await homes.try_out(conn, world.ada, lists) if trying else []
    return await homes.show(conn, world.ada, lists, tried, activity=6, state={"l": "assigned"})


@pytest.mark.parametrize("trying", [True, False])
async def test_every_list_is_as_it_is_elsewhere(conn: asyncpg.Connection, world: World, trying: bool) -> None:
    queries = [parse(text) for text in QUERIES]
    shown = await _shown(conn, world, queries, trying=trying)
    for query, page in zip(queries, shown.pages, strict=True):
        alone = await listing.page(conn, world.ada, query, limit=4)
        assert [each.issue_id for each in page.items] == [each.issue_id for each in alone.items], query.text()
        assert (page.next_cursor, page.previous_cursor) == (alone.next_cursor, alone.previous_cursor)
        for mine, theirs in zip(page.items, alone.items, strict=True):
            assert (mine.title, mine.labels, mine.created_at, mine.due_on, mine.priority, mine.version) == (
                theirs.title,
                theirs.labels,
                theirs.created_at,
                theirs.due_on,
                theirs.priority,
                theirs.version,
            )
    named = {each.assignee_id for page in shown.pages for each in page.items if each.assignee_id}
    assert named <= shown.people.keys()


async def test_three_statements_whatever_is_shown(conn: asyncpg.Connection, world: World) -> None:
    await saved_queries.save(conn, world.ada, "bugs", parse("label:bug"))
    async with counted(conn) as asked:
        await _shown(conn, world, [parse(text) for text in QUERIES])
    assert len(asked) == 3, asked


@pytest.mark.parametrize("trying", [True, False])
@pytest.mark.parametrize("query", [*QUERIES, "watcher:me -priority:none sort:-due"])
async def test_what_nothing_leads_to_quickly_is_looked_for_a_stretch_at_a_time(
    conn: asyncpg.Connection, world: World, query: str, trying: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await listing.page(conn, world.ada, parse(query), limit=100)
    monkeypatch.setattr(lists, "_MANY", 0)
    monkeypatch.setattr(lists, "_DEPTH", 2)
    monkeypatch.setattr(lists, "_DEEPEST", 3)
    seen: list[object] = []
    cursor, stretches = None, 0
    while stretches == 0 or cursor is not None:
        (page,) = (await _shown(conn, world, [parse(query)], cursor=cursor, trying=trying)).pages
        assert len(page.items) <= 3
        seen += [each.issue_id for each in page.items]
        cursor = page.next_cursor
        stretches += page.broken_off
        assert page.broken_off or cursor is None
        stretches += cursor is None
    assert seen == [each.issue_id for each in whole.items]


@pytest.mark.parametrize("query", QUERIES)
async def test_pages_are_turned_in_both_directions(
    conn: asyncpg.Connection, world: World, query: str
) -> None:
    seen: list[object] = []
    cursor = None
    pages = []
    for _ in range(20):
        (page, *_) = (await _shown(conn, world, [parse(query)], cursor=cursor)).pages
        pages.append([each.issue_id for each in page.items])
        seen += pages[-1]
        cursor = page.next_cursor
        if cursor is None:
            break
    everything = await listing.page(conn, world.ada, parse(query), limit=100)
    assert seen == [each.issue_id for each in everything.items]
    if len(pages) > 1:
        assert page.previous_cursor
        (before, *_) = (await _shown(conn, world, [parse(query)], cursor=page.previous_cursor)).pages
        assert [each.issue_id for each in before.items] == pages[-2]


async def test_activity_is_what_others_did_to_what_is_mine(conn: asyncpg.Connection, world: World) -> None:
    mine = await file(conn, world.ada, "Mine", description="d")
    other = await file(conn, world.bob, "Not mine")
    await issues.assign(conn, world.ada, mine.issue_id, me(world.ada))
    await comments.add(conn, world.bob, mine.issue_id, "hello")
    await comments.add(conn, world.bob, other.issue_id, "elsewhere")
    await issues.close(conn, world.bob, mine.issue_id)
    shown = await _shown(conn, world, [parse("assignee:me")])
    assert [(each.title, each.event.kind) for each in shown.activity[:2]] == [
        ("Mine", "edited"),
        ("Mine", "commented"),
    ]
    assert all(each.event.actor_id != me(world.ada) for each in shown.activity)
    assert "Not mine" not in {each.title for each in shown.activity}
    assert me(world.bob) in shown.people


async def test_a_guest_sees_only_what_is_theirs(conn: asyncpg.Connection, world: World) -> None:
    theirs = await file(conn, world.guest, "Theirs")
    query = parse("")
    found = await look_up(conn, world.guest, [query])
    lists = [Wanted(resolved=read(found, world.guest, query), limit=9)]
    tried = await homes.try_out(conn, world.guest, lists)
    shown = await homes.show(conn, world.guest, lists, tried, activity=6)
    assert [each.issue_id for each in shown.pages[0].items] == [theirs.issue_id]


async def test_who_has_it_open_is_kept_with_what_they_see(conn: asyncpg.Connection, world: World) -> None:
    await _shown(conn, world, [parse("")])
    await _shown(conn, world, [parse("")])
    (home,) = await homes.seen_since(conn, world.workspace_id, timedelta(hours=1), 10)
    assert (home.person_id, home.state) == (me(world.ada), {"l": "assigned"})
    assert await homes.seen_since(conn, world.workspace_id, timedelta(0), 10) == ()
    assert await homes.of_person(conn, world.workspace_id, me(world.bob)) is None
    kept = await homes.of_person(conn, world.workspace_id, me(world.ada))
    assert kept == (home, "UADA")
    await conn.execute(
        "INSERT INTO homes (workspace_id, person_id, seen_at) VALUES ($1, $2, now() + interval '1 minute')",
        world.workspace_id,
        me(world.bob),
    )
    (last,) = await homes.seen_since(conn, world.workspace_id, timedelta(hours=1), 1)
    assert last.person_id == me(world.bob)
    await conn.execute("UPDATE people SET active = false WHERE person_id = $1", me(world.bob))
    assert await homes.of_person(conn, world.workspace_id, me(world.bob)) is None
    await conn.execute("DELETE FROM homes WHERE person_id = $1", me(world.bob))
    await homes.forget_old(conn, timedelta(0))
    assert await homes.of_person(conn, world.workspace_id, me(world.ada)) is None


async def test_what_waits_for_somebody(conn: asyncpg.Connection, world: World) -> None:
    one, two, three = [await file(conn, world.bob, title) for title in ("One", "Two", "Three")]
    asking = (await comments.add(conn, world.bob, two.issue_id, "<@UADA>?")).comment.comment_id
    ada = me(world.ada)

    async def waiting() -> set[str]:
        page = await listing.page(conn, world.ada, parse("is:waiting"))
        return {each.title for each in page.items}

    asked = [
        Awaited(issue_id=each.issue_id, person_id=ada, comment_id=asking if each is two else None)
        for each in (one, two, three)
    ]
    await awaiting.expect(conn, world.workspace_id, [*asked, asked[0]])
    assert await waiting() == {"One", "Two", "Three"}
    await awaiting.answered(conn, world.workspace_id, [(one.issue_id, ada), (two.issue_id, me(world.bob))])
    assert await waiting() == {"Two", "Three"}
    await awaiting.withdrawn(conn, world.workspace_id, [(two.issue_id, asking), (three.issue_id, asking)])
    assert await waiting() == {"Three"}
    await awaiting.settled(conn, world.workspace_id, [three.issue_id])
    assert await waiting() == set()


@pytest.mark.parametrize("sort", ["updated", "created", "priority", "due", "key", "-updated", "-due"])
async def test_a_cursor_made_from_an_issue_is_the_pages_own(
    conn: asyncpg.Connection, world: World, sort: str
) -> None:
    query = parse(f"sort:{sort}")
    first = await listing.page(conn, world.ada, query, limit=5)
    after = listing.cursor_at(world.ada, query, first.items[-1])
    second = await listing.page(conn, world.ada, query, limit=5, cursor=first.next_cursor)
    assert (await listing.page(conn, world.ada, query, limit=5, cursor=after)).items == second.items
    before = listing.cursor_at(world.ada, query, second.items[0], backwards=True)
    assert (await listing.page(conn, world.ada, query, limit=5, cursor=before)).items == first.items
