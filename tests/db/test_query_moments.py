from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from db.query.moments import Clock, limits, read_span

# A Wednesday; in Auckland it is Thursday already.
NOW = datetime(2026, 5, 20, 14, 30, tzinfo=UTC)
BERLIN = Clock(now=NOW, zone=ZoneInfo("Europe/Berlin"))
AUCKLAND = Clock(now=NOW, zone=ZoneInfo("Pacific/Auckland"))


def between(text: str, clock: Clock = BERLIN, *, ahead: bool = False) -> tuple[str | None, str | None]:
    span = read_span(text)
    assert span is not None
    low, high = limits(span, clock, ahead=ahead)
    return (
        low.astimezone(clock.zone).isoformat(timespec="minutes")[:16] if low else None,
        high.astimezone(clock.zone).isoformat(timespec="minutes")[:16] if high else None,
    )


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("today", "2026-05-20T00:00", "2026-05-21T00:00"),
        ("yesterday", "2026-05-19T00:00", "2026-05-20T00:00"),
        ("this-week", "2026-05-18T00:00", "2026-05-25T00:00"),
        ("last-week", "2026-05-11T00:00", "2026-05-18T00:00"),
        ("this-month", "2026-05-01T00:00", "2026-06-01T00:00"),
        ("last-quarter", "2026-01-01T00:00", "2026-04-01T00:00"),
        ("next-year", "2027-01-01T00:00", "2028-01-01T00:00"),
        ("monday", "2026-05-18T00:00", "2026-05-19T00:00"),
        ("friday", "2026-05-15T00:00", "2026-05-16T00:00"),
        ("2026-02", "2026-02-01T00:00", "2026-03-01T00:00"),
        ("2026-Q1", "2026-01-01T00:00", "2026-04-01T00:00"),
        ("2026", "2026-01-01T00:00", "2027-01-01T00:00"),
        (">2026-01-01", "2026-01-02T00:00", None),
        (">=2026-01-01", "2026-01-01T00:00", None),
        ("<2026-01-01", None, "2026-01-01T00:00"),
        ("<=2026-01-01", None, "2026-01-02T00:00"),
        ("2026-01..2026-02", "2026-01-01T00:00", "2026-03-01T00:00"),
        ("2026-01..", "2026-01-01T00:00", None),
        ("..2026-01", None, "2026-02-01T00:00"),
        ("7d", "2026-05-13T16:30", None),
        ("<7d", "2026-05-13T16:30", None),
        (">7d", None, "2026-05-13T16:30"),
        ("2h", "2026-05-20T14:30", None),
        ("1m", "2026-04-20T16:30", None),
        ("1d..7d", "2026-05-13T16:30", "2026-05-19T16:30"),
        (">2026-05-20T10:00Z", "2026-05-20T12:00", None),
    ],
)
def test_past(text: str, low: str | None, high: str | None) -> None:
    assert between(text) == (low, high)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("7d", "2026-05-20T00:00", "2026-05-28T00:00"),
        ("<7d", None, "2026-05-27T00:00"),
        (">7d", "2026-05-28T00:00", None),
        ("friday", "2026-05-22T00:00", "2026-05-23T00:00"),
        ("wednesday", "2026-05-20T00:00", "2026-05-21T00:00"),
        ("tomorrow", "2026-05-21T00:00", "2026-05-22T00:00"),
        ("1w..2w", "2026-05-27T00:00", "2026-06-04T00:00"),
    ],
)
def test_due_dates_look_ahead(text: str, low: str | None, high: str | None) -> None:
    assert between(text, ahead=True) == (low, high)


def test_a_day_is_the_askers_day() -> None:
    assert between("today", AUCKLAND) == ("2026-05-21T00:00", "2026-05-22T00:00")


def test_a_day_with_a_clock_change_has_23_hours() -> None:
    span = read_span("2026-03-29")
    assert span is not None
    low, high = limits(span, BERLIN, ahead=False)
    assert low is not None
    assert high is not None
    assert (high.astimezone(UTC) - low.astimezone(UTC)).total_seconds() == 23 * 3600


@pytest.mark.parametrize("text", ["2026-13", "2026-02-30", "soon", "7", "..", "99999y", "2026-Q5", "<", ""])
def test_refuses_what_is_no_date(text: str) -> None:
    assert read_span(text) is None
