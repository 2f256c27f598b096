"""A CSV dropped in a channel becomes issues."""

from __future__ import annotations

import csv
import io

import asyncpg

from tests.scenarios.conftest import Json, Lodge, said

ROWS = [
    ("title", "description", "priority", "status"),
    ("Login fails", "on Safari\nand on iOS", "high", "OPEN"),
    ("Export is slow", "", "low", "IN_PROGRESS"),
    ("Typo", "in the footer", "medium", "CLOSED"),
]


def as_csv(rows: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


async def shows(lodge: Lodge, name: str, channel: str, ts: str, text: str) -> Json:
    """The bot's message in the thread, once it says `text`."""
    return await lodge.person(name).expect_message(
        channel, lambda message: text in said(message), thread_ts=ts, timeout=10
    )


async def test_a_dropped_csv_is_shown_and_then_imported(lodge: Lodge, db_url: str) -> None:
    ada = lodge.person("ada")
    ts = await ada.upload("general", "issues.csv", as_csv(ROWS))
    preview = await shows(lodge, "ada", "general", ts, "3 issues to import")
    assert "Login fails" in said(preview)
    await ada.click("import_start", channel="general", ts=preview["ts"])
    await shows(lodge, "ada", "general", ts, "3 issues imported")
    conn = await asyncpg.connect(db_url)
    found = await conn.fetch("SELECT title, description, status, priority FROM issues ORDER BY number")
    await conn.close()
    assert [tuple(row) for row in found] == [
        ("Login fails", "on Safari\nand on iOS", "open", 2),
        ("Export is slow", "", "in_progress", 4),
        ("Typo", "in the footer", "closed", 3),
    ]
