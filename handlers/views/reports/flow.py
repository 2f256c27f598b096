"""Created and closed, as a sheet."""

from __future__ import annotations

from db.reports.numbers import (
    FlowReport,
)
from handlers.views.reports.columns import column, unlike
from handlers.views.reports.sheet import Chart, Series, Sheet, Table
from handlers.views.reports.spelling import (
    compared,
    day_cell,
    net_cell,
    number_cell,
    point,
    signed,
    subtitle,
)
from handlers.words import Words


def flow_sheet(report: FlowReport, query: str, words: Words) -> Sheet:
    total, before = report.total, report.before
    lines = (
        words(
            "report-flow-line",
            created=total.created,
            closed=total.closed,
            created_before=compared(total.created, before.created, words),
            closed_before=compared(total.closed, before.closed, words),
        ),
        words(
            "report-flow-net",
            net=signed(total.net, words),
            net_before=signed(before.net, words),
            open=report.open_now,
        ),
    )
    labels = unlike([point(p.span, report.unit, words) for p in report.points])
    created, closed = column("created", words), column("closed", words)
    chart = Chart(
        kind="bar",
        title=words.plain("report-flow-chart"),
        categories=tuple(labels),
        series=(
            Series(name=created.title, values=tuple(float(p.traffic.created) for p in report.points)),
            Series(name=closed.title, values=tuple(float(p.traffic.closed) for p in report.points)),
        ),
        x_label=words.plain(f"report-unit-{report.unit}"),
        y_label=words.plain("report-axis-issues"),
        locale=words.locale,
    )
    table = Table(
        caption=words.plain("report-flow-chart"),
        columns=(column("from", words, numeric=False), created, closed, column("net", words)),
        rows=tuple(
            (
                day_cell(p.span.start, words),
                number_cell(p.traffic.created, words),
                number_cell(p.traffic.closed, words),
                net_cell(p.traffic.net, words),
            )
            for p in reversed(report.points)
        ),
    )
    return Sheet(
        name="flow",
        title=words.plain("report-flow"),
        subtitle=subtitle(report.period, query, words),
        lines=lines,
        # Without any bar it shows nothing that the words do not say.
        charts=(chart,) if any(any(series.values) for series in chart.series) else (),
        tables=(table,),
        computed=words("report-flow-computed"),
    )
