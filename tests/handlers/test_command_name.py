"""Whoever installs the app may give the command another name: what Lodge says calls it so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from db.saved_queries import SavedQuery
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
