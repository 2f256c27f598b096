"""What happened, as a sheet."""

from __future__ import annotations

from db.reports.numbers import (
    DigestReport,
)
from handlers.views.reports.columns import column
from handlers.views.reports.issues import Keys, named
from handlers.views.reports.sheet import Cell, Sheet, Table
from handlers.views.reports.spelling import (
    compared,
    days,
    mention,
    net_cell,
    number,
    number_cell,
    subtitle,
)
from handlers.words import Mrkdwn, Words


def digest_sheet(report: DigestReport, query: str, words: Words, keys: Keys) -> Sheet:
    total, before = report.total, report.before
    lines = [
        words(
            "report-digest-line",
            created=total.created,
            closed=total.closed,
            created_before=compared(total.created, before.created, words),
            closed_before=compared(total.closed, before.closed, words),
            open=report.open_now,
        )
    ]
    if report.closers:
        names = ", ".join(f"{mention(c.who, words)} ({number(c.closed, words)})" for c in report.closers)
        lines.append(words("report-digest-closers", names=Mrkdwn(names)))
    lists = (
        named("report-digest-pressing", report.pressing, words, keys),
        named("report-digest-overdue", report.overdue, words, keys),
        named("report-digest-newest", report.newest, words, keys),
        named("report-digest-finished", report.finished, words, keys),
    )
    return Sheet(
        name="digest",
        title=words.plain("report-digest"),
        subtitle=subtitle(report.period, query, words),
        lines=tuple(lines),
        lists=tuple(each for each in lists if each.issues),
        charts=(),
        tables=(_digest_table(report, words),),
        computed=words("report-digest-computed"),
    )


def _digest_table(report: DigestReport, words: Words) -> Table:
    return Table(
        caption=words.plain("report-digest"),
        columns=(
            column("period", words, numeric=False),
            column("created", words),
            column("closed", words),
            column("net", words),
        ),
        rows=tuple(
            (
                Cell(text=days(period, words), data=f"{period.start}..{period.last_day}"),
                number_cell(traffic.created, words),
                number_cell(traffic.closed, words),
                net_cell(traffic.net, words),
            )
            for period, traffic in ((report.period, report.total), (report.period.before(), report.before))
        ),
    )
