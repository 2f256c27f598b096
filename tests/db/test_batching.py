import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from db.batching import Alike, Asked, Together
from db.errors import NotFound


class _Source:
    """Answers with how often it was asked, once it is let."""

    def __init__(self) -> None:
        self.begun = 0
        self.may = asyncio.Event()

    async def read(self) -> int:
        self.begun += 1
        mine = self.begun
        await self.may.wait()
        return mine


async def _ask(alike: Alike[str, int], key: str, work: Callable[[], Awaitable[int]]) -> asyncio.Task[int]:
    task = asyncio.create_task(alike.ask(key, work))
    # So that it has asked before the next one does.
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_who_comes_while_an_answer_is_found_shares_the_next_one() -> None:
    source = _Source()
    alike: Alike[str, int] = Alike(name="test")
    asked = [await _ask(alike, "open", source.read) for _ in range(4)]
    assert source.begun == 1
    source.may.set()
    assert await asyncio.gather(*asked) == [1, 2, 2, 2]
    assert await alike.ask("open", source.read) == 3


async def test_different_questions_do_not_wait_for_each_other() -> None:
    source = _Source()
    alike: Alike[str, int] = Alike(name="test")
    asked = [await _ask(alike, key, source.read) for key in ("open", "closed")]
    assert source.begun == 2
    source.may.set()
    assert await asyncio.gather(*asked) == [1, 2]


async def test_a_failure_is_told_to_those_who_shared_it_and_no_further() -> None:
    source = _Source()
    alike: Alike[str, int] = Alike(name="test")

    async def fail() -> int:
        await source.may.wait()
        raise NotFound("list", "open")

    first = await _ask(alike, "open", fail)
    others = [await _ask(alike, "open", source.read) for _ in range(2)]
    source.may.set()
    with pytest.raises(NotFound):
        await first
    assert await asyncio.gather(*others) == [1, 1]


async def test_who_gives_up_leaves_the_others_their_answer() -> None:
    source = _Source()
    alike: Alike[str, int] = Alike(name="test")
    _, gives_up, stays = [await _ask(alike, "open", source.read) for _ in range(3)]
    gives_up.cancel()
    source.may.set()
    assert await stays == 2


@pytest.mark.parametrize(
    ("lanes", "number", "at_first", "in_all"),
    [(1, 8, [1], [1, 7]), (2, 4, [1], [1, 3]), (2, 8, [1, 4], [1, 4, 3]), (2, 20, [1, 4], [1, 4, 15])],
)
async def test_another_lane_is_for_company_enough_and_then_there_are_no_more(
    lanes: int, number: int, at_first: list[int], in_all: list[int]
) -> None:
    batches: list[int] = []
    may = asyncio.Event()

    async def work(batch: Sequence[Asked[int, int]]) -> None:
        batches.append(len(batch))
        await may.wait()
        for each in batch:
            each.succeed(each.question)

    together: Together[int, int] = Together(work, name="test", lanes=lanes)
    asked = []
    for question in range(number):
        asked.append(asyncio.create_task(together.ask(question)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert batches == at_first
    may.set()
    assert await asyncio.gather(*asked) == list(range(number))
    assert batches == in_all


@pytest.mark.parametrize("lanes", [1, 2])
async def test_an_error_nobody_thought_of_is_told_to_who_asked_and_holds_up_nobody_else(lanes: int) -> None:
    may = asyncio.Event()

    async def work(batch: Sequence[Asked[int, int]]) -> None:
        await may.wait()
        for each in batch:
            each.succeed(100 // each.question)

    together: Together[int, int] = Together(work, name="test", lanes=lanes)
    asked = []
    failing = 1 if lanes == 1 else 1 + 4
    for question in (*[0] * failing, 4, 5):
        asked.append(asyncio.create_task(together.ask(question)))
        # So that each lane has begun with one that fails, and the last two wait behind them.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    may.set()
    *failed, first, second = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in failed] == [ZeroDivisionError] * failing
    assert (first, second) == (25, 20)


@pytest.mark.parametrize(("pause", "batches"), [(0.0, [2]), (1.0, [1, 1])])
async def test_only_in_a_rush_does_the_first_wait_for_company(pause: float, batches: list[int]) -> None:
    now, seen = 0.0, list[int]()

    async def work(batch: Sequence[Asked[int, int]]) -> None:
        seen.append(len(batch))
        for each in batch:
            each.succeed(each.question)

    together: Together[int, int] = Together(work, name="test", clock=lambda: now)
    for question in range(30):
        now += pause
        await together.ask(question)
    seen.clear()
    asked = []
    for question in range(2):
        now += pause
        asked.append(asyncio.create_task(together.ask(question)))
        for _ in range(3):
            await asyncio.sleep(0)
    assert await asyncio.gather(*asked) == [0, 1]
    assert seen == batches
