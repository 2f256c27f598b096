"""Time as the local Slack sees it; tests may move it forward, or let it stand still."""

import time


class Clock:
    __slots__ = ("_stopped", "offset")

    def __init__(self) -> None:
        self.offset = 0.0
        self._stopped: float | None = None

    def now(self) -> float:
        return (time.time() if self._stopped is None else self._stopped) + self.offset

    def stop(self) -> None:
        """From now on only `advance` moves it."""
        self._stopped = time.time()

    def advance(self, seconds: float) -> None:
        self.offset += seconds
