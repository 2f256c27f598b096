"""What is to happen unless something else does before, as a word to whoever waits: many such wait, and few come true.

A timer of the event loop for each, set and taken back with every request, costs more than all these together.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from operator import attrgetter
from typing import Final

# Seconds by which a call may be late.
GRAIN: Final = 0.05


class Timer:
    """A call that is to come. `cancel` takes it back; to take it back twice, or afterwards, changes nothing."""

    __slots__ = ("_call", "_context", "_timers", "due")

    def __init__(self, timers: Timers, due: float, call: Callable[[], object]) -> None:
        self._timers = timers
        self._call = call
        self._context: Context = copy_context()
        self.due = due

    def cancel(self) -> None:
        self._timers.waiting.discard(self)

    def run(self) -> None:
        self._context.run(self._call)


class Timers:
    """`waiting`: the calls that are to come. Of one event loop."""

    def __init__(self) -> None:
        self.waiting: set[Timer] = set()
        self._looking: asyncio.TimerHandle | None = None

    def later(self, seconds: float, call: Callable[[], object]) -> Timer:
        """In so many seconds, or at most `GRAIN` after; in the context of whoever asks for it."""
        loop = asyncio.get_running_loop()
        timer = Timer(self, loop.time() + seconds, call)
        self.waiting.add(timer)
        if self._looking is None:
            self._looking = loop.call_later(GRAIN, self._look)
        return timer

    def _look(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        due = sorted((timer for timer in self.waiting if timer.due <= now), key=attrgetter("due"))
        self.waiting.difference_update(due)
        self._looking = loop.call_later(GRAIN, self._look) if self.waiting else None
        for timer in due:
            try:
                timer.run()
            except Exception as error:
                loop.call_exception_handler({"message": "a call that was due failed", "exception": error})
