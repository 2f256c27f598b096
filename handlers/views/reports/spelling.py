"""Durations, dates, people and differences as a report writes them."""

from __future__ import annotations

from datetime import date, timedelta

from babel.dates import format_date, format_skeleton
from babel.numbers import format_decimal

from db.reports.numbers import Span, Who
from db.reports.periods import Period
from handlers.views.people import spelled
from handlers.views.reports.sheet import Cell
from handlers.words import Mrkdwn, Words, escape

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


def duration(span: timedelta | None, words: Words) -> str:
    """Two units at most: `3 d 4 h`."""
    if span is None:
        return "–"
    days, rest = divmod(span, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes = rest // _MINUTE
    if days >= 10:
        return words.plain("report-days", days=days + (1 if hours >= 12 else 0))
    if days:
        return words.plain("report-days-hours", days=days, hours=hours)
    if hours:
        return words.plain("report-hours-minutes", hours=hours, minutes=minutes)
    if minutes:
        return words.plain("report-minutes", minutes=minutes)
    return words.plain("report-seconds", seconds=int(rest.total_seconds()))


def duration_cell(span: timedelta | None, words: Words) -> Cell:
    hours = None if span is None else round(span.total_seconds() / 3600, 3)
    return Cell(text=duration(span, words), number=hours)


def number(value: float, words: Words) -> str:
    if isinstance(value, int) and abs(value) < 1000:
        # Most are, and need no rule of a language.
        return str(value)
    return str(format_decimal(value, locale=words.locale))


def number_cell(value: int, words: Words) -> Cell:
    return Cell(text=number(value, words), number=value)


def net_cell(value: int, words: Words) -> Cell:
    return Cell(text=signed(value, words), number=value)


def percent(now: float, before: float, words: Words) -> str | None:
    """`+12 %`; None where there is nothing to compare with."""
    if not before:
        return None
    change = round((now - before) / before * 100)
    return f"{signed(change, words) if change else '±0'} %"


def compared(now: int, before: int, words: Words) -> str:
    """`(before: 12, +8 %)`."""
    change = percent(now, before, words)
    if change is None:
        return words.plain("report-before", before=before)
    return words.plain("report-before-change", before=before, change=change)


def day(on: date, words: Words) -> str:
    return str(format_date(on, format="medium", locale=words.locale))


def day_cell(on: date, words: Words) -> Cell:
    return Cell(text=day(on, words), data=on.isoformat())


def days(period: Period, words: Words) -> str:
    if period.days == 1:
        return day(period.start, words)
    return f"{day(period.start, words)} – {day(period.last_day, words)}"


def point(span: Span, unit: str, words: Words) -> str:
    """A point of time on an axis; no two of one chart are alike."""
    match unit:
        case "year":
            return str(span.start.year)
        case "quarter":
            return f"{span.start.year}-Q{(span.start.month + 2) // 3}"
        case "month":
            return str(format_skeleton("yMMM", span.start, locale=words.locale))
        case _:
            return str(format_skeleton("MMMd", span.start, locale=words.locale))


def who_cell(who: Who | None, words: Words) -> Cell:
    if who is None:
        return Cell(text=words.plain("nobody"), data="")
    return Cell(text=spelled(who.name, words), user=who.slack_user_id)


def mention(who: Who | None, words: Words) -> Mrkdwn:
    if who is None:
        return words("nobody")
    return Mrkdwn(f"<@{who.slack_user_id}>") if who.slack_user_id else escape(spelled(who.name, words))


def signed(value: int, words: Words) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value), words)}"


def subtitle(period: Period, query: str, words: Words) -> Mrkdwn:
    before = days(period.before(), words)
    said = words("report-subtitle", days=days(period, words), before=before)
    return with_query(said, query, words)


def with_query(said: Mrkdwn, query: str, words: Words) -> Mrkdwn:
    return Mrkdwn(f"{said}  ·  {words('report-query', query=query)}") if query else said
