"""A stock Bolt app that only acks, as Bolt's documentation writes it. Prints its port."""

from __future__ import annotations

import asyncio
import logging
import sys

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from tests.bench.load import SECRET


async def authorize(enterprise_id: str | None, team_id: str, user_id: str) -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=enterprise_id,
        team_id=team_id,
        bot_token="xoxb-bench",
        bot_id="B0BENCH",
        bot_user_id="U0BOT",
    )


async def main() -> None:
    logging.disable(logging.WARNING)
    app = AsyncApp(signing_secret=SECRET, authorize=authorize)

    @app.command("/issue")
    async def acknowledge(ack) -> None:  # type: ignore[no-untyped-def]  # as documented
        await ack()

    @app.action("issue_start")
    async def pressed(ack) -> None:  # type: ignore[no-untyped-def]  # as documented
        await ack()

    @app.view("issue_comment_form")
    async def submitted(ack) -> None:  # type: ignore[no-untyped-def]  # as documented
        await ack()

    runner = web.AppRunner(app.server(path="/slack/events").web_app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
