"""What is not counted at once is counted in the end, whoever counts beside and whoever dies over it."""

import asyncio
import contextlib

import asyncpg

from db.access import Actor
from db.ids import ChangeId, WorkspaceId, new_uuid
from db.pool import Database
from db.reports.desk import desk
from db.reports.kept import Kept
from db.rollups import behind, differences, fold, fold_backlog, rebuild
from db.rollups.folding import take_turn
from db.states import Role
from tests.db.histories import History, workspace

_TAKE = """
DELETE FROM pending_changes WHERE workspace_id = $1 AND change_id = ANY(ARRAY(
    SELECT change_id FROM pending_changes WHERE workspace_id = $1 ORDER BY change_id LIMIT $2 FOR UPDATE SKIP LOCKED))
RETURNING change_id"""


async def _fold(conn: asyncpg.Connection, workspace_id: WorkspaceId, most: int = 5) -> bool:
    """As the `announce` job does."""
    async with conn.transaction():
        taken = [row[0] for row in await conn.fetch(_TAKE, workspace_id, most)]
        await fold(conn, workspace_id, taken, at_once=8)
    return bool(taken)


async def _step(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> bool:
    async with conn.transaction():
        return await fold_backlog(conn, workspace_id, at_once=5)


async def _history(conn: asyncpg.Connection, seed: int) -> History:
    history = History(conn, await workspace(conn), seed)
    await history.populate()
    await rebuild(conn, history.workspace_id)
    return history


async def _settled(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> None:
    """All that is left to be done is done by jobs that wait, and then everything is right."""
    while await _fold(conn, workspace_id) or await _step(conn, workspace_id):
        pass
    assert await behind(conn) == ()
    assert await conn.fetchval("SELECT count(*) FROM pending_changes") == 0
    assert await differences(conn, workspace_id) == []


async def test_replicas_that_fold_step_and_rebuild_at_once_leave_nothing_behind(
    database: Database, conn: asyncpg.Connection
) -> None:
    history = await _history(conn, 31)
    busy = True

    async def folding() -> None:
        while busy:
            async with database.connection() as own:
                await _fold(own, history.workspace_id)

    async def stepping() -> None:
        while busy:
            async with database.connection() as own:
                await _step(own, history.workspace_id)

    async def rebuilding(*, dies: bool) -> None:
        while busy:
            async with database.connection() as own:
                with contextlib.suppress(ZeroDivisionError):
                    async with own.transaction():
                        await rebuild(own, history.workspace_id)
                        if dies:
                            raise ZeroDivisionError

    async with asyncio.TaskGroup() as group:
        for work in (folding(), folding(), stepping(), rebuilding(dies=True), rebuilding(dies=False)):
            group.create_task(work)
        for _ in range(80):
            await history.step()
        busy = False
    await _settled(conn, history.workspace_id)


async def test_a_rebuild_whose_server_process_is_killed_loses_nothing_of_the_backlog(
    conn: asyncpg.Connection, db_url: str
) -> None:
    history = await _history(conn, 32)
    for _ in range(20):
        await history.step()
    rebuilding = await asyncpg.connect(db_url)
    transaction = rebuilding.transaction()
    await transaction.start()
    await rebuild(rebuilding, history.workspace_id)
    while await _fold(conn, history.workspace_id):
        pass
    waiting = await conn.fetchval("SELECT count(*) FROM rollup_backlog")
    assert waiting == 20
    await conn.execute("SELECT pg_terminate_backend($1, 30000)", rebuilding.get_server_pid())
    rebuilding.terminate()
    assert await conn.fetchval("SELECT count(*) FROM rollup_backlog") == waiting
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'rollups_backlog'") == 1
    await _settled(conn, history.workspace_id)


async def test_a_backlog_without_a_book_asks_for_one(conn: asyncpg.Connection, db_url: str) -> None:
    """The first rebuild of a workspace died: what waited for it is in the next."""
    history = History(conn, await workspace(conn), 33)
    await history.populate()
    await history.step()
    rebuilding = await asyncpg.connect(db_url)
    async with rebuilding.transaction():
        await take_turn(rebuilding, history.workspace_id)
        await _fold(conn, history.workspace_id)
    await rebuilding.close()
    assert not await _step(conn, history.workspace_id)
    assert await behind(conn) == ()
    assert await conn.fetchval("SELECT payload FROM pgqueuer WHERE entrypoint = 'rollups'") == b"T0"


async def test_small_changes_of_a_backlog_are_counted_together(conn: asyncpg.Connection, db_url: str) -> None:
    history = await _history(conn, 34)
    for _ in range(30):
        await history.change([history._new(history._long_ago())])
    rebuilding = await asyncpg.connect(db_url)
    async with rebuilding.transaction():
        await take_turn(rebuilding, history.workspace_id)
        await _fold(conn, history.workspace_id, most=100)
    await rebuilding.close()
    assert await conn.fetchval("SELECT count(*) FROM rollup_backlog") == 30
    assert await fold_backlog(conn, history.workspace_id)
    assert await behind(conn) == ()
    await _settled(conn, history.workspace_id)


async def test_labels_merged_during_a_rebuild_hold_nothing_up_and_are_trusted_after_the_next(
    conn: asyncpg.Connection, db_url: str
) -> None:
    history = await _history(conn, 35)
    await history.step()
    while await _fold(conn, history.workspace_id):
        pass
    actor = Actor(workspace_id=history.workspace_id, person_id=None, role=Role.ADMIN)
    merge = ChangeId(new_uuid())
    rebuilding = await asyncpg.connect(db_url)
    async with rebuilding.transaction():
        await take_turn(rebuilding, history.workspace_id)
        await conn.execute("SET lock_timeout = '2s'")
        await conn.execute(
            "INSERT INTO changes (workspace_id, change_id, source, action) VALUES ($1, $2, 'system', 'merge_labels')",
            history.workspace_id,
            merge,
        )
        await fold(conn, history.workspace_id, [merge])
        async with desk(conn, actor, None) as numbers:
            assert not isinstance(numbers.source, Kept)
    await rebuilding.close()
    assert await _step(conn, history.workspace_id)
    assert await behind(conn) == ()
    async with desk(conn, actor, None) as numbers:
        assert not isinstance(numbers.source, Kept)
    assert await conn.fetchval("SELECT payload FROM pgqueuer WHERE entrypoint = 'rollups'") == b"T0"
    await rebuild(conn, history.workspace_id)
    async with desk(conn, actor, None) as numbers:
        assert isinstance(numbers.source, Kept)
