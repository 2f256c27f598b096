"""What GET /metrics tells, in a registry of this process's own making."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from db import figures
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
            found = await figures.look(conn)
        self._queued.clear()
        for (name, state), number in found.jobs.items():
            self._queued.labels(name, state).set(number)
        self._oldest.set(found.oldest_job)
        self._outbox.labels("waiting").set(found.messages)
        self._repairs.set(found.repairs)
        for gauge, by_state in ((self._imports, found.imports), (self._reports, found.reports)):
            gauge.clear()
            for state, number in by_state.items():
                gauge.labels(state).set(number)
        self._late.set(found.late)
        for name, pool in self._pools.items():
            self._pool.labels(name, "open").set(pool.pool.get_size())
            self._pool.labels(name, "idle").set(pool.pool.get_idle_size())
        return generate_latest(self.registry)
