"""When those that wait for one rate try again: each at a time of its own, so that they do not all ask at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Final

# Seconds. Whoever waits has a look then, whatever was planned.
LONGEST: Final = 60.0
_MOST_KEPT: Final = 1_000


class Turns:
    """Nobody owns a turn: who comes meanwhile and finds the rate free goes first. In seconds."""

    def __init__(self, every: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._every = every
        self._clock = clock
        self._last = 0.0
        self._kept: dict[Hashable, float] = {}

    def later(self, who: Hashable, wait: float) -> float:
        """How long `who` should wait, whom the rate refused for `wait`. One that has a turn to come keeps it."""
        now = self._clock()
        turn = self._kept.get(who, 0.0)
        if turn < now + wait:
            turn = min(max(now + wait, self._last + self._every), now + max(wait, LONGEST))
            if len(self._kept) >= _MOST_KEPT:
                self._kept = {each: when for each, when in self._kept.items() if when > now}
            self._kept[who] = turn
            self._last = max(self._last, turn)
        return turn - now
