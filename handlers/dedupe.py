"""An event is handled once: Slack delivers it again when an answer is late, and to any replica."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.response import BoltResponse

from db import deliveries
from db.pool import Database

Handle = Callable[[], Awaitable[BoltResponse]]


class Once:
    """Handles deliveries that carry an `event_id`, once across replicas; everything else passes through.

    Changes made by commands, buttons and forms carry a request key of their own (see Origin).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[tuple[str, str], asyncio.Future[BoltResponse]] = {}

    async def handle(self, body: dict[str, Any], handle: Handle) -> BoltResponse:
        event_id = body.get("event_id")
        if event_id is None:
            return await handle()
        key = (str(body.get("team_id") or body.get("enterprise_id") or ""), str(event_id))
        running = self._running.get(key)
        if running is not None:
            # Slack asks again while we are at it: both get the one answer.
            return await asyncio.shield(running)
        running = self._running[key] = asyncio.ensure_future(self._claimed(key, handle))
        running.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(running)

    async def _claimed(self, key: tuple[str, str], handle: Handle) -> BoltResponse:
        async with self._database.connection() as conn:
            if not await deliveries.claim(conn, *key):
                return BoltResponse(status=200, body="")
        done = False
        try:
            response = await handle()
            done = response.status < 500
        finally:
            async with self._database.connection() as conn:
                await (deliveries.finish if done else deliveries.give_back)(conn, *key)
        return response
