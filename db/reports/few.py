"""The latencies of few closed issues: sent as they are, once, and ranked here for every number of a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
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
           array_agg(latency) AS latencies
    FROM ({rows}) closes GROUP BY 1, 2, 3"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Closes:
    """Some that are alike: closed in the same part of the time asked about. Outside the first span nothing else of
    them is known."""

    part: int
    priority: Priority | None
    labels: Sequence[LabelId]
    # In order.
    latencies: Sequence[int]


def edges(spans: Sequence[Span]) -> list[int]:
    """The days at which a span begins or ends, in order: part n lies before the n-th, counted from 0."""
    return sorted({day_number(day) for span in spans for day in (span.start, span.end)})


def parts(span: Span, days: Sequence[int]) -> range:
    """Those of the parts between these edges that make up the span."""
    return range(days.index(day_number(span.start)) + 1, days.index(day_number(span.end)) + 1)


def latencies(groups: Sequence[Closes], spans: Sequence[Span], *, top: int) -> Latencies:
    priorities: dict[Priority, list[int]] = defaultdict(list)
    labels: dict[LabelId, list[int]] = defaultdict(list)
    for place, group in enumerate(groups):
        if group.priority is not None:
            priorities[group.priority].append(place)
        for label in group.labels:
            labels[label].append(place)
    sizes = {label: sum(len(groups[place].latencies) for place in places) for label, places in labels.items()}
    shown = sorted(labels, key=lambda label: (-sizes[label], label))[:top]

    days = edges(spans)

    @cache
    def ranked(places: tuple[int, ...]) -> Latency:
        """What is the same for all, as with a query for one label, is ranked once."""
        return latency_among(sorted(chain.from_iterable(groups[place].latencies for place in places)))

    return Latencies(
        by_span=tuple(ranked(_inside(groups, span, days)) for span in spans),
        by_priority={priority: ranked(tuple(priorities[priority])) for priority in sorted(priorities)},
        by_label={label: ranked(tuple(labels[label])) for label in shown},
    )


def _inside(groups: Sequence[Closes], span: Span, days: Sequence[int]) -> tuple[int, ...]:
    inside = parts(span, days)
    return tuple(place for place, group in enumerate(groups) if group.part in inside)
