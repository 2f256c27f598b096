"""How often a method may be called: token buckets by method, team and channel."""

import math
from dataclasses import dataclass
from enum import IntEnum

from bot.playground.clock import Clock
from bot.playground.config import RateMode
from bot.playground.wire import RateLimitedError


class Tier(IntEnum):
    """Calls a minute; SPECIAL methods have rules of their own beside a wide workspace cap."""

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    SPECIAL = 600


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Rates:
    """`realistic` allows the short bursts Slack lets pass, `strict` none above the documented."""

    def __init__(self, mode: RateMode, clock: Clock) -> None:
        self.mode: RateMode = mode
        self._clock = clock
        self._buckets: dict[tuple[str, ...], _Bucket] = {}

    def check_method(self, method: str, team_id: str, tier: Tier) -> None:
        capacity = float(tier) * (2 if self.mode == "realistic" else 1)
        self._take(("method", method, team_id), capacity, float(tier) / 60)

    def check_channel(self, channel_id: str) -> None:
        """One message a second goes into a channel."""
        self._take(("channel", channel_id), 5.0 if self.mode == "realistic" else 1.0, 1.0)

    def _take(self, key: tuple[str, ...], capacity: float, per_second: float) -> None:
        if self.mode == "off":
            return
        now = self._clock.now()
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = _Bucket(capacity, now)
        bucket.level = min(capacity, bucket.level + max(0.0, now - bucket.at) * per_second)
        bucket.at = now
        if bucket.level < 1:
            raise RateLimitedError(max(1, math.ceil((1 - bucket.level) / per_second)))
        bucket.level -= 1
