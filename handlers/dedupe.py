"""An event is handled once: Slack delivers it again when an answer is late, and to any replica."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from slack_bolt.response import BoltResponse

from db import deliveries
from db.pool import Database
from handlers.unfinished import AtWork, Unfinished, delivery_of

# Seconds: within what Slack waits.
_PATIENCE = 2.0
_LOOK = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """`at_work`: its listener, where that is not through yet."""

    response: BoltResponse
    at_work: AtWork | None = None


Handle = Callable[[], Awaitable[Handled]]


class Once:
    """Handles deliveries that carry an `event_id`, once across replicas; everything else passes through.

    Changes made by commands, buttons and forms carry a request key of their own (see Origin).
    """

    def __init__(self, database: Database, unfinished: Unfinished) -> None:
        self._database = database
        self._unfinished = unfinished
        self._running: dict[tuple[str, str], asyncio.Future[BoltResponse]] = {}

    async def handle(self, body: dict[str, Any], handle: Handle) -> BoltResponse:
        """Raises Busy, Unavailable: Slack is to tell of it again."""
        if body.get("event_id") is None:
            return (await handle()).response
        key = delivery_of(body)
        running = self._running.get(key)
        if running is not None:
            # Slack asks again while we are at it: both get the one answer.
            return await asyncio.shield(running)
        running = self._running[key] = asyncio.ensure_future(self._claimed(key, body, handle))
        running.add_done_callback(lambda _: self._running.pop(key, None))
        return await asyncio.shield(running)

    async def _claimed(self, key: tuple[str, str], body: dict[str, Any], handle: Handle) -> BoltResponse:
        match await self._claim(key):
            case deliveries.Claim.DONE:
                return BoltResponse(status=200, body="")
            case deliveries.Claim.UNDER_WAY:
                # To say that it is handled would be a promise for another, who may be dead. Slack comes again.
                return BoltResponse(status=503, body="")
            case deliveries.Claim.OURS:
                pass
        handled: Handled | None = None
        try:
            handled = await handle()
        finally:
            if handled is None or handled.at_work is None:
                done = handled is not None and handled.response.status < 500
                async with self._database.connection() as conn:
                    await (deliveries.finish if done else deliveries.give_back)(conn, *key)
        if handled.at_work is not None:
            await self._unfinished.keep(key, body, handled.at_work)
        return handled.response

    async def _claim(self, key: tuple[str, str]) -> deliveries.Claim:
        """Waits a while for one who is at it."""
        until = time.monotonic() + _PATIENCE
        while True:
            async with self._database.connection() as conn:
                claim = await deliveries.claim(conn, *key)
            if claim is not deliveries.Claim.UNDER_WAY or time.monotonic() >= until:
                return claim
            await asyncio.sleep(_LOOK)
