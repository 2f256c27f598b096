"""Where somebody stands in a workspace: their role, and whether they are here."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from db.access import VISIBLE, Action, Actor, require
from db.errors import FieldError, Invalid, NotFound
from db.ids import PersonId
from db.origins import NOWHERE, Origin
from db.people import COLUMNS, Person, get, read_person
from db.recording import Before, once, record
from db.states import Role


async def admins(conn: asyncpg.Connection, actor: Actor) -> tuple[Person, ...]:
    """Active ones, by name."""
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM people p
        WHERE p.workspace_id = $1 AND p.role = 'admin' AND p.active AND p.merged_into IS NULL
        ORDER BY lower(p.name), p.person_id""",
        actor.workspace_id,
    )
    return tuple(read_person(row) for row in rows)


async def open_issues(conn: asyncpg.Connection, actor: Actor, person_id: PersonId) -> int:
    """How many issues that are not closed are assigned to them, as far as the actor sees them; at most 1,000."""
    count: int = await conn.fetchval(
        f"""
        SELECT count(*) FROM (
            SELECT FROM issues i
            WHERE {VISIBLE} AND i.assignee_id = $3 AND i.status <> 'closed' LIMIT 1000) theirs""",
        actor.workspace_id,
        actor.sees_only,
        person_id,
    )
    return count


async def set_role(
    conn: asyncpg.Connection, actor: Actor, person_id: PersonId, role: Role, origin: Origin = NOWHERE
) -> Person:
    """Goes before what Slack says from now on. Raises NotFound, Forbidden, and Invalid for the last admin."""
    return await _decide(conn, actor, "set_role", person_id, origin, role=role)


async def deactivate(
    conn: asyncpg.Connection, actor: Actor, person_id: PersonId, origin: Origin = NOWHERE
) -> Person:
    """They left: offered for nothing any more, but what they did and have stays.

    Done by a person, it holds until it is taken back; done because Slack says so, until Slack says otherwise.
    Raises NotFound, Forbidden, and Invalid for the last admin.
    """
    return await _decide(conn, actor, "deactivate", person_id, origin, active=False)


async def reactivate(
    conn: asyncpg.Connection, actor: Actor, person_id: PersonId, origin: Origin = NOWHERE
) -> Person:
    """Raises NotFound, Forbidden."""
    return await _decide(conn, actor, "reactivate", person_id, origin, active=True)


async def _decide(
    conn: asyncpg.Connection,
    actor: Actor,
    action: str,
    person_id: PersonId,
    origin: Origin,
    *,
    role: Role | None = None,
    active: bool | None = None,
) -> Person:
    require(actor, Action.PEOPLE)

    async def again(before: Before) -> Person:
        return await get(conn, actor, person_id)

    async def work() -> Person:
        if actor.person_id is not None and (active is False or role not in (None, Role.ADMIN)):
            await _spare_last_admin(conn, actor, person_id)
        person = await _update(conn, actor, person_id, role, active)
        told = {"role": role.value} if role is not None else {}
        await record(conn, actor, action, origin, (), summary={"person_id": str(person_id), **told})
        return person

    return await once(conn, actor, action, origin, work, again)


async def _spare_last_admin(conn: asyncpg.Connection, actor: Actor, person_id: PersonId) -> None:
    """Somebody must be able to name others. Held, so that of two admins who go at once one stays."""
    rows = await conn.fetch(
        """
        SELECT person_id FROM people
        WHERE workspace_id = $1 AND role = 'admin' AND active AND merged_into IS NULL
        ORDER BY person_id FOR UPDATE""",
        actor.workspace_id,
    )
    if [row["person_id"] for row in rows] == [person_id]:
        message = "the last admin stays: name another one first"
        raise Invalid(FieldError(field="role", code="last_admin", message=message))


async def _update(
    conn: asyncpg.Connection, actor: Actor, person_id: PersonId, role: Role | None, active: bool | None
) -> Person:
    # Kept beside what Slack says, which comes again and again.
    decided: dict[str, Any] = {} if actor.person_id is None or role is None else {"role": role.value}
    if active is not None and (active or actor.person_id is not None):
        decided["deactivated"] = not active
    row = await conn.fetchrow(
        f"""
        UPDATE people p
        SET role = coalesce($3, role), active = coalesce($4, active), settings = settings || $5::text::jsonb,
            updated_at = now()
        WHERE p.workspace_id = $1 AND p.person_id = $2 AND p.merged_into IS NULL AND NOT p.settings ? 'erased'
        RETURNING {COLUMNS}""",
        actor.workspace_id,
        person_id,
        None if role is None else role.value,
        active,
        json.dumps(decided),
    )
    if row is None:
        raise NotFound("person", person_id)
    return read_person(row)
