"""Time to resolution, as a sheet."""

from __future__ import annotations

from db.reports.numbers import (
    Latency,
    LatencyReport,
)
from handlers.views.reports.columns import column, unlike
from handlers.views.reports.sheet import Cell, Chart, Series, Sheet, Table
from handlers.views.reports.spelling import (
    duration,
    duration_cell,
    number_cell,
    percent,
    point,
    subtitle,
)
from handlers.views.states import priority_word
from handlers.words import Mrkdwn, Words

_HOUR = 3600.0


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
        tables=_latency_tables(report, words) if overall.closed else (),
        computed=words("report-latency-computed"),
    )


def _latency_change(overall: Latency, before: Latency, words: Words) -> list[Mrkdwn]:
    if before.median is None or overall.median is None:
        return [words("report-latency-nothing-before")]
    change = percent(overall.median.total_seconds(), before.median.total_seconds())
    return [
        words(
            "report-latency-before",
            closed=before.closed,
            median=duration(before.median, words),
            change=change or "±0 %",
        )
    ]


def _hours(latency: Latency) -> float:
    return round(latency.median.total_seconds() / _HOUR, 2) if latency.median is not None else 0.0


def _latency_charts(report: LatencyReport, words: Words) -> tuple[Chart, ...]:
    median = words.plain("report-column-median")
    p90 = words.plain("report-column-p90")
    trend = Chart(
        kind="line",
        title=words.plain("report-latency-trend"),
        categories=tuple(_points(report, words)),
        series=(Series(name=median, values=tuple(_hours(p.latency) for p in report.trend)),),
        x_label=words.plain("report-axis-closed"),
        y_label=words.plain("report-axis-hours"),
    )
    groups = Chart(
        kind="bar",
        title=words.plain("report-latency-priorities"),
        categories=tuple(priority_word(row.priority, words) for row in report.by_priority),
        series=(
            Series(name=median, values=tuple(_hours(row.latency) for row in report.by_priority)),
            Series(
                name=p90,
                values=tuple(
                    round(row.latency.p90.total_seconds() / _HOUR, 2) if row.latency.p90 else 0.0
                    for row in report.by_priority
                ),
            ),
        ),
        x_label=words.plain("report-axis-priority"),
        y_label=words.plain("report-axis-hours"),
    )
    return (trend, groups) if len(report.trend) > 1 else (groups,)


def _points(report: LatencyReport, words: Words) -> list[str]:
    spans = [p.span for p in report.trend]
    widest = max((span.end - span.start).days for span in spans)
    unit = "year" if widest > 92 else "quarter" if widest > 31 else "month" if widest > 7 else "day"
    return unlike([point(span, unit, words) for span in spans])


def _latency_tables(report: LatencyReport, words: Words) -> tuple[Table, ...]:
    numbers = tuple(column(key, words) for key in ("closed", "median", "p90", "mean"))
    by_priority = Table(
        caption=words.plain("report-latency-priorities"),
        columns=(column("priority", words, numeric=False), *numbers),
        rows=tuple(
            (Cell(text=priority_word(row.priority, words)), *_latency_cells(row.latency, words))
            for row in report.by_priority
        ),
    )
    by_label = Table(
        caption=words.plain("report-latency-labels"),
        columns=(column("label", words, numeric=False), *numbers),
        rows=tuple((Cell(text=row.name), *_latency_cells(row.latency, words)) for row in report.by_label),
    )
    return tuple(table for table in (by_priority, by_label) if table.rows)


def _latency_cells(latency: Latency, words: Words) -> tuple[Cell, ...]:
    return (
        number_cell(latency.closed),
        duration_cell(latency.median, words),
        duration_cell(latency.p90, words),
        duration_cell(latency.mean, words),
    )
