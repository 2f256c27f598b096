"""Numbers from the issues themselves: for reports over a query, for those who do not see everything,
and to hold the kept numbers against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, LiteralString
from zoneinfo import ZoneInfo

import asyncpg

from db.access import Actor
from db.ids import LabelId, PersonId
from db.query.compiler import Condition
from db.reports.numbers import Latency, OpenIssues, Span, Traffic, Work
from db.reports.periods import midnight
from db.reports.source import Latencies, Standing, microseconds
from db.states import Priority

# Given the number of its first parameter, the condition on issues called `i`; it says what the actor sees, too.
Choose = Callable[[int], Condition]

_LATENCY: Final[LiteralString] = "greatest(microseconds(i.closed_at - i.created_at), 0)"

STATISTICS: Final[LiteralString] = """
    count(*) AS closed, sum(latency) AS total,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY latency) AS median,
    percentile_cont(0.9) WITHIN GROUP (ORDER BY latency) AS p90"""

# $3 and $4: the first instants of the spans, and the first after them.
_RANGES: Final[LiteralString] = (
    "unnest($3::timestamptz[], $4::timestamptz[]) WITH ORDINALITY AS s (first, stop, place)"
)


class Scanned:
    """A `Source`."""

    def __init__(self, conn: asyncpg.Connection, actor: Actor, zone: ZoneInfo, choose: Choose) -> None:
        self._conn = conn
        self._actor = actor
        self._zone = zone
        self._choose = choose

    async def open_by_person(self) -> dict[PersonId | None, OpenIssues]:
        chosen = self._choose(3)
        rows = await self._fetch(
            f"""
            SELECT assignee_id, count(*) FILTER (WHERE status = 'open') AS waiting,
                   count(*) FILTER (WHERE status = 'in_progress') AS in_progress
            FROM issues i WHERE ({chosen.sql}) AND NOT i.is_closed
            GROUP BY assignee_id""",
            chosen,
        )
        return {
            r["assignee_id"]: OpenIssues(waiting=r["waiting"], in_progress=r["in_progress"]) for r in rows
        }

    async def work(self, spans: Sequence[Span]) -> list[dict[PersonId | None, Work]]:
        chosen = self._choose(5)
        rows = await self._fetch(
            f"""
            SELECT place, person_id, sum(taken)::bigint AS taken, sum(closed)::bigint AS closed
            FROM (SELECT s.place, i.assignee_id AS person_id, 0 AS taken, 1 AS closed
                  FROM {_RANGES} JOIN issues i ON i.closed_at >= s.first AND i.closed_at < s.stop
                  WHERE ({chosen.sql})
                  UNION ALL
                  SELECT s.place, e.now_assignee, 1, 0
                  FROM {_RANGES} JOIN events e ON e.at >= s.first AND e.at < s.stop
                  JOIN issues i ON i.workspace_id = e.workspace_id AND i.issue_id = e.issue_id
                  WHERE e.workspace_id = $1 AND e.now_assignee IS NOT NULL
                    AND e.now_assignee IS DISTINCT FROM e.was_assignee AND ({chosen.sql})) counted
            GROUP BY place, person_id""",
            chosen,
            *self._instants(spans),
        )
        answers: list[dict[PersonId | None, Work]] = [{} for _ in spans]
        for r in rows:
            answers[r["place"] - 1][r["person_id"]] = Work(taken=r["taken"], closed=r["closed"])
        return answers

    async def closed_by_person(self, span: Span) -> dict[PersonId | None, int]:
        chosen = self._choose(5)
        rows = await self._fetch(
            f"""
            SELECT i.assignee_id, count(*) AS closed
            FROM {_RANGES} JOIN issues i ON i.closed_at >= s.first AND i.closed_at < s.stop
            WHERE ({chosen.sql}) GROUP BY i.assignee_id""",
            chosen,
            *self._instants([span]),
        )
        return {r["assignee_id"]: r["closed"] for r in rows}

    async def standing(self, spans: Sequence[Span]) -> Standing:
        opened = await self.open_by_person()
        traffic = await self.traffic(spans) if spans else []
        return Standing(
            open=sum(n.total for n in opened.values()), created=tuple(each.still_open for each in traffic)
        )

    async def traffic(self, spans: Sequence[Span]) -> list[Traffic]:
        chosen = self._choose(5)
        rows = await self._fetch(
            f"""
            SELECT place, sum(created)::bigint AS created, sum(closed)::bigint AS closed,
                   sum(still_open)::bigint AS still_open
            FROM (SELECT s.place, 1 AS created, 0 AS closed, (NOT i.is_closed)::int AS still_open
                  FROM {_RANGES} JOIN issues i ON i.created_at >= s.first AND i.created_at < s.stop
                  WHERE ({chosen.sql})
                  UNION ALL
                  SELECT s.place, 0, 1, 0
                  FROM {_RANGES} JOIN issues i ON i.closed_at >= s.first AND i.closed_at < s.stop
                  WHERE ({chosen.sql})) counted
            GROUP BY place""",
            chosen,
            *self._instants(spans),
        )
        answers = [Traffic()] * len(spans)
        for r in rows:
            answers[r["place"] - 1] = Traffic(
                created=r["created"], closed=r["closed"], still_open=r["still_open"]
            )
        return answers

    async def latencies(self, spans: Sequence[Span], *, top: int) -> Latencies:
        return Latencies(
            by_span=await self._by_span(spans),
            by_priority=await self._by_priority(spans[0]),
            by_label=await self._by_label(spans[0], top),
        )

    async def _by_span(self, spans: Sequence[Span]) -> tuple[Latency, ...]:
        chosen = self._choose(5)
        rows = await self._fetch(
            f"""
            SELECT place, {STATISTICS}
            FROM (SELECT s.place, {_LATENCY} AS latency
                  FROM {_RANGES} JOIN issues i ON i.closed_at >= s.first AND i.closed_at < s.stop
                  WHERE ({chosen.sql})) closes
            GROUP BY place""",
            chosen,
            *self._instants(spans),
        )
        answers = [Latency()] * len(spans)
        for r in rows:
            answers[r["place"] - 1] = latency_of(r)
        return tuple(answers)

    async def _by_priority(self, span: Span) -> dict[Priority, Latency]:
        chosen = self._choose(5)
        rows = await self._fetch(
            f"""
            SELECT priority, {STATISTICS}
            FROM (SELECT i.priority, {_LATENCY} AS latency
                  FROM {_RANGES} JOIN issues i ON i.closed_at >= s.first AND i.closed_at < s.stop
                  WHERE ({chosen.sql})) closes
            GROUP BY priority ORDER BY priority""",
            chosen,
            *self._instants([span]),
        )
        return {Priority(r["priority"]): latency_of(r) for r in rows}

    async def _by_label(self, span: Span, top: int) -> dict[LabelId, Latency]:
        chosen = self._choose(6)
        rows = await self._fetch(
            f"""
            SELECT label_id, {STATISTICS}
            FROM (SELECT l.label_id, {_LATENCY} AS latency
                  FROM {_RANGES} JOIN issues i ON i.closed_at >= s.first AND i.closed_at < s.stop
                  JOIN issue_labels l ON l.workspace_id = i.workspace_id AND l.issue_id = i.issue_id
                  WHERE ({chosen.sql})) closes
            GROUP BY label_id ORDER BY closed DESC, label_id LIMIT $5""",
            chosen,
            *self._instants([span]),
            top,
        )
        return {r["label_id"]: latency_of(r) for r in rows}

    def _instants(self, spans: Sequence[Span]) -> tuple[list[Any], list[Any]]:
        return (
            [midnight(span.start, self._zone) for span in spans],
            [midnight(span.end, self._zone) for span in spans],
        )

    async def _fetch(self, sql: str, chosen: Condition, *values: Any) -> list[Any]:
        rows: list[Any] = await self._conn.fetch(
            sql, self._actor.workspace_id, self._actor.sees_only, *values, *chosen.params
        )
        return rows


def latency_of(row: Any) -> Latency:
    return Latency(
        closed=row["closed"],
        mean=microseconds(int(row["total"]) / row["closed"]),
        median=microseconds(row["median"]),
        p90=microseconds(row["p90"]),
    )
