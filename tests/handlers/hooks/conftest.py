"""A webhook on a database, and what its sender says to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from db import issues, people, webhooks, workspaces
from db.access import Actor
from db.ids import SlackUserId
from db.issues import Issue
from db.pool import Database
from db.states import Role
from db.webhooks import Auth, Hook, HookDraft, Kind
from handlers.api.secrets import TokenChecker
from handlers.hooks.receiving import Delivery, Taken, take
from handlers.services import Services
from tests.handlers.api.conftest import HERE, make_services


@dataclass(kw_only=True)
class Listener:
    """`now` is the time here; it passes when a test says so."""

    database: Database
    hook: Hook
    actor: Actor
    now: datetime = datetime(2026, 11, 2, 12, tzinfo=UTC)

    async def hear(self, body: dict[str, Any], headers: dict[str, str] | None = None) -> Taken:
        delivery = Delivery(headers=headers or {}, body=json.dumps(body).encode())
        return await take(self._services(), self.hook, delivery)

    def _services(self) -> Services:
        return make_services(self.database, TokenChecker(self.database), lambda: self.now)

    async def issues(self) -> list[Issue]:
        async with self.database.connection() as conn:
            ids = [row["issue_id"] for row in await conn.fetch("SELECT issue_id FROM issues ORDER BY number")]
            found = await issues.get_many(conn, self.actor, ids)
        return [found[each] for each in ids]

    async def only(self) -> Issue:
        (issue,) = await self.issues()
        return issue

    async def forget(self) -> None:
        """As if there never had been an issue."""
        async with self.database.connection() as conn:
            await conn.execute("TRUNCATE issues CASCADE")

    async def counted(self) -> int:
        """How many things were done to issues."""
        async with self.database.connection() as conn:
            return int(await conn.fetchval("SELECT count(*) FROM events"))


Listen = Callable[[Kind], Any]


@pytest.fixture
async def listen(database: Database) -> Listen:
    """Makes a webhook of a kind."""
    async with database.connection() as conn:
        await workspaces.ensure(conn, HERE, "Here")
        ada = await people.ensure_slack(conn, HERE, SlackUserId("U0ADA"), name="Ada", role=Role.ADMIN)
    actor = Actor(workspace_id=HERE, person_id=ada.person_id, role=Role.ADMIN)

    async def make(kind: Kind) -> Listener:
        draft = HookDraft(name=kind.value, kind=kind, auth=Auth.BEARER)
        async with database.connection() as conn:
            name = f"{kind.value}-{await conn.fetchval('SELECT count(*) FROM webhooks')}"
            hook = await webhooks.create(conn, actor, draft, webhook_id=name, sealed_secret=b"")
        return Listener(database=database, hook=hook, actor=actor)

    return make
