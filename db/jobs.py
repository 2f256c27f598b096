"""Jobs: what is enqueued together with the change that causes it."""

from __future__ import annotations

from datetime import timedelta

import asyncpg


async def enqueue(
    conn: asyncpg.Connection,
    name: str,
    payload: bytes = b"",
    *,
    dedupe_key: str | None = None,
    delay: timedelta = timedelta(0),
) -> bool:
    """Whether a job was added: one with the same `dedupe_key` that waits or runs makes another needless."""
    added = await conn.fetchval(
        """
        WITH inserted AS (
            INSERT INTO pgqueuer (priority, entrypoint, payload, dedupe_key, status, execute_after)
            VALUES (0, $1, $2, $3, 'queued', now() + $4)
            ON CONFLICT (dedupe_key)
                WHERE (status = ANY (ARRAY['queued'::pgqueuer_status, 'picked'::pgqueuer_status]))
                  AND dedupe_key IS NOT NULL
                DO NOTHING
            RETURNING id, entrypoint, priority
        ), logged AS (
            INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
            SELECT id, 'queued', entrypoint, priority FROM inserted
        )
        SELECT count(*) FROM inserted
        """,
        name,
        payload,
        dedupe_key,
        delay,
    )
    return bool(added)


async def enqueue_many(
    conn: asyncpg.Connection,
    name: str,
    payloads: list[bytes],
    dedupe_keys: list[str],
    *,
    apart: timedelta = timedelta(0),
) -> int:
    """Enqueues one job a payload, less those whose dedupe key waits or runs already; returns how many.

    Each begins `apart` from the one before it.
    """
    return int(
        await conn.fetchval(
            """
            WITH inserted AS (
                INSERT INTO pgqueuer (priority, entrypoint, payload, dedupe_key, status, execute_after)
                SELECT 0, $1, payload, dedupe_key, 'queued', now() + (place - 1) * $4::interval
                FROM unnest($2::bytea[], $3::text[]) WITH ORDINALITY AS wanted (payload, dedupe_key, place)
                ORDER BY dedupe_key
                ON CONFLICT (dedupe_key)
                    WHERE (status = ANY (ARRAY['queued'::pgqueuer_status, 'picked'::pgqueuer_status]))
                      AND dedupe_key IS NOT NULL
                    DO NOTHING
                RETURNING id, entrypoint, priority
            ), logged AS (
                INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
                SELECT id, 'queued', entrypoint, priority FROM inserted
            )
            SELECT count(*) FROM inserted
            """,
            name,
            payloads,
            dedupe_keys,
            apart,
        )
    )


async def hasten(
    conn: asyncpg.Connection, dedupe_keys: list[str], *, apart: timedelta = timedelta(0)
) -> None:
    """The first of them begins now, each other `apart` from the one before it; what begins sooner stays."""
    await conn.execute(
        """
        UPDATE pgqueuer job SET execute_after = wanted.begins
        FROM (SELECT dedupe_key, now() + (place - 1) * $2::interval AS begins
              FROM unnest($1::text[]) WITH ORDINALITY AS t (dedupe_key, place)) wanted
        WHERE job.dedupe_key = wanted.dedupe_key AND job.status = 'queued' AND job.execute_after > wanted.begins
        """,
        dedupe_keys,
        apart,
    )


async def put_off(conn: asyncpg.Connection, dedupe_key: str, delay: timedelta) -> bool:
    """It begins in so long, and not before. False: it does not wait any more."""
    waits = await conn.fetchval(
        """
        UPDATE pgqueuer SET execute_after = now() + $2::interval
        WHERE dedupe_key = $1 AND status = 'queued' RETURNING true
        """,
        dedupe_key,
        delay,
    )
    return bool(waits)


async def withdraw(conn: asyncpg.Connection, dedupe_key: str) -> bool:
    """What waits need not be done any more. False: it does not wait."""
    gone = await conn.fetchval(
        """
        WITH gone AS (
            DELETE FROM pgqueuer WHERE dedupe_key = $1 AND status = 'queued' RETURNING id, entrypoint, priority
        ), logged AS (
            INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority)
            SELECT id, 'canceled', entrypoint, priority FROM gone
        )
        SELECT count(*) FROM gone
        """,
        dedupe_key,
    )
    return bool(gone)


async def note(conn: asyncpg.Connection, job_id: int, payload: bytes) -> None:
    """Called by a running job: should it run once more, this is its payload."""
    await conn.execute("UPDATE pgqueuer SET payload = $2 WHERE id = $1", job_id, payload)


async def open_dedupe(conn: asyncpg.Connection, job_id: int) -> None:
    """Called by a running job before it reads: what commits from now on enqueues a job of its own."""
    await conn.execute("UPDATE pgqueuer SET dedupe_key = NULL WHERE id = $1", job_id)
