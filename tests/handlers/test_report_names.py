"""Whom `me` stands for in a report that everybody reads."""

from __future__ import annotations

from uuid import UUID

import asyncpg
import pytest

from db import people
from db.query import parse
from db.query.resolving import resolve
from handlers.reports.asking import for_everyone
from handlers.views.reports import Request
from tests.db.worlds import make_world, me


async def in_words(conn: asyncpg.Connection, query: str, name: str = "ada") -> str:
    world = await make_world(conn)
    await conn.execute("UPDATE people SET name = $2 WHERE person_id = $1", me(world.ada), name)
    ada = (await people.get_many(conn, world.ada, [me(world.ada)]))[me(world.ada)]
    request = Request(report="flow", period="7d", query=query)
    said = (await for_everyone(conn, world.ada, request, ada)).query
    for term in (await resolve(conn, world.bob, parse(said))).people.values():
        assert term in (me(world.ada), me(world.bob))
    return said


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("label:bug", "label:bug"),
        ("assignee:me", "assignee:ada"),
        ("-reporter:me,bob is:mine sort:due", "-reporter:ada,bob assignee:ada sort:due"),
        ("waiting:me", "waiting:ada"),
    ],
)
async def test_me_is_named(conn: asyncpg.Connection, query: str, said: str) -> None:
    if "label" in query:
        await conn.execute("SELECT create_workspace('T1', 'Acme')")
        await conn.execute("INSERT INTO labels (workspace_id, name) VALUES ('T1', 'bug')")
    assert await in_words(conn, query) == said


@pytest.mark.parametrize("name", ["me", "Me", "none", "@ada", " "])
async def test_a_name_that_would_be_read_as_something_else_is_a_mention(
    conn: asyncpg.Connection, name: str
) -> None:
    assert await in_words(conn, "assignee:me", name) == 'assignee:"<@UADA>"'


async def test_a_name_that_somebody_had_before_is_a_mention(conn: asyncpg.Connection) -> None:
    await conn.execute("SELECT create_workspace('T1', 'Acme')")
    await conn.execute(
        "INSERT INTO people (workspace_id, person_id, name) VALUES ('T1', $1, 'Ada')", UUID(int=1)
    )
    assert await in_words(conn, "assignee:me", "Ada") == 'assignee:"<@UADA>"'
