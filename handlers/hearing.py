"""What people say in channels: one message can matter to several capabilities, and Bolt asks only the first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.web.async_client import AsyncWebClient

from handlers.requesting import Asker

Listener = Callable[["Heard"], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message event of a person: said, changed or deleted, as its subtype says. `bot_user_id`: who the bot is."""

    event: dict[str, Any]
    asker: Asker
    client: AsyncWebClient
    bot_user_id: str | None = None


@dataclass(slots=True)
class Hearing:
    """Calls everyone who wants to hear of messages, in the order of registration."""

    listeners: list[Listener] = field(default_factory=list)

    def add(self, listener: Listener) -> None:
        self.listeners.append(listener)

    async def listen(
        self, event: dict[str, Any], client: AsyncWebClient, asker: Asker | None, context: AsyncBoltContext
    ) -> None:
        if asker is None:
            return
        heard = Heard(event=event, asker=asker, client=client, bot_user_id=context.bot_user_id)
        for listener in self.listeners:
            await listener(heard)
