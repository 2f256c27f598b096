"""What Home keeps in its view's metadata."""

from __future__ import annotations

from handlers.views.home import Said, State
from handlers.words import escape


def test_a_long_answer_on_top_of_home_is_not_cut_within_a_letter_or_a_mention() -> None:
    for said in (escape("&" * 300), "x" * 598 + "<@U0ADA>"):
        kept = State(said=Said(text=said, change_id=None, at=1))
        back = State.of_metadata(kept.metadata())
        assert back.said is not None
        text = back.said.text
        assert len(text) <= 600
        assert text.endswith(("&amp;…", "x…"))
        assert "<" not in text
