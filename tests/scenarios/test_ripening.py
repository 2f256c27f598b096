"""Channels hear of issues that come to match as time passes, each once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.playground import LocalSlack
from handlers.jobs import Job
from handlers.subscriptions.ripening import Ripening
from tests.scenarios.clocks import Clock, lodge_at
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.test_subscriptions import posted, posts

EVENING = datetime(2026, 11, 18, 19, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Clock:
    return Clock(EVENING)


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str, clock: Clock) -> AsyncIterator[Lodge]:
    async with lodge_at(slack, db_url, clock) as lodge:
        yield lodge


async def follow(lodge: Lodge, query: str, clock: Clock) -> None:
    """From the clock's now on: the database keeps its own."""
    await lodge.ask("ada", f"subscribe {query}")
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE subscriptions SET created_at = $1", clock.now)


async def ripen(lodge: Lodge) -> None:
    services = lodge.process.services
    await Ripening(services).run(Job(id=1, payload=lodge.slack.team_id.encode(), attempts=0))
    await lodge.announced()


async def test_what_becomes_overdue_is_announced_once(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Long ago due:2026-11-10", "product")
    await lodge.ask("ada", "new Tonight due:2026-11-18", "product")
    await lodge.ask("ada", "new Some day due:2026-12-18", "product")
    await lodge.announced()
    await follow(lodge, "due:overdue", clock)
    await ripen(lodge)
    assert not any("Tonight" in text for text in posts(lodge))
    clock.forward(hours=12)
    await ripen(lodge)
    await ripen(lodge)
    assert sum("Tonight" in text for text in posts(lodge)) == 1
    assert not any("Long ago" in text or "Some day" in text for text in posts(lodge))


async def test_what_has_its_card_there_already_is_named(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Tonight due:2026-11-18", "product")
    await lodge.announced()
    async with lodge.process.services.database.connection() as conn:
        await conn.execute(
            "INSERT INTO cards (workspace_id, channel_id, message_ts, issue_id, shown_version)"
            " SELECT workspace_id, 'C0GENERAL', '1.1', issue_id, version FROM issues"
        )
    await follow(lodge, "due:overdue", clock)
    clock.forward(hours=12)
    await ripen(lodge)
    assert "One issue matches `due:overdue` now" in said(await posted(lodge, "Tonight"))


async def test_many_are_one_message(lodge: Lodge, clock: Clock) -> None:
    for number in range(7):
        await lodge.ask("ada", f"new Number {number} due:2026-11-18", "product")
    await lodge.announced()
    await follow(lodge, "due:overdue", clock)
    before = len(posts(lodge))
    clock.forward(hours=12)
    await ripen(lodge)
    assert "7 issues match `due:overdue` now" in said(await posted(lodge, "Number 3"))
    assert len(posts(lodge)) == before + 1


async def test_workspaces_whose_channels_ask_for_dates_are_looked_at(lodge: Lodge, clock: Clock) -> None:
    services, waiting = lodge.process.services, "SELECT count(*) FROM pgqueuer_log WHERE entrypoint = 'ripen'"
    await lodge.ask("ada", "subscribe priority:high")
    await Ripening(services).call()
    async with services.database.connection() as conn:
        assert await conn.fetchval(waiting) == 0
        await follow(lodge, "is:overdue", clock)
        await Ripening(services).call()
        assert await conn.fetchval(waiting) > 0


async def test_one_whose_label_is_gone_keeps_no_other_from_hearing(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Tonight +bug due:2026-11-18", "product")
    await lodge.announced()
    await follow(lodge, "label:bug due:overdue", clock)
    await follow(lodge, "due:overdue", clock)
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("UPDATE labels SET name = 'defect'")
    clock.forward(hours=12)
    await ripen(lodge)
    assert sum("Tonight" in text for text in posts(lodge)) == 1
