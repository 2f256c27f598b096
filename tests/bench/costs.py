"""What each kind of request costs: milliseconds of processor time in the bot and in PostgreSQL, and statements.

`SIZE=100000 python -m tests.bench.costs [kind ...]`. Processor time, unlike time, can be compared on a machine that is
busy with other things. What follows from a change, in the worker, is measured beside what the request itself takes.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import psutil
import uvloop

from tests.bench import databases
from tests.bench.__main__ import aligned
from tests.bench.commands import Served, served
from tests.bench.load import run
from tests.bench.mixed import KINDS, People, copied, people_of, settled

AT_ONCE = int(os.environ.get("AT_ONCE", "16"))
REQUESTS = int(os.environ.get("REQUESTS", "500"))
WARM = 160
COUNTED = 64
# Seconds of doing nothing that tell what doing nothing costs.
IDLE = 5.0
_CHANGING = frozenset({"new", "assign", "comment", "close", "press", "submission"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Milliseconds of processor time."""

    bot: float
    postgres: float

    def __sub__(self, other: Spent) -> Spent:
        return Spent(bot=self.bot - other.bot, postgres=self.postgres - other.postgres)

    def each(self, number: int) -> Spent:
        return Spent(bot=self.bot / number, postgres=self.postgres / number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one request. `after`: of what the worker does about it."""

    kind: str
    request: Spent
    statements: float
    after: Spent | None = None

    def line(self, bare: float) -> tuple[str, ...]:
        after = ("", "") if self.after is None else (f"{self.after.bot:.2f}", f"{self.after.postgres:.2f}")
        spent = (f"{self.request.bot:.2f}", f"{self.request.postgres:.2f}")
        return (self.kind, f"{bare:.2f}", *spent, f"{self.statements:.2f}", *after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    bot: Served
    database: str
    dsn: str
    people: People

    def spent(self) -> Spent:
        """So far. Of PostgreSQL, what serves the connections to this database."""
        title = f" {self.database} "
        backends = [
            process
            for process in psutil.process_iter(["cmdline", "cpu_times"])
            if title in " ".join(process.info["cmdline"] or ())
        ]
        return Spent(
            bot=_milliseconds(psutil.Process(self.bot.pid).cpu_times()),
            postgres=sum(_milliseconds(process.info["cpu_times"]) for process in backends),
        )

    async def quiet(self) -> None:
        """Answers that go by another way than the acknowledgement are on their way still when that is there."""
        before = self.spent()
        while True:
            await asyncio.sleep(0.25)
            now = self.spent()
            if now.bot - before.bot < 20 and now.postgres - before.postgres < 20:
                return
            before = now


def _milliseconds(times: object) -> float:
    return (getattr(times, "user", 0.0) + getattr(times, "system", 0.0)) * 1000


@asynccontextmanager
async def scenes(size: int, **environment: str) -> AsyncIterator[Scene]:
    async with AsyncExitStack() as stack:
        running = stack.enter_context(databases.server())
        _, contents = await stack.enter_async_context(databases.filled(running, size))
        name = f"lodge_costs_{size}"
        dsn = await stack.enter_async_context(copied(running, size, name))
        team = contents.largest.workspace_id
        slack = await stack.enter_async_context(served("tests.bench.bare_slack"))
        address = f"http://127.0.0.1:{slack.port}"
        environment |= {"DATABASE_URL": dsn, "BENCH_WORKSPACE": team, "BENCH_SLACK": f"{address}/api/"}
        bot = await stack.enter_async_context(served("tests.bench.whole_bot", **environment))
        people = await people_of(dsn, team, f"{address}/commands")
        yield Scene(bot=bot, database=name, dsn=dsn, people=people)


async def _ask(scene: Scene, kind: str, number: int) -> Spent:
    requests = [scene.people.request(kind) for _ in range(number)]
    before = scene.spent()
    await run(scene.bot.port, requests, AT_ONCE)
    await scene.quiet()
    return (scene.spent() - before).each(number)


async def answering(size: int, kinds: Sequence[str]) -> dict[str, Spent]:
    """What a request takes by itself: no worker runs."""
    async with scenes(size, BENCH_WORK="0") as scene:
        found = {}
        for kind in kinds:
            await _ask(scene, kind, WARM)
            found[kind] = await _ask(scene, kind, REQUESTS)
        return found


async def statements(size: int, kinds: Sequence[str]) -> dict[str, float]:
    async with scenes(size, BENCH_WORK="0", BENCH_COUNT="1") as scene:
        found = {}
        for kind in kinds:
            await _ask(scene, kind, WARM)
            before = int(await scene.bot.ask("statements"))
            await _ask(scene, kind, COUNTED)
            found[kind] = (int(await scene.bot.ask("statements")) - before) / COUNTED
        return found


async def with_worker(size: int, kinds: Sequence[str]) -> tuple[Spent, dict[str, Spent]]:
    """What a second of nothing to do takes, and each request with all that follows from it."""
    async with scenes(size) as scene:
        found = {}
        for kind in kinds:
            await _ask(scene, kind, WARM)
            await settled(scene.dsn)
            before = scene.spent()
            await _ask(scene, kind, REQUESTS)
            await settled(scene.dsn)
            found[kind] = (scene.spent() - before).each(REQUESTS)
        before = scene.spent()
        await asyncio.sleep(IDLE)
        return Spent(
            bot=(scene.spent().bot - before.bot) / IDLE,
            postgres=(scene.spent().postgres - before.postgres) / IDLE,
        ), found


async def bare(kinds: Sequence[str]) -> dict[str, float]:
    """The bare Bolt app, that only acknowledges: milliseconds of processor time."""
    people = People.nobody()
    async with served("tests.bench.bare_bolt") as app:
        found = {}
        for kind in kinds:
            await run(app.port, [people.request(kind) for _ in range(WARM)], AT_ONCE)
            requests = [people.request(kind) for _ in range(REQUESTS)]
            before = _milliseconds(psutil.Process(app.pid).cpu_times())
            await run(app.port, requests, AT_ONCE)
            found[kind] = (_milliseconds(psutil.Process(app.pid).cpu_times()) - before) / REQUESTS
        return found


async def measure(size: int, kinds: Sequence[str]) -> None:
    floor = await bare(kinds)
    alone = await answering(size, kinds)
    counted = await statements(size, kinds)
    idle, whole = await with_worker(size, [kind for kind in kinds if kind in _CHANGING])
    costs = [
        Cost(
            kind=kind,
            request=alone[kind],
            statements=counted[kind],
            after=whole[kind] - alone[kind] if kind in whole else None,
        )
        for kind in kinds
    ]
    head = ("kind", "bare", "bot", "postgres", "statements", "after: bot", "after: postgres")
    print(aligned([head, *(cost.line(floor[cost.kind]) for cost in costs)]))
    print(
        f"ms a request, {AT_ONCE} at once, {size:,} issues; idle: {idle.bot:.1f} + {idle.postgres:.1f} ms/s"
    )


if __name__ == "__main__":
    chosen = sys.argv[1:] or list(KINDS)
    uvloop.run(measure(int(os.environ.get("SIZE", "100000")), chosen))
