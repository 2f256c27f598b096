import asyncio
from datetime import date
from typing import Any

import asyncpg
import pytest

from db import comments, issues, listing, plain_listing
from db.access import Actor
from db.errors import Invalid, NotFound
from db.ids import IssueId, new_uuid
from db.issues import IssuePatch, Reading
from db.issues.plain import COMMENTS_SHOWN, of_issue
from db.plain_listing import PlainListing, PlainPage
from db.pool import Database
from db.query.cursors import Cursor, encode
from db.states import Priority, Status
from tests.db.worlds import file, make_world, me


async def test_a_whole_issue_has_its_comments_and_the_people_it_names(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    issue = await file(
        conn,
        world.ada,
        assignee_id=me(world.bob),
        priority=Priority.LOW,
        due_on=date(2026, 12, 1),
        labels=("b", "A"),
    )
    first = (await comments.add(conn, world.admin, issue.issue_id, "First")).comment
    await comments.add(conn, world.admin, issue.issue_id, "Second", reply_to=first.comment_id)
    gone = (await comments.add(conn, world.admin, issue.issue_id, "Gone")).comment
    await comments.delete(conn, world.admin, gone.comment_id)
    found = await Reading(database).whole(world.ada, issue.issue_id, "LDG")
    said, people = found.pop("comments"), found.pop("people")
    assert found.pop("more_comments") is False
    assert {**found, "labels": tuple(found["labels"])} == of_issue(
        await issues.get(conn, world.ada, issue.issue_id), "LDG"
    )
    assert [each["body"] for each in said] == ["First", "Second"]
    assert said[1]["reply_to"] == first.comment_id
    assert {each["name"] for each in people} == {"ada", "bob", "admin"}


async def test_each_of_many_readers_gets_what_they_asked_for(
    database: Database, conn: asyncpg.Connection
) -> None:
    world, other = await make_world(conn), await make_world(conn, "T2")
    mine = [await file(conn, world.ada, f"Issue {n}") for n in range(5)]
    theirs = await file(conn, other.ada)
    own = await file(conn, world.guest)
    reading = Reading(database)
    asked = [
        *((world.ada, issue.issue_id) for issue in (*mine, *mine)),
        (world.guest, own.issue_id),
        (world.guest, mine[0].issue_id),
        (world.ada, theirs.issue_id),
        (world.ada, IssueId(new_uuid())),
    ]
    found = await asyncio.gather(*(reading.whole(a, i, "LDG") for a, i in asked), return_exceptions=True)
    assert [each["title"] for each in found[:11] if isinstance(each, dict)] == [
        *(issue.title for issue in (*mine, *mine)), own.title,
    ]  # fmt: skip
    assert all(isinstance(each, NotFound) for each in found[11:])
    assert len(found) == 14


async def test_only_the_newest_comments_are_shown(database: Database, conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.ada)
    for number in range(COMMENTS_SHOWN + 3):
        await comments.add(conn, world.ada, issue.issue_id, f"Comment {number}")
    found = await Reading(database).whole(world.ada, issue.issue_id, "LDG")
    assert found["more_comments"] is True
    assert [each["body"] for each in found["comments"]] == [
        f"Comment {n}" for n in range(3, COMMENTS_SHOWN + 3)
    ]


def _texts(items: list[dict[str, Any]]) -> list[dict[str, str]]:
    """As JSON has them."""
    return [
        {name: str(list(value) if isinstance(value, tuple) else value) for name, value in each.items()}
        for each in items
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "status:open,in-progress",
        "status:closed",
        "status:open,in-progress,closed sort:number",
        "status:open",
        "-status:closed",
        "sort:-created",
        "sort:priority",
        "sort:due status:closed",
        "priority:high",
        "reporter:ada sort:-updated",
    ],
)
async def test_pages_are_those_of_the_list_people_see(
    database: Database, conn: asyncpg.Connection, text: str
) -> None:
    world = await make_world(conn)
    for number in range(12):
        issue = await file(
            conn,
            world.ada if number % 3 else world.bob,
            f"Issue {number}",
            priority=Priority(number % 5 + 1),
            labels=("zebra", "Bug", "a")[: number % 4],
        )
        await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(status=list(Status)[number % 3]))
    query, pages = plain_listing.read(text), PlainListing(database)
    for actor in (world.ada, world.guest):
        cursor = None
        for _ in range(5):
            found = await listing.page(conn, actor, query, limit=3, cursor=cursor)
            page = await pages.page(actor, query, "LDG", limit=3, cursor=cursor)
            assert [each["key"] for each in page.items] == [issue.key("LDG") for issue in found.items]
            assert _texts(page.items) == _texts([of_issue(each, "LDG") for each in found.items])
            assert page.next_cursor == found.next_cursor
            cursor = page.next_cursor
            if cursor is None:
                break
        assert cursor is None


async def test_a_cursor_of_another_query_is_refused(database: Database, conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    for _ in range(3):
        await file(conn, world.ada)
    pages = PlainListing(database)
    first = await pages.page(world.ada, plain_listing.read(""), "LDG", limit=1)
    with pytest.raises(Invalid):
        await pages.page(
            world.ada, plain_listing.read("status:closed"), "LDG", limit=1, cursor=first.next_cursor
        )


async def test_each_of_many_gets_the_page_they_asked_for(
    database: Database, conn: asyncpg.Connection
) -> None:
    world, other = await make_world(conn), await make_world(conn, "T2")
    for number in range(14):
        issue = await file(conn, world.ada, f"Issue {number}", labels=("b", "A")[: number % 3])
        await issues.edit(conn, world.ada, issue.issue_id, IssuePatch(status=list(Status)[number % 3]))
    await file(conn, other.ada, "Theirs")
    await file(conn, world.guest, "Own")
    pages = PlainListing(database)
    texts = ("", "status:open", "status:closed sort:number", "sort:priority", "reporter:ada")
    asked: list[tuple[Actor, str, int, str | None]] = []
    for text in texts:
        for limit in (1, 3):
            cursor = None
            for _ in range(6):
                asked.append((world.ada, text, limit, cursor))
                found = await listing.page(
                    conn, world.ada, plain_listing.read(text), limit=limit, cursor=cursor
                )
                if (cursor := found.next_cursor) is None:
                    break
        asked += [(world.guest, text, 3, None), (other.ada, text, 3, None)]
    asked += asked
    answers = await asyncio.gather(
        *(pages.page(a, plain_listing.read(t), "LDG", limit=n, cursor=c) for a, t, n, c in asked)
    )
    for (actor, text, limit, cursor), answer in zip(asked, answers, strict=True):
        expected = await listing.page(conn, actor, plain_listing.read(text), limit=limit, cursor=cursor)
        assert _texts(answer.items) == _texts([of_issue(each, "LDG") for each in expected.items])
        assert answer.next_cursor == expected.next_cursor


async def test_who_asks_after_a_change_sees_it_whatever_is_under_way(
    database: Database, conn: asyncpg.Connection
) -> None:
    world = await make_world(conn)
    pages, query = PlainListing(database), plain_listing.read("")
    under_way = [asyncio.create_task(pages.page(world.ada, query, "LDG")) for _ in range(6)]
    await asyncio.sleep(0)
    issue = await file(conn, world.ada)
    seen = await asyncio.gather(*(pages.page(world.ada, query, "LDG") for _ in range(6)))
    assert [[str(each["id"]) for each in page.items] for page in seen] == [[str(issue.issue_id)]] * 6
    await asyncio.gather(*under_way)


async def test_a_forged_cursor_is_refused_alone(database: Database, conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    for number in range(4):
        await file(conn, world.ada, f"Issue {number}")
    pages, query = PlainListing(database), plain_listing.read("")
    first = await pages.page(world.ada, query, "LDG", limit=1)
    forged = encode(Cursor(values=("yesterday noon", "me")), listing.scope_of(world.ada, query))
    cursors = [first.next_cursor, forged, first.next_cursor, forged, first.next_cursor]
    answers = await asyncio.gather(
        *(pages.page(world.ada, query, "LDG", limit=1, cursor=each) for each in cursors),
        return_exceptions=True,
    )
    for cursor, answer in zip(cursors, answers, strict=True):
        assert isinstance(answer, Invalid if cursor == forged else PlainPage)
