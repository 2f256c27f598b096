"""Reports: numbers over a period, compared with the period before."""

from db.reports.making import aging, assignees, digest, flow, latency
from db.reports.numbers import (
    AgingReport,
    AssigneesReport,
    DigestReport,
    FlowReport,
    Latency,
    LatencyReport,
    Report,
)
from db.reports.periods import Period, parse_period, split_period

__all__ = [
    "AgingReport",
    "AssigneesReport",
    "DigestReport",
    "FlowReport",
    "Latency",
    "LatencyReport",
    "Period",
    "Report",
    "aging",
    "assignees",
    "digest",
    "flow",
    "latency",
    "parse_period",
    "split_period",
]
