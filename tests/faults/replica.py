"""One replica of the bot in a process of its own, to be killed.

`python -m tests.faults.replica DSN API_URL TOKEN SIGNING_SECRET HEARTBEAT`: after so many seconds without a sign of
life its jobs are taken over.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from bot.process import Options, running
from bot.settings import Settings
from bot.worker import Pace
from tests import patience


async def main(dsn: str, api_url: str, token: str, secret: str, heartbeat: str) -> None:
    patience.of_everybody()
    settings = Settings(
        database_url=dsn,
        port=0,
        slack_signing_secret=secret,
        slack_bot_token=token,
        slack_api_url=api_url,
        log="json",
    )
    pace = Pace(poll=timedelta(seconds=0.5), heartbeat=timedelta(seconds=float(heartbeat)))
    async with running(settings, Options(pace=pace)):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
