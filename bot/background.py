"""Tasks that outlive the request which started them, and that a stopping process waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class BackgroundTasks:
    """Keeps every started task alive, logs what fails, and drains."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._timers: set[asyncio.TimerHandle] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        self.track(asyncio.create_task(work, name=name))

    def later(self, seconds: float, work: Callable[[], Coroutine[Any, Any, None]], *, name: str) -> None:
        """Starts it then, unless the process stops before that."""

        def start() -> None:
            self._timers.discard(timer)
            self.start(work(), name=name)

        timer = asyncio.get_running_loop().call_later(seconds, start)
        self._timers.add(timer)

    def track(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background work failed", exc_info=error, extra={"work": task.get_name()})

    async def drain(self, seconds: float) -> int:
        """Waits, then cancels what is left and returns how many that were. What was to start later does not."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=seconds)
        left = tuple(self._tasks)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
        return len(left)
