"""What is done at night for webhooks."""

from __future__ import annotations

from functools import partial

from db import sealed, webhooks
from handlers.jobs import Worker
from handlers.services import Services
from handlers.vault import renew


async def forget_old(services: Services) -> None:
    async with services.database.connection() as conn:
        await webhooks.forget_old(conn, services.clock())


async def renew_seals(services: Services) -> int:
    """Seals every secret by the newest key, also of outgoing webhooks. Returns how many were not."""
    async with services.database.connection() as conn:
        kept = [(each.webhook_id, each.sealed) for each in await sealed.every_secret(conn)]
        return await renew(services.vault, kept, partial(sealed.reseal, conn))


def register_jobs(worker: Worker, services: Services) -> None:
    async def forget() -> None:
        await forget_old(services)

    async def renew_all() -> None:
        await renew_seals(services)

    worker.every("forget old webhook deliveries", "23 3 * * *", forget)
    worker.every("renew webhook seals", "14 2 * * *", renew_all)
