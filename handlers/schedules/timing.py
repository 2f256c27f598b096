"""What time it is, for all replicas alike: an instant is due when the database says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import asyncpg

from db.schedules import runs
from handlers.services import Services


def of_machine() -> datetime:
    return datetime.now(UTC)


async def shared_now(
    services: Services, conn: asyncpg.Connection, machine: Callable[[], datetime] = of_machine
) -> datetime:
    """The services' clock, less what this machine's is off."""
    now, here = services.clock(), machine()
    return now + await runs.ahead(conn, here)
