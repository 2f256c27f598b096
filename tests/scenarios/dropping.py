"""A table dropped where the bot is, and the thread under it."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import asyncpg

from bot.playground.people import Person
from tests.scenarios.conftest import Json, Lodge, said

ROWS = [
    ("title", "description", "priority", "status"),
    ("Login fails", "on Safari\nand on iOS", "high", "OPEN"),
    ("Export is slow", "", "low", "IN_PROGRESS"),
    ("Typo", "in the footer", "medium", "CLOSED"),
]
START, CHANGE, CANCEL, UNDO = "import_start", "import_change", "import_cancel", "import_undo"


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


class Thread:
    """One file in one channel, and what the bot says under it."""

    def __init__(self, lodge: Lodge, person: Person, channel: str, ts: str) -> None:
        self.lodge, self.person, self.channel, self.ts = lodge, person, channel, ts

    async def shows(self, text: str) -> Json:
        return await self.person.expect_message(
            self.channel, lambda message: text in said(message), thread_ts=self.ts, timeout=60
        )

    async def press(self, message: Json, action: str, *, by: str | None = None) -> None:
        person = self.lodge.person(by) if by else self.person
        await person.click(action, channel=self.channel, ts=message["ts"])


async def drop(
    lodge: Lodge, data: bytes, *, by: str = "ada", name: str = "issues.csv", channel: str = "general"
) -> Thread:
    person = lodge.person(by)
    return Thread(lodge, person, channel, await person.upload(channel, name, data))


async def rows(db_url: str, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    conn = await asyncpg.connect(db_url)
    try:
        return [tuple(row) for row in await conn.fetch(sql, *arguments)]
    finally:
        await conn.close()


async def issues_there(db_url: str) -> list[tuple[Any, ...]]:
    return await rows(
        db_url,
        "SELECT title, description, status, priority FROM issues WHERE deleted_at IS NULL ORDER BY number",
    )
