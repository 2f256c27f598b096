"""Requests that arrive together share one statement, as transactions share one write to the disk.

One request alone goes at once. While a statement is under way, those that come meanwhile wait for it and then go
together: the busier it is, the less each of them costs. In a rush the first waits a moment for company, too.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Key = TypeVar("Key", bound=Hashable)

# One that is longer would keep its first waiting for its last.
MOST: Final = 64
# Seconds. When requests come so close to one another, a batch waits so long for more of them, as PostgreSQL's
# commit_delay does: a statement less costs everybody less than the wait.
_CLOSE: Final = 0.008
_COMPANY: Final = 0.002
# So many have company enough.
_ENOUGH: Final = 4
# A pause that is longer says no more about what comes next.
_LONGEST_GAP: Final = 0.05
_WEIGHT_OF_LAST: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked(Generic[Question, Answer]):
    """One request of a batch, and where its answer goes."""

    question: Question
    done: asyncio.Future[Answer]

    def succeed(self, answer: Answer) -> None:
        if not self.done.done():
            self.done.set_result(answer)

    def fail(self, error: Exception) -> None:
        if not self.done.done():
            self.done.set_exception(error)


class _Rhythm:
    """How close to one another requests have been coming lately."""

    def __init__(self) -> None:
        self._gap = _LONGEST_GAP
        self._last = 0.0

    def beat(self, now: float) -> None:
        gap = min(now - self._last, _LONGEST_GAP)
        self._gap += _WEIGHT_OF_LAST * (gap - self._gap)
        self._last = now

    @property
    def close(self) -> bool:
        return self._gap < _CLOSE


class Together(Generic[Question, Answer]):
    """`work` answers every request of the batch it is given; what it raises is everybody's answer.

    `lanes`: statements under way at once. With one, batches are large and cheap; with two, the disk and the server's
    processes do not idle by turns, where there is nothing else for them to do: another is begun for company enough.
    """

    def __init__(
        self,
        work: Callable[[Sequence[Asked[Question, Answer]]], Awaitable[None]],
        *,
        name: str,
        lanes: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._work = work
        self._name = name
        self._most = self._free = lanes
        self._waiting: deque[Asked[Question, Answer]] = deque()
        self._lanes: set[asyncio.Task[None]] = set()
        self._rhythm = _Rhythm()
        self._clock = clock

    async def ask(self, question: Question) -> Answer:
        asked: Asked[Question, Answer] = Asked(
            question=question, done=asyncio.get_running_loop().create_future()
        )
        self._waiting.append(asked)
        self._rhythm.beat(self._clock())
        if self._free == self._most or (self._free and len(self._waiting) >= _ENOUGH):
            self._free -= 1
            lane = asyncio.create_task(self._run(), name=self._name)
            self._lanes.add(lane)
            lane.add_done_callback(self._lanes.discard)
        return await asked.done

    async def _run(self) -> None:
        try:
            while self._waiting:
                if self._rhythm.close and len(self._waiting) < _ENOUGH:
                    await asyncio.sleep(_COMPANY)
                await self._next()
                # Whoever was just answered may have more to ask: better with these than after them.
                await asyncio.sleep(0)
        finally:
            # Counted here and not when the task is seen to have ended: nobody may come to wait in between.
            self._free += 1

    async def _next(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        try:
            await self._work(batch)
        except Exception as error:
            # Whatever it is: it is told to who asked, and those who wait behind them are answered all the same.
            for each in batch:
                each.fail(error)
        finally:
            for each in batch:
                # Without effect but where this task itself is cancelled: nobody may wait for ever.
                each.done.cancel()


class Alike(Generic[Key, Answer]):
    """Of those who ask the same at the same moment, one asks for all.

    Whoever comes while an answer is being found waits for the next one, which may have to show what they just did.
    """

    def __init__(self, *, name: str) -> None:
        self._name = name
        self._running: dict[Key, asyncio.Task[Answer]] = {}
        self._next: dict[Key, asyncio.Task[Answer]] = {}

    async def ask(self, key: Key, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """`work` finds the answer to `key`. What it raises is everybody's answer."""
        asked = self._next.get(key)
        if asked is None:
            before = self._running.get(key)
            asked = asyncio.create_task(self._find(key, work, before), name=self._name)
            (self._running if before is None else self._next)[key] = asked
        # Who gives up waiting does not give up for the others.
        return await asyncio.shield(asked)

    async def _find(
        self, key: Key, work: Callable[[], Awaitable[Answer]], before: asyncio.Task[Answer] | None
    ) -> Answer:
        if before is not None:
            await asyncio.wait({before})
            self._running[key] = self._next.pop(key)
        mine = self._running[key]
        try:
            return await work()
        finally:
            if self._running.get(key) is mine and key not in self._next:
                del self._running[key]
