"""Programs that deliver webhooks and, as they should, come again when they are told to."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import Counter
from dataclasses import dataclass, field

import aiohttp
import asyncpg

from db import people, webhooks, workspaces
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.states import Role
from db.webhooks import Auth, HookDraft, Kind
from handlers.hooks.checking import make_id, make_secret, purpose
from handlers.vault import Vault
from tests.faults.whole import Server, until

# Seconds before a delivery that was not taken comes again: no sender is so impatient.
PAUSE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    path: str
    secret: str


async def make_hook(dsn: str, workspace_id: WorkspaceId, vault: Vault) -> Address:
    """A generic webhook whose sender signs."""
    conn = await asyncpg.connect(dsn)
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    await workspaces.ensure(conn, workspace_id, "Senders")
    owner = await people.ensure_slack(
        conn, workspace_id, SlackUserId("U0OWNER"), name="Owner", role=Role.ADMIN
    )
    webhook_id, secret = make_id(), make_secret()
    await webhooks.create(
        conn,
        Actor(workspace_id=workspace_id, person_id=owner.person_id, role=Role.ADMIN),
        HookDraft(name="senders", kind=Kind.GENERIC, auth=Auth.HMAC),
        webhook_id=webhook_id,
        sealed_secret=vault.seal(purpose(webhook_id), secret),
    )
    await conn.close()
    return Address(path=f"/hooks/{webhook_id}", secret=secret)


@dataclass(slots=True)
class Told:
    """What senders were answered, how long it all took, and the 503s that did not say when to come again."""

    answers: Counter[int | str] = field(default_factory=Counter)
    seconds: float = 0.0
    without_pause: int = 0


async def deliver(
    url: str,
    to: Address,
    number: int,
    *,
    at_once: int,
    killed_midway: Server | None = None,
    patience: float = 300.0,
) -> Told:
    """Delivers so many, each until it is taken. A server to be killed dies when half of them were, and comes
    back when a sender was told so."""
    told, waiting = Told(), list(range(number))
    began = time.monotonic()
    fault: asyncio.Task[None] | None = None
    dead = asyncio.Event()

    async def outage(server: Server) -> None:
        await asyncio.to_thread(server.kill)
        dead.set()
        await until(lambda: told.answers[503])
        await asyncio.to_thread(server.start)

    async def one(session: aiohttp.ClientSession) -> None:
        nonlocal fault
        while waiting:
            if fault is not None:
                await dead.wait()
            each = waiting.pop()
            while not await _sent(session, url + to.path, to.secret, each, told):
                assert time.monotonic() - began < patience, told.answers
                await asyncio.sleep(PAUSE)
            if killed_midway is not None and fault is None and told.answers[200] >= number // 2:
                fault = asyncio.create_task(outage(killed_midway))

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as session:
        await asyncio.gather(*(one(session) for _ in range(at_once)))
    if fault is not None:
        await fault
    told.seconds = time.monotonic() - began
    return told


async def _sent(session: aiohttp.ClientSession, url: str, secret: str, each: int, told: Told) -> bool:
    body = json.dumps({"title": f"Delivery {each}", "key": f"thing-{each}", "status": "firing"}).encode()
    headers = {
        "Content-Type": "application/json",
        "X-Lodge-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(),
        "Webhook-Id": f"delivery-{each}",
    }
    try:
        async with session.post(url, data=body, headers=headers) as answer:
            told.answers[answer.status] += 1
            if answer.status == 503:
                told.without_pause += "Retry-After" not in answer.headers
                return False
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError) as error:
        told.answers[type(error).__name__] += 1
        return False


async def filed(dsn: str, workspace_id: WorkspaceId) -> tuple[int, int]:
    """How many issues there are, and how many different things they are about."""
    conn = await asyncpg.connect(dsn)
    try:
        row = await conn.fetchrow(
            "SELECT count(*), count(DISTINCT title) FROM issues WHERE workspace_id = $1", workspace_id
        )
        return row[0], row[1]
    finally:
        await conn.close()
