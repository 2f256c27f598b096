"""Numbers over a query, from the rows of `rollup_issues`: the indexes hold all that is asked of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db.access import Actor
from db.ids import IssueId, LabelId, PersonId
from db.query.fragments import Parameters
from db.reports import few
from db.reports.asking import Asking
from db.reports.few import Closes
from db.reports.numbers import Latency, OpenIssues, Span, Traffic, Work
from db.reports.scanned import STATISTICS, latency_of
from db.reports.sifting import Sieve
from db.reports.slicing import Slices
from db.reports.source import Latencies, Standing
from db.rollups.spans import day_number
from db.states import Priority

# The open issues that somebody has reported have an index of their own.
_REPORTED: Final[LiteralString] = """
issues i WHERE i.workspace_id = $1 AND i.reporter_id = ANY ($2::uuid[]) AND NOT i.is_closed AND i.deleted_at IS NULL"""

# So many are read one by one sooner than they are come upon among all that are open.
_MOST_REPORTED: Final = 5_000

# More issues than these of one day are not ordered here.
_MOST_OF_A_DAY: Final = 300


class Sifted:
    """A `Source`. Without `pending`, no change is waiting to be folded."""

    def __init__(self, conn: asyncpg.Connection, actor: Actor, sieve: Sieve, *, pending: bool) -> None:
        self._conn = conn
        self._actor = actor
        self._sieve = sieve
        self._pending = pending

    async def open_by_person(self) -> dict[PersonId | None, OpenIssues]:
        sliced = self._sieve.slices()
        if sliced is not None:
            return await self._open_in(sliced)
        reporters = self._sieve.reporters()
        if reporters is not None and await self._count_reported(reporters) <= _MOST_REPORTED:
            return await self._open_of(reporters)
        asked = self._ask()
        rows = await asked.fetch(
            f"""
            SELECT assignee_id, count(*) FILTER (WHERE NOT in_progress) AS waiting,
                   count(*) FILTER (WHERE in_progress) AS in_progress
            FROM ({asked.open("i.assignee_id, i.in_progress")}) i
            GROUP BY assignee_id"""
        )
        return _by_person(rows)

    async def _open_of(self, reporters: list[UUID]) -> dict[PersonId | None, OpenIssues]:
        rows = await self._conn.fetch(
            f"""
            SELECT assignee_id, count(*) FILTER (WHERE status = 'open') AS waiting,
                   count(*) FILTER (WHERE status = 'in_progress') AS in_progress
            FROM {_REPORTED} GROUP BY assignee_id""",
            self._actor.workspace_id,
            reporters,
        )
        return _by_person(rows)

    async def _count_reported(self, reporters: list[UUID]) -> int:
        count: int = await self._conn.fetchval(
            f"SELECT count(*) FROM {_REPORTED}", self._actor.workspace_id, reporters
        )
        return count

    async def _open_in(self, slices: Slices) -> dict[PersonId | None, OpenIssues]:
        """From the sums, each taken for so many issues that are alike."""
        parameters = Parameters(5)
        condition = self._sieve.left(slices.left, parameters)
        unfolded = self._sieve.condition(parameters)
        shared = ""
        if slices.shared is not None:
            issues = self._sieve.open_shared(slices.shared, parameters)
            weight = parameters.fill("{}::integer", slices.shared.weight)
            shared = (
                f"UNION ALL SELECT assignee_id, in_progress, {weight} FROM ({issues}) i WHERE {condition}"
            )
        rows = await self._conn.fetch(
            f"""
            SELECT assignee_id, coalesce(sum(count) FILTER (WHERE NOT in_progress), 0)::bigint AS waiting,
                   coalesce(sum(count) FILTER (WHERE in_progress), 0)::bigint AS in_progress
            FROM (SELECT assignee_id, in_progress, count
                  FROM (SELECT nullif(person_id, '00000000-0000-0000-0000-000000000000') AS assignee_id,
                               true AS is_open, doing.in_progress, weight * doing.count AS count
                        FROM unnest($3::uuid[], $4::integer[]) AS kept (slice, weight)
                        JOIN rollup_open o ON o.workspace_id = $1 AND o.slice = kept.slice,
                        LATERAL (VALUES (false, o.waiting), (true, o.in_progress)) AS doing (in_progress, count)) i
                  WHERE {condition}
                  {shared}
                  UNION ALL
                  SELECT assignee_id, in_progress, sign FROM rollup_unfolded i WHERE i.is_open AND {unfolded}
                 ) counted
            GROUP BY assignee_id HAVING sum(count) <> 0""",
            self._actor.workspace_id,
            self._actor.sees_only,
            list(slices.weights),
            list(slices.weights.values()),
            *parameters.values,
        )
        return _by_person(rows)

    async def standing(self, spans: Sequence[Span]) -> Standing:
        """Where sums tell how many are open, only those created in the spans are looked at one by one."""
        opened = await self._opened(exactly=not spans)
        if not spans:
            return Standing(open=opened or 0, created=())
        asked = self._ask()
        which = "true"
        if opened is not None:
            first = asked.fill("{}::integer", min(day_number(span.start) for span in spans))
            which = f"i.created_day >= {first}"
        rows = await asked.fetch(
            f"""
            SELECT created_day, count(*) FROM ({asked.open("i.created_day", which)}) i
            GROUP BY created_day"""
        )
        days = {r["created_day"]: r["count"] for r in rows}
        return Standing(
            open=sum(days.values()) if opened is None else opened,
            created=tuple(_within(days, span) for span in spans),
        )

    async def _opened(self, *, exactly: bool) -> int | None:
        """How many are open; None where it takes as long to tell as to look at all of them, unless it must be told."""
        reporters = self._sieve.reporters()
        if reporters is not None:
            return await self._count_reported(reporters)
        if self._sieve.slices() is not None:
            return sum(n.total for n in (await self.open_by_person()).values())
        return await self._count_open() if exactly else None

    async def _count_open(self) -> int:
        asked = self._ask()
        (row,) = await asked.fetch(f"SELECT count(*) FROM ({asked.open('1')}) i")
        count: int = row["count"]
        return count

    async def work(self, spans: Sequence[Span]) -> list[dict[PersonId | None, Work]]:
        """Counted by the parts that the spans cut the days into, and these then added up: spans overlap."""
        if not spans:
            return []
        asked, days = self._ask(), few.edges(spans)
        edges = asked.fill("{}::integer[]", days)
        first, stop = asked.fill("{}::integer", days[0]), asked.fill("{}::integer", days[-1])
        closed = asked.rows(
            "i.closed_day, i.assignee_id", f"i.closed_day >= {first} AND i.closed_day < {stop}"
        )
        indexed, many = "cardinality(i.taken_days) BETWEEN 1 AND 8", "cardinality(i.taken_days) > 1"
        # An array is compared many times more slowly than what is in it.
        taker = f"CASE WHEN {many} THEN NULL ELSE i.taken_by[1] END AS taker"
        lists = (
            f"CASE WHEN {many} THEN i.taken_days END AS days, CASE WHEN {many} THEN i.taken_by END AS takers"
        )
        recently = asked.rows(
            f"i.last_taken, {taker}, {lists}",
            f"{indexed} AND i.last_taken >= {first} AND i.last_taken < {stop}",
        )
        later, very_often = (
            asked.rows("i.taken_days, i.taken_by, 1", which)
            for which in (
                f"{indexed} AND {many} AND i.last_taken >= {stop}",
                f"cardinality(i.taken_days) > 8 AND i.last_taken >= {first}",
            )
        )
        # Most were assigned once, and many of them to the same; only for the others are the lists taken apart.
        rows = await asked.fetch(
            f"""
            WITH recently AS MATERIALIZED (
                SELECT width_bucket(last_taken, {edges}) AS part, taker, days, takers, count(*) AS times
                FROM ({recently}) i GROUP BY 1, 2, 3, 4
            )
            SELECT part, person_id, sum(taken)::bigint AS taken, sum(closed)::bigint AS closed
            FROM (SELECT width_bucket(closed_day, {edges}) AS part, assignee_id AS person_id, 0 AS taken,
                         count(*) AS closed
                  FROM ({closed}) i GROUP BY 1, 2
                  UNION ALL
                  SELECT part, taker, times, 0 FROM recently WHERE days IS NULL
                  UNION ALL
                  SELECT width_bucket(t.day, {edges}), t.person_id, sum(times), 0
                  FROM (SELECT days, takers, times FROM recently WHERE days IS NOT NULL
                        UNION ALL {later} UNION ALL {very_often}) i,
                       unnest(i.days, i.takers) AS t (day, person_id)
                  WHERE t.day >= {first} AND t.day < {stop} GROUP BY 1, 2) counted
            GROUP BY part, person_id"""
        )
        return [_work(rows, few.parts(span, days)) for span in spans]

    async def closed_by_person(self, span: Span) -> dict[PersonId | None, int]:
        asked = self._ask()
        rows = await asked.fetch(
            f"""
            SELECT assignee_id, count(*) AS closed
            FROM ({asked.closed_in(span, "i.assignee_id")}) i GROUP BY assignee_id"""
        )
        return {r["assignee_id"]: r["closed"] for r in rows}

    async def traffic(self, spans: Sequence[Span]) -> list[Traffic]:
        """Counted by day, and the days then added up: spans overlap."""
        if not spans:
            return []
        asked = self._ask()
        first = asked.fill("{}::integer", min(day_number(span.start) for span in spans))
        stop = asked.fill("{}::integer", max(day_number(span.end) for span in spans))
        created = f"i.created_day >= {first} AND i.created_day < {stop}"
        rows = await asked.fetch(
            f"""
            SELECT day, sum(created)::bigint AS created, sum(closed)::bigint AS closed,
                   sum(still_open)::bigint AS still_open
            FROM (SELECT created_day AS day, count(*) AS created, 0 AS closed, count(*) AS still_open
                  FROM ({asked.open("i.created_day", created)}) i GROUP BY created_day
                  UNION ALL
                  SELECT created_day, count(*), 0, 0
                  FROM ({asked.rows("i.created_day", f"NOT i.is_open AND {created}")}) i GROUP BY created_day
                  UNION ALL
                  SELECT closed_day, 0, count(*), 0
                  FROM ({asked.rows("i.closed_day", f"i.closed_day >= {first} AND i.closed_day < {stop}")}) i
                  GROUP BY closed_day) counted
            GROUP BY day"""
        )
        return [_traffic(rows, span) for span in spans]

    async def all_open(self) -> list[IssueId]:
        reporters = self._sieve.reporters()
        if reporters is not None:
            rows = await self._conn.fetch(
                f"SELECT i.issue_id FROM {_REPORTED}", self._actor.workspace_id, reporters
            )
            return [r["issue_id"] for r in rows]
        asked = self._ask()
        rows = await asked.fetch(f"SELECT issue_id FROM ({asked.open('i.issue_id')}) i")
        return [r["issue_id"] for r in rows]

    async def oldest(self, most: int) -> list[IssueId] | None:
        """The open issues that were created first; with those of the same day, whose order the rows do not tell. None
        where these are very many."""
        asked = self._ask()
        rows = asked.rows("i.issue_id, i.created_day AS day", "i.is_open")
        return await self._ends(asked, rows, "day", most)

    async def newest(self, span: Span, most: int) -> list[IssueId] | None:
        """As `oldest`, those of the span that were created last."""
        asked = self._ask()
        within = f"i.is_open AND {asked.inside('i.created_day', span)}"
        rows = asked.rows("i.issue_id, i.created_day AS day", within)
        return await self._ends(asked, rows, "day DESC", most)

    async def finished(self, span: Span, most: int) -> list[IssueId] | None:
        """As `newest`, those that were closed last."""
        asked = self._ask()
        rows = asked.closed_in(span, "i.issue_id, i.closed_day AS day")
        return await self._ends(asked, rows, "day DESC", most)

    async def _ends(self, asked: Asking, rows: str, order: LiteralString, most: int) -> list[IssueId] | None:
        found = await asked.fetch(
            f"""
            SELECT issue_id FROM (SELECT issue_id FROM ({rows}) i ORDER BY {order}
                                  FETCH FIRST {most:d} ROWS WITH TIES) ends
            LIMIT {_MOST_OF_A_DAY + 1:d}"""
        )
        return [r["issue_id"] for r in found] if len(found) <= _MOST_OF_A_DAY else None

    async def latencies(self, spans: Sequence[Span], *, top: int) -> Latencies:
        groups = await self._few_closes(spans)
        if groups is not None:
            return few.latencies(groups, spans, top=top)
        return Latencies(
            by_span=await self._by_span(spans),
            by_priority=await self._by_priority(spans[0]),
            by_label=await self._by_label(spans[0], top),
        )

    async def _few_closes(self, spans: Sequence[Span]) -> list[Closes] | None:
        """None when they are not few."""
        asked = self._ask()
        everything = Span(start=min(s.start for s in spans), end=max(s.end for s in spans))
        closes = asked.closed_in(everything, "i.closed_day, i.priority, i.labels, i.latency")
        rows = await asked.fetch(
            few.GROUPED.format(
                edges=asked.fill("{}", few.edges(spans)),
                first=asked.fill("{}::integer", day_number(spans[0].start)),
                stop=asked.fill("{}::integer", day_number(spans[0].end)),
                rows=f"SELECT * FROM ({closes}) i LIMIT {few.MOST + 1:d}",
            )
        )
        if sum(len(r["latencies"]) for r in rows) > few.MOST:
            return None
        return [
            Closes(
                part=r["part"],
                priority=None if r["priority"] is None else Priority(r["priority"]),
                labels=r["labels"] or (),
                latencies=r["latencies"],
            )
            for r in rows
        ]

    async def _by_span(self, spans: Sequence[Span]) -> tuple[Latency, ...]:
        asked = self._ask()
        closes = asked.rows("i.latency", "i.closed_day >= s.first AND i.closed_day < s.stop")
        rows = await asked.fetch(
            f"""
            SELECT s.place, {STATISTICS}
            FROM {asked.days(spans)}, LATERAL (SELECT latency FROM ({closes}) i OFFSET 0) closes
            GROUP BY s.place"""
        )
        answers = [Latency()] * len(spans)
        for r in rows:
            answers[r["place"] - 1] = latency_of(r)
        return tuple(answers)

    async def _by_priority(self, span: Span) -> dict[Priority, Latency]:
        asked = self._ask()
        rows = await asked.fetch(
            f"""
            SELECT priority, {STATISTICS} FROM ({asked.closed_in(span, "i.priority, i.latency")}) i
            GROUP BY priority ORDER BY priority"""
        )
        return {Priority(r["priority"]): latency_of(r) for r in rows}

    async def _by_label(self, span: Span, top: int) -> dict[LabelId, Latency]:
        """Percentiles only for the labels that are shown."""
        asked = self._ask()
        closes = asked.closed_in(span, "i.labels, i.latency")
        rows = await asked.fetch(
            f"""
            WITH closes AS MATERIALIZED (
                SELECT label_id, latency FROM ({closes}) i, unnest(i.labels) AS label_id
            ), shown AS MATERIALIZED (
                SELECT label_id FROM closes GROUP BY label_id
                ORDER BY count(*) DESC, label_id LIMIT {asked.fill("{}::integer", top)}
            )
            SELECT label_id, {STATISTICS} FROM closes JOIN shown USING (label_id)
            GROUP BY label_id"""
        )
        rows.sort(key=lambda r: (-r["closed"], r["label_id"]))
        return {r["label_id"]: latency_of(r) for r in rows}

    def _ask(self) -> Asking:
        return Asking(self._conn, self._actor, self._sieve, self._pending)


def _by_person(rows: Sequence[Any]) -> dict[PersonId | None, OpenIssues]:
    return {r["assignee_id"]: OpenIssues(waiting=r["waiting"], in_progress=r["in_progress"]) for r in rows}


def _work(rows: Sequence[Any], parts: range) -> dict[PersonId | None, Work]:
    found: dict[PersonId | None, Work] = {}
    for r in rows:
        if r["part"] in parts:
            had = found.get(r["person_id"], Work())
            found[r["person_id"]] = Work(taken=had.taken + r["taken"], closed=had.closed + r["closed"])
    return found


def _within(days: dict[int, int], span: Span) -> int:
    return sum(count for day, count in days.items() if day_number(span.start) <= day < day_number(span.end))


def _traffic(rows: Sequence[Any], span: Span) -> Traffic:
    first, stop = day_number(span.start), day_number(span.end)
    inside = [r for r in rows if first <= r["day"] < stop]
    return Traffic(
        created=sum(r["created"] for r in inside),
        closed=sum(r["closed"] for r in inside),
        still_open=sum(r["still_open"] for r in inside),
    )
