"""The demo's story is the same on every day of the week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.planting import asked_about
from bot.demo.seed import past

MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("day", range(7))
def test_what_ada_is_asked_about_is_open_whatever_day_it_is(day: int) -> None:
    issues = past(MONDAY + timedelta(days=day))
    asked = issues[asked_about(issues) - 1]
    assert asked.title == "Payment page times out on slow connections"
    assert asked.closed is None
