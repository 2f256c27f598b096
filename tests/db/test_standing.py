"""Roles and leaving: decided here, they hold whatever Slack says; and somebody stays who can decide."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from db import people, standing
from db.access import Actor
from db.errors import Invalid
from db.ids import SlackUserId
from db.origins import Origin
from db.pool import Database
from db.states import Role, Source
from tests.db.worlds import World, make_world, me


async def seen_in_slack(conn: asyncpg.Connection, world: World, role: Role = Role.MEMBER) -> people.Person:
    """Bob, as Slack tells of him time and again."""
    return await people.ensure_slack(conn, world.workspace_id, SlackUserId("UBOB"), name="Bob", role=role)


async def test_a_named_admin_stays_one_whatever_slack_says(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await standing.set_role(conn, world.admin, me(world.bob), Role.ADMIN)
    assert (await seen_in_slack(conn, world)).role is Role.ADMIN
    await standing.set_role(conn, world.admin, me(world.bob), Role.MEMBER)
    assert (await seen_in_slack(conn, world, Role.ADMIN)).role is Role.MEMBER


async def test_a_guest_of_slack_is_never_more(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await standing.set_role(conn, world.admin, me(world.bob), Role.ADMIN)
    assert (await seen_in_slack(conn, world, Role.GUEST)).role is Role.GUEST


async def test_who_was_deactivated_here_stays_so_until_reactivated(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await standing.deactivate(conn, world.admin, me(world.bob))
    assert not (await seen_in_slack(conn, world)).active
    await standing.reactivate(conn, world.admin, me(world.bob))
    assert (await seen_in_slack(conn, world)).active


async def test_who_left_slack_is_back_when_slack_says_so(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    slack = Actor(workspace_id=world.workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    await standing.deactivate(conn, slack, me(world.bob))
    assert not (await people.get(conn, world.admin, me(world.bob))).active
    assert (await seen_in_slack(conn, world)).active


async def test_the_last_admin_stays(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    for ask in (
        standing.set_role(conn, world.admin, me(world.admin), Role.MEMBER),
        standing.deactivate(conn, world.admin, me(world.admin)),
    ):
        with pytest.raises(Invalid) as refused:
            await ask
        assert refused.value.errors[0].code == "last_admin"
    await standing.set_role(conn, world.admin, me(world.bob), Role.ADMIN)
    assert [each.name for each in await standing.admins(conn, world.admin)] == ["admin", "bob"]
    await standing.set_role(conn, world.admin, me(world.admin), Role.MEMBER)
    assert [each.name for each in await standing.admins(conn, world.bob)] == ["bob"]


async def test_of_two_admins_who_go_at_once_one_stays(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)
        await standing.set_role(conn, world.admin, me(world.bob), Role.ADMIN)

    async def go(actor: Actor) -> bool:
        async with database.transaction() as conn:
            try:
                await standing.set_role(conn, world.admin, me(actor), Role.MEMBER)
            except Invalid:
                return False
        return True

    assert sorted(await asyncio.gather(go(world.admin), go(world.bob))) == [False, True]


async def test_a_decision_is_recorded_once(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    for _ in range(2):
        await standing.set_role(conn, world.admin, me(world.bob), Role.ADMIN, Origin(request_key="k"))
    rows = await conn.fetch("SELECT action, actor_id, summary FROM changes")
    assert [(row["action"], row["actor_id"], row["summary"]["role"]) for row in rows] == [
        ("set_role", me(world.admin), "admin")
    ]
