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


MAX_EVENTS = 30_000
_HOUR = 3_600.0


class EventQuota:
    """How many events of a workspace an app is sent in an hour."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._hours: dict[str, tuple[float, int]] = {}
        self._said: dict[str, int] = {}
        self.most = MAX_EVENTS

    def take(self, team_id: str) -> bool:
        now = self._clock.now()
        since, count = self._hours.get(team_id, (now, 0))
        if now - since >= _HOUR:
            since, count = now, 0
        self._hours[team_id] = (since, count + 1)
        return count < self.most

    def said(self, team_id: str, minute: int) -> bool:
        """Whether the app was told in this minute already; from now on it was."""
        before, self._said[team_id] = self._said.get(team_id), minute
        return before == minute


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
