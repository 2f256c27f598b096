from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.errors import Invalid
from db.reports.periods import midnight, parse_period, split_period

TODAY = date(2026, 11, 22)  # a Sunday


@pytest.mark.parametrize(
    ("text", "start", "last", "previous_start", "previous_last"),
    [
        ("7d", "2026-11-16", "2026-11-22", "2026-11-09", "2026-11-15"),
        ("last 2 weeks", "2026-11-09", "2026-11-22", "2026-10-26", "2026-11-08"),
        ("1m", "2026-10-23", "2026-11-22", "2026-09-23", "2026-10-22"),
        ("today", "2026-11-22", "2026-11-22", "2026-11-21", "2026-11-21"),
        ("Yesterday", "2026-11-21", "2026-11-21", "2026-11-20", "2026-11-20"),
        ("this week", "2026-11-16", "2026-11-22", "2026-11-09", "2026-11-15"),
        ("last week", "2026-11-09", "2026-11-15", "2026-11-02", "2026-11-08"),
        ("this month", "2026-11-01", "2026-11-22", "2026-10-01", "2026-10-22"),
        ("last month", "2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30"),
        ("letzten Monat", "2026-10-01", "2026-10-31", "2026-09-01", "2026-09-30"),
        ("last quarter", "2026-07-01", "2026-09-30", "2026-04-01", "2026-06-30"),
        ("this year", "2026-01-01", "2026-11-22", "2025-01-01", "2025-11-22"),
        ("2026-Q3", "2026-07-01", "2026-09-30", "2026-04-01", "2026-06-30"),
        ("Q3 2026", "2026-07-01", "2026-09-30", "2026-04-01", "2026-06-30"),
        ("2026q3..2026q3", "2026-07-01", "2026-09-30", "2026-04-01", "2026-06-30"),
        ("2025", "2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31"),
        ("2027-01", "2027-01-01", "2027-01-31", "2026-12-01", "2026-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-01-01", "2024-01-31"),
        ("2026-01..2026-03", "2026-01-01", "2026-03-31", "2025-10-01", "2025-12-31"),
        ("2026-01-05..2026-01-11", "2026-01-05", "2026-01-11", "2025-12-29", "2026-01-04"),
        ("2026-11..", "2026-11-01", "2026-11-22", "2026-10-10", "2026-10-31"),
        ("", "2026-10-24", "2026-11-22", "2026-09-24", "2026-10-23"),
    ],
)
def test_reads_periods_and_the_one_before(
    text: str, start: str, last: str, previous_start: str, previous_last: str
) -> None:
    period = parse_period(text, TODAY)
    before = period.before()
    assert (str(period.start), str(period.last_day)) == (start, last)
    assert (str(before.start), str(before.last_day)) == (previous_start, previous_last)


@pytest.mark.parametrize(
    ("text", "start", "previous_start", "previous_last"),
    [
        ("2026", "2026-01-01", "2025-01-01", "2025-11-22"),
        ("2026-Q4", "2026-10-01", "2026-07-01", "2026-08-22"),
        ("2026-11", "2026-11-01", "2026-10-01", "2026-10-22"),
        ("2026-01..2026-12", "2026-01-01", "2025-01-01", "2025-11-22"),
        ("2026-11-10..2026-12-05", "2026-11-10", "2026-10-28", "2026-11-09"),
    ],
)
def test_a_named_period_that_is_running_ends_today_and_is_compared_with_as_many_days(
    text: str, start: str, previous_start: str, previous_last: str
) -> None:
    period = parse_period(text, TODAY)
    before = period.before()
    assert (str(period.start), period.last_day, period.text) == (start, TODAY, text)
    assert (str(before.start), str(before.last_day)) == (previous_start, previous_last)


def test_a_named_period_is_whole_on_its_last_day() -> None:
    for today in (date(2026, 9, 30), date(2026, 10, 1), TODAY):
        period = parse_period("2026-Q3", today)
        assert (period.last_day, period.previous_end) == (date(2026, 9, 30), date(2026, 7, 1))


def test_a_long_month_is_compared_with_the_whole_of_a_short_one() -> None:
    period = parse_period("this month", date(2026, 3, 31))
    assert (period.previous_start, period.previous_end) == (date(2026, 2, 1), date(2026, 3, 1))


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "0d",
        "2026-Q5",
        "2026-02-30",
        "2026-13",
        "2026-03..2026-01",
        "9999d",
        "1850",
        "9999y",
        "20 apples",
    ],
)
def test_says_what_is_wrong_with_a_period(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_period(text, TODAY)
    assert caught.value.errors[0].field == "period"


@pytest.mark.parametrize(
    ("line", "query", "period"),
    [
        ("label:bug this month", "label:bug", "this month"),
        ("7d", "", "7d"),
        ("label:bug last 7 days", "label:bug", "7d"),
        ("updated:<7d", "updated:<7d", None),
        ('"in 2026"', '"in 2026"', None),
        ('"slow in 2026" 2026-Q1', '"slow in 2026"', "2026-Q1"),
        ("", "", None),
    ],
)
def test_takes_the_period_off_the_end_of_a_line(line: str, query: str, period: str | None) -> None:
    rest, found = split_period(line, TODAY)
    assert (rest, found.text if found else None) == (query, period)


@pytest.mark.parametrize(
    ("line", "code", "suggestion"),
    [
        ("2026-13", "no_such_day", ""),
        ("label:bug 2026-02-30", "no_such_day", ""),
        ("2026-05..2026-01", "order", ""),
        ("label:bug 5000d", "count", ""),
        ("1980..2026", "too_long", ""),
        ("4711", "range", ""),
        ("lastweek", "unknown", "last week"),
        ("label:bug this mnth", "unknown", "this month"),
        ("yesteday", "unknown", "yesterday"),
        ("label:bug 2026-Q5", "unknown", "2026-Q4"),
        ("2026-01..today", "unknown", "2026-01.."),
        ("2026-01..soon", "unknown", "2026-01.."),
        ("..2026-03", "unknown", ""),
        ("2026-01 to 2026-03", "unknown", "2026-01..2026-03"),
        ("label:bug 01.01.2026 – 31.01.2026", "unknown", "2026-01-01..2026-01-31"),
        ("14.03.2026", "unknown", "2026-03-14"),
        ("3/2026", "unknown", "2026-03"),
        ("2026/13", "unknown", ""),
        ("01/02/2026", "unknown", ""),
    ],
)
def test_what_can_only_be_meant_as_a_period_is_not_taken_for_words(
    line: str, code: str, suggestion: str
) -> None:
    with pytest.raises(Invalid) as refused:
        split_period(line, TODAY)
    assert (refused.value.errors[0].code, refused.value.errors[0].suggestion) == (code, suggestion)


@pytest.mark.parametrize(
    "line",
    [
        "slow export",
        "label:bug week",
        '"lastweek"',
        '"4711"',
        '"14.03.2026"',
        "weekly",
        "last",
        "created:>2026-01-01",
        "due:2026-01..2026-03",
        "-closed:2026-01..",
        "a..b",
        "from Berlin to Rome",
        "v1.2026",
    ],
)
def test_words_stay_words(line: str) -> None:
    assert split_period(line, TODAY) == (line, None)


@settings(deadline=None)
@given(
    st.sampled_from(
        [
            "7d",
            "3m",
            "1y",
            "this month",
            "last month",
            "this quarter",
            "last year",
            "this week",
            "2024-Q1",
            "2q",
        ]
    ),
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
)
def test_every_period_follows_the_one_before_and_reads_back_the_same(text: str, today: date) -> None:
    period = parse_period(text, today)
    assert period.previous_start < period.previous_end <= period.start < period.end
    assert parse_period(period.text, today) == period


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Africa/Cairo",
    "Asia/Beirut",
]


@settings(deadline=None)
@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2030, 1, 1)))
def test_days_meet_without_gap_or_overlap(name: str, day: date) -> None:
    zone = ZoneInfo(name)
    start, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    assert start.astimezone(zone).date() == day
    assert (start - timedelta(seconds=1)).astimezone(zone).date() == day - timedelta(days=1)
    assert timedelta(hours=22) < end - start < timedelta(hours=26)


def test_a_day_whose_midnight_is_skipped_begins_after_the_gap() -> None:
    assert midnight(date(2017, 10, 15), ZoneInfo("America/Sao_Paulo")) == datetime(
        2017, 10, 15, 3, tzinfo=UTC
    )
