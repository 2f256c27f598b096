"""Has charts drawn, and sees to it that there is a process for it while there is something to draw."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from handlers.charts.process import Died, DrawingProcess, NotDrawn
from handlers.rush import Rush


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds.

    A `meek` process gets only what nobody else wants of the processors. What it has not drawn in its time is given,
    once, to one that is merely `polite`: where others are always busy, pictures are drawn nevertheless. `idle`: how
    long a process is kept when nothing is asked of it; to start one is more work than to draw.
    `lets_pass`: how long each drawing waits at most while many people are being answered.
    """

    meek: float = 15.0
    polite: float = 45.0
    idle: float = 45.0
    lets_pass: float = 1.0


class Drawer:
    """One drawing process, started when it is needed. Who asks while it draws waits for their turn."""

    def __init__(self, patience: Patience | None = None, *, rush: Rush | None = None) -> None:
        self._patience = patience or Patience()
        self._rush = rush or Rush()
        self._turn = asyncio.Lock()
        self._process: DrawingProcess | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._retiring: asyncio.Task[None] | None = None
        self._closed = False

    async def draw(self, specs: Sequence[dict[str, Any]]) -> list[bytes]:
        """A PNG for each chart's `spec()`. Raises NotDrawn."""
        if not specs:
            return []
        request = json.dumps(list(specs)).encode()
        async with self._turn:
            if not self._closed:
                await self._rush.over(within=self._patience.lets_pass)
            self._keep()
            try:
                return await self._drawn(request)
            except BaseException:
                # Whatever it was about to say would be taken for the answer to the next request.
                await self._end()
                raise
            finally:
                self._idle = asyncio.get_running_loop().call_later(self._patience.idle, self._let_go)

    async def close(self) -> None:
        """Nothing is drawn any more, what is under way included."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
        async with self._turn:
            self._keep()
            await self._end()
        if self._retiring is not None:
            await self._retiring

    async def _drawn(self, request: bytes) -> list[bytes]:
        try:
            return await self._ask(request, "meek", self._patience.meek)
        except (TimeoutError, Died):
            await self._end()
        try:
            return await self._ask(request, "polite", self._patience.polite)
        except (TimeoutError, Died) as error:
            raise NotDrawn("The charts were not drawn in time, or the drawing process died.") from error

    async def _ask(self, request: bytes, manner: str, seconds: float) -> list[bytes]:
        self._refuse_if_closed()
        if self._process is None or not self._process.alive:
            await self._end()
            self._process = await DrawingProcess.start(manner)
            # What is closed while it is being started could not be killed.
            self._refuse_if_closed()
        async with asyncio.timeout(seconds):
            return await self._process.ask(request)

    # -- ending

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise NotDrawn("The bot is stopping.")

    def _keep(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _let_go(self) -> None:
        self._idle = None
        self._retiring = asyncio.get_running_loop().create_task(self._retire(), name="end drawing")

    async def _retire(self) -> None:
        async with self._turn:
            # Somebody may have asked for something meanwhile.
            if self._idle is None:
                await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            await process.end()
