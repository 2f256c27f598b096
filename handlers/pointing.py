"""Points whoever filed an issue in one line to open ones that may say the same, a moment later and them alone.

The form shows them while its title is typed. Here the answer does not wait for that, and in a rush nobody looks: what
is not said is no loss.
"""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Final

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from db import duplicates
from db.errors import LodgeError
from db.issues import Issue, IssuePatch
from db.states import CloseReason, Status
from handlers.acting import Place, Press, carried, on_press, origin_of, tell
from handlers.commands import Commands, Reply
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import pointing as view
from handlers.views.confirming import confirmation
from handlers.views.states import status_of
from handlers.words import words

_log = logging.getLogger(__name__)

# Seconds from the answer, so that Slack has shown it by then.
AFTER = 1.0
# Seconds from one look to the next in a process: whoever files many by a script is not pointed to each.
EVERY: Final = 1.0
# The form shows what is asked for by looking; here it is said unasked.
_ALIKE: Final = 0.75
_MOST: Final = 3


class Pointing:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._next = 0.0

    def soon(self, asker: Asker, issue: Issue, place: Place, client: AsyncWebClient) -> None:
        """Unless many are being answered, or somebody was looked for a moment ago."""
        now = time.monotonic()
        if now < self._next or self._services.rush.is_on:
            return
        self._next = now + EVERY
        work = partial(self._point, asker, issue, place, client)
        self._services.background.later(AFTER, work, name="likely duplicates")

    async def _point(self, asker: Asker, issue: Issue, place: Place, client: AsyncWebClient) -> None:
        if self._services.rush.is_on:
            return
        try:
            async with self._services.database.connection() as conn:
                found = await duplicates.likely(conn, asker.actor, issue.title, limit=_MOST + 1)
            alike = [
                each.issue for each in found if each.score >= _ALIKE and each.issue.issue_id != issue.issue_id
            ]
            if alike:
                prefix = asker.workspace.key_prefix
                reply = view.hint(issue, alike[:_MOST], words(asker.locale), prefix, asker.actor)
                await tell(place, reply, client, asker.slack_user_id)
        except (LodgeError, SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
            _log.info("nobody is pointed to duplicates", extra={"error": type(error).__name__})

    async def same(self, press: Press) -> None:
        """The new one is closed as the duplicate of what was there."""
        original, issue_id = carried(view.read, press.value)
        patch = IssuePatch(status=Status.CLOSED, close_reason=CloseReason.DUPLICATE, duplicate_of=original)
        written = await self._services.amending.edit(
            press.asker.actor, issue_id, patch, origin_of(press.asker)
        )
        self._services.bell.ring()
        text = press.words(
            "status-changed" if written.change_id is not None else "status-unchanged",
            key=written.issue.key(press.asker.workspace.key_prefix),
            status=status_of(written.issue, press.words),
        )
        blocks = confirmation(text, words=press.words, change_id=written.change_id)
        await press.replace(Reply(text=text, blocks=blocks))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    on_press(app, services, view.SAME, Pointing(services).same)
