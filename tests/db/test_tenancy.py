"""Every public operation of `db`, asked in one workspace for what is another's: it reads and changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from db import (
    installations,
    issues,
    labels,
    listing,
    outbox,
    outgoing,
    spent,
    webhooks,
)
from db.errors import Conflict, LodgeError
from db.issues import IssueDraft, Origin
from db.outgoing import Receiver
from db.query import parse
from db.webhooks import Hook
from tests.db.neighbour import HIDDEN, NOW, OTHER, OWN_WORKSPACE, WEBHOOK, make_other, rows_of_other
from tests.db.operations import EXEMPT, TYPED, Operation, calls, operations
from tests.db.worlds import file, make_world

# The tables that hold nothing of a workspace: each other one has rows of the other workspace in this test.
EMPTY = {
    "oauth_states",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
    "schema_migrations",
}


def leaked(answer: object, ids: dict[str, Any], given: dict[str, Any]) -> list[str]:
    said = repr(answer)
    echoed = repr(list(given.values()))
    secrets = [HIDDEN, OTHER, *(str(value) for value in ids.values() if not isinstance(value, int))]
    return [secret for secret in secrets if secret in said and secret not in echoed]


async def attempt(
    conn: asyncpg.Connection, work: Operation, given: dict[str, Any], ids: dict[str, Any]
) -> list[str]:
    """What an operation gave away, refusals included."""
    try:
        answer: object = await work(conn, **given)
    except (LodgeError, asyncpg.IntegrityConstraintViolationError) as refusal:
        return [HIDDEN] if HIDDEN in str(refusal) else []
    return leaked(answer, ids, given)


async def test_no_operation_reads_or_changes_another_workspace(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    _, ids = await make_other(conn)
    before = await rows_of_other(conn)
    assert {table for table, rows in before.items() if not rows} == EMPTY
    wrong: list[str] = []
    for operation, work in operations():
        if operation in EXEMPT:
            continue
        try:
            given_twice = list(calls(operation, work, world, ids))
        except KeyError as missing:
            wrong.append(f"{operation}: no sample for {missing}; add one, or a reason to EXEMPT")
            continue
        for given in given_twice:
            wrong += [f"{operation} gave away {secret}" for secret in await attempt(conn, work, given, ids)]
            after = await rows_of_other(conn)
            wrong += [f"{operation} changed {table}" for table in before if before[table] != after.get(table)]
    assert not wrong, "\n".join(wrong)


async def test_answers_without_words_tell_nothing_of_another_workspace_either(
    conn: asyncpg.Connection,
) -> None:
    """Numbers, moments and truths name nobody, so that no word of theirs gives a leak away."""
    world = await make_world(conn)
    other, _ = await make_other(conn)
    receiver: Receiver = TYPED["Receiver"]
    hook: Hook = TYPED["Hook"]
    day = timedelta(days=1)
    assert await outgoing.next_due(conn, receiver) is None
    assert await outbox.said_lately(conn, world.workspace_id, "s", day) is False
    assert (await listing.count(conn, world.admin, parse(""))).value == 0
    assert await webhooks.discard(conn, hook) == 0
    await spent.refuse(conn, world.workspace_id, "secret gone")
    # There would have been something to tell.
    assert await outgoing.next_due(conn, replace(receiver, workspace_id=other.workspace_id)) is not None
    assert await outbox.said_lately(conn, other.workspace_id, "s", day) is True
    assert (await listing.count(conn, other.admin, parse(""))).value == 2
    assert await webhooks.discard(conn, replace(hook, workspace_id=other.workspace_id)) == 1
    with pytest.raises(Conflict):
        await spent.refuse(conn, other.workspace_id, "secret gone")


async def test_a_workspace_that_is_removed_takes_nothing_of_another_along(conn: asyncpg.Connection) -> None:
    other, _ = await make_other(conn)
    before = await rows_of_other(conn)
    world = await make_world(conn)
    await file(conn, world.ada, "Goes", labels=("goes",))
    await conn.execute(
        "INSERT INTO installations (workspace_id, bot_user_id, removed_at) VALUES ($1, 'UBOT', $2)",
        OWN_WORKSPACE,
        NOW - timedelta(days=1),
    )
    async with conn.transaction():
        assert not await installations.remove_workspace(conn, other.workspace_id, NOW)
        assert await installations.remove_workspace(conn, OWN_WORKSPACE, NOW)
    assert await conn.fetchval("SELECT array_agg(workspace_id) FROM workspaces") == [OTHER]
    assert await rows_of_other(conn) == before


async def test_every_exemption_is_of_an_operation_that_exists() -> None:
    assert set(EXEMPT) - {operation for operation, _ in operations()} == set()


async def test_the_walk_finds_the_operations() -> None:
    found = {operation for operation, _ in operations()}
    assert {"issues.creating.create", "people.merge", "listing.page", "changes.undo"} <= found
    assert len(found) > 100


async def test_the_same_key_of_a_request_in_two_workspaces_is_two_requests(conn: asyncpg.Connection) -> None:
    world, other = await make_world(conn), await make_world(conn, OTHER)
    origin = Origin(request_key="k")
    first = await issues.create(conn, world.ada, IssueDraft(title="x"), origin)
    second = await issues.create(conn, other.ada, IssueDraft(title="x"), origin)
    assert (first.repeated, second.repeated) == (False, False)
    assert (first.issue.number, second.issue.number) == (1, 1)


async def test_constraints_hold_what_code_might_forget(conn: asyncpg.Connection) -> None:
    """Rows that name an id of the other workspace are refused by the database itself."""
    world = await make_world(conn)
    _, ids = await make_other(conn)
    mine = await file(conn, world.ada)
    (label,) = await labels.ensure(conn, world.ada, ["mine"])
    for table, column in (
        ("issues", "assignee_id"),
        ("issues", "reporter_id"),
        ("issues", "duplicate_of"),
        ("issues", "parent_id"),
    ):
        value = ids["PersonId"] if column in ("assignee_id", "reporter_id") else ids["IssueId"]
        closed = (
            ", status = 'closed', close_reason = 'duplicate', closed_at = now()"
            if column == "duplicate_of"
            else ""
        )
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await conn.execute(f"UPDATE {table} SET {column} = $1{closed} WHERE workspace_id = 'T1'", value)
    for statement, values in (
        ("INSERT INTO issue_labels VALUES ('T1', $1, $2)", (mine.issue_id, ids["LabelId"])),
        ("INSERT INTO issue_labels VALUES ('T1', $1, $2)", (ids["IssueId"], label.label_id)),
        ("INSERT INTO watchers VALUES ('T1', $1, $2)", (mine.issue_id, ids["PersonId"])),
        ("INSERT INTO previews VALUES ('T1', 'C1', '', $1)", (ids["IssueId"],)),
        ("INSERT INTO preview_lines VALUES ('T1', 'C1', '1.1', 0, $1)", (ids["IssueId"],)),
        (
            """
            INSERT INTO webhooks (workspace_id, webhook_id, kind, name, owner_id, auth, sealed_secret)
            VALUES ('T1', 'w', 'generic', 'x', $1, 'hmac', '')""",
            (ids["PersonId"],),
        ),
        ("INSERT INTO webhook_targets VALUES ('T1', $1, 'x')", (WEBHOOK,)),
        (
            """
            INSERT INTO webhook_arrivals (workspace_id, webhook_id, delivery_key, state)
            VALUES ('T1', $1, 'x', 'done')""",
            (WEBHOOK,),
        ),
        (
            """
            INSERT INTO outgoing_webhooks (workspace_id, webhook_id, name, url, owner_id, sealed_secret)
            VALUES ('T1', 'w', 'x', 'https://x.example', $1, '')""",
            (ids["PersonId"],),
        ),
        (
            """
            INSERT INTO outgoing_sends (workspace_id, webhook_id, issue_id, kind, body)
            VALUES ('T1', $1, $2, 'x', 'x')""",
            (WEBHOOK, mine.issue_id),
        ),
        (
            "INSERT INTO comments (workspace_id, issue_id, body, source, author_id) VALUES ('T1', $1, 'x', 'api', $2)",
            (mine.issue_id, ids["PersonId"]),
        ),
        (
            "INSERT INTO comments (workspace_id, issue_id, body, source, reply_to) VALUES ('T1', $1, 'x', 'api', $2)",
            (mine.issue_id, ids["CommentId"]),
        ),
        (
            "INSERT INTO changes (workspace_id, actor_id, source, action) VALUES ('T1', $1, 'api', 'edit')",
            (ids["PersonId"],),
        ),
    ):
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await conn.execute(statement, *values)
