"""The days and buckets that kept numbers are counted by."""

from collections import Counter
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st

from db.reports.periods import midnight
from db.rollups.spans import cover
from tests.db.test_rollups import ZONES


@settings(deadline=None)
@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.integers(0, 4000))
def test_spans_add_up_to_each_day_once(start: date, days: int) -> None:
    covered = cover(start, start + timedelta(days=days))
    ends: Counter[int] = Counter()
    for grain, span in zip(covered.grains, covered.spans, strict=True):
        sign = 1 if grain > 0 else -1
        ends[abs(grain) * span] += sign
        ends[abs(grain) * (span + 1)] -= sign
    assert {day: by for day, by in ends.items() if by} == (
        {covered.first: 1, covered.end: -1} if days else {}
    )
    assert len(covered.spans) <= days // 256 + 17


def test_spans_are_few() -> None:
    counts = [
        len(cover(date(2026, 1, 1) + timedelta(days=n), date(2026, 1, 31) + timedelta(days=n)).spans)
        for n in range(256)
    ]
    assert max(counts) <= 7
    assert sum(counts) / len(counts) < 5.5


async def test_days_are_numbered_alike_in_sql_and_here(conn: asyncpg.Connection) -> None:
    for zone in ZONES:
        for offset in range(0, 800, 7):
            day = date(2025, 1, 1) + timedelta(days=offset)
            first = midnight(day, ZoneInfo(zone))
            numbers = await conn.fetchrow(
                "SELECT day_number($1, $2), day_number($1 - interval '1 second', $2)", first, zone
            )
            number = day.toordinal() - 1
            assert tuple(numbers) == (number, number - 1)


async def test_every_latency_has_a_bucket(conn: asyncpg.Connection) -> None:
    rows = await conn.fetch(
        "SELECT latency_bucket(n) AS bucket FROM unnest($1::bigint[]) n", [0, 1, 10**6, 10**12, 10**15, 2**62]
    )
    buckets = [row["bucket"] for row in rows]
    assert buckets == sorted(buckets)
    assert await conn.fetchval("SELECT cardinality(histogram('{}', '{}'))") == buckets[-1] + 1
