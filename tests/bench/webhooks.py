"""Webhook deliveries taken in a minute in which the database dies; and what it costs to check a token."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import asyncpg

from db import tokens, workspaces
from db.access import Actor
from db.ids import WorkspaceId
from db.pool import open_database
from db.states import Role, Source
from handlers.api.secrets import TokenChecker, make_secret
from handlers.vault import Vault
from tests.bench.commands import served
from tests.bench.load import SECRET
from tests.bench.rows import Row
from tests.faults.senders import deliver, filed, make_hook
from tests.faults.whole import Server

DELIVERIES = 5_000
AT_ONCE = 16
CHECKS = 20_000
PLACE = WorkspaceId("T0SENDERS")


async def rows(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lodge-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder))
        try:
            return [*await _deliveries(server), await _token(server.dsn)]
        finally:
            server.close()


async def _deliveries(server: Server) -> list[Row]:
    async with served("tests.bench.whole_bot", DATABASE_URL=server.dsn) as ours:
        to = await make_hook(server.dsn, PLACE, Vault(None, derived_from=SECRET))
        url = f"http://127.0.0.1:{ours.port}"
        told = await deliver(url, to, DELIVERIES, at_once=AT_ONCE, killed_midway=server)
    there, different = await filed(server.dsn, PLACE)
    return [
        Row(
            name="webhook deliveries taken a minute, the database killed midway",
            value=DELIVERIES / told.seconds * 60,
            floor=None,
            goal=5_000,
            sense=">=",
            unit="/min",
        ),
        Row(
            name="of these lost, doubled, or refused without Retry-After",
            value=abs(DELIVERIES - different) + abs(there - different) + told.without_pause,
            floor=None,
            goal=0,
            sense="<=",
        ),
    ]


async def _token(dsn: str) -> Row:
    secret = make_secret()
    conn = await asyncpg.connect(dsn)
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=str, decoder=lambda text: {})
    await workspaces.ensure(conn, PLACE, "Senders")
    actor = Actor(workspace_id=PLACE, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    await tokens.create(
        conn,
        actor,
        token_id=secret.token_id,
        name="bench",
        role=Role.MEMBER,
        secret_hash=secret.secret_hash,
    )
    await conn.close()
    database = await open_database(dsn, min_size=1, max_size=1)
    checker = TokenChecker(database, keep=600)
    await checker.check(secret.text, "127.0.0.1")
    began = time.perf_counter()
    for _ in range(CHECKS):
        await checker.check(secret.text, "127.0.0.1")
    spent = time.perf_counter() - began
    checker.close()
    await database.close()
    return Row(
        name="checking a token that was checked before",
        value=spent / CHECKS * 1e6,
        floor=None,
        goal=50,
        sense="<=",
        unit="us",
    )
