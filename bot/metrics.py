"""What GET /metrics tells, in a registry of this process's own making."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from db.pool import Database

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """Counted as things happen; depths and ages are asked of the database when someone looks."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "lodge_requests_total", "HTTP requests", ("route", "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "lodge_request_seconds", "Time to answer", ("route",), buckets=_SECONDS, registry=self.registry
        )
        self.calls = Counter(
            "lodge_slack_calls_total", "Web API calls", ("method", "outcome"), registry=self.registry
        )
        self.asked = Counter(
            "lodge_asked_total", "What Slack brought", ("what", "outcome"), registry=self.registry
        )
        self.acknowledged = Histogram(
            "lodge_acknowledge_seconds",
            "Until acknowledged",
            ("what",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.jobs = Counter("lodge_jobs_total", "Background jobs", ("job", "outcome"), registry=self.registry)
        self._queued = Gauge(
            "lodge_jobs_kept", "Jobs by state (failed: parked)", ("job", "state"), registry=self.registry
        )
        self._oldest = Gauge("lodge_job_oldest_seconds", "Age of the oldest due job", registry=self.registry)
        self._outbox = Gauge("lodge_outbox", "Messages to Slack by state", ("state",), registry=self.registry)
        self._repairs = Gauge(
            "lodge_report_repairs", "How often kept numbers of reports were wrong", registry=self.registry
        )
        self._imports = Gauge("lodge_imports", "Imports by state", ("state",), registry=self.registry)
        self._reports = Gauge(
            "lodge_report_runs", "Scheduled reports by state", ("state",), registry=self.registry
        )
        self._late = Gauge(
            "lodge_schedule_late_seconds", "How long a report is due that is not made", registry=self.registry
        )
        self._pool = Gauge(
            "lodge_pool_connections", "Database connections", ("pool", "state"), registry=self.registry
        )
        self._pools: dict[str, Database] = {}
        self._asked: dict[tuple[str, str], Callable[[float], None]] = {}

    def watch(self, name: str, database: Database) -> None:
        """A pool whose use is told."""
        self._pools[name] = database

    def was_asked(self, what: str, outcome: str, seconds: float) -> None:
        count = self._asked.get((what, outcome))
        if count is None:
            counter, histogram = self.asked.labels(what, outcome), self.acknowledged.labels(what)

            def count(seconds: float) -> None:
                counter.inc()
                histogram.observe(seconds)

            self._asked[what, outcome] = count
        count(seconds)

    def called(self, method: str, outcome: str) -> None:
        self.calls.labels(method, outcome).inc()

    def job_done(self, name: str, outcome: str) -> None:
        self.jobs.labels(name, outcome).inc()

    async def render(self, database: Database) -> bytes:
        async with database.connection() as conn:
            queued = await conn.fetch(
                "SELECT entrypoint, status::text, count(*) AS n FROM pgqueuer GROUP BY 1, 2"
            )
            oldest = await conn.fetchval(
                "SELECT extract(epoch FROM now() - min(execute_after))::float8 FROM pgqueuer"
                " WHERE status = 'queued' AND execute_after <= now()"
            )
            waiting = await conn.fetchval("SELECT count(*) FROM outbox WHERE state = 'waiting'")
            imports = await conn.fetch("SELECT state, count(*) AS n FROM imports GROUP BY 1")
            runs = await conn.fetch("SELECT state, count(*) AS n FROM report_runs GROUP BY 1")
            late = await conn.fetchval(
                """
                SELECT extract(epoch FROM now() - least(
                    (SELECT min(next_due_at) FROM schedules WHERE next_due_at <= now()),
                    (SELECT min(claimed_at) FROM report_runs WHERE state = 'claimed')))::float8"""
            )
            repairs = await conn.fetchval("SELECT coalesce(sum(repairs), 0) FROM rollup_books")
        self._queued.clear()
        for row in queued:
            self._queued.labels(row["entrypoint"], row["status"]).set(row["n"])
        self._oldest.set(oldest or 0.0)
        self._outbox.labels("waiting").set(waiting)
        self._repairs.set(repairs)
        for gauge, rows in ((self._imports, imports), (self._reports, runs)):
            gauge.clear()
            for row in rows:
                gauge.labels(row["state"]).set(row["n"])
        self._late.set(late or 0.0)
        for name, pool in self._pools.items():
            self._pool.labels(name, "open").set(pool.pool.get_size())
            self._pool.labels(name, "idle").set(pool.pool.get_idle_size())
        return generate_latest(self.registry)
