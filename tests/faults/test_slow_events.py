"""What Slack was told is taken is done, also when the process that said so is killed before it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from bot.playground import LocalSlack
from tests.faults.whole import impatient_slack, serving, until
from tests.scenarios.conftest import said

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
QUICKLY = {"LODGE_FAULT_ANSWER_WITHIN": "0.5"}
SAID = "It is the valve"


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with impatient_slack() as local:
        yield local


def taken(slack: LocalSlack) -> bool:
    return any(each.acked and each.payload.get("event", {}).get("text") == SAID for each in slack.deliveries)


async def test_a_reply_that_was_taken_by_a_process_that_dies_over_it_becomes_a_comment_by_another(
    slack: LocalSlack, db_url: str, tmp_path: Path
) -> None:
    conn, ada = await asyncpg.connect(db_url), slack.person("ada")
    async with serving(slack, db_url, tmp_path, **QUICKLY) as bot:
        ts = await ada.send("general", "Pump leaks")
        await ada.react("general", ts, "ticket")
        await ada.expect_message("general", lambda m: "LDG-1" in said(m), thread_ts=ts, timeout=120)
        async with conn.transaction():
            await conn.execute("LOCK TABLE comments IN ACCESS EXCLUSIVE MODE")
            await ada.send("general", SAID, ts)
            await until(lambda: taken(slack))
            await bot.kill()
    assert await conn.fetchval("SELECT count(*) FROM comments") == 0
    # The time after which it is known to be dead.
    await conn.execute("UPDATE pgqueuer SET execute_after = now() WHERE entrypoint = 'event'")
    async with serving(slack, db_url, tmp_path, **QUICKLY), asyncio.timeout(120):
        while await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'event'"):
            await asyncio.sleep(0.05)
    assert [row["body"] for row in await conn.fetch("SELECT body FROM comments")] == [SAID]
    await conn.close()
