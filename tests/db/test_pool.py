import asyncio
from typing import Any

import asyncpg
import pytest

from db.errors import Busy, Startup, Unavailable
from db.pool import Database, open_database
from tests.conftest import with_database


async def test_a_full_pool_says_busy_instead_of_hanging(db_url: str) -> None:
    database = await open_database(db_url, min_size=1, max_size=1, acquire_timeout=0.05)
    async with database.connection():
        with pytest.raises(Busy):
            async with database.connection():
                pass
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT 1") == 1
    await database.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await open_database("postgresql://lodge@127.0.0.1:9/lodge")


async def test_a_database_that_does_not_exist_is_named(server_dsn: str) -> None:
    with pytest.raises(Startup, match="no_such_database"):
        await open_database(with_database(server_dsn, "no_such_database"))


async def _ask_until_cut_off(database: Database, db_url: str) -> None:
    async with database.connection() as conn:
        pid = await conn.fetchval("SELECT pg_backend_pid()")
        killer = await asyncpg.connect(db_url)
        await killer.execute("SELECT pg_terminate_backend($1)", pid)
        await killer.close()
        for _ in range(6000):
            await conn.fetchval("SELECT 1")
            await asyncio.sleep(0.01)


async def test_a_connection_lost_midway_is_unavailable_and_the_next_one_works(db_url: str) -> None:
    database = await open_database(db_url, min_size=0, max_size=2)
    with pytest.raises(Unavailable):
        await _ask_until_cut_off(database, db_url)
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT 1") == 1
    await database.close()


async def test_an_error_of_the_callers_own_is_left_as_it_is(db_url: str) -> None:
    database = await open_database(db_url, min_size=1, max_size=1)
    with pytest.raises(BrokenPipeError):
        async with database.connection():
            raise BrokenPipeError
    await database.close()


async def _fail_halfway(database: Database) -> None:
    async with database.transaction() as conn:
        await conn.execute("CREATE TABLE half (a int)")
        raise ZeroDivisionError


async def test_a_failing_transaction_leaves_nothing(db_url: str) -> None:
    database = await open_database(db_url, min_size=1, max_size=1)
    with pytest.raises(ZeroDivisionError):
        await _fail_halfway(database)
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT to_regclass('half')") is None
    await database.close()


async def test_what_a_type_is_is_asked_once_for_all_connections(
    db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[frozenset[int]] = []
    introspect = asyncpg.Connection._introspect_types

    async def spy(self: asyncpg.Connection, typeoids: frozenset[int], timeout: float | None) -> Any:
        asked.append(typeoids)
        return await introspect(self, typeoids, timeout)

    monkeypatch.setattr(asyncpg.Connection, "_introspect_types", spy)
    database = await open_database(db_url, min_size=2, max_size=2)
    async with database.connection() as one, database.connection() as other:
        for conn in (one, other, one):
            assert await conn.fetchval("SELECT $1::pgqueuer_status", "queued") == "queued"
            assert await conn.fetchval("SELECT ($1::issue_filing[])[1].workspace_id", []) is None
        assert len(asked) == 2
        await one.reload_schema_state()
        assert await other.fetchval("SELECT cardinality($1::issue_filing[])", []) == 0
        assert len(asked) == 3
    await database.close()
