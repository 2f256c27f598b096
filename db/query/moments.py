"""The language of dates in a query: days, periods, durations, and ranges of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

Op = Literal["in", ">", ">=", "<", "<=", ".."]

_DURATION = re.compile(
    r"(\d{1,5}) ?(h|hours?|d|days?|w|weeks?|m|mo|months?|y|years?)(?:-ago)?", re.IGNORECASE
)
_DAY = re.compile(r"([12]\d{3})-(\d{2})-(\d{2})")
_MONTH = re.compile(r"([12]\d{3})-(\d{2})")
_QUARTER = re.compile(r"([12]\d{3})-?q([1-4])", re.IGNORECASE)
_YEAR = re.compile(r"[12]\d{3}")
_INSTANT = re.compile(r"[12]\d{3}-\d{2}-\d{2}T[\d:.]{5,15}(Z|[+-]\d{2}:\d{2})?", re.IGNORECASE)

_UNIT_DAYS: Final = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 31.0, "y": 366.0}
_CENTURY_IN_DAYS: Final = 36_600
_RELATIVE: Final = {"last": -1, "this": 0, "next": 1}
_PERIODS: Final = ("week", "month", "quarter", "year")
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}

# What stands for no period at all, in `due:` only.
OVERDUE: Final = "overdue"
NO_DATE: Final = "none"

WORDS: Final = (
    *_DAYS,
    "now",
    *(f"{which}-{period}" for which in _RELATIVE for period in _PERIODS),
    *_WEEKDAYS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """When and where a query is asked: `this-week` begins at another moment in another time zone."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time(), tzinfo=self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """`op` and a moment, or from moment to `until` (either may be open). Moments are canonical words."""

    op: Op
    moment: str | None
    until: str | None = None

    @property
    def is_word(self) -> bool:
        """Overdue or none: not a stretch of time."""
        return self.moment in (OVERDUE, NO_DATE)

    def text(self) -> str:
        if self.op == "..":
            return f"{self.moment or ''}..{self.until or ''}"
        return f"{'' if self.op == 'in' else self.op}{self.moment}"


def read_moment(word: str) -> str | None:
    """The canonical form of one moment, or None when it is none."""
    folded = re.sub(r"[\s_]+", "-", word.strip().casefold())
    if folded in WORDS:
        return folded
    if duration := _DURATION.fullmatch(folded.replace("-", " ").replace(" ago", "-ago")):
        count, unit = int(duration[1]), duration[2][0].lower()
        return f"{count}{unit}" if count * _UNIT_DAYS[unit] <= _CENTURY_IN_DAYS else None
    if _INSTANT.fullmatch(word.strip()):
        return word.strip().upper() if _instant(word.strip(), ZoneInfo("UTC")) else None
    if quarter := _QUARTER.fullmatch(folded):
        return f"{quarter[1]}-Q{quarter[2]}"
    return folded if _days(folded) else None


def read_span(text: str) -> Span | None:
    """One value of a date field, or None when it cannot be read."""
    text = text.strip().replace("&gt;", ">").replace("&lt;", "<")
    if ".." in text:
        low, _, high = (part.strip() for part in text.partition(".."))
        since, until = read_moment(low), read_moment(high)
        if (low and not since) or (high and not until) or not (low or high):
            return None
        return Span(op="..", moment=since, until=until)
    op: Op
    for op in (">=", "<=", ">", "<"):
        if text.startswith(op):
            moment = read_moment(text.removeprefix(op))
            return Span(op=op, moment=moment) if moment else None
    moment = read_moment(text)
    return Span(op="in", moment=moment) if moment else None


def limits(span: Span, clock: Clock, *, ahead: bool) -> tuple[datetime | None, datetime | None]:
    """From (inclusive) and until (exclusive). `ahead`: durations count into the future, as for due dates."""
    if span.op == "..":
        return _between(span, clock, ahead)
    moment = span.moment or ""
    start, end = _extent(moment, clock, ahead)
    if _is_duration(moment):
        return _within(span.op, start, end, clock, ahead)
    bounds: dict[Op, tuple[datetime | None, datetime | None]] = {
        "in": (start, end),
        ">": (end, None),
        ">=": (start, None),
        "<": (None, start),
        "<=": (None, end),
    }
    return bounds[span.op]


def _between(span: Span, clock: Clock, ahead: bool) -> tuple[datetime | None, datetime | None]:
    low = _extent(span.moment, clock, ahead) if span.moment else None
    high = _extent(span.until, clock, ahead) if span.until else None
    if low and high and high < low:
        # `7d..1d` and `1d..7d` ago mean the same days.
        low, high = high, low
    return low[0] if low else None, high[1] if high else None


def _within(
    op: Op, start: datetime, end: datetime, clock: Clock, ahead: bool
) -> tuple[datetime | None, datetime | None]:
    """`<7d` is nearer to now than seven days, whichever way the field looks."""
    if not ahead:
        return (None, start) if op in (">", ">=") else (start, None)
    if op == "in":
        return clock.midnight(clock.today), end
    bounds: dict[Op, tuple[datetime | None, datetime | None]] = {
        ">": (end, None),
        ">=": (start, None),
        "<": (None, start),
        "<=": (None, end),
    }
    return bounds[op]


def _is_duration(moment: str) -> bool:
    return _DURATION.fullmatch(moment) is not None


def _extent(moment: str, clock: Clock, ahead: bool) -> tuple[datetime, datetime]:
    """First instant of a moment, and the first one after it."""
    if duration := _DURATION.fullmatch(moment):
        return _shifted(int(duration[1]), duration[2], clock, ahead)
    if moment == "now":
        return clock.now, clock.now
    if instant := _instant(moment, clock.zone):
        return instant, instant
    first, last = _named(moment, clock.today, ahead) or _days(moment) or (clock.today, clock.today)
    return clock.midnight(first), clock.midnight(last + timedelta(days=1))


def _shifted(count: int, unit: str, clock: Clock, ahead: bool) -> tuple[datetime, datetime]:
    steps = {
        "h": relativedelta(hours=count),
        "d": relativedelta(days=count),
        "w": relativedelta(weeks=count),
        "m": relativedelta(months=count),
        "y": relativedelta(years=count),
    }
    local = clock.now.astimezone(clock.zone)
    if not ahead:
        point = local - steps[unit]
        return point, point
    day = (local + steps[unit]).date()
    return clock.midnight(day), clock.midnight(day + timedelta(days=1))


def _named(moment: str, today: date, ahead: bool) -> tuple[date, date] | None:
    """First and last day of what is named relative to today."""
    if moment in _DAYS:
        day = today + timedelta(days=_DAYS[moment])
        return day, day
    if moment in _WEEKDAYS:
        distance = (_WEEKDAYS.index(moment) - today.weekday()) % 7
        if distance and not ahead:
            distance -= 7
        day = today + timedelta(days=distance)
        return day, day
    which, _, period = moment.partition("-")
    if which not in _RELATIVE or period not in _PERIODS:
        return None
    return _period(period, today, _RELATIVE[which])


def _period(period: str, today: date, shift: int) -> tuple[date, date]:
    if period == "week":
        first = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        return first, first + timedelta(days=6)
    months = {"month": 1, "quarter": 3, "year": 12}[period]
    first = today.replace(day=1, month=(today.month - 1) // months * months + 1)
    first += relativedelta(months=months * shift)
    return first, first + relativedelta(months=months, days=-1)


def _days(moment: str) -> tuple[date, date] | None:
    """First and last day of a written date; None when there is no such date."""
    try:
        if day := _DAY.fullmatch(moment):
            only = date(int(day[1]), int(day[2]), int(day[3]))
            return only, only
        if quarter := _QUARTER.fullmatch(moment):
            first = date(int(quarter[1]), int(quarter[2]) * 3 - 2, 1)
            return first, first + relativedelta(months=3, days=-1)
        if month := _MONTH.fullmatch(moment):
            first = date(int(month[1]), int(month[2]), 1)
            return first, first + relativedelta(months=1, days=-1)
    except ValueError:
        return None
    if _YEAR.fullmatch(moment):
        return date(int(moment), 1, 1), date(int(moment), 12, 31)
    return None


def _instant(moment: str, zone: ZoneInfo) -> datetime | None:
    if not _INSTANT.fullmatch(moment):
        return None
    try:
        read = datetime.fromisoformat(moment.upper())
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
