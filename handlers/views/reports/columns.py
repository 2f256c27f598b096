"""Columns of tables, and names on an axis."""

from __future__ import annotations

from handlers.views.reports.sheet import Column
from handlers.words import Words, clean


def column(key: str, words: Words, *, numeric: bool = True, unit: str = "") -> Column:
    """`unit`: what its numbers are in, for those who see nothing but numbers."""
    title = words.plain(f"report-column-{key.replace('_', '-')}")
    return Column(key=f"{key}_{unit}" if unit else key, title=title, numeric=numeric)


def unlike(names: list[str], limit: int = 20) -> list[str]:
    """Names cut to what an axis takes, two that are alike told apart by a number."""
    unlike: list[str] = []
    for given in names:
        # As it will be shown: two names that differ by invisible characters alone are alike.
        name = clean(given).strip() or "–"
        short = name if len(name) <= limit else name[: limit - 1] + "…"
        told, count = short, 1
        while told in unlike:
            count += 1
            told = f"{short[: limit - len(str(count)) - 3]} ({count})"
        unlike.append(told)
    return unlike
