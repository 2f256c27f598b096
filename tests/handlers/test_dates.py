"""Days as people write them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.dates import read_day, today_of
from tests.views.samples import ADA, person

TODAY = date(2026, 3, 4)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 3, 4)),
        ("Tomorrow", date(2026, 3, 5)),
        ("morgen", date(2026, 3, 5)),
        ("friday", date(2026, 3, 6)),
        ("Fri", date(2026, 3, 6)),
        ("freitag", date(2026, 3, 6)),
        ("wednesday", date(2026, 3, 11)),
        ("next week", date(2026, 3, 9)),
        ("2026-12-24", date(2026, 12, 24)),
        ("24.12.", date(2026, 12, 24)),
        ("1.3.", date(2027, 3, 1)),
        ("1.3.27", date(2027, 3, 1)),
        ("3d", date(2026, 3, 7)),
        ("+2w", date(2026, 3, 18)),
        ("in 2 weeks", date(2026, 3, 18)),
        ("1m", date(2026, 4, 4)),
        ("24 dec", date(2026, 12, 24)),
        ("December 24th", date(2026, 12, 24)),
        ("24. Dezember 2027", date(2027, 12, 24)),
    ],
)
def test_a_day_is_read(text: str, day: date) -> None:
    assert read_day(text, TODAY) == day


@pytest.mark.parametrize("text", ["", "someday", "2026-02-30", "31.2.", "m", "13/14", "99999d"])
def test_what_means_no_day_is_none(text: str) -> None:
    assert read_day(text, TODAY) is None


def test_a_month_ahead_of_the_last_day_ends_in_the_month() -> None:
    assert read_day("1m", date(2026, 1, 31)) == date(2026, 2, 28)


@given(st.text(), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_nothing_typed_breaks_it(text: str, today: date) -> None:
    day = read_day(text, today)
    assert day is None or isinstance(day, date)


def test_whose_time_zone_nobody_knows_here_has_the_day_of_utc() -> None:
    ada = replace(person(ADA, "Ada", active=True, slack=True), timezone="Mars/Olympus")
    assert today_of(ada, datetime(2026, 3, 4, 23, tzinfo=UTC)) == date(2026, 3, 4)
