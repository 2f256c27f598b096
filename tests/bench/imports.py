"""Importing: against psql loading the same rows into a bare table, in memory, and felt by people meanwhile."""

from __future__ import annotations

import asyncio
import csv
import os
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from statistics import quantiles
from typing import Any

import asyncpg
import psutil

from bot.embedded import EmbeddedPostgres
from bot.playground import LocalSlack
from bot.process import Options, running
from db import imports, people, workspaces
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.importing import finding
from db.importing.process import Source
from db.importing.running import Run
from db.migrate import migrate
from db.pool import Database, open_database
from db.states import Role
from db.workspaces import Workspace
from tests.bench.rows import Row
from tests.settings import settings_for

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
_PREVIEWED = 100_000_000
_SMALL = 1_000
_WORDS = (
    "login", "page", "fails", "crash", "slow", "export", "import", "button", "safari", "mobile", "sync", "cache",
    "token", "retry", "queue", "report",
)  # fmt: skip
_STATUSES = ("Open", "In Progress", "Done", "Closed", "Won't do")
_PRIORITIES = ("Urgent", "High", "Medium", "Low", "No priority")
_HEADER = (
    "title",
    "description",
    "status",
    "priority",
    "assignee",
    "reporter",
    "created",
    "updated",
    "labels",
)


async def rows(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lodge-bench-") as name:
        folder = Path(name)
        server = await asyncio.to_thread(EmbeddedPostgres, folder / "postgres")
        try:
            loaded = await _loading(server, folder, size)
            return [*loaded, await _preview(server, folder), *await _felt(server, folder, size)]
        finally:
            server.close()


def write_file(path: Path, count: int, *, at_least: int = 0, seed: int = 7) -> int:
    """`count` rows of eight columns and two labels, or more until the file has `at_least` bytes."""
    chance, base = random.Random(seed), datetime(2023, 1, 1)  # noqa: DTZ001 - written with a Z below
    labels = [f"label-{number}" for number in range(40)]
    number = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        write = csv.writer(file).writerow
        write(_HEADER)
        while number < count or file.tell() < at_least:
            for _ in range(1_000 if at_least else min(1_000, count - number)):
                created = base + timedelta(
                    seconds=number * 90_000_000 // max(count, 1_000_000) + chance.randrange(86_400)
                )
                updated = created + timedelta(seconds=chance.randrange(60 * 86_400))
                write(
                    (
                        f"{' '.join(chance.choices(_WORDS, k=6))} {number}",
                        " ".join(chance.choices(_WORDS, k=12)),
                        chance.choice(_STATUSES),
                        chance.choice(_PRIORITIES),
                        f"p{chance.randrange(50)}@example.com",
                        f"p{chance.randrange(50)}@example.com",
                        f"{created.isoformat()}Z",
                        f"{updated.isoformat()}Z",
                        ",".join(chance.sample(labels, 2)),
                    )
                )
                number += 1
    return number


def _source(path: Path) -> Source:
    async def stream() -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(1 << 18):
                yield chunk

    return stream


@asynccontextmanager
async def _desk(server: EmbeddedPostgres, name: str) -> AsyncIterator[tuple[Database, Workspace, Actor]]:
    root = await asyncpg.connect(server.dsn())
    await root.execute(f"CREATE DATABASE {name}")
    await root.close()
    conn = await asyncpg.connect(server.dsn(name))
    await migrate(conn)
    await conn.close()
    database = await open_database(server.dsn(name))
    async with database.transaction() as conn:
        workspace = await workspaces.ensure(conn, WorkspaceId("T0BENCH"), "bench")
        person = await people.ensure_slack(
            conn, workspace.workspace_id, SlackUserId("U1"), name="Bench", email="bench@example.com"
        )
    actor = Actor(workspace_id=workspace.workspace_id, person_id=person.person_id, role=Role.ADMIN)
    try:
        yield database, workspace, actor
    finally:
        await database.close()


async def _loading(server: EmbeddedPostgres, folder: Path, size: int) -> list[Row]:
    path = folder / "issues.csv"
    await asyncio.to_thread(write_file, path, size)
    async with _desk(server, "loading") as (database, workspace, actor):
        # What the process needs for any import at all does not count: the first one is small.
        await asyncio.to_thread(write_file, folder / "warm.csv", 100, seed=8)
        await _imported(database, workspace, actor, _source(folder / "warm.csv"), "F0")
        memory = _Memory()
        seconds = await _imported(database, workspace, actor, _source(path), "F1", memory=memory)
    floor = await _bare(server, "loading", folder / "bare.csv", size)
    return [
        Row(
            name=f"import of {size:,} rows, 2 labels each / psql \\copy of their columns into a bare table",
            value=seconds,
            floor=floor,
            goal=3,
            sense="<=",
            size=size,
            unit="s",
        ),
        Row(
            name="growth of resident memory by that import, reader included",
            value=memory.growth,
            floor=None,
            goal=100,
            sense="<=",
            size=size,
            unit="MB",
        ),
    ]


class _Memory:
    """The most that this process and its readers held at any moment, above what it held before."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self._before = self._process.memory_info().rss
        self._most = self._before

    def look(self) -> None:
        held = self._process.memory_info().rss
        for child in self._process.children():
            try:
                if "db.importing.child" in child.cmdline():
                    held += child.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        self._most = max(self._most, held)

    @property
    def growth(self) -> float:
        return (self._most - self._before) / 1e6


async def _imported(
    database: Database,
    workspace: Workspace,
    actor: Actor,
    source: Source,
    file_id: str,
    *,
    memory: _Memory | None = None,
) -> float:
    """Seconds from the button to the commit."""
    async with database.transaction() as conn:
        begun = await imports.begin(conn, actor, file_id=file_id)
    assert begun is not None
    found = await finding.survey(database, workspace, source)
    async with database.transaction() as conn:
        ready = await imports.surveyed(conn, begun, found.inspection, found.mapping, found.to_json())
        claimed = await imports.claim(conn, await imports.start(conn, actor, ready))
    assert claimed is not None

    async def show(progress: dict[str, Any]) -> None:
        if memory is not None:
            memory.look()

    began = time.perf_counter()
    run = Run(database=database, actor=actor, wanted=claimed, source=source, failed=None, show=show)
    ended = await run.to_the_end()
    seconds = time.perf_counter() - began
    assert ended.outcome is not None, ended
    assert ended.outcome["created"] == found.survey.rows, ended.outcome
    return seconds


async def _bare(server: EmbeddedPostgres, name: str, path: Path, size: int) -> float:
    """The same rows, as the import left them, into a table of the same columns and indexes and nothing else."""
    conn = await asyncpg.connect(server.dsn(name))
    await conn.execute(
        "CREATE TABLE bare (LIKE issues INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES)"
    )
    names = await conn.fetchval(
        """
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'issues'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped"""
    )
    rows = f"SELECT {names} FROM issues ORDER BY number DESC LIMIT {size}"
    await _psql(server, name, f"\\copy ({rows}) to '{path}' csv")
    await conn.execute("CHECKPOINT")
    began = time.perf_counter()
    await _psql(server, name, f"\\copy bare ({names}) from '{path}' csv")
    seconds = time.perf_counter() - began
    assert await conn.fetchval("SELECT count(*) FROM bare") == size
    await conn.execute("DROP TABLE bare")
    await conn.close()
    return seconds


async def _psql(server: EmbeddedPostgres, name: str, command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        str(server.binaries / "psql"), server.dsn(name), "-q", "-v", "ON_ERROR_STOP=1", "-c", command
    )
    assert await process.wait() == 0


async def _preview(server: EmbeddedPostgres, folder: Path) -> Row:
    path = folder / "large.csv"
    count = await asyncio.to_thread(write_file, path, 0, at_least=_PREVIEWED)
    async with _desk(server, "previewing") as (database, workspace, _):
        before = os.times()
        found = await finding.survey(database, workspace, _source(path))
        after = os.times()
    assert found.survey.rows == count
    path.unlink()
    return Row(
        name="work of previewing a 100 MB file, by this process and its reader",
        # Their processor time: what else the machine does is not part of it.
        value=sum(after[:4]) - sum(before[:4]),
        floor=None,
        goal=5,
        sense="<=",
        size=count,
        unit="s",
    )


async def _felt(server: EmbeddedPostgres, folder: Path, size: int) -> list[Row]:
    """By people: the wait for a small import, and for commands while a large one runs."""
    root = await asyncpg.connect(server.dsn())
    await root.execute("CREATE DATABASE felt")
    await root.close()
    conn = await asyncpg.connect(server.dsn("felt"))
    await migrate(conn)
    await conn.close()
    async with LocalSlack(manifest=MANIFEST, rate_limits="off") as slack:
        settings = settings_for(slack, server.dsn("felt"))
        async with running(settings, Options()) as process:
            slack.request_url = f"{process.url}/slack/events"
            small = await _small(slack, folder)
            idle, busy = await _commands(slack, folder, size)
            await slack.settled()
    return [
        Row(
            name="1,000 rows, from the button to the message that they are there",
            value=small,
            floor=None,
            goal=1,
            sense="<=",
            size=_SMALL,
            unit="s",
        ),
        Row(
            name=f"/issue new, p99 while {size:,} rows are imported / idle",
            value=busy,
            floor=idle,
            goal=3,
            sense="<=",
            size=size,
            unit="ms",
        ),
    ]


async def _press(slack: LocalSlack, path: Path, count: int) -> tuple[str, float]:
    """The thread of a file whose button was pressed, and when."""
    ada = slack.person("ada")
    ts = await ada.upload("general", path.name, path.read_bytes())
    preview = await ada.expect_message(
        "general", lambda message: f"{count:,} issues to import" in message["text"], thread_ts=ts, timeout=600
    )
    pressed = time.perf_counter()
    await ada.click("import_start", channel="general", ts=preview["ts"])
    return ts, pressed


async def _wait(slack: LocalSlack, ts: str, count: int) -> None:
    await slack.person("ada").expect_message(
        "general",
        lambda message: f"{count:,} issues imported" in message["text"],
        thread_ts=ts,
        timeout=1_200,
    )


async def _small(slack: LocalSlack, folder: Path) -> float:
    """The best of three: this is about the work, not about what else the machine does."""
    times = []
    for number in range(3):
        path = folder / f"small-{number}.csv"
        await asyncio.to_thread(write_file, path, _SMALL, seed=number)
        ts, pressed = await _press(slack, path, _SMALL)
        await _wait(slack, ts, _SMALL)
        times.append(time.perf_counter() - pressed)
    return min(times)


async def _commands(slack: LocalSlack, folder: Path, size: int) -> tuple[float, float]:
    """p99 in ms of one person's commands, idle and while `size` rows are imported."""
    grace = slack.person("grace")

    async def timed(number: int) -> float:
        began = time.perf_counter()
        await grace.slash("general", f"/issue new Felt {number}")
        return (time.perf_counter() - began) * 1000

    for number in range(50):
        await timed(number)
    idle = [await timed(number) for number in range(400)]
    path = folder / "felt.csv"
    await asyncio.to_thread(write_file, path, size)
    ts, _ = await _press(slack, path, size)
    done = asyncio.create_task(_wait(slack, ts, size))
    busy: list[float] = []
    while not done.done():
        busy.append(await timed(len(busy)))
        await asyncio.sleep(0.01)
    await done
    return quantiles(idle, n=100)[98], quantiles(busy, n=100)[98]
