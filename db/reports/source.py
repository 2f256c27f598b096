"""Where numbers come from: the kept rollups, or a scan. Both answer the same questions with the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from db.ids import LabelId, PersonId
from db.reports.numbers import Latency, OpenIssues, Span, Traffic, Work
from db.states import Priority

MEDIAN, P90 = 0.5, 0.9


class Source(Protocol):
    """Answers come in the order of the spans asked for. Spans may overlap."""

    async def open_by_person(self) -> dict[PersonId | None, OpenIssues]: ...

    async def work(self, spans: Sequence[Span]) -> list[dict[PersonId | None, Work]]: ...

    async def traffic(self, spans: Sequence[Span]) -> list[Traffic]: ...

    async def latency(self, spans: Sequence[Span]) -> list[Latency]: ...

    async def latency_by_priority(self, span: Span) -> dict[Priority, Latency]: ...

    async def latency_by_label(self, span: Span, top: int) -> dict[LabelId, Latency]:
        """The labels of most closed issues, at most `top`."""
        ...


def microseconds(value: float) -> timedelta:
    return timedelta(microseconds=round(value))
