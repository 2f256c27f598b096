"""Whoever files an issue in one line is pointed to what may say the same: unless it costs others something."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from bot.background import BackgroundTasks
from db import documents
from db.issues import Issue
from db.pool import Database
from handlers import pointing
from handlers.acting import Place
from handlers.pointing import Pointing
from handlers.requesting import Asker
from handlers.rush import Rush
from tests.db.worlds import World, file, make_world

PLACE = Place(channel_id="C1", thread_ts="1.1")


class Desk:
    def __init__(self, database: Database, world: World) -> None:
        self.background, self.rush = BackgroundTasks(), Rush()
        services: Any = SimpleNamespace(database=database, background=self.background, rush=self.rush)
        self.pointing = Pointing(services)
        self.told: list[dict[str, Any]] = []
        asker: Any = SimpleNamespace(
            actor=world.ada, locale="en", slack_user_id="UADA", workspace=SimpleNamespace(key_prefix="LDG")
        )
        self.asker = cast("Asker", asker)

    async def chat_postEphemeral(self, **said: Any) -> None:  # noqa: N802
        self.told.append(said)

    async def filed(self, issue: Issue) -> list[str]:
        """The keys that whoever filed it is pointed to."""
        before = len(self.told)
        self.pointing.soon(self.asker, issue, PLACE, cast("Any", self))
        while self.background._timers:
            await asyncio.sleep(0)
        assert await self.background.drain(60) == 0
        return [
            block["text"]["text"].split("*")[1] for said in self.told[before:] for block in said["blocks"][1:]
        ]


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


@pytest.fixture
def desk(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(pointing, "EVERY", 0.0)
    monkeypatch.setattr(pointing, "AFTER", 0.0)
    return Desk(database, world)


async def make(conn: asyncpg.Connection, world: World, title: str) -> Issue:
    issue = await file(conn, world.ada, title)
    await documents.index_issues(conn, world.workspace_id, [issue.issue_id])
    return issue


async def test_up_to_three_that_say_the_same_and_not_itself(
    conn: asyncpg.Connection, world: World, desk: Desk
) -> None:
    for title in ("Dark mode", "Login page is slow", *["Login fails on Safari"] * 4):
        await make(conn, world, title)
    new = await make(conn, world, "Login fails in Safari")
    assert await desk.filed(new) == ["LDG-6", "LDG-5", "LDG-4"]
    (said,) = desk.told
    assert (said["user"], said["channel"], said["thread_ts"]) == ("UADA", "C1", "1.1")
    assert said["text"] == "LDG-7 may say the same as what is open already:"


async def test_what_merely_shares_a_topic_is_not_said_unasked(
    conn: asyncpg.Connection, world: World, desk: Desk
) -> None:
    await make(conn, world, "Login page is slow on Safari")
    assert await desk.filed(await make(conn, world, "Login fails on Safari")) == []


async def test_in_a_rush_nobody_looks(conn: asyncpg.Connection, world: World, desk: Desk) -> None:
    await make(conn, world, "Login fails on Safari")
    new = await make(conn, world, "Login fails on Safari")
    with desk.rush.answering(), desk.rush.answering(), desk.rush.answering(), desk.rush.answering():
        assert await desk.filed(new) == []
    desk.rush = Rush()
    assert desk.told == []


async def test_of_many_that_a_script_files_few_are_looked_for(
    conn: asyncpg.Connection, world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await make(conn, world, "Login fails on Safari")
    new = await make(conn, world, "Login fails on Safari")
    monkeypatch.setattr(pointing, "EVERY", 3600.0)
    assert await desk.filed(new) == ["LDG-1"]
    assert await desk.filed(new) == []


async def test_a_process_that_stops_does_not_wait_to_look(
    conn: asyncpg.Connection, world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pointing, "AFTER", 3600.0)
    new = await make(conn, world, "Login fails on Safari")
    desk.pointing.soon(desk.asker, new, PLACE, cast("Any", desk))
    assert await desk.background.drain(60) == 0
    assert not desk.background._timers
