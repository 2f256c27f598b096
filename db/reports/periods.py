"""Periods as people write them: `7d`, `this month`, `last week`, `2026-Q3`, `2026-01..2026-03`.

A period is a range of whole days. Which instants those days are depends on a time zone (`midnight`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from enum import Enum
from zoneinfo import ZoneInfo

from db.errors import FieldError, Invalid

DEFAULT = "30d"
LONGEST_DAYS = 3660
_FIRST_YEAR, _LAST_YEAR = 1970, 2200

EXAMPLES = ("7d", "this month", "last week", "2026-Q3", "2026-01..2026-03")


class Unit(Enum):
    """A calendar step."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days from `start` up to, and without, `end`; `previous_*` is the range it is compared with.

    `text` is how it was asked for, in one spelling. A period that is still running ends with today.
    """

    text: str
    start: date
    end: date
    previous_start: date
    previous_end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def before(self) -> Period:
        """The range it is compared with, as a period of its own."""
        length = self.previous_end - self.previous_start
        return Period(
            text=f"{self.previous_start}..{self.previous_end - timedelta(days=1)}",
            start=self.previous_start,
            end=self.previous_end,
            previous_start=self.previous_start - length,
            previous_end=self.previous_start,
        )


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which `day` begins; where a clock change skips midnight, the first instant after the gap."""
    local = datetime.combine(day, time(), tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        # fold=1 reads a skipped time by the offset after the gap, fold=0 by the one before.
        instant = local.replace(fold=1).astimezone(UTC)
        while instant.astimezone(zone).date() < day:
            instant += timedelta(minutes=15)
    return instant


def add_months(day: date, months: int) -> date:
    """The first of the month `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def floor(day: date, unit: Unit) -> date:
    """The first day of the week (Monday), month, quarter or year `day` lies in."""
    match unit:
        case Unit.DAY:
            return day
        case Unit.WEEK:
            return day - timedelta(days=day.weekday())
        case Unit.MONTH:
            return day.replace(day=1)
        case Unit.QUARTER:
            return date(day.year, day.month - (day.month - 1) % 3, 1)
        case Unit.YEAR:
            return date(day.year, 1, 1)


def step(day: date, unit: Unit, count: int = 1) -> date:
    """`day`, which begins a unit, moved by `count` units."""
    match unit:
        case Unit.DAY:
            return day + timedelta(days=count)
        case Unit.WEEK:
            return day + timedelta(weeks=count)
        case Unit.MONTH:
            return add_months(day, count)
        case Unit.QUARTER:
            return add_months(day, 3 * count)
        case Unit.YEAR:
            return date(day.year + count, 1, 1)


_ROLLING = re.compile(
    r"^(?:last |past |letzten? )?(\d{1,4}) ?"
    r"(d|days?|tage?n?|w|weeks?|wochen?|m|months?|monaten?|q|quarters?|quartalen?|y|years?|jahren?)$"
)
_ROLLING_UNITS = {
    "d": Unit.DAY,
    "t": Unit.DAY,
    "w": Unit.WEEK,
    "m": Unit.MONTH,
    "q": Unit.QUARTER,
    "y": Unit.YEAR,
    "j": Unit.YEAR,
}
_SPELLED = {"d": "d", "t": "d", "w": "w", "m": "m", "q": "q", "y": "y", "j": "y"}
_CALENDAR = {
    "week": Unit.WEEK,
    "woche": Unit.WEEK,
    "month": Unit.MONTH,
    "monat": Unit.MONTH,
    "quarter": Unit.QUARTER,
    "quartal": Unit.QUARTER,
    "year": Unit.YEAR,
    "jahr": Unit.YEAR,
}
_THIS = {"this", "diese", "dieser", "diesen", "dieses"}
_LAST = {"last", "previous", "letzte", "letzter", "letzten", "letztes"}
_SPELLED_OUT = [
    "today",
    "yesterday",
    "heute",
    "gestern",
    *(f"{which} {noun}" for which in ("this", "last") for noun in ("week", "month", "quarter", "year")),
    *("diese woche", "letzte woche", "dieser monat", "letzter monat", "dieses jahr", "letztes jahr"),
]
# A quarter, however it is written.
_QUARTER = re.compile(r"(?:(\d{4})[-/ ]?q(\d)|q(\d)[-/ ]?(\d{4}))")
# Days and months as they are written elsewhere; in the last which is the day nobody knows.
_ELSEWHERE = (
    re.compile(r"(?P<year>\d{4})[/.](?P<month>\d{1,2})(?:[/.](?P<day>\d{1,2}))?"),
    re.compile(r"(?:(?P<day>\d{1,2})\.)?(?P<month>\d{1,2})[-/.](?P<year>\d{4})"),
    re.compile(r"\d{1,2}[-/]\d{1,2}[-/]\d{4}"),
)
# A term of a query, which may have a range of dates, has a colon.
_FROM_TO = re.compile(r"([^\s:]*?)( (?:to|until|till|through|bis|-) | ?[–—] ?|\.\.)(\S*)")
_FIXED = re.compile(r"^(\d{4})(?:-(?:q([1-4])|(\d{1,2})(?:-(\d{1,2}))?))?$")


def parse_period(text: str, today: date) -> Period:
    """Reads a period as seen on `today`. Raises Invalid for the field `period`."""
    words = _plain(text.split()) or DEFAULT
    period = _named(words, today) or _rolling(words, today) or _calendar(words, today) or _dated(words, today)
    if period is None:
        message = f"“{text.strip()}” is not a period; try {', '.join(EXAMPLES)}"
        suggestion = _elsewhere(words) or _nearest(words)
        raise _invalid("unknown", message, text.strip(), suggestion=suggestion)
    if period.start >= period.end:
        raise _invalid("order", f"“{text.strip()}” ends before it begins", text.strip())
    if period.days > LONGEST_DAYS:
        message = f"a period is at most {LONGEST_DAYS} days"
        raise _invalid("too_long", message, text.strip(), limit=LONGEST_DAYS)
    return period


def split_period(text: str, today: date) -> tuple[str, Period | None]:
    """Takes a period off the end of a line: `label:bug this month` is a query and a period.

    Raises Invalid for what can only be meant as one, and is none: as words to look for it would find nothing, and
    nobody would know why.
    """
    tokens = text.split()
    for count in (3, 2, 1):
        if count > len(tokens) or _inside_quotes(tokens[: len(tokens) - count]):
            continue
        try:
            period = parse_period(" ".join(tokens[-count:]), today)
        except Invalid as error:
            refused = error.errors[0]
            meant = _elsewhere(_plain(tokens[-count:])) is not None or (count < 3 and refused.suggestion)
            if refused.code == "unknown" and not meant:
                continue
            raise
        return " ".join(tokens[:-count]), period
    return text.strip(), None


def _inside_quotes(tokens: list[str]) -> bool:
    return sum(token.count('"') for token in tokens) % 2 == 1


def _plain(tokens: list[str]) -> str:
    return " ".join(" ".join(tokens).lower().replace("_", " ").split())


def _elsewhere(words: str) -> str | None:
    """What is written as elsewhere, as it is written here; empty where that is unclear, None for what is no date."""
    range_ = _FROM_TO.fullmatch(words)
    if range_ is None:
        return _date_elsewhere(words)
    first, last = (
        _quarter(end) if _FIXED.match(_quarter(end)) else _date_elsewhere(end)
        for end in (range_[1], range_[3])
    )
    # Two dots are none of somebody's words; what stands between a word and a date may be.
    if sum(end is not None for end in (first, last)) < (1 if range_[2] == ".." else 2):
        return None
    return f"{first}..{last or ''}".upper() if first else ""


def _date_elsewhere(text: str) -> str | None:
    quarter = _QUARTER.fullmatch(text)
    if quarter is not None:
        return f"{quarter[1] or quarter[4]}-Q4"
    match = next((found for pattern in _ELSEWHERE if (found := pattern.fullmatch(text))), None)
    if match is None:
        return None
    parts = [part.zfill(2) for part in map(match.groupdict().get, ("year", "month", "day")) if part]
    try:
        return "-".join(parts) if _span("-".join(parts)) else ""
    except Invalid:
        return ""


def _nearest(words: str) -> str:
    """What was most likely meant, where a letter or a blank is wrong."""
    found = get_close_matches(words, _SPELLED_OUT, n=1, cutoff=0.86)
    return found[0] if found else ""


def _invalid(
    code: str, message: str, value: str, *, suggestion: str = "", limit: int | None = None
) -> Invalid:
    return Invalid(
        FieldError(
            field="period", code=code, message=message, value=value, suggestion=suggestion, limit=limit
        )
    )


def _named(words: str, today: date) -> Period | None:
    tomorrow = today + timedelta(days=1)
    yesterday = today - timedelta(days=1)
    if words in ("today", "heute"):
        return Period(text="today", start=today, end=tomorrow, previous_start=yesterday, previous_end=today)
    if words in ("yesterday", "gestern"):
        two_ago = today - timedelta(days=2)
        return Period(
            text="yesterday", start=yesterday, end=today, previous_start=two_ago, previous_end=yesterday
        )
    return None


def _rolling(words: str, today: date) -> Period | None:
    """The last N days, weeks, months..., today among them; N months begin a day after today's day of the month."""
    match = _ROLLING.match(words)
    if match is None:
        return None
    count, unit = int(match[1]), _ROLLING_UNITS[match[2][0]]
    end = today + timedelta(days=1)
    if count == 0 or count > LONGEST_DAYS:
        message = f"“{words}” is no period: count from 1 to {LONGEST_DAYS}"
        raise _invalid("count", message, words, limit=LONGEST_DAYS)
    try:
        start = _back(end, unit, count)
        previous = _back(end, unit, 2 * count)
    except ValueError:
        raise _invalid("range", f"“{words}” reaches back before the calendar begins", words) from None
    return Period(
        text=f"{count}{_SPELLED[match[2][0]]}",
        start=start,
        end=end,
        previous_start=previous,
        previous_end=start,
    )


def _back(day: date, unit: Unit, count: int) -> date:
    if unit in (Unit.DAY, Unit.WEEK):
        try:
            return step(day, unit, -count)
        except OverflowError:
            raise ValueError from None
    months = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.YEAR: 12}[unit] * count
    first = add_months(day, -months)
    following = add_months(first, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _calendar(words: str, today: date) -> Period | None:
    which, _, noun = words.partition(" ")
    unit = _CALENDAR.get(noun)
    if unit is None or which not in _THIS | _LAST:
        return None
    start = floor(today, unit)
    previous = step(start, unit, -1)
    if which in _LAST:
        return Period(
            text=f"last {unit.value}",
            start=previous,
            end=start,
            previous_start=step(start, unit, -2),
            previous_end=previous,
        )
    end = today + timedelta(days=1)
    # As many days of the unit before as have begun of this one: a month that is three days old is
    # not held against a whole one.
    return Period(
        text=f"this {unit.value}",
        start=start,
        end=end,
        previous_start=previous,
        previous_end=min(previous + (end - start), start),
    )


def _dated(words: str, today: date) -> Period | None:
    first_text, dots, last_text = words.partition("..")
    first_text, last_text = _quarter(first_text.strip()), _quarter(last_text.strip())
    first = _span(first_text)
    if first is None:
        return None
    tomorrow = today + timedelta(days=1)
    start, months = first[0], None
    if dots and not last_text:
        end = tomorrow
        text = f"{first_text}.."
    else:
        last = _span(last_text) if dots else first
        if last is None:
            return None
        end = last[1]
        text = f"{first_text}..{last_text}" if dots else first_text
        months = _whole_months(start, end)
    running = start < tomorrow < end
    if running:
        end = tomorrow
    days = max(end - start, timedelta(days=1))
    previous = add_months(start, -months) if months else start - days
    return Period(
        text=text.upper(),
        start=start,
        end=end,
        previous_start=previous,
        # As in `_calendar`: days that have not come yet are held against none.
        previous_end=min(previous + days, start) if running else start,
    )


def _span(text: str) -> tuple[date, date] | None:
    """The days a date, month, year, or quarter as `_quarter` spells it, stands for."""
    match = _FIXED.match(text)
    if match is None:
        return None
    year = int(match[1])
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        message = f"the year {year} is out of range ({_FIRST_YEAR} to {_LAST_YEAR})"
        raise _invalid("range", message, text)
    try:
        if match[2]:
            start = date(year, 3 * int(match[2]) - 2, 1)
            return start, add_months(start, 3)
        if match[4]:
            start = date(year, int(match[3]), int(match[4]))
            return start, start + timedelta(days=1)
        if match[3]:
            start = date(year, int(match[3]), 1)
            return start, add_months(start, 1)
    except ValueError:
        raise _invalid("no_such_day", f"“{text}” is not in the calendar", text) from None
    return date(year, 1, 1), date(year + 1, 1, 1)


def _quarter(text: str) -> str:
    """A quarter in one spelling; anything else as it is."""
    match = _QUARTER.fullmatch(text)
    return f"{match[1] or match[4]}-q{match[2] or match[3]}" if match else text


def _whole_months(start: date, end: date) -> int | None:
    if start.day != 1 or end.day != 1:
        return None
    return (end.year - start.year) * 12 + end.month - start.month
