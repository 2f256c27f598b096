"""Wakes the workers of all replicas after a commit.

NOTIFY inside a writing transaction would make all writers queue for one lock. So the bell is rung after
the commit, on a connection of its own, and many rings within a moment become one notification. A ring
that is lost costs a worker's polling interval.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime

import asyncpg
from pgqueuer.domain.settings import db_settings

from db.errors import Busy, Unavailable
from db.pool import Database

# Seconds between notifications. The first ring after a rest is heard at once; a worker that is at it
# takes new jobs along without one.
REST = 0.2

_log = logging.getLogger(__name__)


class QueueBell:
    """`ring` returns at once; `run` is the task that notifies. `heard` is told too: a worker of this process
    that cannot listen."""

    def __init__(
        self, database: Database, *, rest: float = REST, heard: Callable[[str], None] | None = None
    ) -> None:
        self._database = database
        self._rest = rest
        self._heard = heard
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def run(self) -> None:
        while True:
            await self._rung.wait()
            self._rung.clear()
            with contextlib.suppress(Busy, Unavailable, asyncpg.PostgresError, asyncpg.InterfaceError):
                said = notice()
                if self._heard is not None:
                    self._heard(said)
                async with self._database.connection() as conn:
                    await conn.execute("SELECT pg_notify($1, $2)", db_settings().channel, said)
            await asyncio.sleep(self._rest)


def notice() -> str:
    """What PgQueuer's own trigger would send."""
    settings = db_settings()
    return json.dumps(
        {
            "channel": settings.channel,
            "operation": "insert",
            "sent_at": datetime.now(UTC).isoformat(),
            "table": settings.queue_table,
            "type": "table_changed_event",
        }
    )
