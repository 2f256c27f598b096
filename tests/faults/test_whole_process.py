"""The whole bot, started as people start it, stopped and killed at any moment while they use it.

No acknowledged change is lost, none is there twice, every message is posted once, and all mends by itself.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.playground import LocalSlack
from tests.faults.whole import (
    CHANNELS,
    ROOT,
    Bot,
    Load,
    Outcome,
    Server,
    check_nothing_lost_or_doubled,
    serving,
    until_sent,
)
from tests.scenarios.conftest import said

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]
# LODGE_FAULT_ROUNDS=50 for a longer look: so many stops, kills and outages of each kind.
ROUNDS = int(os.environ.get("LODGE_FAULT_ROUNDS", "2"))


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    # Events that are not taken come again after 0, 3.6 and 18 seconds, instead of after minutes.
    async with LocalSlack(manifest=ROOT / "manifest.yml", rate_limits="off", retry_scale=0.06) as local:
        yield local


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="lodge-fault-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        opened = Server(Path(folder))
        yield opened
        opened.close()


async def followed(slack: LocalSlack, bot: Bot) -> Load:
    """Three channels that follow a label each, and the thread of a card to talk in."""
    ada = slack.person("ada")
    await ada.slash("random", f"/issue new Known {' '.join(f'+{label}' for label in CHANNELS)}")
    for channel in CHANNELS:
        await ada.slash(channel, f"/issue subscribe label:{channel}")
    await ada.slash("random", f"/issue new Anchor +{CHANNELS[0]}")
    card = await ada.expect_message(
        CHANNELS[0], lambda m: m.get("bot_id") and "Anchor" in said(m), timeout=30
    )
    for name in ("ada", "grace", "margaret"):
        await slack.person(name).slash("random", "/issue list")
    return Load(slack, bot, thread=(CHANNELS[0], card["ts"]))


async def settled(slack: LocalSlack, dsn: str, load: Load) -> None:
    await slack.settled(timeout=60)
    await until_sent(dsn)
    await check_nothing_lost_or_doubled(slack, dsn, load)


async def test_stopping_finishes_what_was_begun(slack: LocalSlack, db_url: str, tmp_path: Path) -> None:
    chance = random.Random(1)
    async with serving(slack, db_url, tmp_path) as bot:
        load = await followed(slack, bot)
        async with load.running():
            for _ in range(ROUNDS):
                await asyncio.sleep(chance.uniform(0.5, 2.5))
                status, seconds = await bot.terminate()
                assert status == 0, bot.log.read_text()[-3000:]
                assert seconds < 12
                await bot.start()
            await asyncio.sleep(0.5)
        assert load.count(Outcome.BROKEN) == 0
        assert load.count(Outcome.REFUSED) > 0
        await settled(slack, db_url, load)
    assert not [line for line in bot.lines() if line["level"] in ("ERROR", "CRITICAL")]


async def test_a_stop_right_after_the_start_is_a_stop(slack: LocalSlack, db_url: str, tmp_path: Path) -> None:
    bot = Bot(slack, db_url, tmp_path)
    for moment in (0.6, 0.9, 1.3, 1.8)[: max(2, ROUNDS)]:
        await bot.start(until_ready=False)
        await asyncio.sleep(moment)
        status, _ = await bot.terminate()
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
            await asyncio.sleep(0.5)
        # What the dead held is taken over when their heartbeat has been missing for half a minute.
        await settled(slack, db_url, load)


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
                await asyncio.sleep(chance.uniform(0.1, 2.0))
                await asyncio.to_thread(server.start)
                assert await bot.ready(20) < 10
                before = load.count(Outcome.ACKNOWLEDGED)
                await asyncio.sleep(1)
                assert load.count(Outcome.ACKNOWLEDGED) > before
        assert bot.process.pid == pid
        assert load.count(Outcome.TOLD_NOT) > 0
        assert load.count(Outcome.BROKEN) == 0
        assert load.slowest < 3
        await settled(slack, server.dsn, load)


FAULTS = {
    "429": {"status": 429, "retry_after": 1},
    "500": {"status": 500},
    "nothing": {"slow": 12.0, "drop": "before"},
    "lost answers": {"drop": "after"},
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_slack_answers_badly(slack: LocalSlack, db_url: str, tmp_path: Path, kind: str) -> None:
    async with serving(slack, db_url, tmp_path) as bot:
        load = await followed(slack, bot)
        async with load.running():
            hits = 0
            for _ in range(ROUNDS):
                fault = slack.faults.add(method="*", times=None, **FAULTS[kind])
                before = load.count(Outcome.ACKNOWLEDGED)
                await asyncio.sleep(1.5)
                # People are answered all the same.
                assert load.count(Outcome.ACKNOWLEDGED) > before
                slack.faults.remove(fault.id)
                await asyncio.sleep(0.5)
                hits += fault.hits
            assert hits > 0
        assert load.slowest < 3
        assert {o for each in load.outcomes.values() for o in each} == {Outcome.ACKNOWLEDGED}
        await settled(slack, db_url, load)
