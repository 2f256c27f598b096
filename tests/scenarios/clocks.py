"""The bot with an idea of now that a test moves; Slack and PostgreSQL keep theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.playground import LocalSlack
from bot.process import Options, running
from bot.worker import Pace
from tests.scenarios.conftest import Lodge
from tests.scenarios.redelivery import nothing_happens_again
from tests.settings import settings_for


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@asynccontextmanager
async def lodge_at(
    slack: LocalSlack, db_url: str, clock: Clock, *, public_url: str | None = None, again: bool = True
) -> AsyncIterator[Lodge]:
    settings = settings_for(slack, db_url, public_url=public_url)
    pace = Pace(poll=timedelta(seconds=0.2))
    options = Options(clock=clock, pace=pace)
    async with running(settings, options) as process:
        slack.request_url = f"{process.url}/slack/events"
        yield Lodge(slack=slack, process=process)
        await slack.settled()
    if again:
        await nothing_happens_again(slack, process, options)
