"""A person's own digest: a schedule that tells its owner alone."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from db.access import Actor
from db.ids import ChannelId
from db.origins import NOWHERE, Origin
from db.recording import Before, once, record
from db.schedules.keeping import Settings, create, delete, edit
from db.schedules.record import COLUMNS, LAST, Schedule, ScheduleDraft, read_schedule


async def own_digest(conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId) -> Schedule | None:
    """The digest that the actor gets by direct message, the first if there are several."""
    row = await conn.fetchrow(
        f"""
        SELECT {COLUMNS} FROM schedules s {LAST}
        WHERE s.workspace_id = $1 AND s.owner_id = $2 AND s.channel_id = $3 AND s.report = 'digest'
        ORDER BY s.schedule_id LIMIT 1""",
        actor.workspace_id,
        actor.person_id,
        channel_id,
    )
    return None if row is None else read_schedule(row)


async def set_own_digest(
    conn: asyncpg.Connection,
    actor: Actor,
    channel_id: ChannelId,
    draft: ScheduleDraft | None,
    now: datetime,
    settings: Settings | None = None,
    origin: Origin = NOWHERE,
) -> Schedule | None:
    """Begins, changes or (None) ends it, once for a request. Raises Forbidden, Invalid."""
    action = "end_digest" if draft is None else "set_digest"

    async def again(before: Before) -> Schedule | None:
        return await own_digest(conn, actor, channel_id)

    async def work() -> Schedule | None:
        kept = await own_digest(conn, actor, channel_id)
        if draft is not None:
            kept = await (
                create(conn, actor, draft, now, settings)
                if kept is None
                else edit(conn, actor, kept.schedule_id, draft, now, settings)
            )
        elif kept is not None:
            await delete(conn, actor, kept.schedule_id)
            kept = None
        await record(conn, actor, action, origin, (), summary={})
        return kept

    return await once(conn, actor, action, origin, work, again)
