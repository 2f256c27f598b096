"""An event is handled once: Slack delivers it again when an answer is late, and to any replica."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.response import BoltResponse

from db import deliveries
from db.pool import Database

# Seconds: within what Slack waits.
_PATIENCE = 2.0
_LOOK = 0.1

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
        match await self._claim(key):
            case deliveries.Claim.DONE:
                return BoltResponse(status=200, body="")
            case deliveries.Claim.UNDER_WAY:
                # To say that it is handled would be a promise for another, who may be dead. Slack comes again.
                return BoltResponse(status=503, body="")
            case deliveries.Claim.OURS:
                pass
        done = False
        try:
            response = await handle()
            done = response.status < 500
        finally:
            async with self._database.connection() as conn:
                await (deliveries.finish if done else deliveries.give_back)(conn, *key)
        return response

    async def _claim(self, key: tuple[str, str]) -> deliveries.Claim:
        """Waits a while for one who is at it."""
        until = time.monotonic() + _PATIENCE
        while True:
            async with self._database.connection() as conn:
                claim = await deliveries.claim(conn, *key)
            if claim is not deliveries.Claim.UNDER_WAY or time.monotonic() >= until:
                return claim
            await asyncio.sleep(_LOOK)
