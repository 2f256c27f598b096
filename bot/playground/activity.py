"""What is under way, and a way to wait for it to end or for something to become true."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

# Seconds. Whoever waits for something wants it to come true; how fast a machine is does not matter.
PATIENCE = 60.0


class Activity:
    def __init__(self) -> None:
        self._busy = 0
        self._waiters: set[asyncio.Future[None]] = set()

    @property
    def busy(self) -> int:
        return self._busy

    def begin(self) -> None:
        self._busy += 1

    def end(self) -> None:
        self._busy -= 1
        self.changed()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        self.begin()
        try:
            yield
        finally:
            self.end()

    def changed(self) -> None:
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, predicate: Callable[[], T], timeout: float = PATIENCE) -> T:
        """The first truthy value of `predicate`, asked again after everything that happens."""
        try:
            async with asyncio.timeout(timeout):
                while not (value := predicate()):
                    waiter = asyncio.get_running_loop().create_future()
                    self._waiters.add(waiter)
                    await waiter
                return value
        except TimeoutError as error:
            raise TimeoutError(f"not true after {timeout} s: {predicate}") from error

    async def settled(self, timeout: float = PATIENCE) -> None:
        await self.until(lambda: self._busy == 0, timeout)
