"""Status, priority, labels and dates, as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from typing import Final, assert_never

from babel.dates import format_date

from db.issues import Issue
from db.states import CloseReason, Priority, Status
from handlers.views.blocks import Json, option
from handlers.words import Mrkdwn, Words, escape

# Spelling one takes longer than all else that a row of a list needs.
_DAYS_KEPT: Final = 4_096

_PRIORITY_SIGNS = {
    Priority.URGENT: "🔴",
    Priority.HIGH: "🟠",
    Priority.MEDIUM: "🟡",
    Priority.LOW: "🔵",
    Priority.NONE: "",
}


def status_sign(status: Status, reason: CloseReason | None) -> str:
    match status:
        case Status.OPEN:
            return "⚪"
        case Status.IN_PROGRESS:
            return "⏳"
        case Status.CLOSED:
            return "✅" if reason is CloseReason.COMPLETED else "🚫"
    assert_never(status)


def status_word(status: Status, reason: CloseReason | None, words: Words) -> str:
    match status:
        case Status.OPEN:
            return words.plain("status-open")
        case Status.IN_PROGRESS:
            return words.plain("status-in-progress")
        case Status.CLOSED:
            return words.plain(f"reason-{(reason or CloseReason.COMPLETED).value.replace('_', '-')}")
    assert_never(status)


def status_of(issue: Issue, words: Words) -> Mrkdwn:
    return _status_of(issue.status, issue.close_reason, words)


@cache
def _status_of(status: Status, reason: CloseReason | None, words: Words) -> Mrkdwn:
    return Mrkdwn(f"{status_sign(status, reason)} {escape(status_word(status, reason, words))}")


def priority_word(priority: Priority, words: Words) -> str:
    return words.plain(f"priority-{priority.word}")


@cache
def priority_of(priority: Priority, words: Words) -> Mrkdwn:
    return Mrkdwn(f"{_PRIORITY_SIGNS[priority]} {escape(priority_word(priority, words))}".strip())


def priority_option(priority: Priority, words: Words) -> Json:
    return option(f"{_PRIORITY_SIGNS[priority]} {priority_word(priority, words)}".strip(), priority.word)


@lru_cache(maxsize=_DAYS_KEPT)
def day(on: date, words: Words) -> str:
    """A date without a time is the same for every reader; only its spelling is theirs."""
    return str(format_date(on, format="medium", locale=words.locale))


def moment(at: datetime) -> Mrkdwn:
    """A time in the reader's own zone, which only Slack knows."""
    fallback = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Mrkdwn(f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>")


def noon(on: date) -> datetime:
    return datetime.combine(on, time(12), UTC)
