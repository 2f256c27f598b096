"""The JSON API of the whole bot against a minimal FastAPI service that does the bare statement for the same.

Both run in processes of their own on one database, and take turns; so does the client.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from bot.embedded import EmbeddedPostgres
from db import tokens
from db.access import Actor
from db.ids import WorkspaceId
from db.states import Role, Source
from handlers.api.secrets import make_secret
from tests.bench import databases
from tests.bench.calls import Called, request, send
from tests.bench.commands import Served, served
from tests.bench.rows import Row

AT_ONCE = 16
ROUNDS = 5
WARM = 200
PAGES = 20
# What is written has consequences, which go on for a while: reading is measured before.
GOALS = {"get": 1.5, "list": 1.5, "patch": 1.0, "create": 1.0}
NUMBER = {"create": 1_500, "get": 4_000, "list": 1_000, "patch": 1_500}


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two services, and what it is asked."""

    at: Served
    base: str
    token: str | None
    issues: list[str]
    people: list[str]
    cursors: list[str] = field(default_factory=list)

    def asked(self, what: str, chance: random.Random, number: int) -> list[bytes]:
        made: Callable[[random.Random, int], bytes] = getattr(self, f"_{what}")
        return [made(chance, index) for index in range(number)]

    def _create(self, chance: random.Random, index: int) -> bytes:
        body = {
            "title": f"Login fails on Safari {index}",
            "description": "Since the last release, the form comes back empty. " * 4,
            "priority": chance.choice(["high", "low", None]),
            "assignee_id": chance.choice(self.people),
            "reporter_id": chance.choice(self.people),
        }
        return request("POST", f"{self.base}/issues", token=self.token, body=body)

    def _get(self, chance: random.Random, index: int) -> bytes:
        return request("GET", f"{self.base}/issues/{chance.choice(self.issues)}", token=self.token)

    def _list(self, chance: random.Random, index: int) -> bytes:
        return request("GET", self.page(chance.choice(self.cursors)), token=self.token)

    def _patch(self, chance: random.Random, index: int) -> bytes:
        body = {"title": f"Login fails {chance.random()}", "priority": chance.choice(["high", "low"])}
        return request(
            "PATCH", f"{self.base}/issues/{chance.choice(self.issues)}", token=self.token, body=body
        )

    def page(self, cursor: str) -> str:
        # The bare one lists open issues and nothing else.
        query = "q=status%3Aopen,in_progress&" if self.token else ""
        return f"{self.base}/issues?{query}limit=50" + (f"&cursor={cursor}" if cursor else "")


async def rows(size: int) -> list[Row]:
    with databases.server() as running, tempfile.TemporaryDirectory(prefix="lodge-bench-") as folder:
        async with databases.filled(running, size) as (_, contents), _copied(running, size) as dsn:
            workspace_id = contents.largest.workspace_id
            token, issues, people = await _prepared(dsn, workspace_id)
            environment = {"DATABASE_URL": dsn, "BENCH_WORKSPACE": workspace_id}
            async with (
                served("tests.bench.whole_bot", **environment) as our_server,
                served("tests.bench.bare_api", **environment) as bare_server,
            ):
                ours = Side(at=our_server, base="/api/v1", token=token, issues=issues, people=people)
                bare = Side(at=bare_server, base="", token=None, issues=issues, people=people)
                for side in (ours, bare):
                    await _walk(side)
                await _same_answers(ours, bare)
                found = []
                for what in GOALS:
                    found += await _measured(what, ours, bare, size, Path(folder))
                return found


@asynccontextmanager
async def _copied(running: EmbeddedPostgres, size: int) -> AsyncIterator[str]:
    """The filled database is kept for others; this one is written to, and dropped."""
    admin = await asyncpg.connect(running.dsn())
    name = f"lodge_api_{size}"
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE lodge_{size} STRATEGY file_copy")
    try:
        yield running.dsn(name)
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()


async def _prepared(dsn: str, workspace_id: WorkspaceId) -> tuple[str, list[str], list[str]]:
    """A token, and some issues and people of the workspace."""
    secret = make_secret()
    conn = await asyncpg.connect(dsn)
    actor = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    await tokens.create(
        conn,
        actor,
        token_id=secret.token_id,
        name="bench",
        role=Role.ADMIN,
        secret_hash=secret.secret_hash,
    )
    issues = await conn.fetch(
        "SELECT issue_id FROM issues WHERE workspace_id = $1 AND deleted_at IS NULL ORDER BY issue_id LIMIT 20000",
        workspace_id,
    )
    people = await conn.fetch(
        "SELECT person_id FROM people WHERE workspace_id = $1 AND active AND merged_into IS NULL LIMIT 100",
        workspace_id,
    )
    await conn.close()
    return secret.text, [str(row[0]) for row in issues], [str(row[0]) for row in people]


async def _ask(side: Side, path: str) -> tuple[dict[str, Any], int]:
    headers = {"Authorization": f"Bearer {side.token}", "Accept-Encoding": "identity"}
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{side.at.port}{path}", headers=headers) as answer,
    ):
        raw = await answer.read()
        assert answer.status == 200, raw
        return dict(json.loads(raw)), len(raw)


async def _walk(side: Side) -> None:
    """Learns the cursors of the first pages."""
    cursor = ""
    for _ in range(PAGES):
        page, _ = await _ask(side, side.page(cursor))
        cursor = page["next_cursor"].replace("+", "%2B")
        side.cursors.append(cursor)


async def _same_answers(ours: Side, bare: Side) -> None:
    """Fast answers count only when they say the same."""
    for path in (f"/issues/{ours.issues[7]}", None):
        mine, _ = await _ask(ours, ours.base + path if path else ours.page(ours.cursors[3]))
        theirs, _ = await _ask(bare, bare.base + path if path else bare.page(bare.cursors[3]))
        for left, right in zip(mine.get("items", [mine]), theirs.get("items", [theirs]), strict=True):
            assert left.keys() >= right.keys(), left.keys() ^ right.keys()
            for name in ("id", "title", "description", "status", "priority", "labels", "version"):
                assert left[name] == right[name], (name, left[name], right[name])


async def _measured(what: str, ours: Side, bare: Side, size: int, folder: Path) -> list[Row]:
    chance = random.Random(11)
    called = {"ours": Called(), "bare": Called()}
    for side in (ours, bare):
        await send(side.at.port, side.at.pid, side.asked(what, chance, WARM), AT_ONCE, folder)
    for _ in range(ROUNDS):
        for name, side in (("bare", bare), ("ours", ours)):
            requests = side.asked(what, chance, NUMBER[what])
            called[name].add(await send(side.at.port, side.at.pid, requests, AT_ONCE, folder))
    mine, theirs = called["ours"], called["bare"]
    return [
        Row(
            name=f"API {what}, {AT_ONCE} at once, requests a second",
            value=mine.per_second,
            floor=theirs.per_second,
            goal=GOALS[what],
            sense=">=",
            size=size,
            unit="/s",
        ),
        Row(
            name=f"API {what}, requests a second of the server's CPU",
            value=mine.per_busy_second,
            floor=theirs.per_busy_second,
            goal=GOALS[what],
            sense=">=",
            size=size,
            unit="/s",
        ),
    ]
