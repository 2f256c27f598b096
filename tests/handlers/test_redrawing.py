"""What shows issues follows them, also where nothing else is said of a change."""

from __future__ import annotations

from dataclasses import replace

import asyncpg
import pytest

from db import announcements, cards, changes, issues, outbox, previews
from db.ids import ChangeId, ChannelId, MessageTs
from db.issues import IssuePatch
from db.outbox import Kind
from db.pool import Database
from db.states import Source
from handlers import redrawing
from handlers.jobs import Job
from handlers.redrawing import Redrawing
from tests.db.worlds import file, make_world
from tests.handlers.test_drawing import services

HERE = ChannelId("C1")


@pytest.mark.parametrize("how", ["changed", "taken back"])
async def test_what_an_import_touched_is_shown_as_it_is_now(
    conn: asyncpg.Connection, database: Database, how: str
) -> None:
    world = await make_world(conn)
    touched, other = await file(conn, world.ada), await file(conn, world.ada)
    for number, issue in enumerate((touched, other)):
        place = HERE, MessageTs(f"1.{number}")
        await cards.remember(conn, world.workspace_id, *place, issue.issue_id, issue.version)
        named = HERE, MessageTs(f"2.{number}")
        await previews.remember(conn, world.workspace_id, *named, [issue.issue_id], ["x"])
    await announcements.take(conn, world.workspace_id, 100)
    importing = replace(world.ada, source=Source.IMPORT)
    if how == "changed":
        await issues.edit(conn, importing, touched.issue_id, IssuePatch(title="As in the file"))
    else:
        filed = await conn.fetchval("SELECT change_id FROM events WHERE issue_id = $1", touched.issue_id)
        await changes.undo(conn, importing, ChangeId(filed))
    async with conn.transaction():
        batch = await announcements.take(conn, world.workspace_id, 100)
        assert batch is not None
        assert batch.events == ()
        await redrawing.announce(conn, batch)
    payloads = await conn.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = $1", redrawing.JOB)
    assert len(payloads) == 1
    for _ in range(2):
        await Redrawing(services(database)).run(Job(id=1, payload=payloads[0]["payload"], attempts=0))
    rows = await conn.fetch("SELECT kind, issue_id, payload FROM outbox ORDER BY payload ->> 'ts'")
    assert [(row["kind"], row["payload"]["ts"]) for row in rows] == [
        (Kind.REFRESH, "1.0"),
        (Kind.REFRESH, "2.0"),
    ]
    assert await outbox.next_refresh(conn, world.workspace_id, HERE) is not None
