"""The whole bot, stopped and killed at any moment while people use it.

No acknowledged change is lost, none is there twice, every message is posted once, and all mends by itself.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.playground import LocalSlack
from tests.faults.whole import ROUNDS, Bot, Outcome, followed, impatient_slack, serving, settled

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with impatient_slack() as local:
        yield local


async def test_stopping_finishes_what_was_begun(slack: LocalSlack, db_url: str, tmp_path: Path) -> None:
    chance = random.Random(1)
    async with serving(slack, db_url, tmp_path) as bot:
        load = await followed(slack, bot)
        async with load.running():
            for _ in range(ROUNDS):
                await asyncio.sleep(chance.uniform(0.5, 2.5))
                assert await bot.terminate() == 0, bot.log.read_text()[-3000:]
                await load.more(Outcome.REFUSED)
                await bot.start()
                await load.more(Outcome.ACKNOWLEDGED)
        assert load.count(Outcome.BROKEN) == 0
        await settled(slack, db_url, load)
    assert not [line for line in bot.lines() if line["level"] in ("ERROR", "CRITICAL")]


async def test_a_stop_right_after_the_start_is_a_stop(slack: LocalSlack, db_url: str, tmp_path: Path) -> None:
    bot = Bot(slack, db_url, tmp_path)
    for moment in (0.6, 0.9, 1.3, 1.8)[: max(2, ROUNDS)]:
        await bot.start(until_ready=False)
        await asyncio.sleep(moment)
        status = await bot.terminate()
        # Before Python has come so far as to listen for it, the signal does what it always does.
        assert status in (0, -15), bot.log.read_text()[-3000:]
    assert "Traceback" not in bot.log.read_text()


async def test_killed_at_any_moment(slack: LocalSlack, db_url: str, tmp_path: Path) -> None:
    chance = random.Random(2)
    async with serving(slack, db_url, tmp_path) as bot:
        load = await followed(slack, bot)
        async with load.running():
            for _ in range(ROUNDS):
                await asyncio.sleep(chance.uniform(0.5, 2.5))
                await bot.kill()
                await bot.start()
                await load.more(Outcome.ACKNOWLEDGED)
        # What the dead held is taken over when their heartbeat has been missing for a while.
        await settled(slack, db_url, load)
