"""Whatever a scenario did: the same deliveries once more, to another replica that knows nothing, change nothing.

Slack delivers an event again when an answer is late, a proxy may do so with anything, and either may
reach a replica that was started a moment ago. Each delivery comes twice at once, in the order of the story.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import asyncpg

from bot.playground import LocalSlack
from bot.playground.deliveries import Delivery, encoded, sign
from bot.process import Options, Process, running
from tests.scenarios import listeners
from tests.scenarios.failing import nothing_is_done_that_cannot_be
from tests.scenarios.rows import everything


async def nothing_happens_again(slack: LocalSlack, process: Process, options: Options) -> None:
    """To be called when `process` has ended: what it left to do is left as it is."""
    told = list(slack.deliveries)
    settings = replace(process.settings, port=0)
    async with running(settings, replace(options, work=False)) as other:
        conn = await asyncpg.connect(process.dsn)
        await conn.execute("DELETE FROM deliveries")
        before = await everything(conn)
        await _deliver(slack, f"{other.url}/slack/events", told)
    after = await everything(conn)
    await conn.close()
    assert after == before, "\n".join(
        f"{table}: {before[table]} became {rows}" for table, rows in after.items() if before[table] != rows
    )
    listeners.told_again(told)
    named = {name: each for name, each in listeners.delivered(told).items() if name in listeners.promised()}
    await nothing_is_done_that_cannot_be(slack, process, options, named)


async def again(lodge: Any, delivery: Delivery) -> None:
    """Slack's retry, without the minutes that pass before it."""
    async with aiohttp.ClientSession() as session:
        await _post(session, lodge.slack, f"{lodge.process.url}/slack/events", delivery, 1)


async def _deliver(slack: LocalSlack, url: str, deliveries: Sequence[Delivery]) -> None:
    async with aiohttp.ClientSession() as session:
        for delivery in deliveries:
            await asyncio.gather(*(_post(session, slack, url, delivery, number) for number in (1, 2)))


async def _post(
    session: aiohttp.ClientSession, slack: LocalSlack, url: str, delivery: Delivery, number: int
) -> None:
    body, kind = encoded(delivery)
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": kind,
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": sign(slack.signing_secret, timestamp, body),
        "X-Slack-Retry-Num": str(number),
        "X-Slack-Retry-Reason": "http_timeout",
    }
    async with session.post(url, data=body, headers=headers) as answer:
        assert answer.status < 500, await answer.text()
