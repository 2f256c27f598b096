"""A small workspace for the tests of queries, written as plain rows."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from db import listing
from db.access import Actor
from db.documents import index_issues
from db.ids import PersonId, WorkspaceId
from db.query import parse
from db.states import Role

HOME = WorkspaceId("TQUERY1")
AWAY = WorkspaceId("TQUERY2")
NOW = datetime.fromisoformat("2026-05-20T10:00:00+00:00")


async def workspace(conn: asyncpg.Connection, workspace_id: WorkspaceId = HOME) -> None:
    await conn.execute("SELECT create_workspace($1, 'Home')", workspace_id)


async def person(
    conn: asyncpg.Connection,
    name: str,
    *,
    slack: str | None = None,
    email: str | None = None,
    workspace_id: WorkspaceId = HOME,
    timezone: str = "UTC",
) -> PersonId:
    row = await conn.fetchval(
        "INSERT INTO people (workspace_id, name, slack_user_id, email, timezone)"
        " VALUES ($1, $2, $3, $4, $5) RETURNING person_id",
        workspace_id,
        name,
        slack,
        email,
        timezone,
    )
    return PersonId(row)


def actor(person_id: UUID | None, role: Role = Role.MEMBER, workspace_id: WorkspaceId = HOME) -> Actor:
    return Actor(workspace_id=workspace_id, person_id=PersonId(person_id) if person_id else None, role=role)


async def issue(
    conn: asyncpg.Connection,
    title: str = "Something",
    *,
    workspace_id: WorkspaceId = HOME,
    labels: tuple[str, ...] = (),
    comments: tuple[str, ...] = (),
    indexed: bool = False,
    **fields: Any,
) -> Any:
    """The row of a new issue. `updated` and `created` are days before NOW."""
    values: dict[str, Any] = {"status": "open", "priority": 5, "description": ""} | fields
    created = NOW - timedelta(days=values.pop("created", 10))
    updated = NOW - timedelta(days=values.pop("updated", 5))
    if values["status"] == "closed":
        values = {"close_reason": "completed", "closed_at": updated} | values
    values |= {"workspace_id": workspace_id, "title": title, "created_at": created, "updated_at": updated}
    columns = ", ".join(values)
    places = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    row = await conn.fetchrow(
        f"INSERT INTO issues (number, {columns}) VALUES (next_number('{workspace_id}'), {places})"
        " RETURNING issue_id, number",
        *values.values(),
    )
    for name in labels:
        await conn.execute(
            """
            WITH made AS (INSERT INTO labels (workspace_id, name) VALUES ($1, $2)
                          ON CONFLICT DO NOTHING RETURNING label_id)
            INSERT INTO issue_labels (workspace_id, issue_id, label_id)
            SELECT $1, $3::uuid, label_id FROM made UNION ALL
            SELECT $1, $3::uuid, label_id FROM labels WHERE workspace_id = $1 AND lower(name) = lower($2)
            """,
            workspace_id,
            name,
            row["issue_id"],
        )
    for body in comments:
        await conn.execute(
            "INSERT INTO comments (workspace_id, issue_id, body, source) VALUES ($1, $2, $3, 'slack')",
            workspace_id,
            row["issue_id"],
            body,
        )
    if indexed:
        await index_issues(conn, workspace_id, [row["issue_id"]])
    return row


def day(text: str) -> date:
    return date.fromisoformat(text)


async def many(conn: asyncpg.Connection, count: int, seed: int = 1) -> None:
    """Issues with much in common, so that every order has ties."""
    chance = random.Random(seed)
    rows = [
        (
            f"Issue {n}",
            chance.choice(["open", "closed"]),
            chance.randint(1, 5),
            None if chance.random() < 0.5 else day(f"2026-06-{chance.randint(1, 5):02}"),
            NOW - timedelta(days=chance.randint(0, 6)),
        )
        for n in range(count)
    ]
    await conn.executemany(
        """
        INSERT INTO issues (workspace_id, number, title, status, close_reason, closed_at, priority, due_on,
                            created_at, updated_at)
        VALUES ($1, next_number($1), $2, $3::text, CASE WHEN $3 = 'closed' THEN 'completed' END,
                CASE WHEN $3 = 'closed' THEN $6::timestamptz END, $4, $5, $6, $6)
        """,
        [(HOME, *row) for row in rows],
    )


async def walk_through(
    conn: asyncpg.Connection, who: Actor, text: str, limit: int
) -> tuple[list[int], list[list[int]], str | None]:
    """All numbers, page by page, and the cursor back from the last page."""
    pages: list[list[int]] = []
    cursor = None
    while True:
        page = await listing.page(conn, who, parse(text), limit=limit, cursor=cursor, now=NOW)
        pages.append([one.number for one in page.items])
        if page.next_cursor is None:
            return [number for one in pages for number in one], pages, page.previous_cursor
        cursor = page.next_cursor
