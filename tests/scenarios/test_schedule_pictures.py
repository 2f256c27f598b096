"""Scheduled reports with pictures, where a workspace takes no charts yet: drawn in turn, and seen once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.playground import LocalSlack
from db import workspaces
from db.ids import WorkspaceId
from db.schedules import posts
from handlers.schedules import running as posting
from tests.scenarios.clocks import Clock, lodge_at
from tests.scenarios.conftest import Lodge
from tests.scenarios.test_schedules import FRIDAY, is_report, schedule

# To stop a hang; pictures are drawn when nothing else wants the processors.
PATIENT = 120


@pytest.fixture
def clock() -> Clock:
    return Clock(FRIDAY)


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str, clock: Clock) -> AsyncIterator[Lodge]:
    async with lodge_at(slack, db_url, clock) as made:
        yield made


async def due_where_no_charts_are_taken(lodge: Lodge, clock: Clock) -> None:
    """A report, at half past nine in UTC."""
    workspace_id = WorkspaceId(lodge.slack.team_id)
    await lodge.ask("ada", "new Something to count")
    await schedule(lodge, report="aging", at="10:30")
    async with lodge.process.services.database.connection() as conn:
        await workspaces.note_charts_refused(conn, workspace_id, clock.now)
    lodge.process.services.directory.forget_workspace(workspace_id)


async def test_a_workspace_without_charts_gets_a_picture(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Something to count")
    await schedule(lodge, report="aging", at="10:30")
    lodge.slack.faults.add(method="chat.postMessage", error="invalid_blocks")
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    posted = await lodge.person("grace").expect_message("general", is_report, timeout=60)
    kinds = [block["type"] for block in posted["blocks"]]
    assert "data_visualization" not in kinds
    assert kinds.count("image") == 1
    assert [m for m in lodge.person("grace").messages("general") if is_report(m)] == [posted]


async def test_pictures_that_are_due_together_leave_room_for_whoever_asks_for_one(
    lodge: Lodge, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await due_where_no_charts_are_taken(lodge, clock)
    async with lodge.process.services.database.connection() as conn:
        for _ in range(5):
            await conn.execute(
                """
                INSERT INTO schedules (workspace_id, owner_id, report, period, channel_id, recurrence, timezone,
                                       next_due_at)
                SELECT workspace_id, owner_id, report, period, channel_id, recurrence, timezone, next_due_at
                FROM schedules LIMIT 1"""
            )
    begun: list[object] = []
    shown = asyncio.Event()

    async def draw(*charts: object) -> tuple[str, ...]:
        begun.append(charts)
        await shown.wait()
        return ()

    monkeypatch.setattr(posting, "pictures_of", draw)
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    async with asyncio.timeout(PATIENT):
        while len(begun) < posting.DRAWN_AT_ONCE:
            await asyncio.sleep(0.02)
    answer = await lodge.ask("ada", "report aging")
    assert "image" in [block["type"] for block in answer["blocks"]]
    assert len(begun) == posting.DRAWN_AT_ONCE
    shown.set()
    grace = lodge.person("grace")
    await lodge.slack.until(
        lambda: sum(is_report(m) for m in grace.messages("general")) == 6, timeout=PATIENT
    )


async def test_pictures_that_were_made_twice_are_seen_once(
    lodge: Lodge, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await due_where_no_charts_are_taken(lodge, clock)
    put = posts.put
    died: list[object] = []

    async def die_once(*given: Any) -> bool:
        if not died:
            died.append(given)
            raise OSError("as if the worker had died here")
        return await put(*given)

    monkeypatch.setattr(posts, "put", die_once)
    clock.now = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    grace = lodge.person("grace")
    posted = await grace.expect_message("general", is_report, timeout=PATIENT)
    assert len(lodge.slack.calls_of("files.completeUploadExternal")) == 2
    assert [m for m in grace.messages("general") if m.get("bot_id")] == [posted]
    assert [block["type"] for block in posted["blocks"]].count("image") == 1
