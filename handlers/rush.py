"""How many people are being answered by this process, so that work which nobody watches can let them go first."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# With so many at once, each waits for the others already.
MANY: Final = 4
# Seconds without so many: between two waves of answers there are few for a moment.
LULL: Final = 0.25


class Rush:
    """`under_way`: requests that have come in and were not answered yet."""

    def __init__(self) -> None:
        self.under_way = 0
        self._many_until = -LULL

    @contextmanager
    def answering(self) -> Iterator[None]:
        self.under_way += 1
        self._look()
        try:
            yield
        finally:
            self._look()
            self.under_way -= 1

    @property
    def is_on(self) -> bool:
        """Whether many are being answered, or were a moment ago."""
        return self._lull() > time.monotonic()

    async def over(self, *, within: float) -> None:
        """Returns when there is a lull, and after `within` seconds in any case."""
        until = time.monotonic() + within
        wait = self._lull() - time.monotonic()
        while wait > 0 and time.monotonic() < until:
            await asyncio.sleep(min(wait, until - time.monotonic()))
            wait = self._lull() - time.monotonic()

    def _lull(self) -> float:
        """When there is one, if nobody comes."""
        return self._look() + LULL

    def _look(self) -> float:
        """When there were many last."""
        if self.under_way >= MANY:
            self._many_until = time.monotonic()
        return self._many_until
