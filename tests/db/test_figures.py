"""What is told of the whole database costs the same however much waits there or is kept."""

from __future__ import annotations

import re
from typing import cast

import asyncpg
import pytest

from db import figures
from tests.db.plans import Plans
from tests.db.worlds import make_world

MANY = 20_000


async def test_nothing_is_told_of_an_empty_database(conn: asyncpg.Connection) -> None:
    assert await figures.look(conn) == figures.Figures(
        jobs={}, oldest_job=0.0, messages=0, imports={}, reports={}, late=0.0, repairs=0
    )


async def test_each_kind_and_state_is_counted_by_itself(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await conn.execute(
        """
        INSERT INTO pgqueuer (priority, entrypoint, status, execute_after)
        SELECT 0, entrypoint, status::pgqueuer_status, now() + due FROM (VALUES
            ('announce', 'queued', interval '1 hour'), ('announce', 'queued', interval '-90 seconds'),
            ('index', 'queued', interval '-1 second'), ('announce', 'picked', interval '-1 day'),
            ('index', 'picked', interval '0'), ('deliver', 'failed', interval '-2 days'),
            ('deliver', 'failed', interval '0'), ('index', 'failed', interval '0')
        ) jobs (entrypoint, status, due)"""
    )
    await conn.execute(
        "INSERT INTO outbox (workspace_id, channel_id, kind, state) SELECT $1, 'C1', 'message', state"
        " FROM unnest(ARRAY['waiting', 'sent', 'waiting']) state",
        world.workspace_id,
    )
    await conn.execute(
        "INSERT INTO imports (workspace_id, file_id, state) SELECT $1, 'F' || place, state"
        " FROM unnest(ARRAY['done', 'running', 'done']) WITH ORDINALITY kept (state, place)",
        world.workspace_id,
    )
    await conn.execute(
        "INSERT INTO rollup_books (workspace_id, timezone, repairs) VALUES ($1, 'UTC', 3)"
        " ON CONFLICT (workspace_id) DO UPDATE SET repairs = 3",
        world.workspace_id,
    )
    found = await figures.look(conn)
    assert found.jobs == {
        ("announce", "queued"): 2,
        ("index", "queued"): 1,
        ("announce", "picked"): 1,
        ("index", "picked"): 1,
        ("deliver", "failed"): 2,
        ("index", "failed"): 1,
    }
    assert 90 <= found.oldest_job < 3600
    assert found.messages == 2
    assert found.imports == {"done": 2, "running": 1}
    assert found.repairs == 3


async def test_looking_reads_no_table_however_much_is_in_it(
    conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await make_world(conn)
    await _fill(conn, world.workspace_id)
    monkeypatch.setattr(figures, "COUNTED", 100)
    plans = Plans(conn)
    found = await figures.look(cast("asyncpg.Connection", plans))
    assert found.jobs == {
        ("announce", "queued"): 100,
        ("deliver", "queued"): 100,
        ("deliver", "failed"): 100,
        ("home", "failed"): 1,
    }
    assert found.oldest_job > 0
    assert found.messages == 100
    assert found.imports == {"done": 100, "running": 1}
    assert found.reports == {"claimed": 1, "posted": 100, "skipped": 100}
    assert found.late > 0
    assert found.repairs == 7
    first, *looked = plans.seen
    assert first == "Result"
    assert len(looked) == 9
    for plan in looked:
        assert not re.search(r"Seq Scan|Bitmap|Limit\n *-> +(Incremental )?Sort", plan), plan


async def _fill(conn: asyncpg.Connection, workspace_id: str) -> None:
    """Very much of everything, and a little of each that is in no proportion to it."""
    await conn.execute(
        """
        INSERT INTO pgqueuer (priority, entrypoint, status, execute_after)
        SELECT 0, CASE WHEN n % 2 = 0 THEN 'announce' ELSE 'deliver' END, 'queued'::pgqueuer_status,
               now() + (n - 100) * interval '1 second'
        FROM generate_series(1, $1::integer) n
        UNION ALL SELECT 0, 'deliver', 'failed', now() FROM generate_series(1, $1::integer)
        UNION ALL SELECT 0, 'home', 'failed', now()""",
        MANY,
    )
    await conn.execute(
        """
        INSERT INTO outbox (workspace_id, channel_id, kind, state)
        SELECT $1, 'C' || n % 50, 'message', CASE WHEN n % 2 = 0 THEN 'sent' ELSE 'waiting' END
        FROM generate_series(1, $2::integer) n""",
        workspace_id,
        MANY,
    )
    await conn.execute(
        """
        INSERT INTO imports (workspace_id, file_id, state)
        SELECT $1, 'F' || n, CASE WHEN n = 7 THEN 'running' ELSE 'done' END FROM generate_series(1, $2::integer) n""",
        workspace_id,
        MANY,
    )
    await conn.execute(
        """
        INSERT INTO schedules (workspace_id, owner_id, report, period, channel_id, recurrence, timezone, next_due_at)
        SELECT $1, (SELECT person_id FROM people WHERE workspace_id = $1 LIMIT 1), 'aging', '7d', 'C1', 'daily 09:00',
               'UTC', now() + (n - 100) * interval '1 hour'
        FROM generate_series(1, $2::integer) n""",
        workspace_id,
        MANY,
    )
    await conn.execute(
        """
        INSERT INTO report_runs (workspace_id, schedule_id, due_at, state)
        SELECT workspace_id, schedule_id, now(), CASE WHEN n = 7 THEN 'claimed' WHEN n % 2 = 0 THEN 'posted'
               ELSE 'skipped' END
        FROM (SELECT *, row_number() OVER () AS n FROM schedules) s"""
    )
    await conn.execute(
        """
        INSERT INTO workspaces (workspace_id) SELECT 'TMANY' || n FROM generate_series(1, $1::integer) n""",
        MANY,
    )
    await conn.execute(
        """
        INSERT INTO rollup_books (workspace_id, timezone, repairs)
        SELECT workspace_id, 'UTC', CASE workspace_id WHEN 'TMANY7' THEN 7 ELSE 0 END
        FROM workspaces WHERE workspace_id LIKE 'TMANY%'"""
    )
    await conn.execute("ANALYZE pgqueuer, outbox, imports, schedules, report_runs, rollup_books")
