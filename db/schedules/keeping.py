"""Schedules as people make, see and change them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg

from db import spent
from db.access import Action, Actor, may, require
from db.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from db.ids import ChannelId, PersonId, WorkspaceId, new_uuid
from db.refusals import is_direct
from db.schedules import posts
from db.schedules.record import (
    COLUMNS,
    LAST,
    PAUSED_BY_PERSON,
    Schedule,
    ScheduleDraft,
    ScheduleId,
    read_schedule,
)
from db.states import Role

# In channels, and as direct messages to one person.
MOST: Final = 500
MOST_DIRECT: Final = 20

Settings = Mapping[str, Any]

# What is brought back may be so again.
_RESTORING: Final = "restore:"
_REQUESTS: Final = UUID("5c1d8a3e-6a0f-4d57-9d0b-6f3c8e7b2a14")


async def create(
    conn: asyncpg.Connection,
    actor: Actor,
    draft: ScheduleDraft,
    now: datetime,
    settings: Settings | None = None,
    *,
    request_key: str | None = None,
) -> Schedule:
    """The same request asked again gives the schedule it made, however that looks now.

    Raises Forbidden, Invalid; Conflict when that was deleted since.
    """
    require(actor, Action.SCHEDULES, settings)
    draft = draft.checked(now)
    if actor.person_id is None:
        raise Forbidden(Action.SCHEDULES.value, "a person it belongs to")
    wanted = _id_for(actor.workspace_id, request_key)
    schedule_id = await conn.fetchval(
        """
        INSERT INTO schedules (workspace_id, owner_id, report, query, period, channel_id, recurrence, timezone,
                               locale, next_due_at, schedule_id)
        SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $13
        WHERE CASE WHEN $6 ~ '^[UW]'
              THEN (SELECT count(*) FROM schedules
                    WHERE workspace_id = $1 AND owner_id = $2 AND channel_id ~ '^[UW]') < $12
              ELSE (SELECT count(*) FROM schedules WHERE workspace_id = $1 AND channel_id !~ '^[UW]') < $11 END
        ON CONFLICT (workspace_id, schedule_id) DO NOTHING RETURNING schedule_id""",
        actor.workspace_id,
        actor.person_id,
        *_values(draft),
        draft.first_due(now),
        MOST,
        MOST_DIRECT,
        wanted,
    )
    if schedule_id is None:
        with suppress(NotFound):
            return await get(conn, actor, wanted)
        message = (
            f"a workspace has at most {MOST} schedules, a person {MOST_DIRECT} of their own; delete one first"
        )
        raise Invalid(FieldError(field="schedule", code="too_many", message=message, limit=MOST))
    if request_key is not None and not request_key.startswith(_RESTORING):
        await spent.refuse(conn, actor.workspace_id, _made(schedule_id))
    return await get(conn, actor, schedule_id)


async def restore(
    conn: asyncpg.Connection,
    actor: Actor,
    gone: ScheduleId,
    owner_id: PersonId,
    draft: ScheduleDraft,
    now: datetime,
    settings: Settings | None = None,
) -> Schedule:
    """One that was deleted is its owner's again, once however often it is asked for.

    Raises Forbidden, Invalid, NotFound.
    """
    if actor.role is not Role.ADMIN and actor.person_id != owner_id:
        raise Forbidden(Action.SCHEDULES.value, "its owner, or an admin")
    # Whoever they are by now.
    kept_id = await conn.fetchval(
        "SELECT coalesce(merged_into, person_id) FROM people WHERE workspace_id = $1 AND person_id = $2",
        actor.workspace_id,
        owner_id,
    )
    if kept_id is None:
        raise NotFound("person", owner_id)
    owner = replace(actor, person_id=PersonId(kept_id))
    return await create(conn, owner, draft, now, settings, request_key=f"{_RESTORING}{gone}")


def _id_for(workspace_id: WorkspaceId, request_key: str | None) -> ScheduleId:
    """The same for the same request, so that nothing else need be remembered of it."""
    return ScheduleId(uuid5(_REQUESTS, f"{workspace_id} {request_key}") if request_key else new_uuid())


def _made(schedule_id: ScheduleId) -> str:
    """By which the request is known whose schedule was deleted."""
    return f"schedule:{schedule_id}"


def _values(draft: ScheduleDraft) -> tuple[object, ...]:
    return (
        draft.report,
        draft.query,
        draft.period,
        draft.channel_id,
        draft.recurrence.text(),
        draft.timezone,
        draft.locale,
    )


async def get(conn: asyncpg.Connection, actor: Actor, schedule_id: ScheduleId) -> Schedule:
    """Raises NotFound."""
    return await get_any(conn, actor.workspace_id, schedule_id)


async def get_any(conn: asyncpg.Connection, workspace_id: WorkspaceId, schedule_id: ScheduleId) -> Schedule:
    """For the worker, who asks for nobody. Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT {COLUMNS} FROM schedules s {LAST} WHERE s.workspace_id = $1 AND s.schedule_id = $2",
        workspace_id,
        schedule_id,
    )
    if row is None:
        raise NotFound("schedule", schedule_id)
    return read_schedule(row)


async def page(
    conn: asyncpg.Connection,
    actor: Actor,
    settings: Settings | None = None,
    *,
    limit: int = 10,
    after: ScheduleId | None = None,
) -> tuple[Schedule, ...]:
    """Oldest first, those after `after`. A direct message to somebody else is not shown.

    Who may make none sees their own alone, to end them.
    """
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM schedules s {LAST}
        WHERE s.workspace_id = $1 AND ($3::uuid IS NULL OR s.schedule_id > $3)
          AND (s.owner_id = $4 OR $5 AND s.channel_id !~ '^[UW]')
        ORDER BY s.schedule_id LIMIT $2""",
        actor.workspace_id,
        limit,
        after,
        actor.person_id,
        may(actor, Action.SCHEDULES, settings),
    )
    return tuple(read_schedule(row) for row in rows)


def may_change(actor: Actor, schedule: Schedule) -> bool:
    return actor.role is Role.ADMIN or actor.person_id == schedule.owner_id


async def changeable(
    conn: asyncpg.Connection, actor: Actor, schedule_id: ScheduleId, settings: Settings | None = None
) -> Schedule:
    """The schedule, for one who may have it run, too. Raises Forbidden, NotFound."""
    require(actor, Action.SCHEDULES, settings)
    return await _endable(conn, actor, schedule_id)


async def _endable(conn: asyncpg.Connection, actor: Actor, schedule_id: ScheduleId) -> Schedule:
    """For one who may have it posted no more: also an owner who could not begin another."""
    schedule = await get(conn, actor, schedule_id)
    if not may_change(actor, schedule):
        raise Forbidden(Action.SCHEDULES.value, "its owner, or an admin")
    return schedule


async def edit(
    conn: asyncpg.Connection,
    actor: Actor,
    schedule_id: ScheduleId,
    draft: ScheduleDraft,
    now: datetime,
    settings: Settings | None = None,
    *,
    version: int | None = None,
) -> Schedule:
    """A paused schedule runs again; of one whose time stays the same, nothing that is due is lost.

    Raises Forbidden, Invalid, NotFound; Conflict when changed since `version`.
    """
    kept = await changeable(conn, actor, schedule_id, settings)
    draft = draft.checked(now)
    if is_direct(draft.channel_id) and actor.person_id != kept.owner_id:
        message = "the schedule is somebody else's: only they can have it sent to themselves"
        raise Invalid(FieldError(field="direct", code="not_owner", message=message))
    done = await conn.fetchval(
        """
        UPDATE schedules
        SET report = $3, query = $4, period = $5, channel_id = $6, recurrence = $7, timezone = $8, locale = $9,
            next_due_at = CASE WHEN recurrence = $7 AND timezone = $8 THEN coalesce(next_due_at, $10) ELSE $10 END,
            paused_why = NULL, version = version + 1
        WHERE workspace_id = $1 AND schedule_id = $2 AND ($11::integer IS NULL OR version = $11)
        RETURNING true""",
        actor.workspace_id,
        schedule_id,
        *_values(draft),
        draft.first_due(now),
        version,
    )
    if not done:
        raise Conflict("newer version of schedule", schedule_id)
    return await get(conn, actor, schedule_id)


async def pause(conn: asyncpg.Connection, actor: Actor, schedule_id: ScheduleId) -> Schedule:
    """What is on its way is stopped where that can be. What Slack had stopped does not go on by itself any more.

    Raises Forbidden, NotFound.
    """
    await _endable(conn, actor, schedule_id)
    await posts.withdraw(conn, actor.workspace_id, schedule_id)
    await conn.execute(
        """
        UPDATE schedules SET next_due_at = NULL, paused_why = $3, version = version + 1
        WHERE workspace_id = $1 AND schedule_id = $2 AND paused_why IS DISTINCT FROM $3""",
        actor.workspace_id,
        schedule_id,
        PAUSED_BY_PERSON,
    )
    return await get(conn, actor, schedule_id)


async def resume(
    conn: asyncpg.Connection,
    actor: Actor,
    schedule_id: ScheduleId,
    now: datetime,
    settings: Settings | None = None,
) -> Schedule:
    """From the next instant on; what was due meanwhile is not made up for. Raises Forbidden, NotFound."""
    schedule = await changeable(conn, actor, schedule_id, settings)
    await conn.execute(
        """
        UPDATE schedules SET next_due_at = $3, paused_why = NULL, version = version + 1
        WHERE workspace_id = $1 AND schedule_id = $2 AND paused_why IS NOT NULL""",
        actor.workspace_id,
        schedule_id,
        schedule.draft.first_due(now),
    )
    return await get(conn, actor, schedule_id)


async def delete(conn: asyncpg.Connection, actor: Actor, schedule_id: ScheduleId) -> Schedule:
    """In the caller's transaction; what is on its way is stopped where that can be. Raises Forbidden, NotFound."""
    schedule = await _endable(conn, actor, schedule_id)
    await posts.hold(conn, actor.workspace_id, schedule_id)
    await posts.withdraw(conn, actor.workspace_id, schedule_id, asked=True)
    await conn.execute(
        "DELETE FROM schedules WHERE workspace_id = $1 AND schedule_id = $2", actor.workspace_id, schedule_id
    )
    await spent.first(conn, actor.workspace_id, _made(schedule_id))
    return schedule


async def refuse(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, schedule_id: ScheduleId, error: str
) -> Schedule | None:
    """Slack does not take it: pauses the schedule and returns it; None when it was paused already."""
    row = await conn.fetchrow(
        f"""
        WITH stopped AS (
            UPDATE schedules SET next_due_at = NULL, paused_why = $3, version = version + 1
            WHERE workspace_id = $1 AND schedule_id = $2 AND paused_why IS NULL
            RETURNING *
        )
        SELECT {COLUMNS} FROM stopped s {LAST}""",
        workspace_id,
        schedule_id,
        error,
    )
    return None if row is None else read_schedule(row)


async def refused(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, errors: Collection[str]
) -> tuple[Schedule, ...]:
    """Those of the channel that were stopped by one of these. Oldest first."""
    rows = await conn.fetch(
        f"""
        SELECT {COLUMNS} FROM schedules s {LAST}
        WHERE s.workspace_id = $1 AND s.channel_id = $2 AND s.paused_why = ANY ($3::text[])
        ORDER BY s.schedule_id""",
        workspace_id,
        channel_id,
        list(errors),
    )
    return tuple(read_schedule(row) for row in rows)


async def go_on(conn: asyncpg.Connection, stopped: Schedule, now: datetime) -> Schedule | None:
    """It runs from its next instant on, for nobody in particular.

    None when somebody changed it meanwhile, or when nobody can tell any more when it is due.
    """
    try:
        due = stopped.draft.first_due(now)
    except Invalid:
        return None
    done = await conn.fetchval(
        """
        UPDATE schedules SET next_due_at = $4, paused_why = NULL, version = version + 1
        WHERE workspace_id = $1 AND schedule_id = $2 AND version = $3 AND paused_why IS NOT NULL
        RETURNING true""",
        stopped.workspace_id,
        stopped.schedule_id,
        stopped.version,
        due,
    )
    return replace(stopped, next_due_at=due, paused_why=None, version=stopped.version + 1) if done else None
