"""When a schedule is due: a recurrence in a time zone, turned into instants.

Wall-clock times meet clock changes by two rules. A time that a change skips is due once, as much later as
the clock was put forward (02:30 becomes 03:30). A time that happens twice is due the first time only,
except for a cron line that runs every hour, which means every hour that passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from enum import Enum
from functools import lru_cache
from heapq import heappop, heappush
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from croniter import CroniterBadDateError, croniter  # type: ignore[import-untyped] # publishes no types

from db.errors import FieldError, Invalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LAST_DAY = 31
CRON_MAX = 100
# Nobody reads a report that comes more often than this.
LEAST_APART: Final = timedelta(minutes=5)
_DAY: Final = timedelta(days=1)
# Fields of a cron line.
_MINUTES: Final = 0
_HOURS: Final = 1
EXAMPLES = (
    "daily 09:00",
    "weekdays 09:00",
    "weekly mon 09:00",
    "monthly 1 09:00",
    "monthly last 17:00",
    "cron 0 9 * * 1",
)


class Every(Enum):
    """The kinds of recurrence the form offers."""

    DAILY = "daily"
    WEEKDAYS = "weekdays"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CRON = "cron"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """`weekdays` counts from Monday = 0 (weekly only); `day` is 1..31, short months end early (monthly only)."""

    every: Every
    at: time = time(9, 0)
    weekdays: tuple[int, ...] = ()
    day: int = 1
    cron: str = ""

    def text(self) -> str:
        """One spelling, which `parse_recurrence` reads back."""
        clock = f"{self.at:%H:%M}"
        match self.every:
            case Every.DAILY | Every.WEEKDAYS:
                return f"{self.every.value} {clock}"
            case Every.WEEKLY:
                return f"weekly {','.join(WEEKDAYS[day] for day in self.weekdays)} {clock}"
            case Every.MONTHLY:
                return f"monthly {'last' if self.day == LAST_DAY else self.day} {clock}"
            case Every.CRON:
                return f"cron {self.cron}"


_CLOCK = re.compile(r"^([01]?\d|2[0-3])[:.h]([0-5]\d)$")
# What croniter would choose itself: by chance, each time anew, or by a name that nobody gave.
_CHOSEN_FOR_ONE = re.compile(r"(?<![a-z])[rh](?![a-z])")


@lru_cache(maxsize=1024)
def parse_recurrence(text: str) -> Recurrence:
    """Reads `daily 09:00`, `weekly mon,thu 9:00`, `monthly last 17:00`, `cron 0 9 * * 1`. Raises Invalid for `when`."""
    words = text.strip().lower().split()
    kind = words[0] if words else ""
    if kind == "cron":
        return Recurrence(every=Every.CRON, cron=_checked_cron(" ".join(text.split()[1:])))
    try:
        if kind in ("daily", "weekdays") and len(words) == 2:
            return Recurrence(every=Every(kind), at=_clock(words[1]))
        if kind == "weekly" and len(words) == 3:
            return Recurrence(every=Every.WEEKLY, weekdays=_weekdays(words[1]), at=_clock(words[2]))
        if kind == "monthly" and len(words) == 3:
            return Recurrence(every=Every.MONTHLY, day=_month_day(words[1]), at=_clock(words[2]))
    except ValueError as error:
        raise _invalid(str(error)) from None
    raise _invalid(f"“{text.strip()}” is not a schedule; try {', '.join(EXAMPLES)}")


def zone(name: str) -> ZoneInfo:
    """The time zone of that name. Raises Invalid for `timezone`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = f"“{name}” is not a time zone; one is written like Europe/Berlin"
        raise Invalid(
            FieldError(
                field="timezone", code="unknown", message=message, value=name, suggestion=_nearest_zone(name)
            )
        ) from None


def _nearest_zone(name: str) -> str:
    """By its whole name, or by the city alone."""
    cities: dict[str, str] = {}
    for known in sorted(available_timezones()):
        cities[known.lower()] = known
        cities.setdefault(known.rpartition("/")[2].lower(), known)
    found = get_close_matches(name.strip().lower().replace(" ", "_"), cities, n=1, cutoff=0.75)
    return cities[found[0]] if found else ""


def occurrences(recurrence: Recurrence, tz: ZoneInfo, after: datetime) -> Iterator[datetime]:
    """Every due instant later than `after`, in UTC, in order, without end."""
    seen = after.astimezone(UTC)
    both = _runs_every_hour(recurrence)
    waiting: list[datetime] = []
    for wall in _wall_times(recurrence, _first_wall(tz, seen)):
        instants = _instants(wall, tz, both=both)
        for instant in instants:
            heappush(waiting, instant)
        if instants[0].astimezone(tz).replace(tzinfo=None) != wall:
            # Moved by a clock change: a later wall time may come before it.
            continue
        while waiting and waiting[0] <= instants[0]:
            instant = heappop(waiting)
            if instant > seen:
                seen = instant
                yield instant


def _first_wall(tz: ZoneInfo, after: datetime) -> datetime:
    """Where to begin, so that no wall time which a clock change moved past `after` is missed."""
    offsets = {(after + step).astimezone(tz).utcoffset() for step in (-_DAY, timedelta(0), _DAY)}
    local = after.astimezone(tz).replace(tzinfo=None)
    return local if len(offsets) == 1 else local - _DAY


def next_due(recurrence: Recurrence, tz: ZoneInfo, after: datetime) -> datetime:
    """The first due instant later than `after`."""
    return next(occurrences(recurrence, tz, after))


@dataclass(frozen=True, slots=True, kw_only=True)
class Catch:
    """What is to be run now: the newest instant that is due, and the one after it."""

    due: datetime
    following: datetime


def catch_up(recurrence: Recurrence, tz: ZoneInfo, first_due: datetime, now: datetime) -> Catch:
    """Of all instants from `first_due` to `now`, the newest, however many there are."""
    due = _newest(recurrence, tz, first_due, now)
    return Catch(due=due, following=next_due(recurrence, tz, now))


def _newest(recurrence: Recurrence, tz: ZoneInfo, first_due: datetime, now: datetime) -> datetime:
    """The last instant not after `now`, found by looking back in growing steps; `first_due` if there is none later."""
    back = timedelta(minutes=15)
    while True:
        since = max(now - back, first_due)
        newest: datetime | None = None
        for instant in occurrences(recurrence, tz, since):
            if instant > now:
                break
            newest = instant
        if newest is not None:
            return newest
        if since == first_due:
            return first_due
        back *= 8


def still_meaningful(catch: Catch, now: datetime) -> bool:
    """A late post is worth making until half the way to the next one."""
    return now - catch.due <= (catch.following - catch.due) / 2


def _wall_times(recurrence: Recurrence, after: datetime) -> Iterator[datetime]:
    if recurrence.every is Every.CRON:
        yield from _cron_times(recurrence.cron, after)
        return
    day = after.date()
    while True:
        if _falls_on(recurrence, day):
            yield datetime.combine(day, recurrence.at)
        day += timedelta(days=1)


def _falls_on(recurrence: Recurrence, day: date) -> bool:
    match recurrence.every:
        case Every.DAILY:
            return True
        case Every.WEEKDAYS:
            return day.weekday() < 5
        case Every.WEEKLY:
            return day.weekday() in recurrence.weekdays
        case Every.MONTHLY:
            is_last = (day + timedelta(days=1)).day == 1
            return day.day == recurrence.day or (is_last and day.day < recurrence.day)
        case Every.CRON:
            return False


def _cron_times(line: str, after: datetime) -> Iterator[datetime]:
    # croniter walks wall times here, as if they were UTC; the time zone is this module's business.
    walk = croniter(line, after.replace(tzinfo=UTC), max_years_between_matches=9)
    while True:
        moment: datetime = walk.get_next(datetime)
        yield moment.replace(tzinfo=None)


def _runs_every_hour(recurrence: Recurrence) -> bool:
    if recurrence.every is not Every.CRON:
        return False
    return len(_chosen(recurrence.cron, _HOURS)) == 24


def apart(recurrence: Recurrence) -> timedelta:
    """The shortest time from one to the next on an ordinary day."""
    if recurrence.every is not Every.CRON:
        return _DAY
    minutes, hours = _chosen(recurrence.cron, _MINUTES), set(_chosen(recurrence.cron, _HOURS))
    gaps = [later - earlier for earlier, later in pairwise(minutes)]
    if any((hour + 1) % 24 in hours for hour in hours):
        gaps.append(60 - minutes[-1] + minutes[0])
    return timedelta(minutes=min(gaps)) if gaps else timedelta(hours=1)


@lru_cache(maxsize=1024)
def _chosen(line: str, field: int) -> tuple[int, ...]:
    """The minutes or hours that a line names."""
    numbers = croniter.expand(line)[0][field]
    return tuple(range((60, 24)[field])) if numbers == ["*"] else tuple(sorted(map(int, numbers)))


def _instants(wall: datetime, tz: ZoneInfo, *, both: bool) -> tuple[datetime, ...]:
    first = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    return (first, second) if both and second > first else (first,)


def _checked_cron(line: str) -> str:
    if len(line) > CRON_MAX or len(line.split()) != 5:
        message = "a cron line has five fields: minute, hour, day, month, weekday"
        raise _invalid(message, "cron_fields", value=line[:CRON_MAX])
    if _CHOSEN_FOR_ONE.search(line.lower()):
        raise _no_cron(line)
    try:
        next(_cron_times(line, datetime(2024, 1, 1)))  # noqa: DTZ001 - a wall time, as _cron_times wants
    except CroniterBadDateError:
        raise _invalid(f"“{line}” never comes", "cron_never", value=line) from None
    except (ValueError, KeyError, AttributeError):
        raise _no_cron(line) from None
    return line


def _no_cron(line: str) -> Invalid:
    return _invalid(f"“{line}” is not a cron line; one is written like 0 9 * * 1", "cron", value=line)


def _clock(text: str) -> time:
    match = _CLOCK.match(text)
    if match is None:
        raise ValueError(f"“{text}” is not a time of day; one is written like 09:00")
    return time(int(match[1]), int(match[2]))


def _weekdays(text: str) -> tuple[int, ...]:
    days: set[int] = set()
    for name in text.split(","):
        if name[:3] not in WEEKDAYS:
            raise ValueError(f"“{name}” is not a day of the week; one is written like mon")
        days.add(WEEKDAYS.index(name[:3]))
    return tuple(sorted(days))


def _month_day(text: str) -> int:
    if text == "last":
        return LAST_DAY
    if not text.isdecimal() or not 1 <= int(text) <= LAST_DAY:
        raise ValueError(f"“{text}” is not a day of the month; it is 1 to 31, or last")
    return int(text)


def _invalid(message: str, code: str = "unknown", *, value: str = "") -> Invalid:
    return Invalid(FieldError(field="when", code=code, message=message, value=value))
