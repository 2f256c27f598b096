"""The buttons that turn a search's pages carry the way back, as far as there is room."""

from __future__ import annotations

from handlers.views.searching import NEXT, VALUE_MAX, Turn

CURSOR = "c" * 92


def carried(turn: Turn) -> Turn:
    (button,) = turn.button("Next", NEXT)
    assert len(button["value"]) <= VALUE_MAX
    return Turn.read(button["value"])


def test_there_and_back_is_the_same_page() -> None:
    first = Turn(text="login  safari label:bug")
    assert carried(first) == first
    third = first.next("a").next("b")
    assert (third.page, third.cursor) == (3, "b")
    assert carried(third) == third
    assert carried(third.previous().previous()) == first


def test_what_has_no_room_is_the_way_back_of_the_first_pages() -> None:
    turn = Turn(text="x" * 1000)
    for _ in range(30):
        turn = turn.next(CURSOR)
    kept = carried(turn)
    assert (kept.text, kept.page, kept.cursor) == (turn.text, 31, CURSOR)
    assert 0 < len(kept.trail) < 30
    back = kept
    while back.is_known:
        back = back.previous()
    assert back.page == 31 - len(kept.trail)


def test_a_text_that_fills_the_button_leaves_room_for_none() -> None:
    assert Turn(text="x" * VALUE_MAX).button("Next", NEXT) == []
