"""How reports look."""

from handlers.views.reports.issues import Keys
from handlers.views.reports.layout import (
    CSV,
    PERIOD,
    QUERY,
    REFRESH,
    SCHEDULE,
    SHARE,
    Look,
    Request,
    message,
    numbers,
    request_of,
    text,
)
from handlers.views.reports.sheet import Chart, Sheet
from handlers.views.reports.sheets import sheet

__all__ = [
    "CSV",
    "PERIOD",
    "QUERY",
    "REFRESH",
    "SCHEDULE",
    "SHARE",
    "Chart",
    "Keys",
    "Look",
    "Request",
    "Sheet",
    "message",
    "numbers",
    "request_of",
    "sheet",
    "text",
]
