"""Work that nobody asked for and everybody needs."""

from __future__ import annotations

from db import housekeeping
from handlers.jobs import Worker
from handlers.services import Services


def register_jobs(worker: Worker, services: Services) -> None:
    async def analyze() -> None:
        async with services.database.connection() as conn:
            await housekeeping.analyze_young(conn)

    async def forget() -> None:
        async with services.database.connection() as conn:
            await housekeeping.forget_job_log(conn)

    worker.repeat("analyze young tables", 4.0, analyze)
    worker.every("forget job log", "47 * * * *", forget)
