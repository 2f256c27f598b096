"""Kept numbers that are made anew while everything goes on: nothing is left out, and nothing counted twice."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

from db.rollups import behind, differences, fold, fold_backlog, rebuild
from db.rollups.folding import take_turn
from tests.db.histories import History, workspace
from tests.db.test_rollups import both


async def test_what_happens_during_a_rebuild_waits_for_it_without_holding_up_anything(
    conn: asyncpg.Connection, db_url: str
) -> None:
    history = History(conn, await workspace(conn), 23)
    await history.populate()
    await rebuild(conn, history.workspace_id)
    await fold(conn, history.workspace_id, await history.take_pending(1000))
    for _ in range(10):
        await history.step()
    rebuilding = await asyncpg.connect(db_url)
    async with rebuilding.transaction():
        await take_turn(rebuilding, history.workspace_id)
        await conn.execute("SET lock_timeout = '2s'")
        async with conn.transaction():
            await fold(conn, history.workspace_id, await history.take_pending(1000))
        kept, scanned = await both(history, "Europe/Berlin")
        assert kept == scanned
    await rebuilding.close()
    assert await behind(conn) == (history.workspace_id,)
    while await fold_backlog(conn, history.workspace_id):
        pass
    assert await behind(conn) == ()
    assert await differences(conn, history.workspace_id) == []


async def test_a_rebuild_takes_the_backlog_along(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn), 22)
    await history.populate()
    await rebuild(conn, history.workspace_id)
    await history.change([history._new(history._long_ago()) for _ in range(30)])
    await fold(conn, history.workspace_id, await history.take_pending(1000), at_once=10)
    await rebuild(conn, history.workspace_id)
    assert await behind(conn) == ()
    assert not await fold_backlog(conn, history.workspace_id)
    kept, scanned = await both(history, "Europe/Berlin")
    assert kept == scanned


async def test_a_rebuild_in_the_middle_counts_nothing_twice(conn: asyncpg.Connection) -> None:
    history = History(conn, await workspace(conn), 5)
    await history.populate()
    for _ in range(80):
        await history.step()
    await fold(conn, history.workspace_id, await history.take_pending(20))
    await rebuild(conn, history.workspace_id)
    kept, scanned = await both(history, "Europe/Berlin")
    assert kept == scanned
    await fold(conn, history.workspace_id, await history.take_pending(1000))
    kept, scanned = await both(history, "Europe/Berlin")
    assert kept == scanned


@pytest.mark.parametrize("at_once", [1, 7])
async def test_what_changes_between_two_parts_of_a_rebuild_is_counted_once(
    conn: asyncpg.Connection, db_url: str, at_once: int
) -> None:
    """Issues are filed, edited and deleted in parts that are counted already, and in those that are not yet."""
    history = History(conn, await workspace(conn), 41)
    await history.populate()
    for _ in range(40):
        await history.step()
    await rebuild(conn, history.workspace_id)
    await fold(conn, history.workspace_id, await history.take_pending(1000))
    rebuilding = await asyncpg.connect(db_url)
    counted = _Interrupted(rebuilding, history)
    await rebuild(counted, history.workspace_id, at_once=at_once)
    assert counted.parts > 2
    assert await behind(conn) == (history.workspace_id,)
    kept, scanned = await both(history, "Europe/Berlin")
    assert kept == scanned
    while await fold_backlog(conn, history.workspace_id):
        pass
    await fold(conn, history.workspace_id, await history.take_pending(1000))
    await rebuilding.close()
    assert await behind(conn) == ()
    kept, scanned = await both(history, "Europe/Berlin")
    assert kept == scanned
    assert await differences(conn, history.workspace_id) == []


class _Interrupted:
    """A connection for a rebuild; before each part something happens elsewhere, and some of it is announced."""

    def __init__(self, conn: asyncpg.Connection, history: History) -> None:
        self._conn = conn
        self._history = history
        self.parts = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)

    async def execute(self, sql: str, *values: Any) -> Any:
        if "INSERT INTO rollup_issues" in sql:
            self.parts += 1
            conn, workspace_id = self._history.conn, self._history.workspace_id
            await self._history.step()
            if self.parts % 2:
                async with conn.transaction():
                    await fold(conn, workspace_id, await self._history.take_pending(1))
        return await self._conn.execute(sql, *values)
