"""`/issue settings` in a channel, for whoever need not be an admin: how the bot behaves there."""

from __future__ import annotations

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import channels, spent
from db.access import Action, Actor, require
from db.channels import ChannelSettings
from db.ids import ChannelId
from handlers import redrawing
from handlers.acting import Outcome, Place, Press, Submission, on_press, on_submit
from handlers.commands import Call, Commands, Reply
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import channelsettings as view
from handlers.views.blocks import Json
from handlers.words import Mrkdwn, Words

NAME = "channel"


class ChannelForms:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply | None:
        require(call.asker.actor, Action.SUBSCRIBE)
        if not call.channel_id.startswith(("C", "G")):
            return Reply(text=call.words("channel-none"))
        place = Place(channel_id=call.channel_id, response_url=call.response_url)
        return await call.opening(self._form(call.asker, call.words, place))

    async def open(self, press: Press) -> None:
        """From the workspace's settings; the channel is where these were opened."""
        place = Place(channel_id=press.value)
        await press.opening(self._form(press.asker, press.words, place))

    async def _form(self, asker: Asker, words: Words, place: Place) -> Json:
        async with self._services.database.connection() as conn:
            kept = await channels.settings(conn, asker.actor.workspace_id, ChannelId(str(place.channel_id)))
        return view.form(kept, words, place.metadata())

    async def submit(self, sent: Submission) -> Outcome:
        chosen = view.read(sent.view)
        if chosen is None:
            return Outcome(errors={view.EMOJI: sent.words.plain("channel-emoji-wrong")})
        channel_id = ChannelId(str(sent.place.channel_id))
        async with self._services.database.transaction() as conn:
            if await spent.first(conn, sent.asker.actor.workspace_id, sent.asker.request_key):
                await self._keep(conn, sent.asker.actor, channel_id, chosen)
        self._services.bell.ring()
        said = sent.words("channel-saved", channel=Mrkdwn(f"<#{channel_id}>"))
        return Outcome(then=Reply(text=said), close_all=True)

    async def _keep(
        self, conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId, chosen: ChannelSettings
    ) -> None:
        """The cards that stand there are to be as those that come."""
        before = await channels.settings(conn, actor.workspace_id, channel_id)
        await channels.keep(conn, actor, channel_id, chosen)
        if before.condensed != chosen.condensed:
            await redrawing.ask(conn, actor.workspace_id, channel_id=channel_id)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    forms = ChannelForms(services)
    commands.add(NAME, forms.command, aliases=("kanal",))
    on_press(app, services, view.OPEN, forms.open)
    on_submit(app, services, view.CALLBACK, forms.submit)
