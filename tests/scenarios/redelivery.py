"""Whatever a scenario did: the same deliveries once more, to another replica that knows nothing, change nothing.

Slack delivers an event again when an answer is late, a proxy may do so with anything, and either may
reach a replica that was started a moment ago. Each delivery comes twice at once, in the order of the story.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import aiohttp
import asyncpg

from bot.playground import LocalSlack
from bot.playground.deliveries import Delivery, encoded, sign
from bot.process import Options, Process, running

# Tables that are about the doing and not about what was done.
_TRACES: Final = {
    "deliveries": "what is handled once is noted here, and is what the new replica is not to know",
    "send_pace": "how fast things are sent",
    "channel_senders": "who sends them",
    "told": "which message the next news of somebody goes into",
    "homes": "what somebody sees in App Home at the moment",
}


async def nothing_happens_again(slack: LocalSlack, process: Process, options: Options) -> None:
    """To be called when `process` has ended: what it left to do is left as it is."""
    told = list(slack.deliveries)
    settings = replace(process.settings, port=0)
    async with running(settings, replace(options, work=False)) as other:
        conn = await asyncpg.connect(process.dsn)
        await conn.execute("DELETE FROM deliveries")
        before = await _everything(conn)
        await _deliver(slack, f"{other.url}/slack/events", told)
    after = await _everything(conn)
    await conn.close()
    assert after == before, "\n".join(
        f"{table}: {before[table]} became {rows}" for table, rows in after.items() if before[table] != rows
    )


async def again(lodge: Any, delivery: Delivery) -> None:
    """Slack's retry, without the minutes that pass before it."""
    async with aiohttp.ClientSession() as session:
        await _post(session, lodge.slack, f"{lodge.process.url}/slack/events", delivery, 1)


async def _everything(conn: asyncpg.Connection) -> dict[str, list[str]]:
    """All rows of all tables that hold something of a workspace."""
    tables = await conn.fetch(
        "SELECT DISTINCT table_name FROM information_schema.columns"
        " WHERE column_name = 'workspace_id' AND table_schema = 'public' ORDER BY table_name"
    )
    found = {}
    for (table,) in tables:
        if table in _TRACES:
            continue
        rows = await conn.fetch(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY 1')
        found[table] = [row[0] for row in rows]
    return found


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
