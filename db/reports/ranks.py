"""From a histogram to the exact median and 90th percentile: which ranks are needed, and in which bucket they lie."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import ceil, floor, fsum
from operator import add
from typing import Final

from db.reports.numbers import Latency
from db.reports.source import MEDIAN, P90, microseconds

BUCKETS: Final = 208
# What PostgreSQL sends in front of an array's elements.
_HEADER: Final = 20
_COUNTS: Final = int.from_bytes(b"\0\0\0\0\xff\xff\xff\xff" * BUCKETS, "big")


def packed(sent: bytes) -> int:
    """What `array_send` makes of a histogram, each element four bytes of length and four of value, as one number.

    Many histograms are added up for a report; as numbers they are added without a loop. No count nears 2^32. Without
    the lengths, so that one can be taken away from others, too.
    """
    return int.from_bytes(sent[_HEADER:], "big") & _COUNTS


@dataclass(slots=True)
class Histogram:
    """How many latencies lie in each bucket, and their sum in microseconds."""

    counts: list[int] = field(default_factory=list)
    total: int = 0

    @property
    def size(self) -> int:
        return sum(self.counts)

    def add(self, packed: int, total: int) -> None:
        """A sum of what `packed` made. Were what is taken away no part of the rest, which the nightly check would find,
        it would be of nothing."""
        words = array("I", max(packed, 0).to_bytes(8 * BUCKETS, "big"))
        if sys.byteorder == "little":
            words.byteswap()
        self.counts += [0] * (BUCKETS - len(self.counts))
        self.counts = list(map(add, self.counts, words[1::2]))
        self.total += total

    def move(self, bucket: int, count: int, total: int) -> None:
        if len(self.counts) <= bucket:
            self.counts += [0] * (bucket + 1 - len(self.counts))
        self.counts[bucket] += count
        self.total += total


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """`take` latencies from `rank` on: in their bucket, sorted, they come after `skip` others."""

    tag: int
    rank: int
    bucket: int
    skip: int
    take: int


def picks_for(tag: int, histogram: Histogram) -> Iterator[Pick]:
    """One pick a rank, less those a neighbour in the same bucket brings along."""
    ends = list(accumulate(histogram.counts))
    for fraction in (MEDIAN, P90):
        low, high, _ = _ranks(histogram.size, fraction)
        places = [_place(ends, rank) for rank in range(low, high + 1)]
        if len(places) == 2 and places[0][0] == places[1][0]:
            yield Pick(tag=tag, rank=low, bucket=places[0][0], skip=places[0][1], take=2)
            continue
        for rank, (bucket, skip) in zip((low, high), places, strict=False):
            yield Pick(tag=tag, rank=rank, bucket=bucket, skip=skip, take=1)


def latency_of(histogram: Histogram, values: Mapping[int, int]) -> Latency:
    """`values` are the latencies of the ranks that were picked."""
    return Latency(
        closed=histogram.size,
        mean=microseconds(histogram.total / histogram.size),
        median=microseconds(_percentile(histogram.size, MEDIAN, values)),
        p90=microseconds(_percentile(histogram.size, P90, values)),
    )


def latency_among(latencies: Sequence[float]) -> Latency:
    """Of all of them, in order."""
    size = len(latencies)
    if not size:
        return Latency()
    return Latency(
        closed=size,
        mean=microseconds(fsum(latencies) / size),
        median=microseconds(_percentile(size, MEDIAN, latencies)),
        p90=microseconds(_percentile(size, P90, latencies)),
    )


def _ranks(size: int, fraction: float) -> tuple[int, int, float]:
    """As percentile_cont has it: between which two ranks, and how far from the lower."""
    exact = fraction * (size - 1)
    return floor(exact), ceil(exact), exact - floor(exact)


def _place(ends: Sequence[int], rank: int) -> tuple[int, int]:
    bucket = bisect_right(ends, rank)
    return bucket, rank - (ends[bucket - 1] if bucket else 0)


def _percentile(size: int, fraction: float, values: Mapping[int, int] | Sequence[float]) -> float:
    low, high, part = _ranks(size, fraction)
    return values[low] + part * (values[high] - values[low])
