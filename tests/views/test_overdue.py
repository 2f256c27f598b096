"""In a list that is drawn anew whenever it is asked for, what is overdue says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from db.states import CloseReason, Status
from handlers.views.cards import row
from handlers.words import words
from tests.views.samples import NOW, PLAIN

DUE = date(2026, 3, 4)
CLOSED = replace(PLAIN, status=Status.CLOSED, close_reason=CloseReason.COMPLETED, closed_at=NOW)


@pytest.mark.parametrize(
    ("today", "late"), [(date(2026, 3, 5), True), (DUE, False), (date(2026, 3, 3), False), (None, False)]
)
@pytest.mark.parametrize(("locale", "said"), [("en", "⚠️ Was due Mar 4"), ("de", "⚠️ War fällig 04.03.")])
def test_what_is_overdue_says_so(locale: str, said: str, today: date | None, late: bool) -> None:
    open_ = replace(PLAIN, due_on=DUE)
    drawn = row(open_, people={}, words=words(locale), prefix="LDG", today=today)
    assert (said in drawn["text"]["text"]) is late


def test_what_is_closed_is_not_overdue() -> None:
    closed = replace(CLOSED, due_on=DUE)
    drawn = row(closed, people={}, words=words("en"), prefix="LDG", today=date(2026, 3, 5))
    assert "⚠️" not in drawn["text"]["text"]
