"""A workspace with people in it, for tests of the database layer."""

from __future__ import annotations

from dataclasses import dataclass

import asyncpg

from db import issues, people, workspaces
from db.access import Actor
from db.ids import PersonId, SlackUserId, WorkspaceId
from db.issues import Issue, IssueDraft
from db.people import Person
from db.states import Role, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    workspace_id: WorkspaceId
    ada: Actor
    bob: Actor
    admin: Actor
    guest: Actor

    def program(self, role: Role = Role.MEMBER) -> Actor:
        return Actor(workspace_id=self.workspace_id, person_id=None, role=role, source=Source.API)


def me(actor: Actor) -> PersonId:
    assert actor.person_id is not None
    return actor.person_id


async def make_world(conn: asyncpg.Connection, workspace_id: str = "T1") -> World:
    workspace = WorkspaceId(workspace_id)
    await workspaces.ensure(conn, workspace, "Acme")

    async def person(name: str, role: Role) -> Actor:
        made = await people.ensure_slack(
            conn,
            workspace,
            SlackUserId(f"U{name.upper()}"),
            name=name,
            email=f"{name}@example.com",
            role=role,
        )
        return Actor(workspace_id=workspace, person_id=made.person_id, role=role)

    return World(
        workspace_id=workspace,
        ada=await person("ada", Role.MEMBER),
        bob=await person("bob", Role.MEMBER),
        admin=await person("admin", Role.ADMIN),
        guest=await person("guest", Role.GUEST),
    )


async def file(conn: asyncpg.Connection, actor: Actor, title: str = "Login fails", **fields: object) -> Issue:
    return (await issues.create(conn, actor, IssueDraft(title=title, **fields))).issue  # type: ignore[arg-type] # a test's shorthand


async def placeholder(conn: asyncpg.Connection, actor: Actor, name: str, email: str | None = None) -> Person:
    return await people.create(conn, actor, name, email)


async def snapshot(conn: asyncpg.Connection) -> dict[str, list[str]]:
    """Every row of every table, as text: what must not differ when nothing was written."""
    tables = await conn.fetch(
        "SELECT quote_ident(relname) AS name FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    taken: dict[str, list[str]] = {}
    for table in tables:
        rows = await conn.fetch(f"SELECT t::text AS line FROM {table['name']} t")
        taken[table["name"]] = sorted(row["line"] for row in rows)
    return taken
