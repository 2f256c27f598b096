"""How long a command waits for its ack while the bot draws charts, against the same without."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from aiohttp import web

from bot.embedded import EmbeddedPostgres
from tests.bench.commands import Served, served
from tests.bench.load import TEAM, Result, command, run
from tests.bench.rows import Row

CHARTS = 50
_AT_ONCE = 4
_REQUESTS = 1_000
# With charts and without take turns, so that what else the machine does hits both.
_ROUNDS = 3


async def rows(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lodge-bench-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            async with (
                _slack() as slack,
                served(
                    "tests.bench.whole_bot", DATABASE_URL=server.dsn(), BENCH_SLACK=f"{slack.url}/api/"
                ) as bot,
            ):
                await _without_charts_of_slack(server.dsn())
                return [await _compared(bot, slack)]
        finally:
            server.close()


@dataclass(slots=True)
class _Slack:
    """`uploaded`: how many pictures."""

    url: str = ""
    uploaded: int = 0


@asynccontextmanager
async def _slack() -> AsyncIterator[_Slack]:
    """Takes what it is sent and says that all is well."""
    slack = _Slack()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        if not request.path.startswith("/api/"):
            slack.uploaded += request.path == "/upload"
            return web.Response(text="ok")
        file = {"id": "F1", "mimetype": "image/png"}
        return web.json_response(
            {"ok": True, "upload_url": f"{slack.url}/upload", "file_id": "F1", "files": [file], "file": file}
        )

    app = web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    slack.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield slack
    await runner.cleanup()


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


async def _compared(bot: Served, slack: _Slack) -> Row:
    await run(bot.port, _news(100), _AT_ONCE)
    quiet, drawing = Result(), Result()
    quiet.add(await run(bot.port, _news(_REQUESTS), _AT_ONCE))
    for finished in range(CHARTS, CHARTS * _ROUNDS + 1, CHARTS):
        # Each answer shows one chart. They are asked for at once, and wait for their turn in the bot.
        asked = [command("report flow 7d", response_url=slack.url) for _ in range(CHARTS)]
        await run(bot.port, asked, CHARTS)
        while slack.uploaded < finished:
            drawing.add(await run(bot.port, _news(_REQUESTS), _AT_ONCE))
        quiet.add(await run(bot.port, _news(2 * _REQUESTS), _AT_ONCE))
    return Row(
        name=f"/issue new, ack p99 while {CHARTS} charts are drawn",
        value=drawing.percentile(99) * 1000,
        floor=quiet.percentile(99) * 1000,
        goal=1.2,
        sense="<=",
        unit="ms",
    )


def _news(number: int) -> list[bytes]:
    return [command(f"new Login fails on Safari {index}") for index in range(number)]
