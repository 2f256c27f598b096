"""An event that takes longer than Slack waits is done, whatever becomes of the process that was told of it."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import asyncpg
import pytest
from slack_bolt.response import BoltResponse

from bot.background import BackgroundTasks
from db.errors import Unavailable
from db.pool import Database
from handlers import reference, unfinished
from handlers.dedupe import Handled, Once
from handlers.jobs import Job
from handlers.services import Services
from handlers.unfinished import TRIES, Failing, Unfinished
from handlers.vault import Vault

BODY = {
    "type": "event_callback",
    "team_id": "T1",
    "event_id": "Ev1",
    "event": {"type": "message", "text": "it leaks \ud83d"},
}
DONE = BoltResponse(status=200)
FAILED = BoltResponse(status=500)


class _Line:
    """To the database; counts how often it is asked for, and can be cut."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.cut = False
        self.asked = 0

    def connection(self) -> Any:
        return self._open(self._database.connection)

    def transaction(self) -> Any:
        return self._open(self._database.transaction)

    @asynccontextmanager
    async def _open(self, way: Any) -> AsyncIterator[asyncpg.Connection]:
        self.asked += 1
        if self.cut:
            raise Unavailable
        async with way() as conn:
            yield conn


@dataclass
class _Bell:
    rung: int = 0

    def ring(self) -> None:
        self.rung += 1


@dataclass
class Desk:
    """Where events come in. `work` ends a listener that is at work, with what its failure is to be answered with."""

    line: _Line
    background: BackgroundTasks = field(default_factory=BackgroundTasks)
    bell: _Bell = field(default_factory=_Bell)
    answers: list[BoltResponse] = field(default_factory=list)
    dispatched: list[Mapping[str, Any]] = field(default_factory=list)
    lost: list[Mapping[str, Any]] = field(default_factory=list)
    handled: int = 0

    def __post_init__(self) -> None:
        parts: dict[str, Any] = {each.name: None for each in dataclasses.fields(Services) if each.init}
        parts |= {"database": self.line, "bell": self.bell, "background": self.background}
        parts |= {"vault": Vault(None, derived_from="a secret")}
        self.unfinished = Unfinished(Services(**parts), self._dispatch, lost=self._was_lost)
        self.once = Once(cast("Any", self.line), self.unfinished)
        self.work: asyncio.Future[BoltResponse | None] = asyncio.get_running_loop().create_future()

    async def _dispatch(self, body: Mapping[str, Any]) -> BoltResponse:
        self.dispatched.append(body)
        return self.answers.pop(0) if self.answers else DONE

    async def _was_lost(self, body: Mapping[str, Any]) -> None:
        self.lost.append(body)

    async def comes(self, *, slow: bool = True) -> BoltResponse:
        """Its listener is at work when it is answered, or through already."""

        async def handle() -> Handled:
            self.handled += 1
            return Handled(response=DONE, at_work=asyncio.create_task(self._listen()) if slow else None)

        return await self.once.handle(BODY, handle)

    async def comes_in_vain(self) -> None:
        """By when it is to be kept the database is away; it comes back."""

        async def handle() -> Handled:
            self.line.cut = True
            return Handled(response=DONE, at_work=asyncio.create_task(self._listen()))

        with pytest.raises(Unavailable):
            await self.once.handle(BODY, handle)
        self.line.cut = False

    async def _listen(self) -> BoltResponse | None:
        return await self.work

    async def through(self, answer: BoltResponse | None = None) -> None:
        self.work.set_result(answer)
        assert await self.background.drain(60) == 0


@pytest.fixture
async def desk(database: Database) -> Desk:
    return Desk(_Line(database))


async def the_job(conn: asyncpg.Connection, *, due: bool = False) -> Job:
    row = await conn.fetchrow(
        "SELECT id, payload FROM pgqueuer WHERE entrypoint = 'event' AND (execute_after <= now()) = $1", due
    )
    assert row is not None
    return Job(id=row["id"], payload=row["payload"], attempts=0)


async def jobs_left(conn: asyncpg.Connection) -> int:
    return int(await conn.fetchval("SELECT count(*) FROM pgqueuer"))


async def until_kept(conn: asyncpg.Connection) -> None:
    async with asyncio.timeout(30):
        while not await conn.fetchval("SELECT count(*) FROM pgqueuer WHERE execute_after > now()"):
            await asyncio.sleep(0.01)


async def test_an_event_that_is_quick_asks_for_no_more_than_to_be_handled_once(
    desk: Desk, conn: asyncpg.Connection
) -> None:
    assert (await desk.comes(slow=False)).status == 200
    assert desk.line.asked == 2
    assert await conn.fetchval("SELECT count(*) FROM pgqueuer_log") == 0


async def test_it_is_kept_before_it_is_answered_and_no_longer_than_it_takes(
    desk: Desk, conn: asyncpg.Connection
) -> None:
    assert (await desk.comes()).status == 200
    job = await the_job(conn)
    assert b"leaks" not in job.payload
    # What was taken on is not handled a second time, though it is not through.
    assert (await desk.comes()).status == 200
    await desk.through()
    assert await jobs_left(conn) == 0
    assert (await desk.comes()).status == 200
    assert desk.handled == 1


async def test_as_long_as_its_listener_is_at_work_nobody_else_takes_it_up(
    desk: Desk, conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfinished, "_BEAT", 0.01)
    await desk.comes()
    await conn.execute("UPDATE pgqueuer SET execute_after = now()")
    await until_kept(conn)
    await desk.through()


async def test_where_it_cannot_be_kept_slack_is_told_so_and_it_is_kept_as_soon_as_it_can(
    desk: Desk, conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfinished, "_BEAT", 0.01)
    await desk.comes_in_vain()
    await until_kept(conn)
    assert (await desk.comes()).status == 200
    assert desk.handled == 0
    await desk.through()
    assert await jobs_left(conn) == 0


async def test_what_was_never_kept_and_is_done_is_not_done_when_slack_tells_of_it_again(
    desk: Desk, conn: asyncpg.Connection
) -> None:
    await desk.comes_in_vain()
    await desk.through()
    assert (await desk.comes()).status == 200
    assert desk.handled == 0
    assert await jobs_left(conn) == 0


async def test_one_that_fails_late_is_tried_again_at_once(desk: Desk, conn: asyncpg.Connection) -> None:
    await desk.comes()
    await desk.through(FAILED)
    assert desk.bell.rung == 1
    await desk.unfinished.run(await the_job(conn, due=True))
    assert desk.dispatched == [BODY]


async def test_one_that_fails_often_is_given_up_and_says_by_which_reference(
    desk: Desk, conn: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    first = reference.begin()
    await desk.comes()
    await desk.through(FAILED)
    desk.answers = [FAILED] * TRIES
    for _ in range(TRIES - 1):
        with pytest.raises(Failing):
            await desk.unfinished.run(await the_job(conn, due=True))
    assert not desk.lost
    reference.begin()
    with caplog.at_level(logging.ERROR):
        await desk.unfinished.run(await the_job(conn, due=True))
    assert "given up" in caplog.text
    assert reference.current() == first
    assert desk.lost == [BODY]
    assert len(desk.dispatched) == TRIES


async def test_one_at_which_every_process_dies_is_given_up(desk: Desk, conn: asyncpg.Connection) -> None:
    await desk.comes()
    await desk.through(FAILED)
    job = await the_job(conn, due=True)
    payload = json.dumps({**json.loads(job.payload), "tries": TRIES}).encode()
    await desk.unfinished.run(dataclasses.replace(job, payload=payload))
    assert desk.lost == [BODY]
    assert not desk.dispatched


async def test_one_that_is_at_work_here_all_the_same_is_waited_for(
    desk: Desk, conn: asyncpg.Connection
) -> None:
    await desk.comes()
    taken_up = asyncio.create_task(desk.unfinished.run(await the_job(conn)))
    await desk.through()
    await taken_up
    assert not desk.dispatched


async def test_a_process_that_stops_hands_it_on_at_once(desk: Desk, conn: asyncpg.Connection) -> None:
    await desk.comes()
    assert await desk.background.drain(0) == 1
    assert desk.work.cancelled()
    await desk.unfinished.run(await the_job(conn, due=True))
    assert desk.dispatched == [BODY]


async def test_what_a_process_that_stops_could_not_keep_is_taken_when_slack_tells_of_it_again(
    desk: Desk, conn: asyncpg.Connection
) -> None:
    await desk.comes_in_vain()
    await desk.background.drain(0)
    assert await jobs_left(conn) == 0
    desk.work = asyncio.get_running_loop().create_future()
    assert (await desk.comes(slow=False)).status == 200
    assert desk.handled == 1


async def test_what_is_done_while_the_process_stops_is_not_done_again(
    desk: Desk, conn: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nearly_done() -> None:
        """Cannot be interrupted any more."""
        try:
            await desk.work
        except asyncio.CancelledError:
            return

    monkeypatch.setattr(desk, "_listen", nearly_done)
    await desk.comes()
    await desk.background.drain(0)
    assert await jobs_left(conn) == 0
