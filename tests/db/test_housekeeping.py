import asyncpg
import pytest

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


async def _add(conn: asyncpg.Connection, workspace: str, rows: int) -> None:
    await conn.execute(
        "INSERT INTO deliveries (workspace_id, delivery_key) SELECT $1, n::text FROM generate_series(1, $2) n",
        workspace,
        rows,
    )


async def test_a_table_is_analyzed_when_very_much_was_added_for_its_size(
    conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_MANY", 50)
    await _add(conn, "T1", 2_000)
    assert await housekeeping.analyze_grown(conn, {"deliveries": 49}) == ()
    assert await housekeeping.analyze_grown(conn, {"deliveries": 2_000, "told": 10}) == ("deliveries",)
    await _add(conn, "T2", 60)
    # Less than a twentieth of what is known of: autovacuum's business.
    assert await housekeeping.analyze_grown(conn, {"deliveries": 60}) == ()
    await _add(conn, "T3", 140)
    assert await housekeeping.analyze_grown(conn, {"deliveries": 140}) == ("deliveries",)
    assert await conn.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'deliveries'") == 2_200


async def test_whoever_does_not_own_a_table_is_not_stopped_by_it(
    conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housekeeping, "_MANY", 50)
    await _add(conn, "T1", 100)
    await conn.execute("CREATE ROLE lodge_stranger")
    try:
        await conn.execute("SET ROLE lodge_stranger")
        await housekeeping.analyze_grown(conn, {"deliveries": 100})
    finally:
        await conn.execute("RESET ROLE; DROP ROLE lodge_stranger")
    assert await conn.fetchval("SELECT reltuples FROM pg_class WHERE relname = 'deliveries'") <= 0


async def test_old_lines_of_the_job_log_go(conn: asyncpg.Connection) -> None:
    await conn.execute(
        "INSERT INTO pgqueuer_log (created, job_id, status, priority, entrypoint)"
        " VALUES (now() - interval '8 days', 1, 'successful', 0, 'x'), (now(), 2, 'successful', 0, 'x')"
    )
    assert await housekeeping.forget_job_log(conn) == 1
    assert await conn.fetchval("SELECT array_agg(job_id) FROM pgqueuer_log") == [2]
