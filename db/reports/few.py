"""The latencies of few closed issues: sent as they are, once, and ranked here for every number of a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, LiteralString

from db.ids import LabelId
from db.reports.numbers import Latency, Span
from db.reports.ranks import latency_among
from db.reports.source import Latencies
from db.rollups.spans import day_number
from db.states import Priority

# Ranking more here would keep everybody else in this process waiting; the database does it.
MOST: Final = 20_000

# Of rows (closed_day, priority, labels, latency): apart by the parts that spans cut the days into, and, in the first
# span, by what it is told by. Its placeholders: the first and the last day of that span (twice), the parts' edges.
GROUPED: Final[LiteralString] = """
    SELECT width_bucket(closed_day, {edges}::integer[]) AS part,
           CASE WHEN closed_day >= {first} AND closed_day < {stop} THEN priority END AS priority,
           CASE WHEN closed_day >= {first} AND closed_day < {stop} THEN labels END AS labels,
           array_agg(latency::double precision) AS latencies
    FROM ({rows}) closes GROUP BY 1, 2, 3"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closes:
    """Some that are alike: closed in the same part of the time asked about. Outside the first span nothing else of
    them is known."""

    part: int
    priority: Priority | None
    labels: Sequence[LabelId]
    # In microseconds, which floats hold exactly for 285 years, and Python sorts twice as fast as integers of that size.
    latencies: Sequence[float]


def edges(spans: Sequence[Span]) -> list[int]:
    """The days at which a span begins or ends, in order: part n lies before the n-th, counted from 0."""
    return sorted({day_number(day) for span in spans for day in (span.start, span.end)})


def parts(span: Span, days: Sequence[int]) -> range:
    """Those of the parts between these edges that make up the span."""
    return range(days.index(day_number(span.start)) + 1, days.index(day_number(span.end)) + 1)


def latencies(groups: Sequence[Closes], spans: Sequence[Span], *, top: int) -> Latencies:
    priorities: dict[Priority, list[Closes]] = defaultdict(list)
    labels: dict[LabelId, list[Closes]] = defaultdict(list)
    for group in groups:
        if group.priority is not None:
            priorities[group.priority].append(group)
        for label in group.labels:
            labels[label].append(group)
    sizes = {label: _size(found) for label, found in labels.items()}
    shown = sorted(labels, key=lambda label: (-sizes[label], label))[:top]
    by_span = _by_span(groups, spans)

    def ranked(found: Sequence[Closes]) -> Latency:
        """All of the first span, as with a query for one label, are ranked already."""
        return latency_among(_ordered(found)) if _size(found) < by_span[0].closed else by_span[0]

    return Latencies(
        by_span=by_span,
        by_priority={priority: ranked(priorities[priority]) for priority in sorted(priorities)},
        by_label={label: ranked(labels[label]) for label in shown},
    )


def _by_span(groups: Sequence[Closes], spans: Sequence[Span]) -> tuple[Latency, ...]:
    """Spans overlap: each part is put in order once, and what is in order already is quickly merged."""
    days = edges(spans)
    by_part: dict[int, list[Closes]] = defaultdict(list)
    for group in groups:
        by_part[group.part].append(group)
    ordered = {part: _ordered(found) for part, found in by_part.items()}
    merged = (
        sorted(chain.from_iterable(ordered.get(part, ()) for part in parts(span, days))) for span in spans
    )
    return tuple(map(latency_among, merged))


def _ordered(groups: Sequence[Closes]) -> list[float]:
    return sorted(chain.from_iterable(group.latencies for group in groups))


def _size(groups: Sequence[Closes]) -> int:
    return sum(len(group.latencies) for group in groups)
