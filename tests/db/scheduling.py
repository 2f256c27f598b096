"""A schedule and what became of its runs."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg

from db.access import Actor
from db.ids import ChannelId, PersonId, WorkspaceId
from db.schedules import ScheduleDraft, parse_recurrence, posts, runs
from db.states import Role

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # a Friday
NINE = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def draft(when: str = "daily 09:00", **changed: str) -> ScheduleDraft:
    values = {
        "report": "digest",
        "query": "",
        "period": "7d",
        "channel_id": "C1",
        "timezone": "UTC",
    } | changed
    return ScheduleDraft(recurrence=parse_recurrence(when), **values)  # type: ignore[arg-type]  # plain strings will do here


async def someone(conn: asyncpg.Connection, workspace_id: WorkspaceId, role: Role = Role.MEMBER) -> Actor:
    person_id = await conn.fetchval(
        "INSERT INTO people (workspace_id, name, role) VALUES ($1, 'Ada', $2) RETURNING person_id",
        workspace_id,
        role.value,
    )
    return Actor(workspace_id=workspace_id, person_id=PersonId(person_id), role=role)


async def claim(conn: asyncpg.Connection, now: datetime, limit: int = 200) -> int:
    async with conn.transaction():
        return await runs.claim_due(conn, now, limit=limit)


async def states(conn: asyncpg.Connection) -> list[tuple[datetime, str, bool]]:
    rows = await conn.fetch("SELECT due_at, state, late FROM report_runs ORDER BY due_at")
    return [(r["due_at"], r["state"], r["late"]) for r in rows]


async def the_run(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> runs.Run:
    run_id = await conn.fetchval("SELECT run_id FROM report_runs")
    run = await runs.claimed(conn, workspace_id, run_id)
    assert run is not None
    return run


async def outcome(
    conn: asyncpg.Connection, ada: Actor, state: str, error: str | None
) -> tuple[posts.Settled, ...]:
    await claim(conn, NINE)
    run = await the_run(conn, ada.workspace_id)
    async with conn.transaction():
        await posts.put(conn, ada.workspace_id, run.run_id, {"text": "hello"}, ChannelId("C1"))
    assert await posts.settle(conn) == ()
    await conn.execute("UPDATE outbox SET state = $1, error = $2, settled_at = now()", state, error)
    return await posts.settle(conn)


async def handed_over(conn: asyncpg.Connection, ada: Actor, now: datetime) -> runs.Run:
    """What is due is made, and waits to be sent."""
    assert await claim(conn, now) == 1
    run_id = await conn.fetchval("SELECT run_id FROM report_runs WHERE state = 'claimed'")
    run = await runs.claimed(conn, ada.workspace_id, run_id)
    assert run is not None
    async with conn.transaction():
        assert await posts.put(conn, ada.workspace_id, run_id, {"text": "hello"}, ChannelId("C1"))
    return run


async def outcomes(conn: asyncpg.Connection) -> list[tuple[str, str]]:
    """Of each run that was handed over: its state, and that of its message."""
    rows = await conn.fetch(
        "SELECT r.state AS run, o.state AS message FROM report_runs r JOIN outbox o USING (outbox_id) ORDER BY due_at"
    )
    return [(row["run"], row["message"]) for row in rows]
