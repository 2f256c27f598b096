"""What goes on when Slack's refusal is over, apart from who is told: tests/scenarios/test_resuming.py."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest

from db import outbox, schedules
from db.ids import ChannelId
from db.pool import Database
from db.schedules import runs
from handlers.jobs import Job
from handlers.resuming import Resuming
from handlers.services import Services
from tests.db.histories import workspace
from tests.db.scheduling import NINE, draft, someone
from tests.handlers.test_schedule_running import services
from tests.scenarios.clocks import Clock


async def there(*, channel: str) -> dict[str, Any]:
    return {"channel": {"id": channel, "is_member": True}}


async def client(workspace_id: str) -> object:
    return SimpleNamespace(conversations_info=there)


async def test_when_a_schedule_is_due_again_goes_by_the_databases_clock(
    conn: asyncpg.Connection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await someone(conn, await workspace(conn))
    made = await schedules.create(conn, ada, draft(), NINE - timedelta(minutes=2))
    await schedules.refuse(conn, ada.workspace_id, made.schedule_id, "is_archived")

    async def ahead(_: asyncpg.Connection, machine: datetime) -> timedelta:
        return timedelta(minutes=2)

    monkeypatch.setattr(runs, "ahead", ahead)
    # Here it is a minute to nine yet.
    given: Services = services(database, Clock(NINE - timedelta(minutes=1)))
    slack: Any = SimpleNamespace(client=client)
    payload = outbox.address(ada.workspace_id, ChannelId("C1"))
    await Resuming(replace(given, slack=slack)).run(Job(id=1, payload=payload, attempts=0))
    assert (await schedules.get(conn, ada, made.schedule_id)).next_due_at == NINE + timedelta(days=1)
