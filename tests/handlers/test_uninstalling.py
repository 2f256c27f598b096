"""What Slack tells late of a removal is of the installation before."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from slack_bolt.context.async_context import AsyncBoltContext

from db.pool import Database
from handlers.services import Services
from handlers.uninstalling import Uninstalling
from tests.db.neighbour import OTHER, make_installation
from tests.db.worlds import make_world

INSTALLED = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def leaving(database: Database) -> Uninstalling:
    parts = SimpleNamespace(forget=lambda _: None, forget_workspace=lambda _: None)
    given: dict[str, Any] = {each.name: None for each in dataclasses.fields(Services) if each.init}
    given |= {"database": database, "slack": parts, "tokens": parts, "directory": parts}
    return Uninstalling(Services(**given))


@pytest.mark.parametrize(("late", "ends"), [(timedelta(minutes=2), False), (timedelta(minutes=-2), True)])
async def test_only_a_removal_after_the_installation_ends_it(
    conn: asyncpg.Connection, leaving: Uninstalling, late: timedelta, *, ends: bool
) -> None:
    await make_world(conn, OTHER)
    await make_installation(conn)
    await conn.execute("UPDATE installations SET installed_at = $1", INSTALLED)
    body = {"event_time": int((INSTALLED - late).timestamp()), "event": {"tokens": {"bot": ["UHIDDEN"]}}}
    await leaving.tokens_revoked(body, AsyncBoltContext({"team_id": OTHER}))
    assert (await conn.fetchval("SELECT sealed_token FROM installations") is None) is ends
