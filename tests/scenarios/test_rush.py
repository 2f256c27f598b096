"""In a rush, people are answered before anything is worked out that nobody watches."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.playground.activity import PATIENCE
from db import outbox
from db.ids import ChannelId, WorkspaceId
from db.outbox import Outgoing
from handlers import announcing, delivering
from handlers.rush import MANY
from tests.scenarios.conftest import Lodge


@contextmanager
def crowded(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], Awaitable[None]]]:
    """Many are being answered. Gives what waits until something lets them go first, for so many seconds at most."""
    rush = lodge.process.services.rush
    over, waiting = rush.over, defaultdict[float, asyncio.Event](asyncio.Event)

    async def patient(*, within: float) -> None:
        waiting[within].set()
        await over(within=3600.0)

    async def lets_pass(within: float) -> None:
        await asyncio.wait_for(waiting[within].wait(), PATIENCE)

    monkeypatch.setattr(rush, "over", patient)
    with ExitStack() as others:
        for _ in range(MANY):
            others.enter_context(rush.answering())
        yield lets_pass


async def test_what_follows_from_a_change_waits_while_many_are_answered(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    with crowded(lodge, monkeypatch) as lets_pass:
        await lodge.ask("ada", "new The door squeaks")
        lodge.process.services.bell.ring()
        await lets_pass(announcing._LETS_PASS)
        assert await count(lodge, "pending_changes") == 1
    await lodge.worked_out()


async def test_what_is_sent_waits_while_many_are_answered(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lodge.ask("ada", "new The door squeaks")
    await lodge.worked_out()
    workspace_id = WorkspaceId(lodge.slack.team_id)
    with crowded(lodge, monkeypatch) as lets_pass:
        place = ChannelId(lodge.slack.channel("general").id)
        async with lodge.process.services.database.transaction() as conn:
            await outbox.put(conn, workspace_id, [Outgoing(channel_id=place, payload={"text": "By the way"})])
        lodge.process.services.bell.ring()
        await lets_pass(delivering._LETS_PASS)
        assert await count(lodge, "outbox", "state = 'waiting'") == 1
    await lodge.person("ada").expect_message("general", lambda message: message["text"] == "By the way")


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


async def count(lodge: Lodge, table: str, where: str = "true") -> int:
    async with lodge.process.services.database.connection() as conn:
        found: int = await conn.fetchval(f"SELECT count(*) FROM {table} WHERE {where}")
        return found
