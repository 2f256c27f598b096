"""What rollups are kept by: slices of the issues, and spans of 1, 4, 16, 64 and 256 days that cover any range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, LiteralString
from uuid import UUID

from db.states import Priority

GRAINS: Final = (1, 4, 16, 64, 256)

# The same for SQL: cross joined, each day counts in one span of every grain.
EVERY_GRAIN: Final[LiteralString] = "(VALUES (1), (4), (16), (64), (256)) AS g (grain)"


# The slice that holds every issue. A label's slice is its id.
EVERYTHING: Final = UUID(int=0)


def slice_of(priority: Priority) -> UUID:
    return UUID(int=int(priority))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """The spans whose union is the days from `first` up to, and without, `end`; two arrays for `unnest`."""

    first: int
    end: int
    grains: tuple[int, ...]
    spans: tuple[int, ...]


def day_number(day: date) -> int:
    """As the SQL function of that name counts: days since 0001-01-01."""
    return day.toordinal() - 1


@lru_cache(maxsize=256)
def cover(start: date, end: date) -> Cover:
    """The fewest spans for a range of days. A report asks for the same few again and again."""
    first, stop = day_number(start), day_number(end)
    grains: list[int] = []
    spans: list[int] = []
    at = first
    while at < stop:
        grain = next(g for g in reversed(GRAINS) if at % g == 0 and at + g <= stop)
        grains.append(grain)
        spans.append(at // grain)
        at += grain
    return Cover(first=first, end=stop, grains=tuple(grains), spans=tuple(spans))
