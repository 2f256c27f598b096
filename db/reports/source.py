"""Where numbers come from: the kept rollups, or a scan. Both answer the same questions with the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from db.ids import LabelId, PersonId
from db.reports.numbers import Latency, OpenIssues, Span, Traffic, Work
from db.states import Priority

MEDIAN, P90 = 0.5, 0.9


class Source(Protocol):
    """Answers come in the order of the spans asked for. Spans may overlap."""

    async def open_by_person(self) -> dict[PersonId | None, OpenIssues]: ...

    async def standing(self, spans: Sequence[Span]) -> Standing:
        """What is open now."""
        ...

    async def work(self, spans: Sequence[Span]) -> list[dict[PersonId | None, Work]]: ...

    async def closed_by_person(self, span: Span) -> dict[PersonId | None, int]:
        """As `work` counts it, without those who closed nothing."""
        ...

    async def traffic(self, spans: Sequence[Span]) -> list[Traffic]: ...

    async def latencies(self, spans: Sequence[Span], *, top: int) -> Latencies:
        """By span; and for the first span, by priority and by the labels of most closed issues, at most `top`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many issues are open, and how many of them were created in each span asked about."""

    open: int
    created: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latencies:
    by_span: tuple[Latency, ...]
    by_priority: dict[Priority, Latency]
    by_label: dict[LabelId, Latency]


def microseconds(value: float) -> timedelta:
    return timedelta(microseconds=round(value))
