"""The bot with a clock that a test moves."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.playground import LocalSlack
from tests.scenarios.clocks import Clock, lodge_at
from tests.scenarios.conftest import Lodge


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 18, 12, 0, 30, tzinfo=UTC))


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str, clock: Clock) -> AsyncIterator[Lodge]:
    async with lodge_at(slack, db_url, clock) as lodge:
        await lodge.ask("grace", "list")  # a person is known from the first thing they do
        yield lodge
