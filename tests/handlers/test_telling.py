"""What is due is looked at once more before it is said."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from db import mutes, notices, workspaces
from db.ids import WorkspaceId
from db.notices import Notice
from db.pool import Database
from db.preferences import NoticeKind
from handlers.notices.telling import Telling
from handlers.services import Services
from tests.db.worlds import World, file, make_world, me

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


@pytest.fixture
def telling(database: Database, conn: asyncpg.Connection) -> Telling:
    async def workspace(workspace_id: WorkspaceId) -> object:
        return await workspaces.get(conn, workspace_id)

    given: dict[str, Any] = {each.name: None for each in dataclasses.fields(Services) if each.init}
    parts = {
        "database": database,
        "clock": lambda: NOON,
        "bell": SimpleNamespace(ring=lambda: None),
        "directory": SimpleNamespace(workspace=workspace),
    }
    return Telling(Services(**(given | parts)))


async def due(conn: asyncpg.Connection, world: World) -> Notice:
    issue = await file(conn, world.ada)
    notice = Notice(
        person_id=me(world.ada),
        issue_id=issue.issue_id,
        kinds=frozenset({NoticeKind.COMMENTS}),
        actors=frozenset({me(world.bob)}),
        said="It leaks",
        said_by=me(world.bob),
        comments=1,
        due_at=NOON - timedelta(seconds=1),
    )
    await notices.put(conn, world.workspace_id, [notice], NOON - timedelta(seconds=5))
    return notice


async def said(conn: asyncpg.Connection) -> list[str]:
    rows = await conn.fetch("SELECT payload ->> 'text' AS text FROM outbox ORDER BY outbox_id")
    return [row["text"] for row in rows]


async def test_what_is_due_is_said_once(conn: asyncpg.Connection, world: World, telling: Telling) -> None:
    await due(conn, world)
    await telling.run()
    await telling.run()
    (text,) = await said(conn)
    assert "It leaks" in text


async def test_quiet_hours_chosen_since_are_kept(
    conn: asyncpg.Connection, world: World, telling: Telling
) -> None:
    await due(conn, world)
    quiet = {"notices": {"quiet": ["11:00", "14:30"]}}
    await conn.execute(
        "UPDATE people SET settings = $2::text::jsonb WHERE person_id = $1", me(world.ada), json.dumps(quiet)
    )
    await telling.run()
    assert await said(conn) == []
    until = await conn.fetchval("SELECT due_at FROM notices")
    assert until == datetime.combine(NOON.date(), time(14, 30), UTC)


async def test_what_was_muted_at_the_same_moment_is_not_said(
    conn: asyncpg.Connection, world: World, telling: Telling
) -> None:
    notice = await due(conn, world)
    await mutes.mute(conn, world.ada, notice.issue_id)
    # Put down by somebody who had looked before.
    await notices.put(conn, world.workspace_id, [notice], NOON - timedelta(seconds=5))
    await telling.run()
    assert await said(conn) == []
