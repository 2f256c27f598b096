"""The form that changes a report's query and period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from db.query.lexer import MAX_LENGTH as QUERY_MAX
from db.reports.periods import DEFAULT, parse_period
from db.schedules import REPORTS
from handlers.views.blocks import (
    Json,
    actions,
    input_block,
    modal,
    option,
    section,
    static_select,
    text_input,
)
from handlers.views.replies import Reply
from handlers.views.reports.layout import REFRESH, Request
from handlers.words import Words

CALLBACK = "report_form"
QUERY = "query"
PERIOD = "period"


def which(words: Words, command: str) -> Reply:
    """The report chosen in the menu stands in its place, as one does that is made anew."""
    said = words("report-which", command=command)
    requests = {name: Request(report=name, period=DEFAULT) for name in REPORTS}
    options = [option(words.plain(f"report-{name}"), each.value()) for name, each in requests.items()]
    menu = static_select(REFRESH, words.plain("report-query-title"), options)
    return Reply(text=said, blocks=[section(said), actions(menu)])


def form(request: Request, words: Words, metadata: Json) -> Json:
    blocks = [
        input_block(
            words.plain("report-query-label"),
            text_input(QUERY, initial=request.query, most=QUERY_MAX),
            QUERY,
            optional=True,
            hint=words.plain("report-query-hint"),
        ),
        input_block(
            words.plain("report-period-label"),
            text_input(PERIOD, initial=request.period, most=50),
            PERIOD,
            hint=words.plain("report-period-hint"),
        ),
    ]
    return modal(
        CALLBACK,
        words.plain("report-query-title"),
        blocks if request.report != "aging" else blocks[:1],
        submit=words.plain("report-query-show"),
        close=words.plain("form-cancel"),
        metadata=metadata | {"report": request.report},
    )


def read(view: Mapping[str, Any], metadata: Mapping[str, Any], today: date) -> Request:
    """The query as it was typed. Raises Invalid for the period."""
    return Request(
        report=str(metadata["report"]),
        period=parse_period(_typed(view, PERIOD) or DEFAULT, today).text,
        query=_typed(view, QUERY),
    )


def _typed(view: Mapping[str, Any], block_id: str) -> str:
    field = view["state"]["values"].get(block_id, {}).get(block_id, {})
    return str(field.get("value") or "").strip()
