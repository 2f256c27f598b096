"""A sheet as Slack shows it: with charts and tables of Slack's own, or without them; and as text and CSV."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from enum import Enum

from db.importing.cells import guard
from db.schedules.record import QUERY_MAX
from handlers.views.blocks import (
    Json,
    actions,
    button,
    context,
    cut_mrkdwn,
    divider,
    header,
    option,
    section,
    static_select,
    truncate,
)
from handlers.views.cards import MORE, More
from handlers.views.reports.sheet import Cell, Chart, Sheet, Table
from handlers.views.reports.spelling import number
from handlers.words import Mrkdwn, Words, clean, escape

REFRESH = "report_refresh"
PERIOD = "report_period"
SHARE = "report_share"
CSV = "report_csv"
QUERY = "report_query"
SCHEDULE = "report_schedule"

PERIODS = (
    "7d",
    "30d",
    "90d",
    "this week",
    "last week",
    "this month",
    "last month",
    "this quarter",
    "this year",
)

CHART_TITLE = 50
CHART_LABEL = 20
CHART_POINTS = 20
CHARTS = 2
TABLE_ROWS = 100
TABLE_CHARACTERS = 10_000
VALUE_MAX = 2000
_CARRIED = "report:"
_BLOCK_ID_MAX = 255
_PAGE = 10
_TEXT_MAX = 4000
_TEXT_ROWS = 20
_TEXT_NAME = 40


class Look(Enum):
    """How much of Slack's newer blocks a workspace takes."""

    NATIVE = "native"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was asked for; a button carries it. `period` and `query` are as they read back."""

    report: str
    period: str
    query: str = ""

    def value(self) -> str:
        return json.dumps([self.report, self.period, self.query], ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def read(cls, value: str) -> Request:
        report, period, query = json.loads(value)
        return cls(report=str(report), period=str(period), query=str(query))


def message(
    sheet: Sheet,
    request: Request,
    words: Words,
    look: Look,
    *,
    pictures: tuple[str, ...] = (),
    late: Mrkdwn | None = None,
    origin: Mrkdwn | None = None,
    shareable: bool = True,
    schedulable: bool = False,
) -> tuple[str, list[Json]]:
    """Text and blocks. `pictures` are ids of files that hold the drawn charts, for a plain look. `schedulable`: its
    only reader may have it posted regularly."""
    blocks: list[Json] = [header(sheet.title), context(sheet.subtitle)]
    if late is not None:
        blocks.append(context(late))
    blocks += [section(line) for line in sheet.lines]
    blocks += [section(each.text) for each in sheet.lists]
    blocks += _issues(sheet, words)
    if look is Look.NATIVE:
        blocks += [chart_block(chart) for chart in sheet.charts[:CHARTS]]
        blocks += [data_table(table) for table in sheet.tables if table.rows and not table.charted]
    else:
        shown = zip(pictures, sheet.charts, strict=False)
        blocks += [picture(file_id, chart, words) for file_id, chart in shown]
        blocks += plain_tables(sheet.tables)
    blocks.append(divider())
    blocks.append(context(sheet.computed))
    if len(request.value()) <= VALUE_MAX:
        blocks.append(controls(request, words, shareable=shareable, schedulable=schedulable))
    if origin is not None:
        blocks.append(context(origin))
    return text(sheet, late=late), blocks


def _issues(sheet: Sheet, words: Words) -> list[Json]:
    """The menu shows an issue to the one who chooses it, as a card's own menu does."""
    named = {issue_id: name for each in sheet.lists for name, issue_id in each.issues}
    options = [option(name, f"{More.SHOW.value}:{issue_id}") for issue_id, name in named.items()]
    return [actions(static_select(MORE, words.plain("report-show-issue"), options))] if options else []


def controls(request: Request, words: Words, *, shareable: bool, schedulable: bool = False) -> Json:
    """A choice in a menu has no room for the request, and Slack does not send an ephemeral message back: so the
    block's id carries it. A query too long for that has no menu, and one too long for a button none of them."""
    value = request.value()
    elements = [
        button(words.plain("report-button-query"), QUERY, value),
        button(words.plain("report-button-refresh"), REFRESH, value),
        button(words.plain("report-button-csv"), CSV, value),
    ]
    if shareable:
        elements.insert(2, button(words.plain("report-button-share"), SHARE, value))
    if schedulable and len(request.query) <= QUERY_MAX:
        elements.append(button(words.plain("report-button-schedule"), SCHEDULE, value))
    block_id = f"{_CARRIED}{value}"
    if request.report == "aging" or len(block_id) > _BLOCK_ID_MAX:
        return actions(*elements)
    options = [option(words.plain(f"report-period-{p.replace(' ', '-')}"), p) for p in PERIODS]
    initial = next((o for o, p in zip(options, PERIODS, strict=True) if p == request.period), None)
    menu = static_select(PERIOD, words.plain("report-choose-period"), options, initial=initial)
    return actions(menu, *elements, block_id=block_id)


def request_of(block_id: str) -> Request:
    """What the block whose menu was used carries."""
    return Request.read(block_id.removeprefix(_CARRIED))


# -- Slack's own charts and tables


def chart_block(chart: Chart) -> Json:
    labels = [_label(name) for name in chart.categories[:CHART_POINTS]]
    series = [
        {
            "name": _label(one.name),
            "data": [
                {"label": label, "value": _number(value)}
                for label, value in zip(labels, one.values, strict=False)
            ],
        }
        for one in chart.series[:12]
    ]
    return {
        "type": "data_visualization",
        "title": truncate(chart.title, CHART_TITLE),
        "chart": {
            "type": chart.kind,
            "series": series,
            "axis_config": {
                "categories": labels,
                "x_label": truncate(chart.x_label, CHART_TITLE),
                "y_label": truncate(chart.y_label, CHART_TITLE),
            },
        },
    }


def _label(name: str) -> str:
    return truncate(clean(name), CHART_LABEL).strip() or "–"


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def data_table(table: Table) -> Json:
    head = [{"type": "raw_text", "text": column.title} for column in table.columns]
    rows = [[_native_cell(cell) for cell in row] for row in table.rows[:TABLE_ROWS]]
    return {
        "type": "data_table",
        "caption": table.caption,
        "page_size": _PAGE,
        "row_header_column_index": 0,
        "rows": [head, *rows],
    }


def _native_cell(cell: Cell) -> Json:
    if cell.user is not None:
        user = {"type": "user", "user_id": cell.user}
        return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [user]}]}
    if cell.number is not None:
        return {"type": "raw_number", "value": _number(cell.number), "text": cell.text}
    return {"type": "raw_text", "text": clean(cell.text) or "–"}


# -- without them


def plain_tables(tables: tuple[Table, ...]) -> list[Json]:
    """Tables of the older kind: one a message is safe, so the others follow as text."""
    blocks: list[Json] = []
    room = TABLE_CHARACTERS
    for place, table in enumerate(table for table in tables if table.rows):
        if place:
            blocks.append(section(Mrkdwn(f"*{escape(table.caption)}*\n{_monospaced(table)}")))
            continue
        rows: list[list[Json]] = [[_plain_cell(Cell(text=c.title)) for c in table.columns]]
        for row in table.rows[: TABLE_ROWS - 1]:
            room -= sum(len(cell.text) for cell in row)
            if room < 0:
                break
            rows.append([_plain_cell(cell) for cell in row])
        settings = [{"align": "right" if column.numeric else "left"} for column in table.columns]
        blocks.append({"type": "table", "rows": rows, "column_settings": settings})
    return blocks


def _plain_cell(cell: Cell) -> Json:
    if cell.user is not None:
        return _native_cell(cell)
    return {"type": "raw_text", "text": clean(cell.text) or "–"}


def picture(file_id: str, chart: Chart, words: Words) -> Json:
    return {
        "type": "image",
        "slack_file": {"id": file_id},
        "alt_text": truncate(described(chart, words), 2000),
    }


def described(chart: Chart, words: Words) -> str:
    """The chart in words, for those who cannot see it."""
    parts = []
    for series in chart.series:
        values = (
            f"{name} {number(value, words)}"
            for name, value in zip(chart.categories, series.values, strict=False)
        )
        parts.append(f"{series.name}: {', '.join(values)}")
    return f"{chart.title} ({chart.y_label}). {'; '.join(parts)}"


def _monospaced(table: Table) -> Mrkdwn:
    rows = [[column.title for column in table.columns]]
    rows += [[truncate(cell.text, _TEXT_NAME) for cell in row] for row in table.rows[:_TEXT_ROWS]]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.columns))]
    lines = (
        "  ".join(
            text.rjust(width) if column.numeric else text.ljust(width)
            for text, width, column in zip(row, widths, table.columns, strict=True)
        ).rstrip()
        for row in rows
    )
    body = clean("\n".join(lines)).replace("```", "'''")
    body = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return Mrkdwn(f"```\n{body}\n```")


def text(sheet: Sheet, *, late: Mrkdwn | None = None) -> str:
    """All of it without blocks: for notifications, screen readers and clients that know no better."""
    lines = [f"*{escape(sheet.title)}*", sheet.subtitle]
    if late is not None:
        lines.append(late)
    lines += [*sheet.lines, *(each.text for each in sheet.lists)]
    said = cut_mrkdwn(Mrkdwn("\n".join(lines)), _TEXT_MAX)
    # Half a table is none: its frame would stay open.
    for table in (_monospaced(table) for table in sheet.tables if table.rows):
        if len(said) + 1 + len(table) <= _TEXT_MAX:
            said = Mrkdwn(f"{said}\n{table}")
    return said


def numbers(sheet: Sheet) -> bytes:
    """CSV of every table, one after another, a blank line between; UTF-8 with the mark spreadsheets look for."""
    out = io.StringIO()
    writer = csv.writer(out)
    for place, table in enumerate(sheet.tables):
        if place:
            writer.writerow([])
        writer.writerow([column.key for column in table.columns])
        for row in table.rows:
            writer.writerow([_csv_cell(cell) for cell in row])
    return ("\ufeff" + out.getvalue()).encode()


def _csv_cell(cell: Cell) -> str | float:
    if cell.number is not None:
        return _number(cell.number)
    return guard(cell.text if cell.data is None else cell.data)
