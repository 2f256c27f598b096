"""The whole bot on a database of its own, in a local Slack, with people who use it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.background import BackgroundTasks
from bot.playground import LocalSlack, Person
from bot.playground.activity import PATIENCE
from bot.process import Options, Process, running
from tests.scenarios import listeners
from tests.scenarios.redelivery import nothing_happens_again
from tests.settings import settings_for

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
Json = dict[str, Any]
# Seconds.
_HELD_UP = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lodge:
    """`slack` delivers to the bot whose `process` runs here."""

    slack: LocalSlack
    process: Process

    def person(self, name: str) -> Person:
        return self.slack.person(name)

    async def ask(self, name: str, text: str, channel: str = "general") -> Json:
        """What `name` is answered for `/issue text`: the newest message only they see."""
        person = self.person(name)
        before = [message["ts"] for message in person.ephemerals(channel)]
        await person.slash(channel, f"/issue {text}".strip())
        await self.settled()
        assert not person.notices(), person.notices()
        return await person.expect_message(
            channel, lambda message: message.get("is_ephemeral") and message["ts"] not in before
        )

    async def settled(self) -> None:
        """Slack has nothing under way, and the bot has done what it acknowledged first and did then.

        Where a test itself holds the bot up, it is not waited for.
        """
        background = self.process.services.background
        assert isinstance(background, BackgroundTasks)
        await self.slack.settled()
        until = time.monotonic() + _HELD_UP
        while len(background) and time.monotonic() < until:
            await asyncio.sleep(0.01)
            await self.slack.settled()

    async def worked_out(self) -> None:
        """Until it is known what follows from all that was changed; what is to be sent of it may still wait."""
        self.process.services.bell.ring()
        await self._left_nothing("SELECT count(*) FROM pending_changes")

    async def indexed(self) -> None:
        """Until searches find all that is there."""
        self.process.services.bell.ring()
        await self._left_nothing(
            "SELECT count(*) FROM issues i WHERE i.deleted_at IS NULL AND NOT EXISTS"
            " (SELECT FROM issue_documents d WHERE d.workspace_id = i.workspace_id AND d.issue_id = i.issue_id)"
        )

    async def announced(self) -> None:
        """Until all of that is sent, and it is known where."""
        await self.worked_out()
        await self._left_nothing("SELECT count(*) FROM outbox WHERE state = 'waiting'")
        await self.settled()

    async def _left_nothing(self, counting: str) -> None:
        async with asyncio.timeout(PATIENCE), self.process.services.database.connection() as conn:
            while await conn.fetchval(counting):
                await asyncio.sleep(0.05)


def said(message: Json) -> str:
    """Every text in a message or view, for looking at what a person reads."""
    return "\n".join(_texts(message))


def _texts(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [text for value in part.values() for text in _texts(value)]
    if isinstance(part, list):
        return [text for value in part for text in _texts(value)]
    return []


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=MANIFEST, rate_limits="off") as local:
        yield local
    listeners.held_to_its_promise()


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str) -> AsyncIterator[Lodge]:
    settings = settings_for(slack, db_url)
    async with running(settings, Options()) as process:
        slack.request_url = f"{process.url}/slack/events"
        made = Lodge(slack=slack, process=process)
        yield made
        await made.settled()
    await nothing_happens_again(slack, process, Options())
