"""Whoever installs the app may give the command another name: what Lodge says calls it so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.background import BackgroundTasks
from db import workspaces
from db.errors import Unavailable
from db.ids import WorkspaceId
from db.pool import Database
from db.saved_queries import SavedQuery
from handlers.calling import Calling
from handlers.requesting import Directory, Requesting
from handlers.views import saved
from handlers.words import COMMAND, LOCALES, call_command, words


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    call_command(COMMAND)


async def ask(command: str) -> None:
    """Slack tells of a command."""

    async def listener() -> BoltResponse:
        return BoltResponse(status=200, body="")

    request = AsyncBoltRequest(mode="socket_mode", body={"command": command, "text": "help"})
    answer = BoltResponse(status=404, body="")
    requesting = Requesting(cast("Directory", None))
    answer = await requesting.async_process(req=request, resp=answer, next=listener)
    assert answer.status == 200


@pytest.mark.parametrize("locale", LOCALES)
async def test_from_the_first_command_on_it_is_called_as_slack_calls_it(locale: str) -> None:
    assert "`/issue saved`" in words(locale)("query-saved-help")
    await ask("/ticket")
    assert words(locale).command == "/ticket"
    assert "`/ticket saved`" in words(locale)("query-saved-help")
    at = datetime(2026, 3, 2, tzinfo=UTC)
    mine = SavedQuery(saved_query_id=UUID(int=1), owner_id=None, name="Bugs", text="label:bug", created_at=at)
    assert "`/ticket list Bugs`" in saved.kept(mine, words(locale)).text


async def test_what_is_no_name_of_a_command_is_not_said() -> None:
    await ask("/<!channel>")
    assert words("en").command == COMMAND


async def test_the_name_is_known_again_before_anybody_uses_it(database: Database) -> None:
    async with database.connection() as conn:
        for team in ("T1", "T2"):
            await workspaces.ensure(conn, WorkspaceId(team))
    background = BackgroundTasks()
    calling = Calling(database, background)
    await calling.recall()
    assert words("en").command == COMMAND
    for name in (COMMAND, "/ticket", "/ticket", "/<!channel>"):
        calling.heard(name)
    assert len(background) == 1
    assert await background.drain(60) == 0
    call_command(COMMAND)
    again = Calling(database, background)
    await again.recall()
    assert words("en").command == "/ticket"
    again.heard("/ticket")
    assert len(background) == 0
    again.heard(COMMAND)
    assert await background.drain(60) == 0
    call_command("/ticket")
    await Calling(database, background).recall()
    assert words("en").command == COMMAND


async def test_what_could_not_be_kept_is_kept_with_the_next_use(database: Database) -> None:
    async with database.connection() as conn:
        await workspaces.ensure(conn, WorkspaceId("T1"))
    background, away = BackgroundTasks(), _Away()
    calling = Calling(cast("Database", away), background)
    calling.heard("/ticket")
    assert await background.drain(60) == 0
    away.back = database
    calling.heard("/ticket")
    assert await background.drain(60) == 0
    async with database.connection() as conn:
        assert await workspaces.command(conn) == "/ticket"


class _Away:
    """A database, once it is `back`."""

    back: Database | None = None

    def connection(self) -> Any:
        if self.back is None:
            raise Unavailable
        return self.back.connection()
