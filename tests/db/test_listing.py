from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from db import listing
from db.access import Actor
from db.errors import Invalid
from db.pool import Database
from db.query import QueryError, SortKey, parse, walking
from db.states import Role
from tests.db.query_data import AWAY, HOME, NOW, actor, day, issue, many, person, walk_through, workspace


async def found(conn: asyncpg.Connection, who: Actor, text: str) -> list[int]:
    """The numbers on the first page."""
    page = await listing.page(conn, who, parse(text), limit=100, now=NOW)
    return [one.number for one in page.items]


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Actor:
    await workspace(conn)
    return actor(await person(conn, "Ada Lovelace", slack="U0ADA", email="ada@example.org"))


@pytest.fixture
async def ben(conn: asyncpg.Connection, ada: Actor) -> Actor:
    return actor(await person(conn, "Ben Okri", slack="U0BEN", email="ben@example.org"))


async def test_dates_of_somebody_whose_time_zone_nobody_knows_here_are_those_of_utc(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await issue(conn)
    await conn.execute("UPDATE people SET timezone = 'Mars/Olympus'")
    assert await found(conn, ada, "created:<3650d") == [1]


async def test_every_term_selects_what_it_says(conn: asyncpg.Connection, ada: Actor, ben: Actor) -> None:
    await issue(conn, assignee_id=ada.person_id, reporter_id=ben.person_id, priority=1, labels=("bug", "UI"))
    await issue(
        conn, status="in_progress", assignee_id=ben.person_id, priority=2, labels=("bug",), comments=("x",)
    )
    await issue(conn, status="closed", close_reason="not_planned", description="long", updated=1, created=2)
    await issue(conn, due_on=day("2026-05-19"), external_ref="PROJ-7", created=100, updated=50, source="api")
    four = await conn.fetchval("SELECT issue_id FROM issues WHERE number = 4")
    await issue(conn, due_on=day("2026-05-25"), parent_id=four, labels=("ui",))
    await conn.execute("UPDATE comments SET author_id = $1", ada.person_id)
    await conn.execute(
        "INSERT INTO watchers SELECT workspace_id, issue_id, $1 FROM issues WHERE number IN (1, 3)",
        ada.person_id,
    )
    expected = {
        "status:open": {1, 4, 5},
        "is:open": {1, 2, 4, 5},
        "is:closed": {3},
        "-is:open": {3},
        "status:wontfix": {3},
        "reason:completed": set(),
        "-reason:completed": {1, 2, 3, 4, 5},
        "priority:urgent,high": {1, 2},
        "-priority:none": {1, 2},
        "assignee:me": {1},
        "assignee:@ada,ben": {1, 2},
        "assignee:none,ben": {2, 3, 4, 5},
        "-assignee:ada": {2, 3, 4, 5},
        "assignee:<@U0BEN|ben>": {2},
        "assignee:BEN@example.org": {2},
        'reporter:"ben okri"': {1},
        "reporter:okri": {1},
        "watcher:me": {1, 3},
        "commenter:ada": {2},
        "label:BUG": {1, 2},
        "label:bug label:ui": {1},
        "label:bug,ui": {1, 2, 5},
        "-label:ui": {2, 3, 4},
        "no:label": {3, 4},
        "has:label,comment": {1, 2, 5},
        "no:assignee,due": {1, 2, 3, 4, 5},
        "no:description": {1, 2, 4, 5},
        "due:overdue": {4},
        "due:7d": {5},
        "due:<7d": {4, 5},
        "-has:label,comment": {3, 4},
        "-due:overdue": {1, 2, 3, 5},
        "due:none,overdue": {1, 2, 3, 4},
        "created:<7d": {3},
        "created:>30d": {4},
        "updated:2026-05-19": {3},
        "closed:this-week": {3},
        "parent:LDG-4": {5},
        "has:parent": {5},
        "ref:proj-7": {4},
        "key:LDG-2,5": {2, 5},
        "key:PROJ-7": {4},
        "source:api": {4},
    }
    for text, numbers in expected.items():
        assert set(await found(conn, ada, text)) == numbers, text
        assert await listing.count(conn, ada, parse(text), now=NOW) == listing.Count(
            value=len(numbers), exact=True
        ), text
        ids = [row["issue_id"] for row in await conn.fetch("SELECT issue_id FROM issues")]
        assert len(await listing.matching(conn, ada, parse(text), ids, now=NOW)) == len(numbers), text


async def test_names_are_looked_up_and_near_ones_suggested(
    conn: asyncpg.Connection, ada: Actor, ben: Actor
) -> None:
    await person(conn, "Grace Hopper")
    await person(conn, "Grace Kelly")
    await issue(conn, labels=("needs review",))
    for text, code, suggestion in (
        ("-assignee:bem", "unknown_person", '-assignee:"Ben Okri"'),
        ("reporter:grace", "several_people", 'reporter:"Grace Hopper"'),
        ("label:nedsreview", "unknown_label", 'label:"needs review"'),
        ("assignee:<@U0NOBODY>", "unknown_person", None),
    ):
        with pytest.raises(QueryError) as caught:
            await found(conn, ben, text.strip())
        assert (caught.value.code, caught.value.suggestion) == (code, suggestion), text


async def test_me_needs_a_person(conn: asyncpg.Connection, ada: Actor) -> None:
    with pytest.raises(QueryError, match="not here"):
        await found(conn, actor(None), "assignee:me")


async def test_a_merged_person_is_the_other_one(conn: asyncpg.Connection, ada: Actor, ben: Actor) -> None:
    await conn.execute(
        "UPDATE people SET merged_into = $1 WHERE person_id = $2", ada.person_id, ben.person_id
    )
    await issue(conn, assignee_id=ada.person_id)
    assert await found(conn, ada, "assignee:<@U0BEN>") == [1]


async def test_days_are_those_of_the_asker(conn: asyncpg.Connection, ada: Actor) -> None:
    far = actor(await person(conn, "Kiri", timezone="Pacific/Auckland"))
    row = await issue(conn)
    # 23:00 in UTC on the 19th is the 20th in Auckland.
    await conn.execute(
        "UPDATE issues SET created_at = $1 WHERE issue_id = $2", NOW - timedelta(hours=11), row["issue_id"]
    )
    assert await found(conn, ada, "created:2026-05-19") == [1]
    assert await found(conn, far, "created:2026-05-20") == [1]
    assert await found(conn, far, "created:2026-05-19") == []


async def test_a_guest_sees_what_they_filed_or_are_assigned(
    conn: asyncpg.Connection, ada: Actor, ben: Actor
) -> None:
    await issue(conn, assignee_id=ben.person_id)
    await issue(conn, reporter_id=ben.person_id)
    await issue(conn, reporter_id=ada.person_id)
    guest = actor(ben.person_id, Role.GUEST)
    assert await found(conn, guest, "sort:key") == [1, 2]
    assert await listing.count(conn, guest, parse("")) == listing.Count(value=2, exact=True)
    nobody = actor(None, Role.GUEST)
    assert await found(conn, nobody, "") == []


async def test_other_workspaces_and_deleted_issues_are_not_there(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await workspace(conn, AWAY)
    await issue(conn, workspace_id=AWAY, labels=("bug",))
    await issue(conn, labels=("bug",))
    gone = await issue(conn, labels=("bug",))
    await conn.execute("UPDATE issues SET deleted_at = now() WHERE issue_id = $1", gone["issue_id"])
    for text in ("", "label:bug", "is:open sort:key", "key:1,2"):
        assert await found(conn, ada, text) == [1], text


def sort_value(key: SortKey, row: Any) -> tuple[Any, ...]:
    newest = (-row["updated_at"].timestamp(), -row["issue_id"].int)
    match key:
        case SortKey.UPDATED:
            return newest
        case SortKey.CREATED:
            return (-row["created_at"].timestamp(), -row["issue_id"].int)
        case SortKey.PRIORITY:
            return (row["priority"], *newest)
        case SortKey.DUE:
            return (row["due_on"] or day("9999-01-01"), row["issue_id"].int)
        case _:
            return (row["number"],)


@pytest.mark.parametrize("key", [key for key in SortKey if key is not SortKey.RELEVANCE])
@pytest.mark.parametrize(
    "filters", ["", "is:open", "is:closed", "priority:high,low", "-priority:none label:x"]
)
async def test_pages_in_every_order_are_the_whole_list_once_both_ways(
    conn: asyncpg.Connection, ada: Actor, key: SortKey, filters: str
) -> None:
    await many(conn, 90)
    await conn.execute("INSERT INTO labels (workspace_id, name) VALUES ($1, 'x')", HOME)
    await conn.execute(
        "INSERT INTO issue_labels SELECT workspace_id, issue_id, label_id FROM issues JOIN labels USING (workspace_id)"
        " WHERE number % 3 = 0"
    )
    rows = await conn.fetch("SELECT * FROM issues")
    for way in ("", "-"):
        query = f"{filters} sort:{way}{key}"
        everything, pages, cursor = await walk_through(conn, ada, query, 7)
        selected = set(everything)
        expected = [row["number"] for row in sorted(rows, key=lambda row: sort_value(key, row))]
        expected = [number for number in (expected[::-1] if way else expected) if number in selected]
        assert everything == expected
        assert len(selected) == (await listing.count(conn, ada, parse(query), now=NOW)).value
        back: list[list[int]] = []
        while cursor is not None:
            page = await listing.page(conn, ada, parse(query), limit=7, cursor=cursor, now=NOW)
            back.insert(0, [one.number for one in page.items])
            cursor = page.previous_cursor
        assert [n for one in back for n in one] == [n for one in pages[:-1] for n in one]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "is:open",
            "label:x sort:created",
            "label:x -status:closed word",
            "status:in_progress",
            "sort:due",
            "word",
        ),
        *("no:label", "is:open no:comment", "has:label", "no:assignee sort:due", "source:slack -label:x"),
        *("has:due is:open", "due:none", "reason:completed", "no:reporter", "closed:>2020-01-01"),
        *(
            "due:overdue",
            "due:<2026-06-04",
            "due:>2026-06-02 is:open sort:-due",
            "due:2026-06-01 sort:created",
            "has:due -due:overdue",
            "-due:overdue sort:due",
            "due:<2026-06-09 -due:overdue is:open sort:-due",
        ),
        *(
            "label:x due:<2026-06-09",
            "label:x priority:high is:open",
            "label:x,y label:y",
            "assignee:me label:x",
        ),
    ],
)
async def test_the_way_in_makes_no_difference(
    conn: asyncpg.Connection, ada: Actor, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many(conn, 60)
    await issue(conn, "word", labels=("x",), indexed=True)
    await issue(conn, "word", labels=("x",), status="in_progress", indexed=True)
    await issue(conn, labels=("x", "y"), due_on=day("2026-06-02"), assignee_id=ada.person_id, priority=2)
    await issue(conn, labels=("y",), due_on=day("2026-05-02"))
    whole = (await walk_through(conn, ada, text, 5))[0]
    for few, some, many_, short, long, further in (
        (0, 0, 0, 1, 100, 0),
        (0, 0, 0, 1, 9, 9),
        # Broken off again and again.
        (0, 0, 0, 1, 2, 0),
        (0, 0, 0, 2, 3, 1),
        (0, 0, 100, 2, 3, 0),
        (0, 100, 100, 2, 3, 0),
        (100, 100, 100, 1, 1, 0),
    ):
        monkeypatch.setattr(listing, "_FEW", few)
        monkeypatch.setattr(listing, "_COVERED", few)
        monkeypatch.setattr(listing, "_SOME", some)
        monkeypatch.setattr(listing, "_MANY", many_)
        monkeypatch.setattr(listing, "_MANY_TO_FILL", many_)
        monkeypatch.setattr(listing, "_MANY_FOR_NOTHING", some)
        monkeypatch.setattr(listing, "_SHORT", short)
        monkeypatch.setattr(listing, "_LONG", long)
        monkeypatch.setattr(listing, "_FURTHER", further)
        assert (await walk_through(conn, ada, text, 5))[0] == whole
        monkeypatch.setattr(walking, "_TOGETHER", 2)


async def test_a_page_broken_off_on_the_way_back_leads_forward_again(
    conn: asyncpg.Connection, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        await issue(conn, priority=1 if number in (0, 28, 29) else 5, updated=number, labels=("x",))
    for name, value in {
        "_FEW": 0,
        "_MANY": 0,
        "_MANY_TO_FILL": 0,
        "_MANY_FOR_NOTHING": 0,
        "_SHORT": 5,
    }.items():
        monkeypatch.setattr(listing, name, value)
    monkeypatch.setattr(listing, "_LONG", 5)
    monkeypatch.setattr(listing, "_FURTHER_FOR_NOTHING", 1)
    query = parse("label:x -priority:none")
    cursor: str | None = None
    pages: list[listing.Page] = []
    while not pages or pages[-1].next_cursor is not None:
        pages.append(await listing.page(conn, ada, query, limit=2, cursor=cursor, now=NOW))
        cursor = pages[-1].next_cursor
    last = next(page for page in pages[1:] if page.items)
    back = await listing.page(conn, ada, query, limit=2, cursor=last.previous_cursor, now=NOW)
    assert back.broken_off
    assert back.items == ()
    assert back.previous_cursor is not None
    again = await listing.page(conn, ada, query, limit=2, cursor=back.next_cursor, now=NOW)
    while not again.items:
        again = await listing.page(conn, ada, query, limit=2, cursor=again.next_cursor, now=NOW)
    assert again.items[0] == last.items[0]


async def test_a_list_read_while_others_write_misses_and_repeats_nothing(
    database: Database, conn: asyncpg.Connection, ada: Actor
) -> None:
    await many(conn, 120)
    before = {row["number"] for row in await conn.fetch("SELECT number FROM issues")}

    async def write(seed: int) -> None:
        async with database.connection() as own:
            for turn in range(15):
                await many(own, 3, seed + turn)

    for key in ("updated", "-created", "priority", "due", "-key"):
        writers = [asyncio.create_task(write(seed)) for seed in (2, 30)]
        numbers = (await walk_through(conn, ada, f"sort:{key} created:<2026-06-01", 10))[0]
        await asyncio.gather(*writers)
        assert len(numbers) == len(set(numbers))
        assert before <= set(numbers)


async def test_a_cursor_serves_its_own_list_only(conn: asyncpg.Connection, ada: Actor) -> None:
    await many(conn, 10)
    page = await listing.page(conn, ada, parse("is:open"), limit=2)
    cursor = page.next_cursor
    assert cursor is not None
    for text, other in (
        ("is:closed", cursor),
        ("is:open sort:created", cursor),
        ("is:open", cursor[:-2] + "xx"),
        ("is:open", "x" + cursor),
        ("is:open", "!"),
        ("is:open", ""),
    ):
        with pytest.raises(Invalid) as caught:
            await listing.page(conn, ada, parse(text), limit=2, cursor=other)
        assert caught.value.errors[0].field == "cursor"


async def test_what_was_typed_never_becomes_sql(conn: asyncpg.Connection, ada: Actor) -> None:
    await issue(conn, "x", indexed=True)
    for text in ("'", "\\", "$1", "a'); DROP TABLE issues; --", '"\'"', "ref:';--", "!zebra", "(zebra"):
        # Only signs: nothing is asked for.
        assert await found(conn, ada, text) == ([] if any(map(str.isalnum, text)) else [1]), text
    assert await conn.fetchval("SELECT count(*) FROM issues") == 1


async def test_a_list_by_due_date_ends_where_the_dates_it_asks_for_end(
    conn: asyncpg.Connection, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many issues without a due date, or due some other time, stand beyond."""
    for number in range(60):
        await issue(conn, due_on=day(f"2026-05-{number:02}") if 11 <= number < 31 else None)
    monkeypatch.setattr(listing, "_FEW", 0)
    monkeypatch.setattr(listing, "_COVERED", 0)
    monkeypatch.setattr(listing, "_MANY", 0)
    monkeypatch.setattr(listing, "_SHORT", 25)
    monkeypatch.setattr(listing, "_LONG", 25)
    for text, found in {
        "due:overdue": 9,
        "due:>2026-05-19": 11,
        "due:2026-05-11,2026-05-30": 2,
        "has:due": 20,
        "due:overdue,2026-05-30": 10,
        "has:due -due:overdue": 11,
    }.items():
        for way in ("", "-"):
            page = await listing.page(conn, ada, parse(f"{text} sort:{way}due"), limit=30, now=NOW)
            assert len(page.items) == found, (text, way)
            assert page.next_cursor is None, (text, way)
