"""In a rush, people are answered before anything is worked out that nobody watches."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.playground.activity import PATIENCE
from handlers.rush import MANY
from tests.scenarios.conftest import Lodge


async def test_what_follows_from_a_change_waits_while_many_are_answered(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    rush, waits = lodge.process.services.rush, asyncio.Event()
    over = rush.over

    async def patient(*, within: float) -> None:
        assert 0 < within < 5
        waits.set()
        await over(within=3600.0)

    monkeypatch.setattr(rush, "over", patient)
    with ExitStack() as others:
        for _ in range(MANY):
            others.enter_context(rush.answering())
        await lodge.ask("ada", "new The door squeaks")
        lodge.process.services.bell.ring()
        await asyncio.wait_for(waits.wait(), PATIENCE)
        assert await pending(lodge) == 1
    await lodge.worked_out()


async def test_people_count_while_they_are_answered(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    rush, app, seen = lodge.process.services.rush, lodge.process.app, list[int]()
    dispatch = app.async_dispatch

    async def noting(request: AsyncBoltRequest) -> BoltResponse:
        seen.append(rush.under_way)
        return await dispatch(request)

    monkeypatch.setattr(app, "async_dispatch", noting)
    await lodge.ask("ada", "help")
    assert seen == [1]
    assert rush.under_way == 0


async def pending(lodge: Lodge) -> int:
    async with lodge.process.services.database.connection() as conn:
        found: int = await conn.fetchval("SELECT count(*) FROM pending_changes")
        return found
