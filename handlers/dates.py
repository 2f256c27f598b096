"""Reads the days people write: `friday`, `tomorrow`, `2026-03-01`, `1.3.`, `+3d`, `2w`; English and German."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from babel import Locale

from db.people import Person
from db.preferences import zone_of

_NOW = {"today": 0, "heute": 0, "tomorrow": 1, "morgen": 1, "übermorgen": 2, "overmorrow": 2}
_NEXT = re.compile(r"(?:(next|nächsten?|nächster|on|am|this|diesen|kommenden)\s+)?(\w+)")
_AHEAD = re.compile(r"(?:\+|in\s+)?(\d{1,3})\s*(d|days?|tage?n?|w|weeks?|wochen?|m|months?|monate?n?)")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2})?")
_WORDED = re.compile(
    r"(?:(\d{1,2})\.?\s+([^\W\d]+)|([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?)(?:,?\s+(\d{4}))?"
)
_END = {"eow": 4, "end of week": 4, "ende der woche": 4}


def today_of(person: Person, now: datetime) -> date:
    """The date where the person is."""
    return now.astimezone(zone_of(person.timezone)).date()


def read_day(text: str, today: date) -> date | None:
    """The day that `text` means, or None when it means none. A day without a year is the next such day."""
    written = " ".join(text.strip().lower().split())
    if written in _NOW:
        return today + timedelta(days=_NOW[written])
    if written in _END:
        return _weekday(_END[written], today - timedelta(days=1))
    if found := _ISO.fullmatch(written):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _GERMAN.fullmatch(written):
        return _numbered(found, today)
    if found := _AHEAD.fullmatch(written):
        return _ahead(int(found[1]), found[2][0], today)
    return _by_weekday(written, today) or _by_month(written, today)


def _by_weekday(written: str, today: date) -> date | None:
    if written in ("next week", "nächste woche"):
        return _weekday(0, today)
    found = _NEXT.fullmatch(written)
    wanted = _named(found[2], "days") if found else None
    return None if wanted is None else _weekday(wanted, today)


def _by_month(written: str, today: date) -> date | None:
    found = _WORDED.fullmatch(written)
    if not found:
        return None
    month = _named(found[2] or found[3], "months")
    number = int(found[1] or found[4])
    if month is None:
        return None
    return _date(int(found[5]), month, number) if found[5] else _coming(month, number, today)


def _weekday(wanted: int, today: date) -> date:
    """The first such day after `today`."""
    return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _named(word: str, kind: str) -> int | None:
    """The number of a weekday (Monday is 0) or a month, by its name or an unmistakable beginning of it."""
    found = set()
    for language in ("en", "de"):
        names = getattr(Locale(language), kind)["format"]["wide"]
        found |= {
            number for number, name in names.items() if len(word) >= 2 and name.lower().startswith(word)
        }
    return found.pop() if len(found) == 1 else None


def _ahead(count: int, unit: str, today: date) -> date | None:
    if unit in "dt":
        return today + timedelta(days=count)
    if unit == "w":
        return today + timedelta(weeks=count)
    months = today.month - 1 + count
    year, month = today.year + months // 12, months % 12 + 1
    for number in range(today.day, 27, -1):
        if day := _date(year, month, number):
            return day
    return _date(year, month, today.day)


def _numbered(found: re.Match[str], today: date) -> date | None:
    number, month = int(found[1]), int(found[2])
    if not found[3]:
        return _coming(month, number, today)
    year = int(found[3])
    return _date(year + 2000 if year < 100 else year, month, number)


def _coming(month: int, number: int, today: date) -> date | None:
    for year in range(today.year, today.year + 5):
        day = _date(year, month, number)
        if day is not None and day >= today:
            return day
    return None


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
