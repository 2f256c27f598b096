from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.errors import Invalid
from db.schedules import recurrences
from db.schedules.recurrences import (
    apart,
    catch_up,
    next_due,
    occurrences,
    parse_recurrence,
    still_meaningful,
    zone,
)

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
# Where clocks are changed at midnight, by half an hour, in winter, and for the month of Ramadan.
ODD_ZONES = [
    "Asia/Beirut",
    "Africa/Cairo",
    "America/Santiago",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Africa/Casablanca",
    "America/Havana",
]


def dues(text: str, tz: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    return list(takewhile(lambda due: due <= end, occurrences(parse_recurrence(text), tz, start)))


def local(text: str, tz: ZoneInfo, start: str, count: int) -> list[str]:
    found = occurrences(parse_recurrence(text), tz, datetime.fromisoformat(start).replace(tzinfo=tz))
    return [next(found).astimezone(tz).strftime("%a %d %b %H:%M%z") for _ in range(count)]


def test_half_past_two_on_the_night_the_clock_goes_forward_is_due_once_an_hour_later() -> None:
    assert local("daily 02:30", BERLIN, "2026-03-28T00:00", 3) == [
        "Sat 28 Mar 02:30+0100",
        "Sun 29 Mar 03:30+0200",
        "Mon 30 Mar 02:30+0200",
    ]


def test_half_past_two_on_the_night_the_clock_goes_back_is_due_once() -> None:
    assert local("daily 02:30", BERLIN, "2026-10-24T00:00", 3) == [
        "Sat 24 Oct 02:30+0200",
        "Sun 25 Oct 02:30+0200",
        "Mon 26 Oct 02:30+0100",
    ]


def test_a_skipped_time_is_found_from_inside_the_gap() -> None:
    # 01:45 UTC is 03:45 summer time; 02:30 moved to 03:30 has gone by, and is not due again.
    after = datetime(2026, 3, 29, 1, 45, tzinfo=UTC)
    assert next_due(parse_recurrence("daily 02:30"), BERLIN, after) == datetime(
        2026, 3, 30, 0, 30, tzinfo=UTC
    )
    before = datetime(2026, 3, 29, 1, 15, tzinfo=UTC)
    assert next_due(parse_recurrence("daily 02:30"), BERLIN, before) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("night", [date(2026, 3, 29), date(2026, 10, 25)])
def test_an_hourly_cron_line_runs_every_hour_that_passes(night: date) -> None:
    start = datetime(night.year, night.month, night.day, tzinfo=UTC) - timedelta(hours=3)
    found = dues("cron */30 * * * *", BERLIN, start, start + timedelta(hours=12))
    assert found == [start + timedelta(minutes=30 * step) for step in range(1, 25)]


def test_the_last_of_the_month_and_the_31st_come_every_month() -> None:
    year = local("monthly last 17:00", BERLIN, "2028-01-01T00:00", 4)
    assert year == [
        "Mon 31 Jan 17:00+0100",
        "Tue 29 Feb 17:00+0100",
        "Fri 31 Mar 17:00+0200",
        "Sun 30 Apr 17:00+0200",
    ]
    assert local("monthly 31 17:00", BERLIN, "2028-01-01T00:00", 4) == year
    assert local("monthly 30 17:00", BERLIN, "2027-02-01T00:00", 1) == ["Sun 28 Feb 17:00+0100"]


def test_a_leap_day_line_comes_every_four_years() -> None:
    found = occurrences(parse_recurrence("cron 0 9 29 2 *"), BERLIN, datetime(2026, 1, 1, tzinfo=UTC))
    assert [next(found).year for _ in range(3)] == [2028, 2032, 2036]


def test_weekdays_and_weekly() -> None:
    assert local("weekdays 9:00", BERLIN, "2026-11-20T10:00", 2) == [
        "Mon 23 Nov 09:00+0100",
        "Tue 24 Nov 09:00+0100",
    ]
    assert local("weekly thu,mon 9:00", BERLIN, "2026-11-20T10:00", 2) == [
        "Mon 23 Nov 09:00+0100",
        "Thu 26 Nov 09:00+0100",
    ]


@pytest.mark.parametrize("name", sorted({*ZONES, *ODD_ZONES}))
@pytest.mark.parametrize("clock", ["02:30", "00:00", "09:15", "23:59"])
def test_two_years_of_a_daily_schedule_have_one_instant_for_each_local_day(name: str, clock: str) -> None:
    tz = ZoneInfo(name)
    start = datetime(2026, 1, 1, tzinfo=tz) - timedelta(seconds=1)
    end = datetime(2027, 12, 31, 23, 59, 59, tzinfo=tz)
    days = [due.astimezone(tz).date() for due in dues(f"daily {clock}", tz, start, end)]
    assert days == [date(2026, 1, 1) + timedelta(days=count) for count in range(730)]


@pytest.mark.parametrize("name", sorted({*ZONES, *ODD_ZONES}))
def test_a_clock_walked_minute_by_minute_through_change_nights_meets_every_instant_once(name: str) -> None:
    """What the worker does (ask for the next one, wait, run it) gives the same instants as the whole list."""
    tz = ZoneInfo(name)
    for start in (datetime(2026, 3, 7, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC)):
        end = start + timedelta(days=35)
        for line in ("daily 02:30", "cron 15 */2 * * *", "cron 30 1,2,3 * * 0"):
            recurrence = parse_recurrence(line)
            met, now = [], start
            while (due := next_due(recurrence, tz, now)) <= end:
                met.append(due)
                now = due
            assert met == dues(line, tz, start, end)
            assert len(set(met)) == len(met)


RECURRENCES = st.one_of(
    st.builds(
        "{} {:02}:{:02}".format,
        st.sampled_from(["daily", "weekdays", "weekly mon,sun", "monthly 31", "monthly 1"]),
        st.integers(0, 23),
        st.integers(0, 59),
    ),
    st.sampled_from(["cron 0 9 * * 1-5", "cron */15 * * * *", "cron 30 2 * * *", "cron 0 0 1 * *"]),
)


@settings(deadline=None)
@given(
    RECURRENCES,
    st.sampled_from(ZONES),
    st.integers(0, 730 * 24 * 60).map(
        lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(0, 60 * 24 * 40),
)
def test_catching_up_finds_the_newest_due_instant(
    text: str, name: str, began: datetime, away_minutes: int
) -> None:
    recurrence, tz = parse_recurrence(text), ZoneInfo(name)
    first = next_due(recurrence, tz, began)
    now = first + timedelta(minutes=away_minutes)
    catch = catch_up(recurrence, tz, first, now)
    every = [first, *dues(text, tz, first, now)]
    assert catch.due == every[-1]
    assert catch.following == next_due(recurrence, tz, now) > now
    assert recurrence == parse_recurrence(recurrence.text())


def test_a_late_report_is_meaningful_until_half_way_to_the_next() -> None:
    recurrence = parse_recurrence("daily 09:00")
    first = datetime(2026, 1, 5, 9, tzinfo=UTC)
    noon = first + timedelta(days=3, hours=3)
    catch = catch_up(recurrence, ZoneInfo("UTC"), first, noon)
    assert (catch.due, still_meaningful(catch, noon)) == (first + timedelta(days=3), True)
    night = noon + timedelta(hours=12)
    assert not still_meaningful(catch_up(recurrence, ZoneInfo("UTC"), first, night), night)


def test_ten_years_away_is_caught_up_at_once() -> None:
    recurrence = parse_recurrence("cron */5 * * * *")
    now = datetime(2026, 1, 5, 9, 3, tzinfo=UTC)
    catch = catch_up(recurrence, ZoneInfo("UTC"), datetime(2016, 1, 1, tzinfo=UTC), now)
    assert (catch.due, catch.following) == (now.replace(minute=0), now.replace(minute=5))


def every_instant(text: str, tz: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """By looking at every minute that a clock on the wall could show, one after the other."""
    recurrence = parse_recurrence(text)
    hourly = text.split()[2:3] == ["*"]
    found = set()
    day = timedelta(days=1)
    for wall in recurrences._wall_times(recurrence, (start - 2 * day).replace(tzinfo=None)):
        if wall > (end + 2 * day).replace(tzinfo=None):
            break
        for fold in (0, 1) if hourly else (0,):
            instant = wall.replace(tzinfo=tz, fold=fold).astimezone(UTC)
            skipped = instant.astimezone(tz).replace(tzinfo=None) != wall
            if not (skipped and fold) and start < instant <= end:
                found.add(instant)
    return sorted(found)


@pytest.mark.parametrize("name", [*ODD_ZONES, "Pacific/Apia", "Pacific/Kwajalein"])
@pytest.mark.parametrize(
    "line",
    [
        "daily 00:00",
        "daily 02:15",
        "weekdays 00:30",
        "monthly last 00:00",
        "cron 0 * * * *",
        "cron */20 0-3 * * *",
        "cron 45 0,2 * * 5,6",
    ],
)
def test_the_instants_around_every_change_of_the_clock_are_those_of_the_wall(name: str, line: str) -> None:
    tz = ZoneInfo(name)
    year = {"Pacific/Apia": 2011, "Pacific/Kwajalein": 1993}.get(name, 2026)
    changes = clock_changes(tz, year)
    assert changes
    for change in changes:
        start, end = change - timedelta(days=2), change + timedelta(days=35)
        wanted = every_instant(line, tz, start, end)
        assert dues(line, tz, start, end) == wanted
        # Asked at any moment of the night, as a process that starts then asks.
        for step in range(-4, 16):
            after = change + timedelta(minutes=17 * step)
            following = next(instant for instant in wanted if instant > after)
            assert next_due(parse_recurrence(line), tz, after) == following


def clock_changes(tz: ZoneInfo, year: int) -> list[datetime]:
    """To the hour."""
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=step) for step in range(370 * 24)]
    offsets = [hour.astimezone(tz).utcoffset() for hour in hours]
    return [hours[place] for place in range(1, len(hours)) if offsets[place] != offsets[place - 1]]


def test_a_day_that_a_zone_leaves_out_is_made_up_for_by_the_next() -> None:
    assert local("daily 09:00", ZoneInfo("Pacific/Apia"), "2011-12-29T00:00", 3) == [
        "Thu 29 Dec 09:00-1000",
        "Sat 31 Dec 09:00+1400",
        "Sun 01 Jan 09:00+1400",
    ]


def test_whatever_says_every_hour_means_every_hour_that_passes() -> None:
    start = datetime(2026, 10, 24, 20, tzinfo=UTC)
    found = dues("cron 0 0-23 * * *", BERLIN, start, start + timedelta(hours=12))
    assert found == [start + timedelta(hours=step) for step in range(1, 13)]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("daily 09:00", 1440),
        ("cron * * * * *", 1),
        ("cron */7 9 * * *", 7),
        ("cron 0 9 * * *", 60),
        ("cron 0,58 * * * *", 2),
        ("cron 0,58 9,12 * * *", 58),
        ("cron 0,58 23,0 * * *", 2),
    ],
)
def test_how_long_it_is_at_least_from_one_to_the_next(text: str, minutes: int) -> None:
    assert apart(parse_recurrence(text)) == timedelta(minutes=minutes)


def test_a_day_of_the_month_and_one_of_the_week_mean_either() -> None:
    assert local("cron 0 9 13 * 5", BERLIN, "2026-11-10T00:00", 4) == [
        "Fri 13 Nov 09:00+0100",
        "Fri 20 Nov 09:00+0100",
        "Fri 27 Nov 09:00+0100",
        "Fri 04 Dec 09:00+0100",
    ]


def test_the_next_of_a_line_that_comes_often_is_found_without_walking_a_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walked = []
    walk = recurrences._cron_times

    def counted(line: str, after: datetime) -> Iterator[datetime]:
        for wall in walk(line, after):
            walked.append(wall)
            yield wall

    monkeypatch.setattr(recurrences, "_cron_times", counted)
    recurrence, now = parse_recurrence("cron */5 * * * *"), datetime(2026, 11, 20, 9, 0, 1, tzinfo=UTC)
    walked.clear()
    catch_up(recurrence, BERLIN, now - timedelta(days=300), now)
    assert len(walked) < 10


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sometimes",
        "daily",
        "daily 25:00",
        "weekly 09:00",
        "weekly someday 09:00",
        "monthly 32 09:00",
        "monthly 0 09:00",
        "cron 0 9 * *",
        "cron 61 9 * * 1",
        "cron 0 9 30 2 *",
        "cron 0 9 * * * *",
        "cron @daily",
        # Each time another, or made from a name that there is none of.
        "cron R 9 * * *",
        "cron 0 r(9-17) * * *",
        "cron H 9 * * *",
        "cron 0 9 * * R/2",
        "cron 0 9 * * mon-",
        "cron 0 9 1-32 * *",
        "cron 0 9 * * 1#9",
        "cron */0 9 * * *",
    ],
)
def test_says_what_is_wrong_with_a_recurrence(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_recurrence(text)
    assert caught.value.errors[0].field == "when"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_says_what_is_wrong_with_a_time_zone(name: str) -> None:
    with pytest.raises(Invalid, match="time zone"):
        zone(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Europe/Berln", "Europe/Berlin"), ("berlin", "Europe/Berlin"), ("New York", "America/New_York")],
)
def test_names_the_time_zone_that_was_most_likely_meant(name: str, meant: str) -> None:
    with pytest.raises(Invalid) as refused:
        zone(name)
    assert refused.value.errors[0].suggestion == meant
