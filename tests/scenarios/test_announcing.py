"""A change whose consequences cannot be worked out keeps no other from being told."""

from __future__ import annotations

from collections.abc import AsyncIterator

import asyncpg
import pytest

from bot.playground import LocalSlack
from bot.process import Options, running
from db.announcements import Batch
from handlers.announcing import Announcing
from handlers.jobs import Job
from tests.scenarios.conftest import Lodge
from tests.settings import settings_for


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str) -> AsyncIterator[Lodge]:
    """Without a worker: the test is the worker."""
    async with running(settings_for(slack, db_url), Options(work=False)) as process:
        slack.request_url = f"{process.url}/slack/events"
        yield Lodge(slack=slack, process=process)
        await slack.settled()


class Telling:
    """Remembers what it was told of, and fails over some of it, having written something first."""

    def __init__(self, over: str | None = None) -> None:
        self._over = over
        self.told: list[str] = []

    async def __call__(self, conn: asyncpg.Connection, batch: Batch) -> None:
        titles = [event.after["title"] for event in batch.events]
        await conn.execute("UPDATE workspaces SET name = $1", titles[-1])
        if self._over in titles:
            raise KeyError(self._over)
        self.told += titles


def job(lodge: Lodge, attempts: int) -> Job:
    return Job(id=1, payload=lodge.slack.team_id.encode(), attempts=attempts)


async def test_what_fails_again_and_again_stands_in_the_way_of_itself_alone(lodge: Lodge) -> None:
    for title in ("First", "Poison", "Last"):
        await lodge.ask("ada", f"new {title}")
    announcing, choking, telling = Announcing(lodge.process.services), Telling(over="Poison"), Telling()
    announcing.announcers = [choking, telling]
    with pytest.raises(KeyError):
        await announcing.run(job(lodge, attempts=2))
    assert telling.told == []
    await announcing.run(job(lodge, attempts=3))
    assert choking.told == ["First", "Last"]
    assert telling.told == ["First", "Poison", "Last"]
    async with lodge.process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM pending_changes") == 0


async def test_what_may_be_otherwise_the_next_time_is_not_left_out(lodge: Lodge) -> None:
    await lodge.ask("ada", "new First")
    announcing = Announcing(lodge.process.services)

    async def wait_in_vain(conn: asyncpg.Connection, batch: Batch) -> None:
        await conn.execute("SET LOCAL statement_timeout = '10ms'")
        await conn.execute("SELECT pg_sleep(60)")

    announcing.announcers = [wait_in_vain]
    with pytest.raises(asyncpg.QueryCanceledError):
        await announcing.run(job(lodge, attempts=9))
    async with lodge.process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM pending_changes") == 1
