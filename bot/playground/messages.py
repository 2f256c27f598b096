"""The messages of one channel, in order, with their threads."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from bot.playground.wire import Json


def _ts(message: Json) -> str:
    ts: str = message["ts"]
    return ts


def without_metadata(message: Json) -> Json:
    if "metadata" not in message:
        return message
    return {key: value for key, value in message.items() if key != "metadata"}


class MessageLog:
    """Timestamps are strings of equal width, so they sort as they are; each is unique here."""

    __slots__ = ("_by_ts", "_last", "_replies", "_roots")

    def __init__(self) -> None:
        self._by_ts: dict[str, Json] = {}
        self._roots: list[Json] = []
        self._replies: dict[str, list[Json]] = {}
        self._last = 0

    def __len__(self) -> int:
        return len(self._by_ts)

    def __iter__(self) -> Iterator[Json]:
        return iter(self._by_ts.values())

    def next_ts(self, now: float) -> str:
        self._last = max(int(now * 1_000_000), self._last + 1)
        seconds, micros = divmod(self._last, 1_000_000)
        return f"{seconds:010d}.{micros:06d}"

    def get(self, ts: str) -> Json | None:
        return self._by_ts.get(ts)

    def add(self, message: Json) -> None:
        ts = _ts(message)
        self._by_ts[ts] = message
        self._last = max(self._last, int(ts.replace(".", "")))
        root = message.get("thread_ts")
        if root is not None and root != ts:
            self._insert(self._replies.setdefault(root, []), message)
        if root is None or root == ts or message.get("subtype") == "thread_broadcast":
            self._insert(self._roots, message)

    def replace(self, message: Json) -> None:
        self.remove(_ts(message))
        self.add(message)

    def remove(self, ts: str) -> None:
        message = self._by_ts.pop(ts, None)
        if message is None:
            return
        root = message.get("thread_ts")
        if root is not None and root != ts and root in self._replies:
            self._take(self._replies[root], ts)
        self._take(self._roots, ts)

    def replies(self, root: str) -> list[Json]:
        return self._replies.get(root, [])

    def roots(self, oldest: str = "", latest: str = "", *, inclusive: bool = False) -> list[Json]:
        """Oldest first."""
        low, high = 0, len(self._roots)
        if oldest:
            cut = bisect_left if inclusive else bisect_right
            low = cut(self._roots, oldest, key=_ts)
        if latest:
            cut = bisect_right if inclusive else bisect_left
            high = cut(self._roots, latest, key=_ts)
        return self._roots[low:high]

    @staticmethod
    def _insert(items: list[Json], message: Json) -> None:
        if not items or _ts(items[-1]) < _ts(message):
            items.append(message)
        else:
            items.insert(bisect_left(items, _ts(message), key=_ts), message)

    @staticmethod
    def _take(items: list[Json], ts: str) -> None:
        at = bisect_left(items, ts, key=_ts)
        if at < len(items) and _ts(items[at]) == ts:
            del items[at]
