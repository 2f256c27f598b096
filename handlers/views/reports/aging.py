"""Age of open issues, as a sheet."""

from __future__ import annotations

from db.reports.numbers import (
    AgeGroup,
    AgingReport,
)
from handlers.views.reports.columns import column
from handlers.views.reports.issues import Keys, named
from handlers.views.reports.sheet import Cell, Chart, Series, Sheet, Table
from handlers.views.reports.spelling import (
    day,
    number_cell,
    with_query,
)
from handlers.words import Words


def aging_sheet(report: AgingReport, query: str, words: Words, keys: Keys) -> Sheet:
    names = [_age(group, words) for group in report.groups]
    chart = Chart(
        kind="bar",
        title=words.plain("report-aging-chart"),
        categories=tuple(_short(group) for group in report.groups),
        series=(
            Series(
                name=words.plain("report-column-open"),
                values=tuple(float(group.count) for group in report.groups),
            ),
        ),
        x_label=words.plain("report-axis-age"),
        y_label=words.plain("report-axis-issues"),
        locale=words.locale,
    )
    table = Table(
        caption=words.plain("report-aging-chart"),
        columns=(column("age", words, numeric=False), column("open", words)),
        rows=tuple(
            (Cell(text=name, data=_short(group)), number_cell(group.count, words))
            for name, group in zip(names, report.groups, strict=True)
            if report.open_now
        ),
    )
    lists = (
        named("report-aging-oldest", report.oldest, words, keys),
        named("report-aging-stalest", report.stalest, words, keys),
    )
    return Sheet(
        name="aging",
        title=words.plain("report-aging"),
        subtitle=with_query(words("report-aging-subtitle", day=day(report.today, words)), query, words),
        lines=(words("report-aging-line", count=report.open_now),),
        lists=tuple(each for each in lists if each.issues),
        charts=(chart,) if report.open_now else (),
        tables=(table,),
        computed=words("report-aging-computed"),
    )


def _short(group: AgeGroup) -> str:
    """Under an axis that says that these are days."""
    return f"{group.from_days}+" if group.to_days is None else f"{group.from_days}–{group.to_days - 1}"


def _age(group: AgeGroup, words: Words) -> str:
    if group.to_days is None:
        return words.plain("report-age-over", days=group.from_days)
    return words.plain("report-age", first=group.from_days, last=group.to_days - 1)
