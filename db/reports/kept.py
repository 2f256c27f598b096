"""Numbers from the rollups and what is not yet folded into them.

All questions of one report must be asked inside one REPEATABLE READ transaction: the rollups and the
pending changes are then of one moment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db.ids import LabelId, PersonId, WorkspaceId
from db.reports.numbers import Latency, OpenIssues, Span, Traffic, Work
from db.reports.ranks import Histogram, Pick, latency_of, packed, picks_for
from db.reports.source import Latencies, Standing
from db.rollups.spans import EVERYTHING, Cover, cover, slice_of
from db.states import Priority

NOBODY: Final = UUID(int=0)

# $2 to $4: which spans are added up under which tag, or taken away where `sign` is -1; $5 to $7: the days of each tag.
_SPANS: Final[LiteralString] = """
    (SELECT tag, abs(signed) AS grain, sign(signed)::int AS sign, span
     FROM unnest($2::int[], $3::smallint[], $4::int[]) AS u (tag, signed, span)) s"""
_DAYS: Final[LiteralString] = "unnest($5::int[], $6::int[], $7::int[]) AS d (tag, first, stop)"


def _arrays(spans: Sequence[Span]) -> tuple[list[int], ...]:
    covers: list[Cover] = [cover(span.start, span.end) for span in spans]
    tags = [tag for tag, covered in enumerate(covers) for _ in covered.grains]
    return (
        tags,
        [grain for covered in covers for grain in covered.grains],
        [span for covered in covers for span in covered.spans],
        list(range(len(covers))),
        [covered.first for covered in covers],
        [covered.end for covered in covers],
    )


class Kept:
    """A `Source`."""

    def __init__(self, conn: asyncpg.Connection, workspace_id: WorkspaceId) -> None:
        self._conn = conn
        self._workspace_id = workspace_id

    async def open_by_person(self) -> dict[PersonId | None, OpenIssues]:
        rows = await self._conn.fetch(
            """
            SELECT person_id, sum(waiting)::bigint AS waiting, sum(in_progress)::bigint AS in_progress
            FROM (SELECT person_id, waiting, in_progress FROM rollup_open
                  WHERE workspace_id = $1 AND slice = '00000000-0000-0000-0000-000000000000'
                  UNION ALL
                  SELECT coalesce(assignee_id, '00000000-0000-0000-0000-000000000000'),
                         sign * (NOT in_progress)::int, sign * in_progress::int
                  FROM rollup_unfolded WHERE workspace_id = $1 AND closed_day IS NULL) counted
            GROUP BY person_id
            HAVING sum(waiting) <> 0 OR sum(in_progress) <> 0""",
            self._workspace_id,
        )
        return {
            person_of(r["person_id"]): OpenIssues(waiting=r["waiting"], in_progress=r["in_progress"])
            for r in rows
        }

    async def standing(self, spans: Sequence[Span]) -> Standing:
        traffic = await self.traffic(spans) if spans else []
        opened = await self._conn.fetchval(
            """
            SELECT coalesce(sum(counted.open), 0)::bigint
            FROM (SELECT waiting + in_progress AS open FROM rollup_open
                  WHERE workspace_id = $1 AND slice = '00000000-0000-0000-0000-000000000000'
                  UNION ALL
                  SELECT sign FROM rollup_unfolded WHERE workspace_id = $1 AND closed_day IS NULL) counted""",
            self._workspace_id,
        )
        return Standing(open=opened, created=tuple(each.still_open for each in traffic))

    async def work(self, spans: Sequence[Span]) -> list[dict[PersonId | None, Work]]:
        rows = await self._conn.fetch(
            f"""
            SELECT tag, person_id, sum(taken)::bigint AS taken, sum(closed)::bigint AS closed
            FROM (SELECT s.tag, p.person_id, s.sign * p.taken AS taken, s.sign * p.closed AS closed
                  FROM {_SPANS}
                  JOIN rollup_people p ON p.workspace_id = $1 AND p.grain = s.grain AND p.span = s.span
                  UNION ALL
                  SELECT d.tag, coalesce(u.assignee_id, '00000000-0000-0000-0000-000000000000'), 0, u.sign
                  FROM rollup_unfolded u JOIN {_DAYS} ON u.closed_day >= d.first AND u.closed_day < d.stop
                  WHERE u.workspace_id = $1
                  UNION ALL
                  SELECT d.tag, t.person_id, u.sign, 0
                  FROM rollup_unfolded u, unnest(u.taken_days, u.taken_by) AS t (day, person_id)
                  JOIN {_DAYS} ON t.day >= d.first AND t.day < d.stop
                  WHERE u.workspace_id = $1) counted
            GROUP BY tag, person_id
            HAVING sum(taken) <> 0 OR sum(closed) <> 0""",
            self._workspace_id,
            *_arrays(spans),
        )
        answers: list[dict[PersonId | None, Work]] = [{} for _ in spans]
        for r in rows:
            answers[r["tag"]][person_of(r["person_id"])] = Work(taken=r["taken"], closed=r["closed"])
        return answers

    async def closed_by_person(self, span: Span) -> dict[PersonId | None, int]:
        (work,) = await self.work([span])
        return {person: each.closed for person, each in work.items() if each.closed}

    async def traffic(self, spans: Sequence[Span]) -> list[Traffic]:
        rows = await self._conn.fetch(
            f"""
            SELECT tag, sum(created)::bigint AS created, sum(closed)::bigint AS closed,
                   sum(still_open)::bigint AS still_open
            FROM (SELECT s.tag, s.sign * r.created AS created, s.sign * r.closed AS closed,
                         s.sign * r.still_open AS still_open
                  FROM {_SPANS}
                  JOIN rollup_days r ON r.workspace_id = $1 AND r.grain = s.grain AND r.span = s.span
                  UNION ALL
                  SELECT d.tag, u.sign, 0, u.sign * (u.closed_day IS NULL)::int
                  FROM rollup_unfolded u JOIN {_DAYS} ON u.created_day >= d.first AND u.created_day < d.stop
                  WHERE u.workspace_id = $1
                  UNION ALL
                  SELECT d.tag, 0, u.sign, 0
                  FROM rollup_unfolded u JOIN {_DAYS} ON u.closed_day >= d.first AND u.closed_day < d.stop
                  WHERE u.workspace_id = $1) counted
            GROUP BY tag""",
            self._workspace_id,
            *_arrays(spans),
        )
        answers = [Traffic()] * len(spans)
        for r in rows:
            answers[r["tag"]] = Traffic(created=r["created"], closed=r["closed"], still_open=r["still_open"])
        return answers

    async def latencies(self, spans: Sequence[Span], *, top: int) -> Latencies:
        labels = await self._labels(spans[0], top)
        slices = [*(slice_of(priority) for priority in Priority), *labels]
        found = await self._ranked(
            [*((span, EVERYTHING) for span in spans), *((spans[0], s) for s in slices)]
        )
        sliced = dict(zip(slices, found[len(spans) :], strict=True))
        return Latencies(
            by_span=tuple(found[: len(spans)]),
            by_priority={p: sliced[slice_of(p)] for p in Priority if sliced[slice_of(p)].closed},
            by_label={LabelId(label): sliced[label] for label in labels if sliced[label].closed},
        )

    async def _labels(self, span: Span, top: int) -> list[UUID]:
        rows = await self._conn.fetch(
            f"""
            SELECT slice
            FROM (SELECT r.slice, s.sign * r.closed AS closed
                  FROM {_SPANS}
                  JOIN rollup_latency r ON r.workspace_id = $1 AND r.grain = s.grain AND r.span = s.span
                  UNION ALL
                  SELECT slice, u.sign
                  FROM rollup_unfolded u JOIN {_DAYS} ON u.closed_day >= d.first AND u.closed_day < d.stop,
                       unnest(u.labels) slice
                  WHERE u.workspace_id = $1) counted
            WHERE slice > '00000000-0000-0000-0000-000000000005'
            GROUP BY slice HAVING sum(closed) > 0
            ORDER BY sum(closed) DESC, slice LIMIT $8""",
            self._workspace_id,
            *_arrays([span]),
            top,
        )
        return [r["slice"] for r in rows]

    async def _ranked(self, wanted: Sequence[tuple[Span, UUID]]) -> list[Latency]:
        """The latency of each slice within its span, in the order asked for."""
        histograms = await self._histograms(wanted)
        picks = [pick for tag, histogram in histograms.items() for pick in picks_for(tag, histogram)]
        values = await self._values(wanted, picks)
        return [
            latency_of(histograms[tag], values[tag]) if tag in histograms else Latency()
            for tag in range(len(wanted))
        ]

    async def _histograms(self, wanted: Sequence[tuple[Span, UUID]]) -> dict[int, Histogram]:
        """By place in `wanted`, less those without any closed issue."""
        rows = await self._conn.fetch(
            f"""
            SELECT s.tag, s.sign, r.total, array_send(r.histogram) AS histogram, NULL::smallint AS bucket,
                   NULL::bigint AS moved
            FROM {_SPANS}
            JOIN rollup_latency r ON r.workspace_id = $1 AND r.grain = s.grain AND r.span = s.span
                                 AND r.slice = ($8::uuid[])[s.tag + 1]
            UNION ALL
            SELECT d.tag, 1, sum(u.sign * u.latency), NULL, latency_bucket(u.latency), sum(u.sign)
            FROM rollup_unfolded u JOIN {_DAYS} ON u.closed_day >= d.first AND u.closed_day < d.stop,
                 unnest(latency_slices(u.priority, u.labels)) slice
            WHERE u.workspace_id = $1 AND slice = ($8::uuid[])[d.tag + 1]
            GROUP BY d.tag, 5""",
            self._workspace_id,
            *_arrays([span for span, _ in wanted]),
            [slice_ for _, slice_ in wanted],
        )
        return _added(rows)

    async def _values(
        self, wanted: Sequence[tuple[Span, UUID]], picks: Sequence[Pick]
    ) -> dict[int, dict[int, int]]:
        """The latency of each rank that was picked, by place in `wanted`."""
        if not picks:
            return {}
        days = [cover(span.start, span.end) for span, _ in wanted]
        rows = await self._conn.fetch(
            """
            WITH touched AS MATERIALIZED (
                SELECT * FROM rollup_unfolded WHERE workspace_id = $1 AND sign = 1
            ), skipped AS MATERIALIZED (SELECT issue_id FROM rollup_touched WHERE workspace_id = $1)
            SELECT p.place, array_agg(l.latency ORDER BY l.latency) AS latencies
            FROM unnest($2::int[], $3::uuid[], $4::smallint[], $5::int[], $6::int[], $7::bigint[], $8::bigint[])
                 AS p (place, slice, bucket, first, stop, skip, take),
            LATERAL (
                SELECT latency FROM (
                    SELECT c.latency FROM rollup_closes c
                    WHERE c.workspace_id = $1 AND c.slice = p.slice AND c.bucket = p.bucket
                      AND c.closed_day >= p.first AND c.closed_day < p.stop
                      AND NOT (c.issue_id = ANY (ARRAY(SELECT issue_id FROM skipped)))
                    UNION ALL
                    SELECT t.latency FROM touched t
                    WHERE t.closed_day >= p.first AND t.closed_day < p.stop
                      AND latency_bucket(t.latency) = p.bucket
                      AND p.slice = ANY (latency_slices(t.priority, t.labels))
                ) found
                ORDER BY latency OFFSET p.skip LIMIT p.take
            ) l
            GROUP BY p.place""",
            self._workspace_id,
            list(range(len(picks))),
            [wanted[pick.tag][1] for pick in picks],
            [pick.bucket for pick in picks],
            [days[pick.tag].first for pick in picks],
            [days[pick.tag].end for pick in picks],
            [pick.skip for pick in picks],
            [pick.take for pick in picks],
        )
        values: dict[int, dict[int, int]] = {}
        for r in rows:
            pick = picks[r["place"]]
            ranks = values.setdefault(pick.tag, {})
            ranks.update((pick.rank + offset, latency) for offset, latency in enumerate(r["latencies"]))
        return values


def _added(rows: Iterable[Any]) -> dict[int, Histogram]:
    found: dict[int, Histogram] = {}
    sums: dict[int, int] = defaultdict(int)
    totals: dict[int, int] = defaultdict(int)
    for r in rows:
        if r["histogram"] is not None:
            sums[r["tag"]] += r["sign"] * packed(r["histogram"])
            totals[r["tag"]] += r["sign"] * int(r["total"])
        else:
            found.setdefault(r["tag"], Histogram()).move(r["bucket"], r["moved"], int(r["total"]))
    for tag, packed_sum in sums.items():
        found.setdefault(tag, Histogram()).add(packed_sum, totals[tag])
    return {tag: histogram for tag, histogram in found.items() if histogram.size}


def person_of(person_id: UUID) -> PersonId | None:
    return None if person_id == NOBODY else PersonId(person_id)
