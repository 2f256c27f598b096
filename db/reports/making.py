"""The reports, each from one snapshot of the database.

`conn` must not be inside a transaction: a report opens its own, so that all its numbers are of one moment.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import asyncpg

from db.access import Actor
from db.ids import PersonId
from db.query import Query
from db.reports.desk import desk
from db.reports.naming import names_of_labels, names_of_people, survivors
from db.reports.numbers import (
    AgeGroup,
    AgingReport,
    AssigneeRow,
    AssigneesReport,
    Closer,
    DigestReport,
    FlowPoint,
    FlowReport,
    LabelLatency,
    LatencyReport,
    OpenIssues,
    PriorityLatency,
    Span,
    TrendPoint,
    Who,
    Work,
)
from db.reports.periods import Period, Unit, floor, step

MOST_POINTS: Final = 20
AGES: Final = (0, 7, 30, 90, 365)
# An issue may be dated ahead, by the file it came with or by a clock that is fast: it is young, and not old.
_AHEAD: Final = timedelta(days=3660)


def _both(period: Period) -> list[Span]:
    return [
        Span(start=period.start, end=period.end),
        Span(start=period.previous_start, end=period.previous_end),
    ]


async def assignees(
    conn: asyncpg.Connection, actor: Actor, period: Period, query: Query | None = None, *, top: int = 10
) -> AssigneesReport:
    """Open issues per person, and what each took and closed in the period."""
    async with desk(conn, actor, query) as at:
        opened = await at.source.open_by_person()
        worked = await at.source.work(_both(period))
        merged = await survivors(conn, actor.workspace_id, _only_took(worked) - {*opened})
        now, before = (_joined(work, merged) for work in worked)
        everyone = {*opened, *now, *before}
        rows = {
            person: (opened.get(person, OpenIssues()), now.get(person, Work()), before.get(person, Work()))
            for person in everyone
        }
        people = [person for person in everyone if person is not None]
        people.sort(key=lambda p: (-rows[p][0].total, -rows[p][1].closed, -rows[p][1].taken, p))
        shown = people[:top]
        names = await names_of_people(conn, actor.workspace_id, shown)
    nothing = (OpenIssues(), Work(), Work())
    return AssigneesReport(
        period=period,
        rows=tuple(_row(names.get(person), *rows[person]) for person in shown),
        unassigned=_row(None, *rows.get(None, nothing)),
        others=len(people) - len(shown),
        open=OpenIssues(
            waiting=sum(n.waiting for n in opened.values()),
            in_progress=sum(n.in_progress for n in opened.values()),
        ),
        work=_total(now),
        work_before=_total(before),
    )


def _row(who: Who | None, opened: OpenIssues, work: Work, before: Work) -> AssigneeRow:
    return AssigneeRow(who=who, open=opened, work=work, work_before=before)


def _only_took(worked: list[dict[PersonId | None, Work]]) -> set[PersonId]:
    """Who was merged into another has nothing any more but what they took."""
    return {
        person for work in worked for person, each in work.items() if person is not None and not each.closed
    }


def _joined(
    work: dict[PersonId | None, Work], merged: dict[PersonId, PersonId]
) -> dict[PersonId | None, Work]:
    """What somebody took who was merged into another since is the other's."""
    joined: dict[PersonId | None, Work] = {}
    for person, each in work.items():
        now = person if person is None else merged.get(person, person)
        had = joined.get(now, Work())
        joined[now] = Work(taken=had.taken + each.taken, closed=had.closed + each.closed)
    return joined


def _total(work: dict[PersonId | None, Work]) -> Work:
    return Work(taken=sum(w.taken for w in work.values()), closed=sum(w.closed for w in work.values()))


async def latency(
    conn: asyncpg.Connection, actor: Actor, period: Period, query: Query | None = None, *, labels: int = 10
) -> LatencyReport:
    """How long closed issues had been open, from creation to last close."""
    span, before = _both(period)
    points = split(period, most=12)[1]
    async with desk(conn, actor, query) as at:
        found = await at.source.latencies([span, before, *points], top=labels)
        overall, earlier, *trend = found.by_span
        names = await names_of_labels(conn, actor.workspace_id, found.by_label)
    return LatencyReport(
        period=period,
        overall=overall,
        before=earlier,
        by_priority=tuple(
            PriorityLatency(priority=p, latency=n) for p, n in sorted(found.by_priority.items())
        ),
        by_label=tuple(
            LabelLatency(label_id=label, name=names[label], latency=numbers)
            for label, numbers in found.by_label.items()
            # Merged into another a moment ago.
            if label in names
        ),
        trend=tuple(
            TrendPoint(span=point, latency=numbers) for point, numbers in zip(points, trend, strict=True)
        ),
    )


async def flow(
    conn: asyncpg.Connection, actor: Actor, period: Period, query: Query | None = None
) -> FlowReport:
    """What came in and what went out, day by day, or in longer steps for a longer period."""
    unit, points = split(period, most=MOST_POINTS)
    async with desk(conn, actor, query) as at:
        total, before, *traffic = await at.source.traffic([*_both(period), *points])
        standing = await at.source.standing(())
    return FlowReport(
        period=period,
        unit=unit.value,
        points=tuple(FlowPoint(span=s, traffic=t) for s, t in zip(points, traffic, strict=True)),
        total=total,
        before=before,
        open_now=standing.open,
    )


async def aging(
    conn: asyncpg.Connection, actor: Actor, today: date, query: Query | None = None
) -> AgingReport:
    """How old the open issues are, in days of the calendar."""
    bounds = [today + _AHEAD, *(today + timedelta(days=1 - days) for days in AGES[1:])]
    spans = [Span(start=older, end=younger) for younger, older in pairwise(bounds)]
    async with desk(conn, actor, query) as at:
        standing = await at.source.standing(spans)
        naming = at.naming(standing.open)
        oldest, stalest = await naming.oldest(), await naming.stalest()
    counts = standing.created
    ends = (*AGES[1:], None)
    return AgingReport(
        today=today,
        groups=tuple(
            AgeGroup(from_days=first, to_days=end, count=count)
            for first, end, count in zip(AGES, ends, [*counts, standing.open - sum(counts)], strict=True)
        ),
        open_now=standing.open,
        oldest=oldest,
        stalest=stalest,
    )


async def digest(
    conn: asyncpg.Connection, actor: Actor, period: Period, today: date, query: Query | None = None
) -> DigestReport:
    """What happened in the period, and what needs somebody today."""
    span, span_before = _both(period)
    async with desk(conn, actor, query) as at:
        total, before = await at.source.traffic([span, span_before])
        standing = await at.source.standing(())
        closed = await at.source.closed_by_person(span)
        closers = sorted(
            ((person, count) for person, count in closed.items() if person is not None),
            key=lambda found: (-found[1], found[0]),
        )[:3]
        names = await names_of_people(conn, actor.workspace_id, [person for person, _ in closers])
        naming = at.naming(standing.open)
        return DigestReport(
            period=period,
            total=total,
            before=before,
            open_now=standing.open,
            closers=tuple(Closer(who=names[person], closed=count) for person, count in closers),
            newest=await naming.newest(span),
            finished=await naming.finished(span),
            pressing=await naming.pressing(),
            overdue=await naming.overdue(today),
        )


def split(period: Period, *, most: int) -> tuple[Unit, list[Span]]:
    """The period in days, weeks, months, quarters or years: the finest that makes at most `most` parts."""
    spans: list[Span] = []
    for unit in Unit:
        spans = _parts(period, unit)
        if len(spans) <= most:
            return unit, spans
    return Unit.YEAR, spans[-most:]


def _parts(period: Period, unit: Unit) -> list[Span]:
    spans: list[Span] = []
    at = period.start
    while at < period.end:
        following = step(floor(at, unit), unit)
        spans.append(Span(start=at, end=min(following, period.end)))
        at = following
    return spans
