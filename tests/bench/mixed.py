"""What people do all day, mixed, 16 at once on many issues, against a bare Bolt app that only acks the same."""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

import asyncpg

from bot.embedded import EmbeddedPostgres
from db import housekeeping
from tests.bench import databases
from tests.bench.commands import served
from tests.bench.load import CHANNEL, TEAM, USER, Result, command, run, signed, trigger_id
from tests.bench.rows import Row

AT_ONCE = 16
ROUNDS = 4
NUMBER = 1_600
# And once so many, for as long as nobody works: nothing that follows from changes can be put off until it is over.
ON_END = 12_800
WARM = 800
PREFIX = "LDG"
# Seconds that what follows from the first changes may take, before anything is measured.
SETTLE = 120
_FOLLOWING = ["announce", "index", "rollups", "rollups_backlog"]
# Of a hundred: reading more than writing, as everywhere.
KINDS = {
    "new": 15,
    "show": 25,
    "list": 10,
    "search": 5,
    "assign": 10,
    "comment": 10,
    "close": 5,
    "press": 10,
    "submission": 10,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Asks for what a person asks for, about issues there are."""

    team: str
    prefix: str
    numbers: Sequence[int]
    ids: Sequence[str]
    words: Sequence[str]
    response_url: str
    chance: random.Random

    @classmethod
    def nobody(cls) -> People:
        """Asks in a workspace that there is not."""
        return cls(
            team=TEAM,
            prefix=PREFIX,
            numbers=[1],
            ids=[str(UUID(int=1))],
            words=["checkout"],
            response_url="http://127.0.0.1:9/commands",
            chance=random.Random(11),
        )

    def requests(self, number: int) -> list[bytes]:
        kinds = self.chance.choices(list(KINDS), weights=list(KINDS.values()), k=number)
        return [self.request(kind) for kind in kinds]

    def request(self, kind: str) -> bytes:
        match kind:
            case "press":
                return self._press()
            case "submission":
                return self._submission()
            case _:
                text = self._text(kind)
                return command(text, team=self.team, response_url=self.response_url)

    def _text(self, kind: str) -> str:
        key = f"{self.prefix}-{self.chance.choice(self.numbers)}"
        word = self.chance.choice(self.words)
        return {
            "new": f"new Login fails on {word} {self.chance.randrange(10_000)}",
            "show": key,
            "list": self.chance.choice(["list mine", "list status:open priority:high", "list sort:updated"]),
            "search": f"search {word}",
            "assign": f"assign {key} me",
            "comment": f"comment {key} I saw it too, with {word}",
            "close": f"close {key}",
        }[kind]

    def _press(self) -> bytes:
        action = {
            "action_id": "issue_start",
            "block_id": "row",
            "type": "button",
            "value": self.chance.choice(self.ids),
            "action_ts": "1",
        }
        return self._payload(
            {
                "type": "block_actions",
                "actions": [action],
                "container": {"type": "message", "message_ts": "1.1", "channel_id": CHANNEL},
                "channel": {"id": CHANNEL, "name": "general"},
                "message": {"type": "message", "ts": "1.1", "text": "card"},
            }
        )

    def _submission(self) -> bytes:
        number, _ = trigger_id()
        said = {"type": "text", "text": f"as seen {number} times"}
        section = {"type": "rich_text_section", "elements": [said]}
        value = {
            "type": "rich_text_input",
            "rich_text_value": {"type": "rich_text", "elements": [section]},
        }
        metadata = {"i": self.chance.choice(self.ids), "c": CHANNEL, "r": f"{self.response_url}/{number}"}
        view = {
            "id": f"V{number}",
            "type": "modal",
            "callback_id": "issue_comment_form",
            "hash": str(number),
            "private_metadata": json.dumps(metadata),
            "state": {"values": {"comment": {"comment": value}}},
        }
        return self._payload({"type": "view_submission", "view": view})

    def _payload(self, body: dict[str, object]) -> bytes:
        number, trigger = trigger_id()
        body |= {
            "team": {"id": self.team, "domain": "bench"},
            "user": {"id": USER, "name": "bench", "team_id": self.team},
            "api_app_id": "A0BENCH",
            "trigger_id": trigger,
            "response_url": f"{self.response_url}/{number}",
            "is_enterprise_install": False,
        }
        return signed(urlencode({"payload": json.dumps(body)}).encode())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The whole bot, on a copy of the filled database, and the bare app."""

    dsn: str
    ours: int
    bare: int
    people: People


@asynccontextmanager
async def stage(size: int) -> AsyncIterator[Stage]:
    with databases.server() as running:
        async with AsyncExitStack() as stack:
            _, contents = await stack.enter_async_context(databases.filled(running, size))
            dsn = await stack.enter_async_context(copied(running, size, f"lodge_mixed_{size}"))
            team = contents.largest.workspace_id
            slack = await stack.enter_async_context(served("tests.bench.bare_slack"))
            address = f"http://127.0.0.1:{slack.port}"
            environment = {"DATABASE_URL": dsn, "BENCH_WORKSPACE": team, "BENCH_SLACK": f"{address}/api/"}
            ours = await stack.enter_async_context(served("tests.bench.whole_bot", **environment))
            bare = await stack.enter_async_context(served("tests.bench.bare_bolt"))
            yield Stage(
                dsn=dsn,
                ours=ours.port,
                bare=bare.port,
                people=await people_of(dsn, team, f"{address}/commands"),
            )


@asynccontextmanager
async def copied(running: EmbeddedPostgres, size: int, name: str) -> AsyncIterator[str]:
    """The filled database is kept for others; this one is written to, and dropped."""
    admin = await asyncpg.connect(running.dsn())
    await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE lodge_{size} STRATEGY file_copy")
    try:
        yield running.dsn(name)
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await admin.close()


async def people_of(dsn: str, team: str, response_url: str) -> People:
    conn = await asyncpg.connect(dsn)
    prefix = await conn.fetchval("SELECT key_prefix FROM workspaces WHERE workspace_id = $1", team)
    issues = await conn.fetch(
        "SELECT issue_id, number FROM issues WHERE workspace_id = $1 AND deleted_at IS NULL"
        " ORDER BY md5(number::text) LIMIT 20000",
        team,
    )
    await conn.close()
    return People(
        team=team,
        prefix=prefix,
        numbers=[row["number"] for row in issues],
        ids=[str(row["issue_id"]) for row in issues],
        words=["checkout", "safari", "invoice", "timeout", "search", "export"],
        response_url=response_url,
        chance=random.Random(11),
    )


async def settled(dsn: str) -> None:
    """Until what follows from the changes is done. The very first makes the worker count the whole workspace for
    reports, once; that is not everyday work."""
    conn = await asyncpg.connect(dsn)
    quiet, until = 0, time.monotonic() + SETTLE
    while quiet < 4 and time.monotonic() < until:
        await asyncio.sleep(0.5)
        under_way = await conn.fetchval(
            "SELECT EXISTS (SELECT FROM pgqueuer WHERE entrypoint = ANY ($1))", _FOLLOWING
        )
        quiet = 0 if under_way else quiet + 1
    await conn.close()


async def analyzed(dsn: str) -> None:
    """As the worker does within seconds: the numbers of reports have just been counted for the first time."""
    conn = await asyncpg.connect(dsn)
    await housekeeping.analyze_young(conn)
    await conn.close()


async def rows(size: int) -> list[Row]:
    async with stage(size) as scene:
        for port in (scene.bare, scene.ours):
            await run(port, scene.people.requests(WARM), AT_ONCE)
        await settled(scene.dsn)
        await analyzed(scene.dsn)
        waves = await _compared(scene, [NUMBER] * ROUNDS)
        on_end = await _compared(scene, [ON_END])
    return [
        *(_row(*waves, percent, goal, size, "") for percent, goal in ((50, 1.0), (99, 2.0))),
        *(
            _row(*on_end, percent, goal, size, f", {ON_END:,} on end")
            for percent, goal in ((50, 1.0), (99, 2.0))
        ),
    ]


async def _compared(scene: Stage, numbers: Sequence[int]) -> tuple[Result, Result]:
    """The bot and the bare app take turns."""
    ours, bare = Result(), Result()
    for number in numbers:
        bare.add(await run(scene.bare, scene.people.requests(number), AT_ONCE))
        ours.add(await run(scene.ours, scene.people.requests(number), AT_ONCE))
        # What is still to follow would slow the other.
        await settled(scene.dsn)
    return ours, bare


def _row(ours: Result, bare: Result, percent: int, goal: float, size: int, how: str) -> Row:
    return Row(
        name=f"ack of mixed commands, {AT_ONCE} at once{how}, p{percent}",
        value=ours.percentile(percent) * 1000,
        floor=bare.percentile(percent) * 1000,
        goal=goal,
        sense="<=",
        unit="ms",
        size=size,
    )
