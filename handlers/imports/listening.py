"""How an import begins: a file shared where the bot is, or given in the form of `/issue import`."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from db import imports
from db.access import Action, may, require
from db.ids import ChannelId
from db.importing.problems import TableFlaw
from handlers.acting import Outcome, Submission
from handlers.commands import Call, Reply
from handlers.imports import files
from handlers.imports.files import SlackFile
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import imports as view


class Listening:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def shared(self, event: dict[str, Any], client: AsyncWebClient, asker: Asker | None) -> None:
        """The same upload is told of in several ways; this one says least, and comes for each channel once."""
        if asker is None:
            # Our own: rows handed back, a report's numbers.
            return
        try:
            file = await files.look_up(client, str(event["file_id"]))
        except TableFlaw:
            # Taken back before anyone looked: there is nothing to say about it.
            return
        channel = event.get("channel_id") or asker.channel_id
        if not file.is_table or channel is None or file.user_id != asker.slack_user_id:
            return
        if not may(asker.actor, Action.IMPORT, asker.workspace.settings):
            return
        await self._begin(asker, file, ChannelId(channel))

    async def command(self, call: Call) -> Reply | None:
        """Opens the form, for whoever would rather not share the file with a channel."""
        require(call.asker.actor, Action.IMPORT, call.asker.workspace.settings)
        await call.open(view.upload_form(call.words, {"c": call.channel_id}))
        return None

    async def submit(self, sent: Submission) -> Outcome:
        given = view.read_upload(sent.view)
        if given is None:
            return Outcome(errors={view.FILE_BLOCK: sent.words.plain("import-form-no-file")})
        file = (
            files.read_file(given)
            if given.get("url_private")
            else await files.look_up(sent.client, given["id"])
        )
        if not file.is_table:
            return Outcome(errors={view.FILE_BLOCK: sent.words.plain("import-form-not-a-table")})
        # What was given in a form is between the person and the bot.
        opened = await sent.client.conversations_open(users=sent.asker.slack_user_id)
        await self._begin(sent.asker, file, ChannelId(opened["channel"]["id"]))
        return Outcome(then=Reply(text=sent.words("import-form-taken", file=file.name)))

    async def _begin(self, asker: Asker, file: SlackFile, channel_id: ChannelId) -> None:
        async with self._services.database.transaction() as conn:
            begun = await imports.begin(
                conn,
                asker.actor,
                file_id=file.file_id,
                file_name=file.name,
                file_size=file.size,
                channel_id=channel_id,
                thread_ts=file.thread_in(channel_id),
                locale=asker.locale,
                settings=asker.workspace.settings,
            )
        if begun is not None:
            self._services.bell.ring()
