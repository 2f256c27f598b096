"""Each report as a sheet."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from db.reports.numbers import (
    AgeGroup,
    AgingReport,
    AssigneeRow,
    AssigneesReport,
    DigestReport,
    FlowReport,
    Latency,
    LatencyReport,
    NamedIssue,
    Report,
)
from db.reports.periods import Period
from handlers.views.reports.sheet import Cell, Chart, Column, Series, Sheet, Table
from handlers.views.reports.spelling import (
    compared,
    day,
    days,
    duration,
    duration_cell,
    issue_line,
    mention,
    number_cell,
    percent,
    point,
    who_cell,
)
from handlers.views.states import priority_word
from handlers.words import Mrkdwn, Words, clean

_HOUR = 3600.0
_BARS = 12


def sheet(report: Report, *, query: str, words: Words, prefix: str) -> Sheet:
    match report:
        case AssigneesReport():
            return _assignees(report, query, words)
        case LatencyReport():
            return _latency(report, query, words)
        case FlowReport():
            return _flow(report, query, words)
        case AgingReport():
            return _aging(report, query, words, prefix)
        case DigestReport():
            return _digest(report, query, words, prefix)
    assert_never(report)


def _subtitle(period: Period, query: str, words: Words) -> Mrkdwn:
    before = days(period.before(), words)
    said = words("report-subtitle", days=days(period, words), before=before)
    return _with_query(said, query, words)


def _with_query(said: Mrkdwn, query: str, words: Words) -> Mrkdwn:
    return Mrkdwn(f"{said}  ·  {words('report-query', query=query)}") if query else said


def _column(key: str, words: Words, *, numeric: bool = True) -> Column:
    return Column(key=key, title=words.plain(f"report-column-{key.replace('_', '-')}"), numeric=numeric)


def _assignees(report: AssigneesReport, query: str, words: Words) -> Sheet:
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
            taken_before=compared(total.taken, before.taken, words, str(before.taken)),
            closed_before=compared(total.closed, before.closed, words, str(before.closed)),
        ),
    ]
    if report.unassigned.open.total:
        lines.append(words("report-assignees-unassigned", count=report.unassigned.open.total))
    if report.others:
        lines.append(words("report-assignees-others", count=report.others))
    return Sheet(
        name="assignees",
        title=words.plain("report-assignees"),
        subtitle=_subtitle(report.period, query, words),
        lines=tuple(lines),
        charts=_people_chart(rows[:_BARS], words),
        tables=(_people_table(rows, words),) if rows else (),
        computed=words("report-assignees-computed"),
    )


def _people_chart(rows: list[AssigneeRow], words: Words) -> tuple[Chart, ...]:
    if not rows:
        return ()
    names = _unlike([_name(row, words) for row in rows])
    series = (
        ("open", [float(row.open.total) for row in rows]),
        ("taken", [float(row.work.taken) for row in rows]),
        ("closed", [float(row.work.closed) for row in rows]),
    )
    chart = Chart(
        kind="bar",
        title=words.plain("report-assignees-chart"),
        categories=tuple(names),
        series=tuple(Series(name=_column(key, words).title, values=tuple(v)) for key, v in series),
        x_label=words.plain("report-axis-person"),
        y_label=words.plain("report-axis-issues"),
    )
    return (chart,)


def _name(row: AssigneeRow, words: Words) -> str:
    return row.who.name if row.who is not None else words.plain("nobody")


def _unlike(names: list[str], limit: int = 20) -> list[str]:
    """Names cut to what an axis takes, two that are alike told apart by a number."""
    seen: dict[str, int] = {}
    unlike = []
    for given in names:
        # As it will be shown: two names that differ by invisible characters alone are alike.
        name = clean(given).strip() or "–"
        short = name if len(name) <= limit else name[: limit - 1] + "…"
        seen[short] = seen.get(short, 0) + 1
        count = seen[short]
        unlike.append(short if count == 1 else f"{short[: limit - 4]} ({count})")
    return unlike


def _people_table(rows: list[AssigneeRow], words: Words) -> Table:
    return Table(
        caption=words.plain("report-assignees-chart"),
        columns=(
            _column("person", words, numeric=False),
            _column("open", words),
            _column("in_progress", words),
            _column("taken", words),
            _column("closed", words),
            _column("closed_before", words),
        ),
        rows=tuple(
            (
                who_cell(row.who, words),
                number_cell(row.open.total),
                number_cell(row.open.in_progress),
                number_cell(row.work.taken),
                number_cell(row.work.closed),
                number_cell(row.work_before.closed),
            )
            for row in rows
        ),
    )


def _latency(report: LatencyReport, query: str, words: Words) -> Sheet:
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
        subtitle=_subtitle(report.period, query, words),
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
    return _unlike([point(span, unit, words) for span in spans])


def _latency_tables(report: LatencyReport, words: Words) -> tuple[Table, ...]:
    numbers = tuple(_column(key, words) for key in ("closed", "median", "p90", "mean"))
    by_priority = Table(
        caption=words.plain("report-latency-priorities"),
        columns=(_column("priority", words, numeric=False), *numbers),
        rows=tuple(
            (Cell(text=priority_word(row.priority, words)), *_latency_cells(row.latency, words))
            for row in report.by_priority
        ),
    )
    by_label = Table(
        caption=words.plain("report-latency-labels"),
        columns=(_column("label", words, numeric=False), *numbers),
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


def _flow(report: FlowReport, query: str, words: Words) -> Sheet:
    total, before = report.total, report.before
    lines = (
        words(
            "report-flow-line",
            created=total.created,
            closed=total.closed,
            created_before=compared(total.created, before.created, words, str(before.created)),
            closed_before=compared(total.closed, before.closed, words, str(before.closed)),
        ),
        words(
            "report-flow-net", net=_signed(total.net), net_before=_signed(before.net), open=report.open_now
        ),
    )
    labels = _unlike([point(p.span, report.unit, words) for p in report.points])
    created, closed = _column("created", words), _column("closed", words)
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
    )
    table = Table(
        caption=words.plain("report-flow-chart"),
        columns=(_column("from", words, numeric=False), created, closed, _column("net", words)),
        rows=tuple(
            (
                Cell(text=day(p.span.start, words)),
                number_cell(p.traffic.created),
                number_cell(p.traffic.closed),
                Cell(text=_signed(p.traffic.net), number=p.traffic.net),
            )
            for p in reversed(report.points)
        ),
    )
    return Sheet(
        name="flow",
        title=words.plain("report-flow"),
        subtitle=_subtitle(report.period, query, words),
        lines=lines,
        charts=(chart,),
        tables=(table,),
        computed=words("report-flow-computed"),
    )


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number < 0 else "0"


def _aging(report: AgingReport, query: str, words: Words, prefix: str) -> Sheet:
    names = [_age(group, words) for group in report.groups]
    chart = Chart(
        kind="bar",
        title=words.plain("report-aging-chart"),
        categories=tuple(names),
        series=(
            Series(
                name=words.plain("report-column-open"),
                values=tuple(float(group.count) for group in report.groups),
            ),
        ),
        x_label=words.plain("report-axis-age"),
        y_label=words.plain("report-axis-issues"),
    )
    table = Table(
        caption=words.plain("report-aging-chart"),
        columns=(_column("age", words, numeric=False), _column("open", words)),
        rows=tuple(
            (Cell(text=name), number_cell(group.count))
            for name, group in zip(names, report.groups, strict=True)
        ),
    )
    lines = [words("report-aging-line", count=report.open_now)]
    lines += _named("report-aging-oldest", report.oldest, words, prefix)
    lines += _named("report-aging-stalest", report.stalest, words, prefix)
    return Sheet(
        name="aging",
        title=words.plain("report-aging"),
        subtitle=_with_query(words("report-aging-subtitle", day=day(report.today, words)), query, words),
        lines=tuple(lines),
        charts=(chart,) if report.open_now else (),
        tables=(table,) if report.open_now else (),
        computed=words("report-aging-computed"),
    )


def _age(group: AgeGroup, words: Words) -> str:
    if group.to_days is None:
        return words.plain("report-age-over", days=group.from_days)
    return words.plain("report-age", first=group.from_days, last=group.to_days - 1)


def _named(heading: str, issues: tuple[NamedIssue, ...], words: Words, prefix: str) -> list[Mrkdwn]:
    """One line with a list under it; nothing for an empty list."""
    if not issues:
        return []
    return [
        Mrkdwn("\n".join([f"*{words(heading)}*", *(_named_line(i, heading, words, prefix) for i in issues)]))
    ]


def _named_line(issue: NamedIssue, heading: str, words: Words, prefix: str) -> Mrkdwn:
    line = issue_line(issue, prefix, words)
    match heading:
        case "report-aging-stalest":
            return Mrkdwn(
                f"{line}  ·  {words('report-untouched-since', day=_on(issue.updated_at.date(), words))}"
            )
        case "report-digest-overdue" if issue.due_on is not None:
            return Mrkdwn(f"{line}  ·  {words('report-due-since', day=_on(issue.due_on, words))}")
        case "report-digest-finished":
            return line
        case _:
            return Mrkdwn(f"{line}  ·  {words('report-open-since', day=_on(issue.created_at.date(), words))}")


def _on(date_: date, words: Words) -> str:
    return day(date_, words)


def _digest(report: DigestReport, query: str, words: Words, prefix: str) -> Sheet:
    total, before = report.total, report.before
    lines = [
        words(
            "report-digest-line",
            created=total.created,
            closed=total.closed,
            created_before=compared(total.created, before.created, words, str(before.created)),
            closed_before=compared(total.closed, before.closed, words, str(before.closed)),
            open=report.open_now,
        )
    ]
    if report.closers:
        names = ", ".join(f"{mention(c.who, words)} ({c.closed})" for c in report.closers)
        lines.append(words("report-digest-closers", names=Mrkdwn(names)))
    lines += _named("report-digest-pressing", report.pressing, words, prefix)
    lines += _named("report-digest-overdue", report.overdue, words, prefix)
    lines += _named("report-digest-newest", report.newest, words, prefix)
    lines += _named("report-digest-finished", report.finished, words, prefix)
    return Sheet(
        name="digest",
        title=words.plain("report-digest"),
        subtitle=_subtitle(report.period, query, words),
        lines=tuple(lines),
        charts=(),
        tables=(_digest_table(report, words),),
        computed=words("report-digest-computed"),
    )


def _digest_table(report: DigestReport, words: Words) -> Table:
    return Table(
        caption=words.plain("report-digest"),
        columns=(
            _column("from", words, numeric=False),
            _column("created", words),
            _column("closed", words),
            _column("net", words),
        ),
        rows=tuple(
            (
                Cell(text=days(period, words)),
                number_cell(traffic.created),
                number_cell(traffic.closed),
                Cell(text=_signed(traffic.net), number=traffic.net),
            )
            for period, traffic in ((report.period, report.total), (report.period.before(), report.before))
        ),
    )
