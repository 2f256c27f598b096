"""What Slack tells late says nothing new."""

from __future__ import annotations

import asyncpg

from db import deliveries, hearsay
from db.ids import ChannelId, MessageTs, WorkspaceId

TEAM, CHANNEL, MESSAGE = WorkspaceId("T1"), ChannelId("C1"), MessageTs("1700000000.000100")


async def newest(conn: asyncpg.Connection, at: str, message_ts: str = MESSAGE, team: str = TEAM) -> bool:
    return await hearsay.is_newest_wording(conn, WorkspaceId(team), CHANNEL, MessageTs(message_ts), at)


async def test_a_wording_is_the_newest_until_a_later_one_is_told(conn: asyncpg.Connection) -> None:
    assert await newest(conn, "1700000300.000200")
    assert not await newest(conn, "1700000300.000199")
    assert await newest(conn, "1700000300.000200")
    assert await newest(conn, "1700000300.000201")
    assert not await newest(conn, "1700000300.000200")


async def test_each_message_of_each_workspace_has_its_own(conn: asyncpg.Connection) -> None:
    assert await newest(conn, "1700000300.000200")
    assert await newest(conn, "1700000200.000200", "1700000000.000200")
    assert await newest(conn, "1700000200.000200", team="T2")


async def test_it_is_remembered_as_long_as_deliveries_are(conn: asyncpg.Connection) -> None:
    now = float(await conn.fetchval("SELECT extract(epoch FROM now())"))
    assert await newest(conn, f"{now:.6f}")
    assert await newest(conn, f"{now - 90_000:.6f}", "1700000000.000200")
    assert await deliveries.forget_old(conn) == 1
    assert not await newest(conn, f"{now - 1:.6f}")
