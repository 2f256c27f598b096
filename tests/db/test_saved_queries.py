from __future__ import annotations

import asyncpg
import pytest

from db import saved_queries
from db.access import Actor
from db.errors import Forbidden, Invalid, NotFound
from db.query import parse
from db.states import Role
from tests.db.query_data import AWAY, actor, person, workspace


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Actor:
    await workspace(conn)
    return actor(await person(conn, "Ada"))


async def test_a_persons_own_comes_before_everybodys(conn: asyncpg.Connection, ada: Actor) -> None:
    ben = actor(await person(conn, "Ben"))
    await saved_queries.save(conn, ada, "Bugs", parse("label:bug"), shared=True)
    await saved_queries.save(conn, ada, "bugs", parse("label:bug is:mine"))
    assert (await saved_queries.get(conn, ada, "BUGS")).query == parse("label:bug assignee:me")
    assert (await saved_queries.get(conn, ben, "bugs")).text == "label:bug"
    assert [one.name for one in await saved_queries.available(conn, ada)] == ["bugs", "Bugs"]
    assert [one.name for one in await saved_queries.available(conn, ben)] == ["Bugs"]


async def test_saving_again_replaces(conn: asyncpg.Connection, ada: Actor) -> None:
    first = await saved_queries.save(conn, ada, "mine", parse("is:mine"))
    second = await saved_queries.save(conn, ada, "Mine", parse("is:mine is:open"))
    assert second.saved_query_id == first.saved_query_id
    assert second.text == "assignee:me status:open,in-progress"


async def test_removing(conn: asyncpg.Connection, ada: Actor) -> None:
    await saved_queries.save(conn, ada, "mine", parse("is:mine"))
    await saved_queries.remove(conn, ada, "MINE")
    with pytest.raises(NotFound):
        await saved_queries.get(conn, ada, "mine")
    with pytest.raises(NotFound):
        await saved_queries.remove(conn, ada, "mine")


async def test_names_are_checked_and_kept_ones_limited(
    conn: asyncpg.Connection, ada: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("", "  ", "x" * 51):
        with pytest.raises(Invalid):
            await saved_queries.save(conn, ada, name, parse(""))
    monkeypatch.setattr(saved_queries, "_KEPT_MAX", 1)
    await saved_queries.save(conn, ada, "one", parse(""))
    with pytest.raises(Invalid) as raised:
        await saved_queries.save(conn, ada, "two", parse(""))
    assert [each.code for each in raised.value.errors] == ["saved_too_many"]


async def test_guests_share_nothing_and_others_workspaces_see_nothing(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    await workspace(conn, AWAY)
    with pytest.raises(Forbidden):
        await saved_queries.save(conn, actor(ada.person_id, Role.GUEST), "x", parse(""), shared=True)
    await saved_queries.save(conn, ada, "x", parse(""), shared=True)
    with pytest.raises(NotFound):
        await saved_queries.get(conn, actor(None, workspace_id=AWAY), "x")
