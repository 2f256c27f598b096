"""The whole bot, whose database is killed at any moment while people use it.

No acknowledged change is lost, none is there twice, every message is posted once, and all mends by itself.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.playground import LocalSlack
from tests.faults.whole import (
    ROUNDS,
    Outcome,
    Server,
    followed,
    impatient_slack,
    own_server,
    serving,
    settled,
)

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with impatient_slack() as local:
        yield local


@pytest.fixture
def server() -> Iterator[Server]:
    with own_server() as opened:
        yield opened


async def test_the_database_is_killed_and_comes_back(
    slack: LocalSlack, server: Server, tmp_path: Path
) -> None:
    chance = random.Random(3)
    async with serving(slack, server.dsn, tmp_path) as bot:
        load = await followed(slack, bot)
        pid = bot.process.pid
        async with load.running():
            for _ in range(ROUNDS):
                await asyncio.sleep(chance.uniform(0.5, 2.0))
                await asyncio.to_thread(server.kill)
                await load.more(Outcome.TOLD_NOT)
                await asyncio.sleep(chance.uniform(0.1, 2.0))
                await asyncio.to_thread(server.start)
                await bot.ready()
                await load.more(Outcome.ACKNOWLEDGED)
        assert bot.process.pid == pid
        assert load.count(Outcome.BROKEN) == 0
        await settled(slack, server.dsn, load)
