"""The message that news are added to is the last one in its conversation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from db import notices, outbox, told
from db.ids import ChannelId, MessageTs, SlackUserId
from db.notices import Notice
from db.outbox import Outgoing
from tests.db.neighbour import notice
from tests.db.worlds import World, file, make_world, me

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADA, KEY = SlackUserId("UADA"), "notice:1"


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


async def tell(conn: asyncpg.Connection, world: World) -> Notice:
    """Ada is told of an issue, and Slack has it."""
    issue = await file(conn, world.ada)
    news = notice(me(world.ada), issue.issue_id)
    message = Outgoing(channel_id=ChannelId(ADA), payload={"text": "news"}, coalesce_key=KEY)
    await outbox.put(conn, world.workspace_id, [message])
    row = await outbox.next_post(conn, world.workspace_id, ChannelId(ADA))
    assert row is not None
    await outbox.sent(conn, world.workspace_id, row.outbox_id, ChannelId("D1"), MessageTs("1.1"))
    await told.remember(conn, world.workspace_id, news, KEY, NOW)
    return news


async def goes_on(conn: asyncpg.Connection, world: World, news: Notice, at: datetime = NOW) -> bool:
    return await told.going_on(conn, world.workspace_id, news, ADA, at) is not None


async def test_news_go_on_in_the_message_before_for_two_minutes(
    conn: asyncpg.Connection, world: World
) -> None:
    news = await tell(conn, world)
    assert await goes_on(conn, world, news)
    assert not await goes_on(conn, world, news, NOW + told.BURST)


async def test_what_was_said_to_them_since_ends_it(conn: asyncpg.Connection, world: World) -> None:
    news = await tell(conn, world)
    report = Outgoing(channel_id=ChannelId(ADA), payload={"text": "a report"})
    elsewhere = Outgoing(channel_id=ChannelId("UBOB"), payload={"text": "not to her"})
    await outbox.put(conn, world.workspace_id, [elsewhere])
    assert await goes_on(conn, world, news)
    await outbox.put(conn, world.workspace_id, [report])
    assert not await goes_on(conn, world, news)


async def test_a_burst_that_goes_on_and_on_is_told_after_a_minute(
    conn: asyncpg.Connection, world: World
) -> None:
    issue = await file(conn, world.ada)
    for second in (0, 30, 59):
        at = NOW + timedelta(seconds=second)
        news = Notice(
            person_id=me(world.ada),
            issue_id=issue.issue_id,
            kinds=frozenset(),
            due_at=at + timedelta(seconds=3),
        )
        await notices.put(conn, world.workspace_id, [news], at)
    assert await conn.fetchval("SELECT due_at FROM notices") == NOW + notices.LONGEST
