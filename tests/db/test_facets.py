"""What `issue_facets` says of an issue is so, whoever wrote it and however."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import pytest

from db import bulk, changes, comments, issues, labels, listing
from db.bulk import BulkPatch
from db.issues import IssueDraft, IssuePatch
from db.query import parse
from db.states import CloseReason, Source
from tests.db.worlds import World, make_world, me


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


async def wrong(conn: asyncpg.Connection) -> list[tuple[int, bool, bool]]:
    """The issues whose marks are not what their labels and comments are."""
    rows = await conn.fetch(
        """
        SELECT number, labelled, commented FROM issues i
        WHERE labelled <> EXISTS (SELECT FROM issue_labels x
                                  WHERE x.workspace_id = i.workspace_id AND x.issue_id = i.issue_id)
           OR commented <> EXISTS (SELECT FROM comments x WHERE x.workspace_id = i.workspace_id
                                   AND x.issue_id = i.issue_id AND x.deleted_at IS NULL)
        """
    )
    return [tuple(row) for row in rows]


async def marks(conn: asyncpg.Connection, issue_id: UUID) -> tuple[bool, bool]:
    row = await conn.fetchrow("SELECT labelled, commented FROM issues WHERE issue_id = $1", issue_id)
    return row["labelled"], row["commented"]


async def test_labels_are_marked_whatever_adds_or_takes_them(conn: asyncpg.Connection, world: World) -> None:
    ada = world.ada
    one = (await issues.create(conn, ada, IssueDraft(title="One", labels=("bug",)))).issue.issue_id
    two = (await issues.create(conn, ada, IssueDraft(title="Two"))).issue.issue_id
    assert await marks(conn, one) == (True, False)
    assert await marks(conn, two) == (False, False)
    await issues.edit(conn, ada, two, IssuePatch(labels=("ui", "bug")))
    await issues.edit(conn, ada, one, IssuePatch(labels=()))
    assert await marks(conn, one) == (False, False)
    assert await marks(conn, two) == (True, False)
    await changes.undo(conn, ada)
    assert await marks(conn, one) == (True, False)
    await labels.add_remove(conn, ada, one, ["ui"], ["bug"])
    await bulk.change(conn, ada, [one, two], BulkPatch(remove_labels=("ui", "bug")))
    assert await marks(conn, one) == await marks(conn, two) == (False, False)
    await changes.undo(conn, ada)
    assert await marks(conn, one) == await marks(conn, two) == (True, False)
    await bulk.change(conn, ada, [one, two], BulkPatch(add_labels=("new",), remove_labels=("ui",)))
    assert await wrong(conn) == []


async def test_comments_are_marked_while_one_is_left(conn: asyncpg.Connection, world: World) -> None:
    ada = world.ada
    issue_id = (await issues.create(conn, ada, IssueDraft(title="One"))).issue.issue_id
    first = await comments.add(conn, ada, issue_id, "First")
    second = await comments.add(conn, ada, issue_id, "Second")
    await comments.delete(conn, ada, first.comment.comment_id)
    assert await marks(conn, issue_id) == (False, True)
    await comments.delete(conn, ada, second.comment.comment_id)
    assert await marks(conn, issue_id) == (False, False)
    await changes.undo(conn, ada)
    assert await marks(conn, issue_id) == (False, True)
    assert await wrong(conn) == []


async def test_rows_written_past_the_functions_are_marked_too(conn: asyncpg.Connection, world: World) -> None:
    for number in range(5):
        await issues.create(conn, world.ada, IssueDraft(title=f"Issue {number}"))
    await labels.ensure(conn, world.ada, ["a"])
    await conn.execute(
        "INSERT INTO issue_labels SELECT workspace_id, issue_id, label_id FROM issues JOIN labels USING (workspace_id)"
    )
    await conn.execute(
        "INSERT INTO comments (workspace_id, issue_id, body, source)"
        " SELECT workspace_id, issue_id, 'x', 'slack' FROM issues"
    )
    assert await wrong(conn) == []
    await conn.execute(
        "DELETE FROM issue_labels WHERE issue_id = (SELECT min(issue_id::text)::uuid FROM issues)"
    )
    await conn.execute("UPDATE comments SET deleted_at = now()")
    assert await wrong(conn) == []


TERMS = [
    *("is:open", "is:closed", "-is:open", "status:in-progress", "status:completed", "-status:not_planned"),
    *("reason:duplicate", "-reason:completed", "reason:completed,not_planned", "source:api", "-source:slack"),
    *(
        "no:label",
        "has:label",
        "-no:label",
        "no:comment",
        "-has:comment",
        "no:label,comment",
        "has:due,assignee",
    ),
    *("no:description", "no:assignee", "assignee:none", "-assignee:none", "no:due", "due:none", "-due:none"),
    *("due:overdue", "-due:overdue", "due:<7d", "closed:<7d", "-closed:<7d", "no:label source:api is:open"),
]


@pytest.mark.parametrize("text", TERMS)
async def test_the_facets_lead_to_all_that_match(
    conn: asyncpg.Connection, world: World, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Walking the order asks every issue itself; being led by facets finds the same."""
    await conn.execute(
        """
        INSERT INTO issues (workspace_id, number, title, description, status, close_reason, duplicate_of, closed_at,
                            assignee_id, due_on, source)
        SELECT $1, next_number($1), 'Issue ' || n, CASE WHEN n % 3 = 0 THEN 'said' ELSE '' END,
               (ARRAY['open', 'in_progress', 'closed', 'closed'])[n % 4 + 1],
               CASE n % 4 WHEN 2 THEN 'completed' WHEN 3 THEN 'not_planned' END, NULL,
               CASE WHEN n % 4 > 1 THEN now() - n * interval '1 day' END,
               CASE WHEN n % 5 = 0 THEN $2::uuid END, CASE WHEN n % 7 < 2 THEN current_date + n % 9 - 4 END,
               CASE WHEN n % 11 = 0 THEN $3 ELSE 'slack' END
        FROM generate_series(1, 80) n
        """,
        world.workspace_id,
        me(world.bob),
        Source.API.value,
    )
    rows = await conn.fetch("SELECT issue_id FROM issues ORDER BY number LIMIT 8")
    for row in rows[:5]:
        await labels.add_remove(conn, world.ada, row["issue_id"], ["bug"], [])
    for row in rows[3:]:
        await comments.add(conn, world.ada, row["issue_id"], "Said")
    await issues.close(
        conn, world.ada, rows[0]["issue_id"], CloseReason.DUPLICATE, duplicate_of=rows[1]["issue_id"]
    )
    monkeypatch.setattr(listing, "_FEW", -1)
    monkeypatch.setattr(listing, "_SOME", -1)
    walked = await numbers(conn, world, text)
    monkeypatch.setattr(listing, "_SHORT", 1)
    monkeypatch.setattr(listing, "_LONG", 1)
    assert await numbers(conn, world, text) == walked
    monkeypatch.setattr(listing, "_SOME", 1000)
    assert await numbers(conn, world, text) == walked


async def numbers(conn: asyncpg.Connection, world: World, text: str) -> list[int]:
    """From the first page to the last."""
    found: list[int] = []
    cursor = None
    while True:
        page = await listing.page(conn, world.ada, parse(text), limit=100, cursor=cursor)
        found += [one.number for one in page.items]
        if page.next_cursor is None:
            return found
        cursor = page.next_cursor
