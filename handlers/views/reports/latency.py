"""Time to resolution, as a sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from db.reports.numbers import (
    Latency,
    LatencyReport,
    TrendPoint,
)
from handlers.views.reports.columns import column, unlike
from handlers.views.reports.sheet import Cell, Chart, Series, Sheet, Table
from handlers.views.reports.spelling import (
    day_cell,
    duration,
    duration_cell,
    number_cell,
    percent,
    point,
    subtitle,
)
from handlers.views.states import priority_word
from handlers.words import Mrkdwn, Words


def latency_sheet(report: LatencyReport, query: str, words: Words) -> Sheet:
    overall, before = report.overall, report.before
    lines = [words("report-latency-none")]
    if overall.median is not None and overall.p90 is not None and overall.mean is not None:
        lines = [
            words(
                "report-latency-line",
                closed=overall.closed,
                median=duration(overall.median, words),
                p90=duration(overall.p90, words),
                mean=duration(overall.mean, words),
            ),
            *_latency_change(overall, before, words),
        ]
    return Sheet(
        name="latency",
        title=words.plain("report-latency"),
        subtitle=subtitle(report.period, query, words),
        lines=tuple(lines),
        charts=_latency_charts(report, words) if overall.closed else (),
        tables=_latency_tables(report, words),
        computed=words("report-latency-computed"),
    )


def _latency_change(overall: Latency, before: Latency, words: Words) -> list[Mrkdwn]:
    if before.median is None or overall.median is None:
        return [words("report-latency-nothing-before")]
    change = percent(overall.median.total_seconds(), before.median.total_seconds(), words)
    if change is None:
        return [words("report-latency-before-at-once", closed=before.closed)]
    return [
        words(
            "report-latency-before",
            closed=before.closed,
            median=duration(before.median, words),
            change=change,
        )
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """The unit of an axis, and how long it is."""

    label: str
    unit: timedelta

    def of(self, time: timedelta | None) -> float:
        return round(time / self.unit, 2) if time is not None else 0.0


def _scale(times: Iterable[timedelta | None], words: Words) -> _Scale:
    """The longest unit in which the longest time is at least three."""
    longest = max((time for time in times if time is not None), default=timedelta(0))
    units = (("days", timedelta(days=1)), ("hours", timedelta(hours=1)), ("minutes", timedelta(minutes=1)))
    name, unit = next(((n, u) for n, u in units if longest >= 3 * u), units[-1])
    return _Scale(label=words.plain(f"report-axis-{name}"), unit=unit)


def _latency_charts(report: LatencyReport, words: Words) -> tuple[Chart, ...]:
    groups = _by_priority(report, words)
    points = _steps(report)
    return (_trend(points, words), groups) if points else (groups,)


def _steps(report: LatencyReport) -> list[TrendPoint]:
    """Where nothing was closed there is no time to show; a point at zero would look like one. One alone is no trend."""
    points = [p for p in report.trend if p.latency.closed]
    return points if len(points) > 1 else []


def _trend(points: Sequence[TrendPoint], words: Words) -> Chart:
    scale = _scale((p.latency.median for p in points), words)
    median = Series(
        name=words.plain("report-column-median"), values=tuple(scale.of(p.latency.median) for p in points)
    )
    return Chart(
        kind="line",
        title=words.plain("report-latency-trend"),
        categories=tuple(_points(points, words)),
        series=(median,),
        x_label=words.plain("report-axis-closed"),
        y_label=scale.label,
        locale=words.locale,
    )


def _by_priority(report: LatencyReport, words: Words) -> Chart:
    found = [row.latency for row in report.by_priority]
    scale = _scale((latency.p90 for latency in found), words)
    median = tuple(scale.of(latency.median) for latency in found)
    p90 = tuple(scale.of(latency.p90) for latency in found)
    return Chart(
        kind="bar",
        title=words.plain("report-latency-priorities"),
        categories=tuple(priority_word(row.priority, words) for row in report.by_priority),
        series=(
            Series(name=words.plain("report-column-median"), values=median),
            Series(name=words.plain("report-column-p90"), values=p90),
        ),
        x_label=words.plain("report-axis-priority"),
        y_label=scale.label,
        locale=words.locale,
    )


def _points(points: Sequence[TrendPoint], words: Words) -> list[str]:
    spans = [p.span for p in points]
    widest = max((span.end - span.start).days for span in spans)
    unit = "year" if widest > 92 else "quarter" if widest > 31 else "month" if widest > 7 else "day"
    return unlike([point(span, unit, words) for span in spans])


def _latency_tables(report: LatencyReport, words: Words) -> tuple[Table, ...]:
    times = (column(key, words, unit="hours") for key in ("median", "p90", "mean"))
    numbers = (column("closed", words), *times)
    by_priority = Table(
        caption=words.plain("report-latency-priorities"),
        columns=(column("priority", words, numeric=False), *numbers),
        rows=tuple(
            (
                Cell(text=priority_word(row.priority, words), data=row.priority.word),
                *_latency_cells(row.latency, words),
            )
            for row in report.by_priority
        ),
    )
    by_label = Table(
        caption=words.plain("report-latency-labels"),
        columns=(column("label", words, numeric=False), *numbers),
        rows=tuple((Cell(text=row.name), *_latency_cells(row.latency, words)) for row in report.by_label),
    )
    by_time = Table(
        caption=words.plain("report-latency-times"),
        columns=(column("from", words, numeric=False), *numbers),
        rows=tuple(
            (day_cell(p.span.start, words), *_latency_cells(p.latency, words))
            for p in reversed(_steps(report))
        ),
        charted=True,
    )
    return by_priority, by_label, by_time


def _latency_cells(latency: Latency, words: Words) -> tuple[Cell, ...]:
    return (
        number_cell(latency.closed, words),
        duration_cell(latency.median, words),
        duration_cell(latency.p90, words),
        duration_cell(latency.mean, words),
    )
