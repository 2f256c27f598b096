"""The API on a database of its own, mounted as the bot mounts it, with tokens of several kinds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.background import BackgroundTasks
from db import people, tokens, workspaces
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.people import Person
from db.pool import Database
from db.states import Role, Source
from handlers.api.app import create_api
from handlers.api.secrets import TokenChecker, make_secret
from handlers.charts import Drawer
from handlers.outside import Outside
from handlers.requesting import Directory
from handlers.services import Services
from handlers.vault import Vault

HERE, ELSEWHERE = WorkspaceId("T0HERE"), WorkspaceId("T0ELSEWHERE")


class QuietBell:
    """Nobody works on jobs here."""

    def ring(self) -> None:
        return


class NoSlack:
    async def client(self, workspace_id: WorkspaceId) -> Any:
        raise AssertionError(f"the API asked Slack about {workspace_id}")

    sender = client

    def forget(self, workspace_id: WorkspaceId) -> None:
        raise AssertionError(f"the API has Slack forget {workspace_id}")


@dataclass(frozen=True, kw_only=True)
class Api:
    """`tokens` by name: member, guest, admin, expired, revoked, elsewhere."""

    client: TestClient[web.Request, web.Application]
    database: Database
    checker: TokenChecker
    tokens: dict[str, str]
    ada: Person

    async def call(
        self, method: str, path: str, *, token: str | None = "member", **options: Any
    ) -> ClientResponse:
        headers = dict(options.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {self.tokens.get(token, token)}"
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def create(self, **fields: Any) -> dict[str, Any]:
        answer = await self.call("POST", "/issues", json={"title": "Login fails", **fields})
        assert answer.status == 201, await answer.text()
        return dict(await answer.json())


async def make_token(
    database: Database,
    workspace: WorkspaceId,
    role: Role,
    *,
    person: Person | None = None,
    expires_at: datetime | None = None,
) -> tuple[str, str]:
    """A token's id and text; the hash is a cheap one."""
    secret = make_secret(cost=4)
    actor = Actor(
        workspace_id=workspace,
        person_id=person.person_id if person else None,
        role=Role.ADMIN,
        source=Source.SYSTEM,
    )
    async with database.connection() as conn:
        await tokens.create(
            conn,
            actor,
            token_id=secret.token_id,
            name="test",
            role=role,
            secret_hash=secret.secret_hash,
            expires_at=expires_at,
        )
    return secret.token_id, secret.text


def make_services(
    database: Database, checker: TokenChecker, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Services:
    return Services(
        database=database,
        bell=QuietBell(),
        clock=clock,
        slack=NoSlack(),
        directory=Directory(database, NoSlack()),
        background=BackgroundTasks(),
        tokens=checker,
        vault=Vault(None),
        outside=Outside(),
        drawer=Drawer(),
    )


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    async with database.connection() as conn:
        await workspaces.ensure(conn, HERE, "Here")
        await workspaces.ensure(conn, ELSEWHERE, "Elsewhere")
        ada = await people.ensure_slack(conn, HERE, SlackUserId("U0ADA"), name="Ada", role=Role.ADMIN)
        tim = await people.ensure_slack(conn, HERE, SlackUserId("U0TIM"), name="Tim", role=Role.GUEST)
    made = {
        "member": (await make_token(database, HERE, Role.MEMBER, person=ada))[1],
        "admin": (await make_token(database, HERE, Role.ADMIN, person=ada))[1],
        "guest": (await make_token(database, HERE, Role.GUEST, person=tim))[1],
        "elsewhere": (await make_token(database, ELSEWHERE, Role.ADMIN))[1],
        "expired": (
            await make_token(database, HERE, Role.ADMIN, expires_at=datetime.now(UTC) - timedelta(minutes=1))
        )[1],
    }
    token_id, made["revoked"] = await make_token(database, HERE, Role.ADMIN)
    async with database.connection() as conn:
        admin = Actor(workspace_id=HERE, person_id=None, role=Role.ADMIN)
        await tokens.revoke(conn, admin, token_id)
    checker = TokenChecker(database, allowed_failures=5)
    services = make_services(database, checker)
    server = web.Application()
    server.add_subapp("/api", create_api(services, checker))
    async with TestClient(TestServer(server)) as client:
        yield Api(client=client, database=database, checker=checker, tokens=made, ada=ada)
