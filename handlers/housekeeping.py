"""Work that nobody asked for and everybody needs."""

from __future__ import annotations

from db import housekeeping, spent
from handlers.jobs import Worker
from handlers.services import Services


def register_jobs(worker: Worker, services: Services) -> None:
    async def analyze() -> None:
        async with services.database.connection() as conn:
            await housekeeping.analyze_young(conn)

    async def forget() -> None:
        async with services.database.connection() as conn:
            await housekeeping.forget_job_log(conn)

    async def forget_requests() -> None:
        async with services.database.connection() as conn:
            await spent.forget_old(conn, services.clock())

    worker.repeat("analyze young tables", 4.0, analyze)
    worker.every("forget job log", "47 * * * *", forget)
    worker.every("forget spent requests", "37 3 * * *", forget_requests)
