from __future__ import annotations

import asyncio
import time
from contextlib import ExitStack

import pytest

from handlers.rush import MANY, Rush


def answering(rush: Rush, people: int) -> ExitStack:
    stack = ExitStack()
    for _ in range(people):
        stack.enter_context(rush.answering())
    return stack


async def test_a_few_people_hold_nothing_up() -> None:
    rush = Rush()
    with answering(rush, MANY - 1):
        # Without as much as a look at the clock.
        waiting = asyncio.ensure_future(rush.over(within=60.0))
        await asyncio.sleep(0)
        assert waiting.done()


async def test_many_are_waited_for_until_they_are_answered() -> None:
    rush = Rush()
    with answering(rush, MANY):
        waiting = asyncio.ensure_future(rush.over(within=3600.0))
        await asyncio.sleep(0)
        assert not waiting.done()
    await asyncio.wait_for(waiting, 30)


async def test_they_are_not_waited_for_for_ever() -> None:
    rush = Rush()
    with answering(rush, MANY):
        began = time.monotonic()
        await asyncio.wait_for(rush.over(within=0.1), 30)
        assert time.monotonic() - began >= 0.1


async def test_who_fails_is_counted_no_longer() -> None:
    rush = Rush()
    with pytest.raises(ZeroDivisionError), rush.answering():
        assert 1 // (rush.under_way - 1)
    assert rush.under_way == 0
