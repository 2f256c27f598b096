"""What people wait for while a thousand cards are brought up to date in the background, against the same at rest."""

from __future__ import annotations

import asyncio
from uuid import UUID

import asyncpg

from db import bulk
from db.access import Actor
from db.bulk import BulkPatch
from db.ids import IssueId, WorkspaceId
from db.pool import open_database
from db.states import Priority, Role, Source
from tests.bench.load import Result, run
from tests.bench.mixed import AT_ONCE, Stage, stage
from tests.bench.rows import Row

CARDS = 1_000
CHANNELS = 200
WARM = 800
NUMBER = 800
ROUNDS = 3


async def rows(size: int) -> list[Row]:
    async with stage(size) as scene:
        ids = await _shown(scene)
        await run(scene.ours, scene.people.requests(WARM), AT_ONCE)
        rest, flood = Result(), Result()
        for priority in (Priority.URGENT, Priority.HIGH, Priority.LOW)[:ROUNDS]:
            rest.add(await run(scene.ours, scene.people.requests(NUMBER), AT_ONCE))
            await _change(scene, ids, priority)
            # First while it is worked out what follows from it, then while that is sent.
            flood.add(await run(scene.ours, scene.people.requests(NUMBER), AT_ONCE))
            await _announced(scene)
            flood.add(await run(scene.ours, scene.people.requests(NUMBER), AT_ONCE))
        waiting = await _coalesced(scene)
    return [
        Row(
            name=f"ack of mixed commands while {CARDS:,} cards are updated, p99",
            value=flood.percentile(99) * 1000,
            floor=rest.percentile(99) * 1000,
            goal=2.0,
            sense="<=",
            unit="ms",
            size=size,
        ),
        Row(
            name=f"updates asked for by {ROUNDS} changes of {CARDS:,} cards, a card",
            value=waiting / CARDS,
            floor=None,
            goal=1.1,
            sense="<=",
            size=size,
        ),
    ]


async def _shown(scene: Stage) -> list[IssueId]:
    """Issues that each have a card, in many channels."""
    ids = [IssueId(UUID(each)) for each in scene.people.ids[:CARDS]]
    conn = await asyncpg.connect(scene.dsn)
    await conn.executemany(
        "INSERT INTO cards (workspace_id, channel_id, message_ts, issue_id) VALUES ($1, $2, $3, $4)",
        [
            (scene.people.team, f"C0CARDS{place % CHANNELS}", f"1700000000.{place:06d}", issue_id)
            for place, issue_id in enumerate(ids)
        ],
    )
    await conn.close()
    return ids


async def _change(scene: Stage, ids: list[IssueId], priority: Priority) -> None:
    database = await open_database(scene.dsn, min_size=1, max_size=1)
    actor = Actor(
        workspace_id=WorkspaceId(scene.people.team), person_id=None, role=Role.ADMIN, source=Source.SLACK
    )
    async with database.transaction() as conn:
        await bulk.change(conn, actor, ids, BulkPatch(priority=priority))
    await database.close()


async def _announced(scene: Stage) -> None:
    conn = await asyncpg.connect(scene.dsn)
    while await conn.fetchval("SELECT count(*) FROM pending_changes"):
        await asyncio.sleep(0.1)
    await conn.close()


async def _coalesced(scene: Stage) -> int:
    """How many updates are waiting or were sent for the cards above."""
    conn = await asyncpg.connect(scene.dsn)
    found: int = await conn.fetchval(
        "SELECT count(*) FROM outbox WHERE kind = 'refresh' AND channel_id LIKE 'C0CARDS%'"
    )
    await conn.close()
    return found
