"""How long a command waits for its ack while the bot draws charts, against the same without."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from bot.embedded import EmbeddedPostgres
from tests.bench.commands import Served, served
from tests.bench.load import TEAM, Result, command, run
from tests.bench.rows import Row

CHARTS = 50
_AT_ONCE = 4
_REQUESTS = 1_000
# With charts and without take turns, so that what else the machine does hits both.
_ROUNDS = 2


async def rows(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lodge-bench-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            async with (
                served("tests.bench.picture_slack") as slack,
                served(
                    "tests.bench.whole_bot", DATABASE_URL=server.dsn(), BENCH_SLACK=f"{_url(slack)}/api/"
                ) as bot,
            ):
                await _without_charts_of_slack(server.dsn())
                return [await _compared(bot, slack)]
        finally:
            server.close()


async def _without_charts_of_slack(dsn: str) -> None:
    """So that the bot draws."""
    conn = await asyncpg.connect(dsn)
    await conn.execute(
        "UPDATE workspaces SET settings = settings || jsonb_build_object('charts_refused_at', $2::text)"
        " WHERE workspace_id = $1",
        TEAM,
        datetime.now(UTC).isoformat(),
    )
    await conn.close()


async def _compared(bot: Served, slack: Served) -> Row:
    await run(bot.port, _news(_REQUESTS), _AT_ONCE)
    quiet, drawing = Result(), Result()
    for finished in range(CHARTS, CHARTS * _ROUNDS + 1, CHARTS):
        waves = await _while_drawn(bot, slack, finished, drawing)
        # As many on end: what follows from changes waits for a lull for some seconds, and has to come in both.
        for _ in range(waves):
            quiet.add(await run(bot.port, _news(_REQUESTS), _AT_ONCE))
    return Row(
        name=f"/issue new, ack p99 while {CHARTS} charts are drawn",
        value=drawing.percentile(99) * 1000,
        floor=quiet.percentile(99) * 1000,
        goal=1.2,
        sense="<=",
        unit="ms",
    )


async def _while_drawn(bot: Served, slack: Served, finished: int, drawing: Result) -> int:
    """How many waves of requests there were until so many charts were drawn in all."""
    # Each answer shows one chart. They are asked for at once, and wait for their turn in the bot.
    asked = [command("report flow 7d", response_url=_url(slack)) for _ in range(CHARTS)]
    await run(bot.port, asked, CHARTS)
    waves = 0
    while int(await slack.ask("pictures")) < finished:
        drawing.add(await run(bot.port, _news(_REQUESTS), _AT_ONCE))
        waves += 1
    return waves


def _url(slack: Served) -> str:
    return f"http://127.0.0.1:{slack.port}"


def _news(number: int) -> list[bytes]:
    return [command(f"new Login fails on Safari {index}") for index in range(number)]
