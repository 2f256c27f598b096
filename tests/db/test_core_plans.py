"""The core's statements at a few thousand rows: none of them reads a whole table of issues or what hangs on them."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from typing import Any

import asyncpg
import pytest

from db import bulk, changes, comments, issues, labels, watchers
from db.bulk import BulkPatch
from db.changes import Undone
from db.ids import ChannelId, EventId, IssueId, MessageTs
from db.issues import IssueDraft, IssuePatch, Origin
from db.states import CloseReason, Priority
from tests.db.worlds import World, make_world, me

LARGE = {"issues", "comments", "events", "changes", "issue_labels", "watchers"}


class Spy:
    """A connection that remembers what it was asked, to have it explained afterwards."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self.conn = conn
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.conn, name)
        if name not in ("fetch", "fetchrow", "fetchval", "execute"):
            return found

        async def ask(statement: str, *values: Any) -> Any:
            self.asked.append((statement, values))
            return await found(statement, *values)

        return ask


async def scanned(conn: asyncpg.Connection, statement: str, values: tuple[Any, ...]) -> set[str]:
    """The tables that the plan reads whole."""
    plan = await conn.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
    found: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if node.get("Node Type") == "Seq Scan":
                found.add(node["Relation Name"])
            for part in node.values():
                walk(part)
        elif isinstance(node, list):
            for part in node:
                walk(part)

    walk(json.loads(plan) if isinstance(plan, str) else plan)
    return found


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    """Four thousand issues in one workspace and two thousand in another, with all that hangs on them."""
    made = await make_world(conn)
    other = await make_world(conn, "T2")
    await labels.ensure(conn, made.ada, ["a", "b", "c"])
    for world, count in ((made, 4000), (other, 2000)):
        await conn.execute(
            """
            INSERT INTO issues (workspace_id, number, title, reporter_id, assignee_id, external_ref)
            SELECT $1, next_number($1), 'Issue ' || n, $2, $3, 'OLD-' || n FROM generate_series(1, $4::integer) n""",
            world.workspace_id,
            me(world.ada),
            me(world.bob),
            count,
        )
    for statement in (
        """INSERT INTO comments (workspace_id, issue_id, author_id, body, source)
           SELECT workspace_id, issue_id, reporter_id, 'Said', 'slack' FROM issues, generate_series(1, 2)""",
        """INSERT INTO changes (workspace_id, change_id, actor_id, source, action)
           SELECT workspace_id, issue_id, reporter_id, 'slack', 'create' FROM issues""",
        """INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version)
           SELECT workspace_id, issue_id, issue_id, reporter_id, 'slack', 'created', 1 FROM issues""",
        """INSERT INTO watchers (workspace_id, issue_id, person_id)
           SELECT workspace_id, issue_id, reporter_id FROM issues""",
        """INSERT INTO issue_labels (workspace_id, issue_id, label_id)
           SELECT i.workspace_id, issue_id, label_id FROM issues i JOIN labels USING (workspace_id)""",
        "ANALYZE",
        # What a pooled connection uses after a few calls.
        "SET plan_cache_mode = force_generic_plan",
    ):
        await conn.execute(statement)
    return made


Work = Callable[[Any, World, IssueId, IssueId], Coroutine[Any, Any, object]]


async def _commented_and_edited(conn: Any, world: World, one: IssueId, _: IssueId) -> object:
    place = (ChannelId("C1"), MessageTs("1.1"))
    said = await comments.add(conn, world.ada, one, "Hello", Origin(request_key="k"), slack_message=place)
    await comments.edit(conn, world.ada, said.comment.comment_id, "Hello again")
    return await comments.delete(conn, world.ada, said.comment.comment_id)


async def _undone(conn: Any, world: World, one: IssueId, other: IssueId) -> Undone:
    await issues.edit(conn, world.ada, one, IssuePatch(title="New", labels=("b",)))
    await changes.undo(conn, world.ada)
    await bulk.change(conn, world.ada, [one, other], BulkPatch(priority=Priority.HIGH))
    await changes.undo(conn, world.ada)
    await issues.create(conn, world.ada, IssueDraft(title="x"))
    await changes.undo(conn, world.ada)
    return await changes.undo(conn, world.ada)


OPERATIONS: dict[str, Work] = {
    "create": lambda conn, world, one, other: issues.create(
        conn, world.ada, IssueDraft(title="x", labels=("a", "new"), parent_id=one), Origin(request_key="k")
    ),
    "get": lambda conn, world, one, other: issues.get(conn, world.ada, one),
    "get as a guest": lambda conn, world, one, other: issues.get_many(conn, world.guest, [one, other]),
    "by number": lambda conn, world, one, other: issues.by_number(conn, world.ada, 7),
    "by key": lambda conn, world, one, other: issues.by_ref(conn, world.ada, "LDG-7"),
    "by external key": lambda conn, world, one, other: issues.by_ref(conn, world.ada, "OLD-7"),
    "detail": lambda conn, world, one, other: issues.detail(conn, world.ada, one),
    "edit": lambda conn, world, one, other: issues.edit(
        conn, world.ada, one, IssuePatch(title="New", labels=("b", "d")), Origin(request_key="k"), version=1
    ),
    "assign": lambda conn, world, one, other: issues.assign(conn, world.ada, one, me(world.admin)),
    "close as duplicate": lambda conn, world, one, other: issues.close(
        conn, world.ada, one, CloseReason.DUPLICATE, duplicate_of=other
    ),
    "move below": lambda conn, world, one, other: issues.edit(
        conn, world.ada, one, IssuePatch(parent_id=other)
    ),
    "labels": lambda conn, world, one, other: labels.add_remove(conn, world.ada, one, ["z"], ["a"]),
    "comment": _commented_and_edited,
    "page of comments": lambda conn, world, one, other: comments.page(conn, world.ada, one),
    "history": lambda conn, world, one, other: changes.history(conn, world.ada, one),
    "history, further back": lambda conn, world, one, other: changes.history(
        conn, world.ada, one, before=EventId(1_000)
    ),
    "bulk": lambda conn, world, one, other: bulk.change(
        conn,
        world.ada,
        [one, other],
        BulkPatch(
            priority=Priority.LOW, assignee_id=me(world.admin), add_labels=("x",), remove_labels=("a",)
        ),
    ),
    "undo": _undone,
    "watchers": lambda conn, world, one, other: watchers.of_issue(conn, world.ada, one),
}


async def test_no_operation_reads_a_large_table_whole(conn: asyncpg.Connection, world: World) -> None:
    one, other = [
        row["issue_id"]
        for row in await conn.fetch(
            "SELECT issue_id FROM issues WHERE workspace_id = 'T1' AND number IN (5, 6)"
        )
    ]
    scans: dict[str, set[str]] = {}
    for name, work in OPERATIONS.items():
        spy = Spy(conn)
        undo = conn.transaction()
        await undo.start()
        await work(spy, world, one, other)
        assert spy.asked, name
        for statement, values in spy.asked:
            whole = LARGE & await scanned(conn, statement, values)
            if whole:
                scans[f"{name}: {statement}"] = whole
        await undo.rollback()
    assert scans == {}


async def test_a_table_read_whole_would_be_noticed(conn: asyncpg.Connection, world: World) -> None:
    assert await scanned(conn, "SELECT FROM issues WHERE title = $1", (world.workspace_id,)) == {"issues"}
