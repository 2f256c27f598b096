"""Jobs: tried again, parked, taken over, and run without PgQueuer's trigger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager

from bot.bell import QueueBell
from bot.worker import JobWorker, Pace
from db import jobs
from db.pool import Database
from handlers.jobs import Again, Job

QUICK = Pace(
    poll=timedelta(seconds=0.2),
    first_retry=timedelta(seconds=0.05),
    restart=0.05,
)
# Polls so seldom that only a bell wakes it.
HEARING = Pace(poll=timedelta(minutes=5))


@asynccontextmanager
async def working(worker: JobWorker) -> AsyncIterator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await asyncio.wait_for(task, 60)


async def until_status(conn: asyncpg.Connection, *wanted: str | None) -> None:
    async with asyncio.timeout(60):
        while await conn.fetchval("SELECT max(status::text) FROM pgqueuer") not in wanted:
            await asyncio.sleep(0.02)


async def test_a_job_that_fails_is_tried_again_and_then_done(db_url: str, conn: asyncpg.Connection) -> None:
    tries: list[int] = []
    outcomes: list[str] = []

    async def handle(job: Job) -> None:
        tries.append(job.attempts)
        if len(tries) < 3:
            raise ValueError("not yet")

    worker = JobWorker(db_url, pace=QUICK, observe=lambda _name, outcome: outcomes.append(outcome))
    worker.on("x", handle)
    await jobs.enqueue(conn, "x", b"payload")
    async with working(worker):
        await until_status(conn, None)
    assert tries == [0, 1, 2]
    assert outcomes == ["failed", "failed", "done"]


async def test_a_job_that_fails_every_time_is_parked_and_counted(
    db_url: str, conn: asyncpg.Connection
) -> None:
    outcomes: list[str] = []

    async def handle(_: Job) -> None:
        raise ValueError("never")

    worker = JobWorker(db_url, pace=QUICK, observe=lambda _name, outcome: outcomes.append(outcome))
    worker.on("x", handle, max_attempts=2)
    await jobs.enqueue(conn, "x")
    async with working(worker):
        await until_status(conn, "failed")
    assert outcomes == ["failed", "parked"]
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE status = 'failed'") == 1


async def test_a_job_can_ask_to_be_run_again_without_having_failed(
    db_url: str, conn: asyncpg.Connection
) -> None:
    runs: list[int] = []

    async def handle(job: Job) -> None:
        runs.append(job.attempts)
        if len(runs) < 4:
            raise Again(timedelta(seconds=0.01))

    worker = JobWorker(db_url, pace=QUICK)
    worker.on("x", handle, max_attempts=1)
    await jobs.enqueue(conn, "x", b"1")
    async with working(worker):
        async with asyncio.timeout(60):
            while len(runs) < 4:
                await asyncio.sleep(0.02)
        await until_status(conn, None)
    assert runs == [0, 0, 0, 0]


async def test_a_dead_workers_job_is_taken_over(db_url: str, conn: asyncpg.Connection) -> None:
    done = asyncio.Event()

    async def handle(_: Job) -> None:
        done.set()

    await jobs.enqueue(conn, "x")
    # As a worker leaves it that was killed over it.
    await conn.execute(
        "UPDATE pgqueuer SET status = 'picked', queue_manager_id = gen_random_uuid(),"
        " heartbeat = now() - interval '1 hour', updated = now() - interval '1 hour'"
    )
    worker = JobWorker(db_url, pace=QUICK)
    worker.on("x", handle)
    async with working(worker):
        await asyncio.wait_for(done.wait(), 60)


async def test_the_bell_wakes_a_worker_that_does_not_poll(
    db_url: str, conn: asyncpg.Connection, database: Database
) -> None:
    done = asyncio.Event()

    async def handle(_: Job) -> None:
        done.set()

    worker = JobWorker(db_url, pace=HEARING)
    worker.on("x", handle)
    bell = QueueBell(database, rest=0.01)
    ringing = asyncio.create_task(bell.run())
    async with working(worker):
        async with asyncio.timeout(60):
            # Listening is the last thing a worker sets up.
            while not await conn.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'listen%'"
            ):
                await asyncio.sleep(0.02)
        await jobs.enqueue(conn, "x")
        bell.ring()
        await asyncio.wait_for(done.wait(), 60)
    ringing.cancel()


async def test_stopping_waits_for_the_job_under_way(db_url: str, conn: asyncpg.Connection) -> None:
    started = asyncio.Event()
    finished: list[bool] = []

    async def handle(_: Job) -> None:
        started.set()
        while not worker.stopping:
            await asyncio.sleep(0.01)
        finished.append(True)

    worker = JobWorker(db_url, pace=QUICK)
    worker.on("x", handle)
    await jobs.enqueue(conn, "x")
    async with working(worker):
        await asyncio.wait_for(started.wait(), 60)
    assert finished
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer") == 0


async def test_what_pgqueuer_would_ask_for_at_each_start_is_there(conn: asyncpg.Connection) -> None:
    """Workers do not ask: see Tables."""
    queries = Queries(AsyncpgDriver(conn))
    await QueueManager(queries).verify_structure()
    assert await queries.has_table(queries.qbe.settings.schedules_table)
    assert not await queries.has_table("no_table")
