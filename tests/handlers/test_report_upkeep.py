"""The kept numbers of reports: large changes counted by a job, wrong ones repaired and said aloud."""

from __future__ import annotations

import dataclasses
import logging
from datetime import timedelta
from typing import Any, cast

import asyncpg
import pytest

from db import rollups
from db.ids import WorkspaceId
from db.pool import Database
from handlers.jobs import Again, Job
from handlers.reports.upkeep import Upkeep
from handlers.services import Services
from tests.db.histories import History, workspace
from tests.db.worlds import file, make_world


class Quiet:
    stopping = False

    def ring(self) -> None:
        return


def upkeep(database: Database, worker: Quiet) -> Upkeep:
    given: dict[str, Any] = {each.name: None for each in dataclasses.fields(Services) if each.init}
    services = Services(**(given | {"database": database, "bell": worker}))
    return Upkeep(cast("Any", worker), services)


def job(workspace_id: str) -> Job:
    return Job(id=0, payload=workspace_id.encode(), attempts=0)


async def test_a_wrong_number_is_logged_repaired_and_told_to_the_admins(
    database: Database, conn: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    world = await make_world(conn)
    await file(conn, world.ada)
    await conn.execute("DELETE FROM pending_changes")
    await rollups.rebuild(conn, world.workspace_id)
    await conn.execute("UPDATE rollup_days SET created = created + 1")
    with caplog.at_level(logging.ERROR):
        await upkeep(database, Quiet()).check()
    assert "a kept number was wrong and has been rebuilt" in caplog.text
    (told,) = await conn.fetch("SELECT channel_id, payload->>'text' AS text FROM outbox")
    assert told["channel_id"] == "UADMIN"
    assert "5 places" in told["text"]
    assert await rollups.differences(conn, world.workspace_id) == []
    await upkeep(database, Quiet()).check()
    assert await conn.fetchval("SELECT count(*) FROM outbox") == 1


async def test_a_large_change_is_counted_by_its_job_and_called_for_again_when_forgotten(
    database: Database, conn: asyncpg.Connection
) -> None:
    history = History(conn, await workspace(conn), 31)
    await history.populate()
    await rollups.rebuild(conn, history.workspace_id)
    await history.change([history._new(history.now) for _ in range(30)])
    async with conn.transaction():
        await rollups.fold(conn, history.workspace_id, await history.take_pending(10), at_once=5)
    await conn.execute("DELETE FROM pgqueuer")
    worker = Quiet()
    await upkeep(database, worker).call_forgotten()
    assert await conn.fetchval("SELECT payload FROM pgqueuer WHERE entrypoint = 'rollups_backlog'") == b"T0"
    worker.stopping = True
    with pytest.raises(Again) as again:
        await upkeep(database, worker).catch_up(job("T0"))
    assert again.value.delay == timedelta(0)
    worker.stopping = False
    await upkeep(database, worker).catch_up(job("T0"))
    assert await rollups.behind(conn) == ()
    assert await conn.fetchval("SELECT count(*) FROM rollup_issues") == 30
    assert await rollups.differences(conn, history.workspace_id) == []


async def test_counting_later_does_not_keep_a_connection_waiting_for_a_rebuild(
    database: Database, conn: asyncpg.Connection
) -> None:
    history = History(conn, await workspace(conn), 32)
    await history.populate()
    await rollups.rebuild(conn, history.workspace_id)
    async with conn.transaction():
        assert await rollups.take_turn_if_free(conn, history.workspace_id)
        with pytest.raises(Again) as again:
            await upkeep(database, Quiet()).catch_up(job("T0"))
    assert again.value.delay > timedelta(0)


async def test_a_workspace_that_cannot_be_checked_leaves_the_others_their_turn(
    database: Database, conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("T1", "T2", "T3"):
        await workspace(conn, name)
    check_and_repair = rollups.check_and_repair

    async def failing(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> list[rollups.Difference]:
        if workspace_id == "T2":
            raise asyncpg.DataError("out of range")
        return await check_and_repair(conn, workspace_id)

    monkeypatch.setattr(rollups, "check_and_repair", failing)
    with pytest.raises(ExceptionGroup) as raised:
        await upkeep(database, Quiet()).check()
    (error,) = raised.value.exceptions
    assert "T2" in error.__notes__[0]
    booked = await conn.fetch("SELECT workspace_id FROM rollup_books ORDER BY workspace_id")
    assert [row["workspace_id"] for row in booked] == ["T1", "T3"]
