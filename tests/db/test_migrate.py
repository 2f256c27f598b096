import asyncio

import asyncpg
import pytest

from db.migrate import Migration, MigrationError, known_migrations, migrate


def migration(version: int, sql: str = "SELECT 1") -> Migration:
    return Migration(version=version, name="x", sql=sql)


async def test_applies_everything_once(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    assert [m.version for m in await migrate(conn)] == [m.version for m in known_migrations()]
    assert await migrate(conn) == []
    await conn.close()


async def test_two_starting_replicas_take_turns(empty_db_url: str) -> None:
    one = await asyncpg.connect(empty_db_url)
    two = await asyncpg.connect(empty_db_url)
    done = await asyncio.gather(migrate(one), migrate(two))
    assert sorted(m.version for each in done for m in each) == [m.version for m in known_migrations()]
    await one.close()
    await two.close()


async def test_refuses_a_gap(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    with pytest.raises(MigrationError, match="gap"):
        await migrate(conn, [migration(1), migration(3)])
    await conn.close()


async def test_refuses_an_edited_file(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    await migrate(conn, [migration(1)])
    with pytest.raises(MigrationError, match="edited"):
        await migrate(conn, [migration(1, "SELECT 2")])
    await conn.close()


async def test_refuses_a_database_newer_than_the_code(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    await migrate(conn, [migration(1), migration(2)])
    with pytest.raises(MigrationError, match="newer"):
        await migrate(conn, [migration(1)])
    await conn.close()


async def test_a_failing_file_leaves_nothing_and_the_ones_before_it_stay(empty_db_url: str) -> None:
    conn = await asyncpg.connect(empty_db_url)
    broken = migration(2, "CREATE TABLE half (a int); SELECT no_such_function()")
    with pytest.raises(MigrationError, match="0002_x"):
        await migrate(conn, [migration(1), broken])
    assert await conn.fetchval("SELECT to_regclass('half')") is None
    assert await conn.fetchval("SELECT array_agg(version) FROM schema_migrations") == [1]
    await conn.close()
