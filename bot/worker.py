"""The job worker: PgQueuer on a pool of its own, kept alive through database restarts."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.executors import (
    AbstractEntrypointExecutor,
    DatabaseRetryEntrypointExecutor,
    EntrypointExecutorParameters,
)
from pgqueuer.core.qm import QueueManager
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.errors import FailingListenerError, RetryException
from pgqueuer.domain.models import HealthCheckEvent, Schedule
from pgqueuer.domain.models import Job as QueuedJob
from pgqueuer.domain.settings import db_settings

from bot.hearing import QueueDriver
from db import jobs
from db.pool import GIVEN_BACK
from db.route import Route, as_route
from handlers import reference
from handlers.jobs import Again, Handler, Job, Scheduled

_log = logging.getLogger(__name__)

# Jobs that wait for something hold no connection, so many may be under way.
_AT_ONCE = 200
_BATCH = 20
_FIRST_PROBE = timedelta(seconds=2)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`poll`: how long a job whose bell was not heard may wait; `deaf_poll`: where no bell can be heard, behind a
    pooler in transaction mode. `heartbeat`: how long a dead worker keeps its jobs."""

    poll: timedelta = timedelta(seconds=2)
    deaf_poll: timedelta = timedelta(seconds=0.5)
    heartbeat: timedelta = timedelta(seconds=30)
    first_retry: timedelta = timedelta(seconds=1)
    restart: float = 1.0


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Registered:
    name: str
    handler: Handler
    max_attempts: int
    at_once: int


Observe = Callable[[str, str], None]


class _Queue(QueueManager):
    """PgQueuer's manager, which probes its listener as soon as it runs, be it listening yet or not."""

    async def verify_structure(self) -> None:
        """Nothing is left to ask: see Tables."""

    async def listener_healthy(self, timeout: timedelta = timedelta(seconds=10)) -> HealthCheckEvent:
        try:
            return await super().listener_healthy(timeout=min(timeout, _FIRST_PROBE))
        except FailingListenerError:
            # That probe may have come before LISTEN; this one cannot have.
            return await super().listener_healthy(timeout=timeout)


class Tables(Queries):
    """PgQueuer's queries, on tables that the migrations made.

    PgQueuer asks for each table, column and index at every start, which takes the server longer than all else that
    is done then. That it would find them is tested, and that they are there is what applied migrations say.
    """

    async def has_table(self, table: str) -> bool:
        return True


class JobWorker:
    """Implements `handlers.jobs.Worker`. `observe(name, outcome)` is called after every job."""

    def __init__(self, dsn: str | Route, *, pace: Pace | None = None, observe: Observe | None = None) -> None:
        self._route = as_route(dsn)
        self._pace = pace or Pace()
        self._observe = observe or (lambda _name, _outcome: None)
        self._jobs: list[_Registered] = []
        self._schedules: list[tuple[str, str, Scheduled]] = []
        self._repeats: list[tuple[str, float, Scheduled]] = []
        self._stop = asyncio.Event()
        self._managers: tuple[QueueManager, SchedulerManager] | None = None
        self._pool: asyncpg.Pool | None = None
        self._driver: QueueDriver | None = None
        self.healthy = False

    def on(self, name: str, handler: Handler, *, max_attempts: int = 5, at_once: int = 0) -> None:
        self._jobs.append(_Registered(name=name, handler=handler, max_attempts=max_attempts, at_once=at_once))

    def every(self, name: str, cron: str, handler: Scheduled) -> None:
        self._schedules.append((name, cron, handler))

    def repeat(self, name: str, seconds: float, handler: Scheduled) -> None:
        self._repeats.append((name, seconds, handler))

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def hear(self, notice: str) -> None:
        """The bell of this process, for a worker that cannot listen."""
        if self._driver is not None:
            self._driver.hear(db_settings().channel, notice)

    def stop(self) -> None:
        """Takes no more jobs; `run` returns when those under way are through."""
        self._stop.set()
        for manager in self._managers or ():
            manager.shutdown.set()

    async def run(self) -> None:
        """Works until `stop`. A database that goes away is waited for."""
        repeats = [asyncio.create_task(self._repeat(*each), name=each[0]) for each in self._repeats]
        try:
            while not self.stopping:
                try:
                    await self._work()
                except (
                    OSError,
                    asyncpg.PostgresError,
                    asyncpg.InterfaceError,
                    FailingListenerError,
                ) as error:
                    self.healthy = False
                    _log.warning(
                        "the job worker lost its database", extra={"error": str(error) or repr(error)}
                    )
                    await self._pause(self._pace.restart)
        finally:
            self.healthy = False
            for task in repeats:
                task.cancel()
            await asyncio.gather(*repeats, return_exceptions=True)

    async def _work(self) -> None:
        # PgQueuer passes JSON as text; the application's pool would encode it a second time.
        settings = {"application_name": "lodge worker", "jit": "off"}
        async with asyncpg.create_pool(
            self._route.dsn, min_size=2, max_size=4, **GIVEN_BACK, **self._route.options(settings)
        ) as pool:
            self._pool = pool
            self._driver = QueueDriver(pool, self._route)
            queue = _Queue(Tables(self._driver))
            schedules = SchedulerManager(Tables(QueueDriver(pool, self._route)))
            # Awaited below, never polled: PgQueuer looks at this event between batches.
            queue.min_dequeue_poll_interval = timedelta(milliseconds=50)
            for job in self._jobs:
                queue.entrypoint(
                    job.name,
                    concurrency_limit=job.at_once,
                    accepts_context=False,
                    on_failure="hold",
                    executor_factory=self._executor(job),
                )(self._handler(job))
            for name, cron, handler in self._schedules:
                schedules.schedule(name, cron, accepts_context=False)(self._scheduled(name, handler))
            self._managers = (queue, schedules)
            if self.stopping:
                return
            self.healthy = True
            await self._together(queue, schedules)

    async def _together(self, queue: QueueManager, schedules: SchedulerManager) -> None:
        poll = self._pace.poll if self._route.session_dsn else min(self._pace.poll, self._pace.deaf_poll)
        tasks = [
            asyncio.create_task(
                queue.run(
                    dequeue_timeout=poll,
                    batch_size=_BATCH,
                    max_concurrent_tasks=_AT_ONCE,
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=self._pace.heartbeat,
                    log_aggregation_interval=timedelta(0),
                ),
                name="jobs",
            )
        ]
        if self._schedules:
            tasks.append(asyncio.create_task(schedules.run(), name="schedules"))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            queue.shutdown.set()
            schedules.shutdown.set()
            left = [task for task in tasks if not task.done()]
            for task in left:
                # The database is gone: what they hold is picked up again by heartbeat.
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        for task in done:
            task.result()

    def _executor(
        self, job: _Registered
    ) -> Callable[[EntrypointExecutorParameters], AbstractEntrypointExecutor]:
        def build(parameters: EntrypointExecutorParameters) -> AbstractEntrypointExecutor:
            return DatabaseRetryEntrypointExecutor(
                parameters=parameters,
                max_attempts=job.max_attempts - 1,
                initial_delay=self._pace.first_retry,
                max_delay=timedelta(minutes=5),
            )

        return build

    def _handler(self, registered: _Registered) -> Callable[[QueuedJob], Awaitable[None]]:
        async def handle(queued: QueuedJob) -> None:
            reference.begin()
            job = Job(id=int(queued.id), payload=queued.payload or b"", attempts=queued.attempts)
            try:
                await registered.handler(job)
            except Again as again:
                await self._enqueue(registered.name, job.payload, again.delay)
                self._observe(registered.name, "again")
            except RetryException:
                raise
            except Exception as error:
                parked = job.attempts >= registered.max_attempts - 1
                self._observe(registered.name, "parked" if parked else "failed")
                _log.log(
                    logging.ERROR if parked else logging.WARNING,
                    "a job failed",
                    exc_info=error,
                    extra={"job": registered.name, "job_id": job.id, "attempt": job.attempts + 1},
                )
                raise
            else:
                self._observe(registered.name, "done")

        return handle

    async def _enqueue(self, name: str, payload: bytes, delay: timedelta) -> None:
        assert self._pool is not None, "jobs run only while there is a pool"
        async with self._pool.acquire() as conn:
            await jobs.enqueue(conn, name, payload, delay=delay)

    def _scheduled(self, name: str, handler: Scheduled) -> Callable[[Schedule], Awaitable[None]]:
        async def run(_: Schedule) -> None:
            await self._guarded(name, handler)

        return run

    async def _repeat(self, name: str, seconds: float, handler: Scheduled) -> None:
        while not self.stopping:
            await self._pause(seconds * random.uniform(0.8, 1.2))  # noqa: S311 - replicas shall not march in step
            if self.healthy and not self.stopping:
                await self._guarded(name, handler)

    async def _guarded(self, name: str, handler: Scheduled) -> None:
        reference.begin()
        try:
            await handler()
        except Exception as error:
            self._observe(name, "failed")
            _log.warning("scheduled work failed", exc_info=error, extra={"job": name})
        else:
            self._observe(name, "done")

    async def _pause(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), seconds)
