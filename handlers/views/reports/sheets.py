"""Each report as a sheet."""

from __future__ import annotations

from typing import assert_never

from db.reports.numbers import (
    AgingReport,
    AssigneesReport,
    DigestReport,
    FlowReport,
    LatencyReport,
    Report,
)
from handlers.views.reports.aging import aging_sheet
from handlers.views.reports.assignees import assignees_sheet
from handlers.views.reports.digest import digest_sheet
from handlers.views.reports.flow import flow_sheet
from handlers.views.reports.issues import Keys
from handlers.views.reports.latency import latency_sheet
from handlers.views.reports.sheet import Sheet
from handlers.words import Words


def sheet(report: Report, *, query: str, words: Words, keys: Keys) -> Sheet:
    match report:
        case AssigneesReport():
            return assignees_sheet(report, query, words)
        case LatencyReport():
            return latency_sheet(report, query, words)
        case FlowReport():
            return flow_sheet(report, query, words)
        case AgingReport():
            return aging_sheet(report, query, words, keys)
        case DigestReport():
            return digest_sheet(report, query, words, keys)
    assert_never(report)
