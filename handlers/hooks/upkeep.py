"""What is done at night for webhooks."""

from __future__ import annotations

import logging

from db import webhooks
from handlers.jobs import Worker
from handlers.services import Services
from handlers.vault import Sealed

_log = logging.getLogger(__name__)


async def forget_old(services: Services) -> None:
    async with services.database.connection() as conn:
        await webhooks.forget_old(conn, services.clock())


async def renew_seals(services: Services) -> int:
    """Seals every secret by the newest key. Returns how many were not."""
    renewed = 0
    async with services.database.connection() as conn:
        for webhook_id, sealed in (await webhooks.every_sealed(conn)).items():
            try:
                fresh = services.vault.renewed(sealed)
            except Sealed:
                _log.error("a webhook's secret cannot be opened", extra={"webhook": webhook_id})
                continue
            if fresh is not None:
                await webhooks.reseal(conn, webhook_id, sealed, fresh)
                renewed += 1
    return renewed


def register_jobs(worker: Worker, services: Services) -> None:
    async def forget() -> None:
        await forget_old(services)

    async def renew() -> None:
        await renew_seals(services)

    worker.every("forget old webhook deliveries", "23 3 * * *", forget)
    worker.every("renew webhook seals", "14 2 * * *", renew)
