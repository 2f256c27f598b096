import asyncpg

from db import housekeeping


async def test_a_table_that_grew_is_analyzed_once(conn: asyncpg.Connection) -> None:
    await conn.execute(
        "INSERT INTO deliveries (workspace_id, delivery_key) SELECT 'T1', n::text FROM generate_series(1, 1000) n"
    )
    await conn.execute("SELECT pg_stat_force_next_flush()")
    assert "deliveries" in await housekeeping.analyze_young(conn)
    await conn.execute("SELECT pg_stat_force_next_flush()")
    assert "deliveries" not in await housekeeping.analyze_young(conn)
    assert await conn.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'deliveries'") == 1000


async def test_a_table_whose_rows_only_change_is_left_alone(conn: asyncpg.Connection) -> None:
    await conn.execute(
        "INSERT INTO deliveries (workspace_id, delivery_key) SELECT 'T1', n::text FROM generate_series(1, 300) n"
    )
    await conn.execute("ANALYZE deliveries")
    for _ in range(3):
        await conn.execute("UPDATE deliveries SET delivery_key = delivery_key || 'x'")
    await conn.execute("SELECT pg_stat_force_next_flush()")
    assert "deliveries" not in await housekeeping.analyze_young(conn)
    await conn.execute(
        "INSERT INTO deliveries (workspace_id, delivery_key) SELECT 'T2', n::text FROM generate_series(1, 301) n"
    )
    await conn.execute("SELECT pg_stat_force_next_flush()")
    assert "deliveries" in await housekeeping.analyze_young(conn)


async def test_old_lines_of_the_job_log_go(conn: asyncpg.Connection) -> None:
    await conn.execute(
        "INSERT INTO pgqueuer_log (created, job_id, status, priority, entrypoint)"
        " VALUES (now() - interval '8 days', 1, 'successful', 0, 'x'), (now(), 2, 'successful', 0, 'x')"
    )
    assert await housekeeping.forget_job_log(conn) == 1
    assert await conn.fetchval("SELECT array_agg(job_id) FROM pgqueuer_log") == [2]
