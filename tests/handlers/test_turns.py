from __future__ import annotations

import pytest

from handlers.turns import LONGEST, Turns


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_those_who_are_refused_come_back_one_after_the_other() -> None:
    turns = Turns(0.5, clock=Clock())
    assert [turns.later(who, 0.2) for who in "abc"] == pytest.approx([0.2, 0.7, 1.2])


def test_who_asks_again_early_keeps_the_turn_and_moves_nobody() -> None:
    clock = Clock()
    turns = Turns(0.5, clock=clock)
    for who in "ab":
        turns.later(who, 0.2)
    clock.now += 0.1
    assert turns.later("b", 0.3) == pytest.approx(0.6)
    assert turns.later("c", 0.3) == pytest.approx(1.1)


def test_nobody_comes_back_before_the_rate_allows_it() -> None:
    turns = Turns(0.5, clock=Clock())
    turns.later("a", 0.2)
    assert turns.later("a", 30.0) == pytest.approx(30.0)
    assert turns.later("b", 2 * LONGEST) == pytest.approx(2 * LONGEST)


def test_after_a_rest_nobody_waits_for_turns_long_gone() -> None:
    clock = Clock()
    turns = Turns(0.5, clock=clock)
    for who in range(50):
        turns.later(who, 0.2)
    clock.now += 100
    assert turns.later("a", 0.2) == pytest.approx(0.2)


def test_a_long_queue_waits_no_longer_than_so_long() -> None:
    turns = Turns(1.0, clock=Clock())
    assert max(turns.later(who, 0.1) for who in range(3_000)) == pytest.approx(LONGEST)
