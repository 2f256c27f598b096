import asyncio
from contextvars import ContextVar
from functools import partial

import pytest

from handlers.timers import Timers

_who: ContextVar[str] = ContextVar("who", default="nobody")


async def test_each_is_called_when_it_is_due_in_the_context_it_was_asked_for_in() -> None:
    timers, called, both = Timers(), list[str](), asyncio.Event()

    def call() -> None:
        called.append(_who.get())
        if len(called) == 2:
            both.set()

    async def ask(who: str, seconds: float) -> None:
        _who.set(who)
        timers.later(seconds, call)

    await asyncio.gather(ask("second", 0.3), ask("first", 0.0))
    async with asyncio.timeout(60):
        await both.wait()
    assert called == ["first", "second"]
    assert not timers.waiting


async def test_those_that_are_due_at_the_same_look_are_called_in_their_order() -> None:
    timers, called, over = Timers(), list[float](), asyncio.Event()
    seconds = [number / 10_000 for number in range(20, 0, -1)]
    for each in seconds:
        timers.later(each, partial(called.append, each))
    timers.later(0.0021, over.set)
    async with asyncio.timeout(60):
        await over.wait()
    assert called == seconds[::-1]


async def test_what_was_taken_back_does_not_happen() -> None:
    timers, called, over = Timers(), list[str](), asyncio.Event()
    taken_back = timers.later(0.0, lambda: called.append("taken back"))
    timers.later(0.1, over.set)
    taken_back.cancel()
    async with asyncio.timeout(60):
        await over.wait()
    assert called == []
    taken_back.cancel()


async def test_after_all_were_called_others_are_still_to_come() -> None:
    timers = Timers()
    for _ in range(2):
        over = asyncio.Event()
        timers.later(0.0, over.set)
        async with asyncio.timeout(60):
            await over.wait()
        await asyncio.sleep(0)


async def test_one_that_fails_keeps_no_other_from_its_turn() -> None:
    loop, told, over = asyncio.get_running_loop(), list[object](), asyncio.Event()
    loop.set_exception_handler(lambda _, context: told.append(context["exception"]))
    timers, wrong = Timers(), ValueError("wrong")

    def fail() -> None:
        raise wrong

    for call in (fail, over.set, fail):
        timers.later(0.0, call)
    async with asyncio.timeout(60):
        await over.wait()
    assert told == [wrong, wrong]


def test_it_begins_within_a_loop_alone() -> None:
    with pytest.raises(RuntimeError):
        Timers().later(1.0, print)
