"""Reactions to a card that act on its issue, where the channel wants that."""

from __future__ import annotations

from slack_sdk.web.async_client import AsyncWebClient

from db import cards
from db.ids import ChannelId, MessageTs
from db.issues import IssuePatch
from db.states import CloseReason, Priority, Status
from handlers.acting import Place, origin_of, tell
from handlers.commands import Reply
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import happened
from handlers.views.confirming import confirmation
from handlers.words import words


class Reacting:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def acted(
        self, asker: Asker, emoji: str, message: tuple[ChannelId, MessageTs], client: AsyncWebClient
    ) -> bool:
        """Whether it was a reaction to a card that means something: done, and told with the way back."""
        meant = _meant(emoji, asker)
        if meant is None:
            return False
        field, patch = meant
        async with self._services.database.connection() as conn:
            card = await cards.at(conn, asker.actor.workspace_id, *message)
        if card is None:
            return False
        written = await self._services.amending.edit(asker.actor, card.issue_id, patch, origin_of(asker))
        self._services.bell.ring()
        if written.change_id is None or written.repeated:
            return True
        spoken, issue = words(asker.locale), written.issue
        known = {asker.person.person_id: asker.person}
        text = spoken(
            "reaction-done",
            key=issue.key(asker.workspace.key_prefix),
            what=happened.line(issue, [field], None, known, spoken),
        )
        blocks = confirmation(text, words=spoken, change_id=written.change_id)
        place = Place(channel_id=card.channel_id, thread_ts=card.thread_ts)
        await tell(place, Reply(text=text, blocks=blocks), client, asker.slack_user_id)
        return True


def _meant(emoji: str, asker: Asker) -> tuple[str, IssuePatch] | None:
    """The field that it is about, and what becomes of that."""
    match emoji:
        case "eyes":
            return "assignee_id", IssuePatch(assignee_id=asker.person.person_id)
        case "white_check_mark" | "heavy_check_mark":
            return "status", IssuePatch(status=Status.CLOSED, close_reason=CloseReason.COMPLETED)
        case "rotating_light":
            return "priority", IssuePatch(priority=Priority.URGENT)
        case _:
            return None
