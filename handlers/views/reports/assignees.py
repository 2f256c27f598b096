"""Who works on what, as a sheet."""

from __future__ import annotations

from db.reports.numbers import (
    AssigneeRow,
    AssigneesReport,
)
from handlers.views.people import spelled
from handlers.views.reports.columns import column, unlike
from handlers.views.reports.sheet import Chart, Series, Sheet, Table
from handlers.views.reports.spelling import (
    compared,
    number_cell,
    subtitle,
    who_cell,
)
from handlers.words import Words

_BARS = 12


def assignees_sheet(report: AssigneesReport, query: str, words: Words) -> Sheet:
    rows = [*report.rows]
    if report.unassigned.open.total or report.unassigned.work.closed:
        rows.append(report.unassigned)
    total, before = report.work, report.work_before
    lines = [
        words("report-assignees-open", open=report.open.total, doing=report.open.in_progress),
        words(
            "report-assignees-work",
            taken=total.taken,
            closed=total.closed,
            taken_before=compared(total.taken, before.taken, words),
            closed_before=compared(total.closed, before.closed, words),
        ),
    ]
    if report.unassigned.open.total:
        lines.append(words("report-assignees-unassigned", count=report.unassigned.open.total))
    if report.others:
        lines.append(words("report-assignees-others", count=report.others))
    return Sheet(
        name="assignees",
        title=words.plain("report-assignees"),
        subtitle=subtitle(report.period, query, words),
        lines=tuple(lines),
        charts=_people_chart(rows[:_BARS], words),
        tables=(_people_table(rows, words),),
        computed=words("report-assignees-computed"),
    )


def _people_chart(rows: list[AssigneeRow], words: Words) -> tuple[Chart, ...]:
    if not rows:
        return ()
    names = unlike([_name(row, words) for row in rows])
    series = (
        ("open", [float(row.open.total) for row in rows]),
        ("taken", [float(row.work.taken) for row in rows]),
        ("closed", [float(row.work.closed) for row in rows]),
    )
    chart = Chart(
        kind="bar",
        title=words.plain("report-assignees-chart"),
        categories=tuple(names),
        series=tuple(Series(name=column(key, words).title, values=tuple(v)) for key, v in series),
        x_label=words.plain("report-axis-person"),
        y_label=words.plain("report-axis-issues"),
        locale=words.locale,
    )
    return (chart,)


def _name(row: AssigneeRow, words: Words) -> str:
    return spelled(row.who.name, words) if row.who is not None else words.plain("nobody")


def _people_table(rows: list[AssigneeRow], words: Words) -> Table:
    return Table(
        caption=words.plain("report-assignees-chart"),
        columns=(
            column("person", words, numeric=False),
            column("open", words),
            column("in_progress", words),
            column("taken", words),
            column("closed", words),
            column("closed_before", words),
        ),
        rows=tuple(
            (
                who_cell(row.who, words),
                number_cell(row.open.total, words),
                number_cell(row.open.in_progress, words),
                number_cell(row.work.taken, words),
                number_cell(row.work.closed, words),
                number_cell(row.work_before.closed, words),
            )
            for row in rows
        ),
    )
