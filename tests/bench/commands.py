"""Signed `/issue new` commands through the whole bot, against a bare Bolt app that only acks."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from bot.embedded import EmbeddedPostgres
from tests.bench.load import Result, command, run
from tests.bench.rows import Row

# At once: requests a round. Rounds of both take turns, so that what else the machine does hits both.
ROUNDS = 3
WARM = 20
_PLAN = {1: 200, 16: 2000, 64: 4000}
_MEMORY_MAX = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    port: int
    pid: int
    process: asyncio.subprocess.Process

    async def ask(self, question: str) -> str:
        """A line to it, and the line it answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{question}\n".encode())
        return (await self.process.stdout.readline()).decode().strip()


@asynccontextmanager
async def served(module: str, **environment: str) -> AsyncIterator[Served]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **environment},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = await process.stdout.readline()
        assert line, f"{module} did not start"
        yield Served(port=int(line), pid=process.pid, process=process)
    finally:
        process.stdin.close()
        await process.wait()


async def rows(size: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="lodge-bench-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres")
        try:
            async with (
                served("tests.bench.whole_bot", DATABASE_URL=server.dsn()) as ours,
                served("tests.bench.bare_bolt") as bare,
            ):
                memory = _memory(ours.pid)
                compared = await _compare(ours.port, bare.port)
                await _all_filed(server.dsn())
                return [*compared, memory]
        finally:
            server.close()


async def _compare(ours: int, bare: int) -> list[Row]:
    found = []
    for at_once, number in _PLAN.items():
        ours_all, bare_all = Result(), Result()
        for port in (ours, bare):
            await run(port, _requests(at_once * WARM), at_once)
        for _ in range(ROUNDS):
            bare_all.add(await run(bare, _requests(number), at_once))
            ours_all.add(await run(ours, _requests(number), at_once))
        found.append(_row(at_once, ours_all, bare_all))
    return found


async def _all_filed(dsn: str) -> None:
    """Fast answers count only when each of them filed an issue."""
    conn = await asyncpg.connect(dsn)
    filed = await conn.fetchval("SELECT count(*) FROM issues")
    await conn.close()
    asked = sum(at_once * WARM + number * ROUNDS for at_once, number in _PLAN.items())
    assert filed == asked, f"{asked} commands filed {filed} issues"


def _requests(number: int) -> list[bytes]:
    return [command(f"new Login fails on Safari {index}") for index in range(number)]


def _row(at_once: int, ours: Result, bare: Result) -> Row:
    if at_once < 64:
        return Row(
            name=f"/issue new, {at_once} at once, p50",
            value=ours.percentile(50) * 1000,
            floor=bare.percentile(50) * 1000,
            goal=0.6,
            sense="<=",
            unit="ms",
        )
    return Row(
        name=f"/issue new, {at_once} at once, commands a second",
        value=ours.per_second,
        floor=bare.per_second,
        goal=0.3,
        sense=">=",
        unit="/s",
    )


def _memory(pid: int) -> Row:
    resident = psutil.Process(pid).memory_info().rss / 1024 / 1024
    return Row(
        name="resident memory, idle", value=resident, floor=None, goal=_MEMORY_MAX, sense="<=", unit="MB"
    )
