"""`/issue settings`: what an admin decides for the whole workspace."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from db import workspaces
from db.access import Action, may
from db.errors import Invalid
from handlers.acting import Outcome, Place, Submission, on_submit
from handlers.channelsettings import ChannelForms
from handlers.commands import Call, Commands, Reply
from handlers.creating import field_errors
from handlers.services import Services
from handlers.views import settings as view

NAME = "settings"


class Settings:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._channel = ChannelForms(services)

    async def command(self, call: Call) -> Reply | None:
        """Whoever may not change the workspace's gets the channel's; admins get there by a button."""
        wants_channel = call.text.strip().lower() in ("channel", "kanal")
        if wants_channel or not may(call.asker.actor, Action.SETTINGS, call.asker.workspace.settings):
            return await self._channel.command(call)
        place = Place(channel_id=call.channel_id, response_url=call.response_url)
        await call.open(view.form(call.asker.workspace, call.words, place.metadata()))
        return None

    async def submit(self, sent: Submission) -> Outcome:
        chosen = view.read(sent.view)
        try:
            async with self._services.database.transaction() as conn:
                await workspaces.update_settings(
                    conn,
                    sent.asker.actor,
                    key_prefix=chosen.key_prefix,
                    timezone=chosen.timezone,
                    search_config=chosen.search_config,
                    settings={"language": chosen.language},
                )
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        self._services.directory.forget_workspace(sent.asker.actor.workspace_id)
        return Outcome(then=Reply(text=sent.words("settings-saved")))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    settings = Settings(services)
    commands.add(NAME, settings.command, aliases=("config", "einstellungen"))
    on_submit(app, services, view.CALLBACK, settings.submit)
