"""The database: reached, new enough, up to date, behind which pooler, and worked on."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

from bot.doctor.finding import Finding
from bot.doctor.sealing import kept_secrets
from bot.embedded import EmbeddedUnavailable
from bot.maintenance import opened
from bot.settings import Settings
from db.errors import LodgeError
from db.migrate import OLDEST_SERVER, applied_checksums, known_migrations, outstanding, server_version
from db.pool import look
from db.route import Route

_DISK_FLOOR: Final = 1_000_000_000
# Seconds that a job may be due, with none of its kind taken, before it is said that nobody takes jobs.
_OVERDUE: Final = 120
_TOO_OLD: Final = (
    f"Lodge needs PostgreSQL {OLDEST_SERVER} or newer: upgrade it, or name another in DATABASE_URL"
)
_ROLE: Final = (
    "as its superuser: ALTER ROLE {0} SET statement_timeout = '30s'; "
    "ALTER ROLE {0} SET idle_in_transaction_session_timeout = '60s'; ALTER ROLE {0} SET jit = off"
)


async def database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        async with opened(settings) as opened_database, opened_database.connection() as conn:
            for finding in await _server(conn):
                yield finding
                if finding.mend == _TOO_OLD:
                    return
            if settings.database_url is not None:
                route = await look(settings.database_url, direct=settings.direct_database_url)
                for finding in await _pooler(conn, route):
                    yield finding
            todo = outstanding(known_migrations(), await applied_checksums(conn))
            if todo:
                names = ", ".join(f"{m.version:04}" for m in todo)
                yield Finding(
                    part="migrations", text=f"not applied: {names}", mend="run: python -m bot migrate"
                )
                return
            yield Finding(part="migrations", text="up to date")
            for finding in (*await _queue(conn), *await kept_secrets(conn, settings)):
                yield finding
    except EmbeddedUnavailable as error:
        yield Finding(part="database", text=str(error), mend="set DATABASE_URL to your PostgreSQL")
    except LodgeError as error:
        mend = "check DATABASE_URL (server, user, password, database), and that the server runs"
        yield Finding(part="database", text=str(error), mend=mend)


async def _server(conn: asyncpg.Connection) -> list[Finding]:
    version = await server_version(conn)
    old = _TOO_OLD if version < OLDEST_SERVER else None
    found = [Finding(part="database", text=f"PostgreSQL {version} answers", mend=old)]
    skew = abs((await conn.fetchval("SELECT clock_timestamp()") - datetime.now(UTC)).total_seconds())
    if skew > 5:
        mend = "set both clocks by NTP"
        found.append(Finding(part="clock", text=f"{skew:.0f} s off the database's", mend=mend))
    return found


async def _pooler(conn: asyncpg.Connection, route: Route) -> list[Finding]:
    if not route.pooled:
        return []
    found = [_mode(route)]
    if await conn.fetchval("SELECT current_setting('statement_timeout') = '0'"):
        role = await conn.fetchval("SELECT quote_ident(current_user)")
        text = "the pooler keeps Lodge's timeouts from the server"
        found.append(Finding(part="pooler settings", text=text, mend=_ROLE.format(role)))
    return found


def _mode(route: Route) -> Finding:
    if route.sessions:
        return Finding(part="pooler", text="in session mode: nothing is lost")
    statements = "" if route.prepared else ", and every statement is parsed anew"
    if route.direct is not None:
        text = f"in transaction mode{statements}; LODGE_DIRECT_DATABASE_URL leads past it"
        return Finding(part="pooler", text=text)
    mend = (
        "set LODGE_DIRECT_DATABASE_URL to the address of PostgreSQL itself: one connection a process "
        "hears of jobs there; without it jobs are looked for twice a second"
    )
    return Finding(part="pooler", text=f"in transaction mode{statements}", mend=mend)


async def _queue(conn: asyncpg.Connection) -> list[Finding]:
    rows = await conn.fetch(
        """
        SELECT extract(epoch FROM now() - min(waits.execute_after))::float8 AS overdue,
               EXISTS (SELECT FROM pgqueuer job
                       WHERE job.entrypoint = waits.entrypoint AND job.status = 'picked'
                         AND job.heartbeat > now() - $1::interval)
               OR EXISTS (SELECT FROM pgqueuer_log was
                          WHERE was.entrypoint = waits.entrypoint AND was.status = 'picked'
                            AND was.created > now() - $1::interval) AS taken
        FROM pgqueuer waits WHERE waits.status = 'queued' AND waits.execute_after <= now()
        GROUP BY waits.entrypoint""",
        timedelta(seconds=_OVERDUE),
    )
    parked = await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE status = 'failed'")
    # Where some of a kind are taken, the others of that kind wait for their turn.
    overdue = max((row["overdue"] for row in rows if not row["taken"]), default=0)
    found = []
    if overdue > _OVERDUE:
        mend = (
            "start `lodge serve`: nothing is sent to Slack while no process takes jobs; then look at its log"
        )
        found.append(Finding(part="jobs", text=f"the oldest has waited for {overdue:.0f} s", mend=mend))
    if parked:
        mend = (
            'search the log for "a job failed"; lodge_jobs_kept{state="failed"} counts them by kind. '
            "When that is mended: DELETE FROM pgqueuer WHERE status = 'failed'"
        )
        found.append(Finding(part="jobs", text=f"{parked} failed for good", mend=mend))
    return found or [Finding(part="jobs", text="are taken")]


async def disk(settings: Settings) -> AsyncIterator[Finding]:
    if settings.database_url is not None:
        return
    free = (await asyncio.to_thread(shutil.disk_usage, settings.data)).free
    if free < _DISK_FLOOR:
        mend = "free some space: PostgreSQL stops where it cannot write"
        yield Finding(part="disk", text=f"{free // 1_000_000} MB free in {settings.data}", mend=mend)
    else:
        yield Finding(part="disk", text=f"{free // 1_000_000_000} GB free")
