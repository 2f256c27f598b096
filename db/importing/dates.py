"""Dates as other trackers write them.

Written-out months and year-first dates speak for themselves. Of `03/04/2025` only the column as a whole can
tell which number is the day, so the order is given; `OrderVotes` gathers what a column says about it.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from db.importing.problems import BadRow, Reason


class DateOrder(StrEnum):
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


# By their beginnings, without accents: English, German, French, Spanish, Italian, Portuguese, Dutch.
_MONTHS: Final = {
    "jan": 1, "ene": 1, "gen": 1, "feb": 2, "fev": 2, "mar": 3, "maa": 3, "mrt": 3, "mrz": 3,
    "apr": 4, "avr": 4, "abr": 4, "may": 5, "mai": 5, "mag": 5, "mei": 5, "jun": 6, "juin": 6, "giu": 6,
    "jul": 7, "juil": 7, "lug": 7, "aug": 8, "aou": 8, "ago": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10,
    "ott": 10, "out": 10, "nov": 11, "dec": 12, "dez": 12, "dic": 12, "des": 12,
}  # fmt: skip

_TIME: Final = (
    r"(?:[\sT,]+(?:at\s+|um\s+|à\s+)?(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?"
    r"\s*(?P<half>[ap]\.?\s?m\.?)?\s*(?:uhr)?\s*(?P<zone>Z|UTC|GMT|(?:GMT|UTC)?[+-]\d{2}:?\d{2})?(?:\s*\(.*\))?)?"
)
_NUMERIC: Final = re.compile(
    rf"(?P<a>\d{{1,2}})(?P<mark>[/.-])(?P<b>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}}){_TIME}",
    re.IGNORECASE,
)
_YEAR_FIRST: Final = re.compile(
    rf"(?P<year>\d{{4}})[/.-](?P<b>\d{{1,2}})[/.-](?P<a>\d{{1,2}}){_TIME}", re.IGNORECASE
)
_DAY_MONTH: Final = re.compile(
    rf"(?:[^\W\d]{{2,10}}\.?,?\s+)?(?P<a>\d{{1,2}})(?:\.|st|nd|rd|th)?[\s/.-]+(?P<month>[^\W\d]{{3,12}})\.?[\s/,.-]+(?P<year>\d{{4}}|\d{{2}}){_TIME}",
    re.IGNORECASE,
)
_MONTH_DAY: Final = re.compile(
    rf"(?:[^\W\d]{{2,10}}\.?,?\s+)?(?P<month>[^\W\d]{{3,12}})\.?[\s/-]+(?P<a>\d{{1,2}})(?:st|nd|rd|th)?,?[\s/-]+(?P<year>\d{{4}}){_TIME}",
    re.IGNORECASE,
)
_AS_POSTGRES: Final = re.compile(
    r"[0-9-]{10}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
# What programs write where there is no date.
_NO_DATE: Final = frozenset({"-", "--", "–", "—", "n/a", "na", "none", "null", "nil", "never", "0000-00-00"})
_EARLIEST: Final = 1970
_LATEST: Final = 2199


@dataclass(slots=True)
class OrderVotes:
    """What the numeric dates of a file say about their order."""

    day_first: int = 0
    month_first: int = 0
    either: int = 0

    def count(self, text: str) -> None:
        found = _NUMERIC.match(text)
        if found is None or found["mark"] != "/":
            return
        first, second = int(found["a"]), int(found["b"])
        if first > 12 >= second:
            self.day_first += 1
        elif second > 12 >= first:
            self.month_first += 1
        else:
            self.either += first != second

    @property
    def order(self) -> DateOrder | None:
        """None when nothing tells."""
        if self.day_first == self.month_first:
            return None
        return DateOrder.DAY_FIRST if self.day_first > self.month_first else DateOrder.MONTH_FIRST

    @property
    def must_ask(self) -> bool:
        return self.order is None and self.either + self.day_first > 0


def says_none(text: str) -> bool:
    """Whether it stands for no date, as an empty cell does."""
    return text[:10].lower() in _NO_DATE and text[10:].strip(" 0:") == ""


def read_moment(text: str, order: DateOrder | None) -> str | None:
    """ISO text for PostgreSQL; without a zone where the file names none. Raises BadRow."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        if says_none(text):
            return None
        moment = _read(text, order)
    else:
        # As it stands, which is most files: PostgreSQL reads it the same, and writing it anew would cost more.
        plain = len(text) == 20 and text[4] == text[7] == "-" and text[10] == "T" and text[16] == ":"
        if (plain or _AS_POSTGRES.fullmatch(text)) and _EARLIEST <= moment.year <= _LATEST:
            return text
    _check_year(moment.year, text)
    return moment.isoformat()


def read_day(text: str, order: DateOrder | None) -> str | None:
    """The date alone, as ISO text. Raises BadRow."""
    try:
        day: date = date.fromisoformat(text)
    except ValueError:
        try:
            day = datetime.fromisoformat(text).date()
        except ValueError:
            if says_none(text):
                return None
            day = _read(text, order).date()
    _check_year(day.year, text)
    return day.isoformat()


def _check_year(year: int, text: str) -> None:
    if not _EARLIEST <= year <= _LATEST:
        raise BadRow(Reason.BAD_DATE, value=text[:60])


def _read(text: str, order: DateOrder | None) -> datetime:
    text = text.strip()
    if found := _YEAR_FIRST.fullmatch(text):
        return _build(text, found, int(found["b"]), int(found["a"]))
    if found := _NUMERIC.fullmatch(text):
        return _read_numeric(text, found, order)
    if (found := _DAY_MONTH.fullmatch(text) or _MONTH_DAY.fullmatch(text)) and (
        month := _month(found["month"])
    ):
        return _build(text, found, month, int(found["a"]))
    raise BadRow(Reason.BAD_DATE, value=text[:60])


def _read_numeric(text: str, found: re.Match[str], order: DateOrder | None) -> datetime:
    first, second = int(found["a"]), int(found["b"])
    if found["mark"] != "/" and order is None:
        order = DateOrder.DAY_FIRST
    day, month = (second, first) if order is DateOrder.MONTH_FIRST else (first, second)
    if month > 12 >= day:
        if order is not None and found["mark"] == "/":
            raise BadRow(Reason.OTHER_DATE_ORDER, value=text[:60], order=order.value)
        day, month = month, day
    return _build(text, found, month, day)


def _build(text: str, found: re.Match[str], month: int, day: int) -> datetime:
    year = int(found["year"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    hour, half = int(found["hour"] or 0), (found["half"] or "")[:1].lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(
            year,
            month,
            day,
            hour,
            int(found["minute"] or 0),
            int(found["second"] or 0),
            tzinfo=_zone(found["zone"]),
        )
    except ValueError:
        told = 1 <= month <= 12 and 1 <= day <= 31 and day > monthrange(year, month)[1]
        raise BadRow(Reason.NO_SUCH_DAY if told else Reason.BAD_DATE, value=text[:60]) from None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    digits = re.sub(r"[^\d+-]", "", text)
    if not digits:
        return UTC
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-offset if digits[0] == "-" else offset)


def _month(word: str) -> int | None:
    plain = unicodedata.normalize("NFKD", word.lower()).encode("ascii", "ignore").decode()
    return _MONTHS.get(plain[:4]) or _MONTHS.get(plain[:3])
