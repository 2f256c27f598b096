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
    """The spans that add up to the days from `first` up to, and without, `end`; two arrays for `unnest`. Those of a
    negative grain are taken away: 30 days may be two spans of 16 less two of one."""

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
    chosen = _fewest(first, stop, 0) if first < stop else ()
    return Cover(
        first=first,
        end=stop,
        grains=tuple(grain for grain, _ in chosen),
        spans=tuple(span for _, span in chosen),
    )


@lru_cache(maxsize=1024)
def _fewest(first: int, stop: int, level: int) -> tuple[tuple[int, int], ...]:
    """Of this level's grain on, as (grain, span); both ends are at the beginning of such a span."""
    grain = GRAINS[level]
    ways = [_between(first, stop, grain)]
    if level + 1 < len(GRAINS):
        larger = GRAINS[level + 1]
        for low in {first // larger * larger, -(-first // larger) * larger}:
            for high in {stop // larger * larger, -(-stop // larger) * larger}:
                inside = _fewest(low, high, level + 1)
                ways.append((*_between(first, low, grain), *inside, *_between(high, stop, grain)))
    return min(ways, key=len)


def _between(first: int, stop: int, grain: int) -> tuple[tuple[int, int], ...]:
    """Backwards, they are taken away."""
    if stop < first:
        return tuple((-grain, span) for span in range(stop // grain, first // grain))
    return tuple((grain, span) for span in range(first // grain, stop // grain))
