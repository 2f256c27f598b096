"""PgQueuer's driver where a pooler may stand in the way of LISTEN."""

from __future__ import annotations

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.ports.driver import NotifyCallback

from db.route import Route


class QueueDriver(AsyncpgPoolDriver):
    """Queries go to the pool. LISTEN goes past a pooler when a direct address is known.

    Without one the queue is polled, and hears what this process itself says: its own bell, and the probe
    by which PgQueuer sees that the queue is alive.
    """

    def __init__(self, pool: asyncpg.Pool, route: Route) -> None:
        super().__init__(pool)
        self._queries = pool
        self._route = route
        self._past: asyncpg.Connection | None = None
        self._callbacks: list[tuple[str, NotifyCallback]] = []

    @property
    def listens(self) -> bool:
        return self._route.session_dsn is not None

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        if not self.listens:
            self._callbacks.append((channel, callback))
        elif self._route.direct is None:
            await super().add_listener(channel, callback)
        else:
            if self._past is None:
                self._past = await asyncpg.connect(
                    self._route.direct, server_settings={"application_name": "lodge listener"}
                )
            await AsyncpgDriver(self._past).add_listener(channel, callback)

    async def remove_listener(self, channel: str, callback: NotifyCallback) -> None:
        if not self.listens:
            self._callbacks.remove((channel, callback))
        elif self._past is None:
            await super().remove_listener(channel, callback)
        else:
            await AsyncpgDriver(self._past).remove_listener(channel, callback)

    async def notify(self, channel: str, payload: str) -> None:
        await super().notify(channel, payload)
        self.hear(channel, payload)

    def hear(self, channel: str, payload: str) -> None:
        """What was said in this process; one that listens hears it anyway."""
        for wanted, callback in self._callbacks:
            if wanted == channel:
                callback(payload)

    async def __aexit__(self, *error: object) -> None:
        await super().__aexit__(*error)
        if self._past is not None and self._entered <= 0:
            past, self._past = self._past, None
            await past.close(timeout=2)
