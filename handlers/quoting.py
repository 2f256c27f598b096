"""A message that belongs to an issue there is: its menu adds it as a comment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from db import issues
from db.errors import Invalid, NotFound
from db.issues import Issue
from handlers import sources
from handlers.acting import Outcome, Place, Submission, on_submit, tell
from handlers.commands import Commands
from handlers.commenting import said
from handlers.creating import field_errors
from handlers.keys import named
from handlers.loading import open_form, present
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import quoting as view
from handlers.views.blocks import Json, truncate
from handlers.views.issue_form import EDITABLE_MAX
from handlers.views.messages import markdown_of, with_link
from handlers.words import words

SHORTCUT = "comment_from_message"


class Quoting:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def shortcut(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, asker: Asker
    ) -> None:
        """The form with what the message says; the issue is chosen already where the message names one."""
        await ack()
        message = body["message"]
        place = Place(
            channel_id=str(body["channel"]["id"]),
            thread_ts=message.get("thread_ts"),
            response_url=body.get("response_url"),
        )

        async def opens(form: Json) -> str:
            return await open_form(client, body["trigger_id"], form)

        making = self._form(asker, message, place)
        reply = await present(opens, client, making, words(asker.locale))
        if reply is not None:
            await tell(place, reply, client, asker.slack_user_id)

    async def _form(self, asker: Asker, message: Mapping[str, Any], place: Place) -> Json:
        text = truncate(markdown_of(message), EDITABLE_MAX)
        return view.form(
            await self._named(asker, text),
            text,
            words(asker.locale),
            metadata=place.metadata() | {"m": message["ts"]},
            prefix=asker.workspace.key_prefix,
        )

    async def _named(self, asker: Asker, text: str) -> Issue | None:
        prefix = asker.workspace.key_prefix
        async with self._services.database.connection() as conn:
            for key in named(text, prefix):
                try:
                    return await issues.by_ref(conn, asker.actor, key)
                except NotFound:
                    continue
        return None

    async def submit(self, sent: Submission) -> Outcome:
        chosen = view.read(sent.view)
        link = await sources.permalink(sent.client, str(sent.place.channel_id), sent.metadata["m"])
        body = with_link(chosen.comment, link, sent.words)
        try:
            added = await self._services.remarks.add(sent.asker.actor, chosen.issue_id, body, sent.origin)
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        self._services.bell.ring()
        return Outcome(then=said(added, sent.words, sent.asker.workspace.key_prefix))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    quoting = Quoting(services)
    app.shortcut(SHORTCUT)(quoting.shortcut)
    on_submit(app, services, view.CALLBACK, quoting.submit)
