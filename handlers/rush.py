"""How many people are being answered by this process, so that work which nobody watches can let them go first."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from typing import Final

# With so many at once, each waits for the others already.
MANY: Final = 4


class Rush:
    """`under_way`: requests that have come in and were not answered yet."""

    def __init__(self) -> None:
        self.under_way = 0
        self._few = asyncio.Event()
        self._few.set()

    @contextlib.contextmanager
    def answering(self) -> Iterator[None]:
        self.under_way += 1
        if self.under_way == MANY:
            self._few.clear()
        try:
            yield
        finally:
            self.under_way -= 1
            if self.under_way < MANY:
                self._few.set()

    async def over(self, *, within: float) -> None:
        """Returns when few are being answered, and after `within` seconds in any case."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._few.wait()
