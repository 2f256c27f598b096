"""People: who they are in Slack, what they may do, and which of them are one and the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import asyncpg

from db import belongings, limits
from db.access import Action, Actor, require
from db.constraints import domain_errors
from db.errors import Conflict, FieldError, Invalid, NotFound
from db.ids import ChangeId, PersonId, SlackUserId, WorkspaceId, new_uuid
from db.origins import NOWHERE, Origin
from db.recording import Before, once, record
from db.states import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`slack_user_id` is None for somebody known only from an import or the API: a placeholder."""

    workspace_id: WorkspaceId
    person_id: PersonId
    slack_user_id: SlackUserId | None
    name: str
    email: str | None
    role: Role
    active: bool
    timezone: str
    locale: str
    settings: dict[str, Any]
    # What else they are called in Slack.
    handles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """`change_id` is None when they were one person already."""

    person: Person
    change_id: ChangeId | None
    repeated: bool = False


COLUMNS: Final[LiteralString] = (
    "p.workspace_id, p.person_id, p.slack_user_id, p.name, p.email, p.role, p.active, p.timezone, p.locale, p.settings,"
    " p.handles"
)

# A person who was merged into another is that other one.
_SURVIVOR: Final[LiteralString] = """
    JOIN people p ON p.workspace_id = given.workspace_id
                 AND p.person_id = coalesce(given.merged_into, given.person_id)"""


def read_person(row: Any) -> Person:
    """From a row that has `COLUMNS`."""
    return Person(
        workspace_id=row["workspace_id"],
        person_id=row["person_id"],
        slack_user_id=row["slack_user_id"],
        name=row["name"],
        email=row["email"],
        role=Role(row["role"]),
        active=row["active"],
        timezone=row["timezone"],
        locale=row["locale"],
        settings=row["settings"],
        handles=tuple(row["handles"]),
    )


async def ensure_slack(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    slack_user_id: SlackUserId,
    *,
    name: str,
    email: str | None = None,
    role: Role = Role.MEMBER,
    timezone: str = "UTC",
    locale: str = "en",
    handles: Sequence[str] = (),
) -> Person:
    """The person behind a Slack user, brought up to date; a placeholder with the same e-mail becomes that person.

    An e-mail that belongs to another Slack user already is left with them. What an admin has decided here (a role,
    that somebody is deactivated) goes before what Slack says, but no guest of Slack is more than that.
    Somebody merged or erased this moment is waited for, and is not the one then.
    """
    name = limits.line(name)[: limits.NAME_MAX] or slack_user_id
    values = (workspace_id, slack_user_id, name, email or None, role.value, timezone, locale, list(handles))
    for _ in range(3):
        row = await conn.fetchrow(
            f"""
            UPDATE people p
            SET slack_user_id = $2, name = $3, timezone = $6, locale = $7, updated_at = now(),
                role = CASE WHEN $5 = 'guest' THEN $5 ELSE coalesce(settings ->> 'role', $5) END,
                active = NOT coalesce((settings -> 'deactivated')::boolean, false),
                handles = $8::text[],
                email = CASE WHEN $4::text IS NULL OR EXISTS (
                            SELECT FROM people o WHERE o.workspace_id = $1 AND lower(o.email) = lower($4)
                                AND o.merged_into IS NULL AND o.person_id <> p.person_id)
                        THEN email ELSE $4 END
            WHERE p.workspace_id = $1 AND p.merged_into IS NULL AND NOT p.settings ? 'erased' AND p.person_id = (
                SELECT person_id FROM people
                WHERE workspace_id = $1 AND merged_into IS NULL
                  AND (slack_user_id = $2 OR (slack_user_id IS NULL AND lower(email) = lower($4)))
                ORDER BY slack_user_id IS NULL LIMIT 1)
            RETURNING {COLUMNS}""",
            *values,
        ) or await conn.fetchrow(
            f"""
            INSERT INTO people AS p (workspace_id, slack_user_id, name, email, role, timezone, locale, handles)
            SELECT $1, $2, $3,
                   CASE WHEN NOT EXISTS (SELECT FROM people o WHERE o.workspace_id = $1 AND o.merged_into IS NULL
                                         AND lower(o.email) = lower($4)) THEN $4::text END,
                   $5, $6, $7, $8::text[]
            ON CONFLICT DO NOTHING
            RETURNING {COLUMNS}""",
            *values,
        )
        if row is not None:
            return read_person(row)
    raise Conflict("person", slack_user_id)


async def by_slack_ids(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, slack_user_ids: Sequence[SlackUserId]
) -> dict[SlackUserId, Person]:
    """Those of them that are known."""
    rows = await conn.fetch(
        f"SELECT {COLUMNS} FROM people p WHERE p.workspace_id = $1 AND p.slack_user_id = ANY($2::text[])",
        workspace_id,
        list(slack_user_ids),
    )
    return {row["slack_user_id"]: read_person(row) for row in rows}


async def get(conn: asyncpg.Connection, actor: Actor, person_id: PersonId) -> Person:
    """Somebody merged into another is given as that other one. Raises NotFound."""
    found = await get_many(conn, actor, [person_id])
    if person_id not in found:
        raise NotFound("person", person_id)
    return found[person_id]


async def get_many(
    conn: asyncpg.Connection, actor: Actor, person_ids: Sequence[PersonId]
) -> dict[PersonId, Person]:
    """Those of them that exist, by the id asked for, also where that one was merged into another."""
    rows = await conn.fetch(
        f"""
        SELECT given.person_id AS asked, {COLUMNS} FROM people given {_SURVIVOR}
        WHERE given.workspace_id = $1 AND given.person_id = ANY($2::uuid[])""",
        actor.workspace_id,
        list(person_ids),
    )
    return {row["asked"]: read_person(row) for row in rows}


async def find(
    conn: asyncpg.Connection, actor: Actor, text: str, *, limit: int = 20, left: bool = False
) -> tuple[Person, ...]:
    """Active people whose name or e-mail begins with the text, or a later word of the name; best first.

    With `left`, those who left come after them, but for those who were erased.

    `@ada`, an e-mail and a Slack user id work as well.
    """
    wanted = limits.line(text).removeprefix("@")
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM people p
        WHERE p.workspace_id = $1 AND (p.active OR $4) AND p.merged_into IS NULL AND NOT p.settings ? 'erased'
          AND (p.slack_user_id = $2 OR starts_with(lower(p.name), lower($2))
               OR position(' ' || lower($2) IN lower(p.name)) > 0 OR starts_with(lower(p.email), lower($2))
               OR EXISTS (SELECT FROM unnest(p.handles) h WHERE starts_with(lower(h), lower($2))))
        ORDER BY NOT p.active, p.slack_user_id IS DISTINCT FROM $2, lower(p.name) <> lower($2),
                 lower(p.email) IS DISTINCT FROM lower($2), NOT starts_with(lower(p.name), lower($2)),
                 lower(p.name), p.person_id
        LIMIT $3""",
        actor.workspace_id,
        wanted,
        limit,
        left,
    )
    return tuple(read_person(row) for row in rows)


async def page(
    conn: asyncpg.Connection, actor: Actor, *, limit: int = 50, after: PersonId | None = None
) -> tuple[Person, ...]:
    """People by name, those who left included; `after` is the last one of the page before."""
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM people p
        WHERE p.workspace_id = $1 AND p.merged_into IS NULL
          AND ($2::uuid IS NULL OR (lower(p.name), p.person_id) > (
              SELECT lower(last.name), last.person_id FROM people last
              WHERE last.workspace_id = $1 AND last.person_id = $2))
        ORDER BY lower(p.name), p.person_id LIMIT $3""",
        actor.workspace_id,
        after,
        limit,
    )
    return tuple(read_person(row) for row in rows)


async def create(
    conn: asyncpg.Connection,
    actor: Actor,
    name: str,
    email: str | None = None,
    *,
    role: Role = Role.MEMBER,
    person_id: PersonId | None = None,
) -> Person:
    """Somebody not seen in Slack yet; with a `person_id` that is there already, that person as they are.

    Raises Invalid, Forbidden; Conflict when the e-mail is taken.
    """
    require(actor, Action.EDIT)
    if role is not Role.MEMBER:
        require(actor, Action.PEOPLE)
    address = None if email is None else limits.email(email)
    with domain_errors():
        row = await conn.fetchrow(
            f"""
            INSERT INTO people AS p (workspace_id, name, email, role, person_id) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (workspace_id, person_id) DO NOTHING
            RETURNING {COLUMNS}""",
            actor.workspace_id,
            limits.person_name(name),
            address,
            role.value,
            person_id or PersonId(new_uuid()),
        )
    if row is None:
        assert person_id is not None
        return await get(conn, actor, person_id)
    return read_person(row)


async def require_active(conn: asyncpg.Connection, actor: Actor, person_id: PersonId | None) -> None:
    """Issues are given to people who are here: what somebody had when they left stays theirs, but nothing is added.

    Raises Invalid. Somebody unknown is left to the foreign key.
    """
    if person_id is None:
        return
    known = await get_many(conn, actor, [person_id])
    person = known.get(person_id)
    if person is not None and not person.active:
        raise Invalid(has_left(person.name))


def has_left(name: str) -> FieldError:
    return FieldError(
        field="assignee_id", code="inactive", message=f"{name} is deactivated; choose somebody who is active"
    )


async def merge(
    conn: asyncpg.Connection, actor: Actor, from_id: PersonId, into_id: PersonId, origin: Origin = NOWHERE
) -> Merged:
    """Makes two people one: issues, comments and watches go over; the old id keeps resolving to the survivor.

    History is not rewritten. Raises NotFound, Invalid, Forbidden; Conflict when both are in Slack.
    """
    require(actor, Action.PEOPLE)

    async def again(before: Before) -> Merged:
        return Merged(person=await get(conn, actor, into_id), change_id=before.change_id, repeated=True)

    async def work() -> Merged:
        return await _merge(conn, actor, from_id, into_id, origin)

    return await once(conn, actor, "merge_people", origin, work, again)


async def _merge(
    conn: asyncpg.Connection, actor: Actor, from_id: PersonId, into_id: PersonId, origin: Origin
) -> Merged:
    rows = await conn.fetch(
        f"""
        SELECT p.merged_into, {COLUMNS} FROM people p
        WHERE p.workspace_id = $1 AND p.person_id = ANY($2::uuid[]) ORDER BY p.person_id FOR UPDATE""",
        actor.workspace_id,
        [from_id, into_id],
    )
    found = {row["person_id"]: row for row in rows}
    for person_id in (from_id, into_id):
        if person_id not in found:
            raise NotFound("person", person_id)
    gone, kept = found[from_id], found[into_id]
    if gone["merged_into"] == into_id:
        return Merged(person=read_person(kept), change_id=None)
    erased = "erased" in gone["settings"] or "erased" in kept["settings"]
    if from_id == into_id or gone["merged_into"] is not None or kept["merged_into"] is not None or erased:
        message = "each of the two has to be a person of their own"
        raise Invalid(FieldError(field="person", code="merged", message=message))
    if gone["slack_user_id"] and kept["slack_user_id"]:
        raise Conflict("person", f"{gone['name']} and {kept['name']}, both in Slack,")
    summary = {"from": str(from_id), "into": str(into_id), "name": gone["name"]}
    change_id = await record(conn, actor, "merge_people", origin, (), summary=summary)
    pair = (actor.workspace_id, from_id, into_id)
    await conn.execute(_TELL, *pair, change_id, actor.person_id, actor.source.value)
    await belongings.hand_over(conn, *pair)
    await conn.execute(
        "UPDATE people SET slack_user_id = NULL, active = false WHERE workspace_id = $1 AND person_id = $2",
        actor.workspace_id,
        from_id,
    )
    await conn.execute(_JOIN, *pair, gone["slack_user_id"], gone["active"])
    return Merged(person=await get(conn, actor, into_id), change_id=change_id)


# The survivor takes over what only the other one had; somebody known in Slack is who Slack says they are, as what they
# chose and what was decided of them says too: nobody comes back by being merged.
_JOIN: Final[LiteralString] = """
UPDATE people kept
SET slack_user_id = coalesce(kept.slack_user_id, $4), email = coalesce(kept.email, gone.email),
    name = CASE WHEN $4 IS NULL THEN kept.name ELSE gone.name END,
    role = CASE WHEN $4 IS NULL THEN kept.role ELSE gone.role END,
    timezone = CASE WHEN $4 IS NULL THEN kept.timezone ELSE gone.timezone END,
    locale = CASE WHEN $4 IS NULL THEN kept.locale ELSE gone.locale END,
    handles = CASE WHEN $4 IS NULL THEN kept.handles ELSE gone.handles END,
    settings = CASE WHEN $4 IS NULL THEN kept.settings ELSE gone.settings END,
    active = CASE WHEN $4 IS NOT NULL THEN $5 WHEN kept.slack_user_id IS NOT NULL THEN kept.active
                  ELSE kept.active OR $5 END,
    updated_at = now()
FROM people gone
WHERE kept.workspace_id = $1 AND kept.person_id = $3 AND gone.workspace_id = $1 AND gone.person_id = $2"""

# Reports are told by events which issues to count anew. Nobody takes what was theirs under another name: to the column
# that they count by, whoever had it is the one who has it.
_TELL: Final[LiteralString] = """
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, before, after,
                    was_status, was_assignee, was_priority, now_status, now_assignee, now_priority)
SELECT $1, $4, issue_id, $5, $6, 'edited', jsonb_build_object('assignee_id', $2::uuid),
       jsonb_build_object('assignee_id', $3::uuid), status, $3, priority, status, $3, priority
FROM issues WHERE workspace_id = $1 AND assignee_id = $2 AND deleted_at IS NULL
ORDER BY issue_id"""
