"""The form of the workspace itself: its name, keys, languages and time zone, and the ways to the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from db import spent, workspaces
from db.access import Action, may, require
from db.errors import Invalid
from db.workspaces import Workspace
from handlers import redrawing
from handlers.acting import Outcome, Place, Press, Submission
from handlers.channelsettings import ChannelForms
from handlers.commands import Call, Reply
from handlers.creating import field_errors
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views.blocks import Json
from handlers.views.settings import form as view
from handlers.views.settings.parts import confirmation, decision, metadata_of

NAME = "settings"
_CHANNEL = ("channel", "kanal")
# What may be typed behind the command, by the form that it opens.
_WORDS = {
    "policy": "policy",
    "rules": "policy",
    "rechte": "policy",
    "admins": "admins",
    "roles": "admins",
    "labels": "labels",
    "people": "people",
    "personen": "people",
}


class Way(Protocol):
    """One of the other forms."""

    async def open(self, source: Call | Press) -> None: ...


async def open_settings(services: Services, source: Call | Press) -> None:
    """The form of the workspace's settings, for a command or a button anywhere. Raises Forbidden."""
    await source.opening(_form(services, source))


async def _form(services: Services, source: Call | Press) -> Json:
    actor = source.asker.actor
    async with services.database.connection() as conn:
        workspace = await workspaces.get(conn, actor.workspace_id)
        require(actor, Action.SETTINGS, workspace.settings)
        configs = await workspaces.search_configs(conn)
    people = may(actor, Action.PEOPLE, workspace.settings)
    metadata = place_of(source).metadata()
    return view.form(workspace, source.words, metadata, search_configs=configs, people=people)


def place_of(source: Call | Press) -> Place:
    """Where an answer goes: for what is opened on top of another form, where that one was asked for."""
    if isinstance(source, Call):
        return Place(channel_id=source.channel_id, response_url=source.response_url)
    view = source.view or {}
    if source.view is not None and view.get("type") == "modal" and view.get("private_metadata"):
        return place_in(source.view)
    return source.place


def place_in(view: Mapping[str, Any]) -> Place:
    return Place.of_metadata(metadata_of(view))


class Settings:
    def __init__(self, services: Services, ways: Mapping[str, Way]) -> None:
        self._services = services
        self._channel = ChannelForms(services)
        self._ways = ways

    async def command(self, call: Call) -> Reply | None:
        """Whoever may not change the workspace's gets the channel's; admins get there by a button."""
        wanted = call.text.strip().lower()
        if wanted in _WORDS:
            await self._ways[_WORDS[wanted]].open(call)
            return None
        if wanted in _CHANNEL or not may(call.asker.actor, Action.SETTINGS, call.asker.workspace.settings):
            return await self._channel.command(call)
        await open_settings(self._services, call)
        return None

    async def submit(self, sent: Submission) -> Outcome:
        chosen = view.read(sent.view)
        wanted = {
            "name": chosen.name,
            "key_prefix": chosen.key_prefix,
            "timezone": chosen.timezone,
            "search_config": chosen.search_config,
            "settings": {"language": chosen.language},
        }
        try:
            was = await decide(self._services, sent.asker, wanted)
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        text = sent.words("settings-saved")
        return Outcome(then=Reply(text=text, blocks=confirmation(text, sent.words, was)))


def _spoken(workspace: Workspace) -> tuple[str, object]:
    """What cards say of the workspace."""
    return workspace.key_prefix, workspace.settings.get("language")


async def decide(services: Services, asker: Asker, wanted: Json) -> str | None:
    """Changes settings and gives the decision that takes it back; None when they were so already.

    A request that comes again, when others have decided otherwise since, changes nothing.
    """
    actor = asker.actor
    async with services.database.transaction() as conn:
        if not await spent.first(conn, actor.workspace_id, asker.request_key):
            return None
        before = await workspaces.get(conn, actor.workspace_id)
        after = await workspaces.update_settings(conn, actor, **wanted)
        if _spoken(before) != _spoken(after):
            await redrawing.ask(conn, actor.workspace_id)
    services.bell.ring()
    services.directory.forget_workspace(actor.workspace_id)
    if before == after:
        return None
    back: dict[str, Any] = {name: getattr(before, name) for name in wanted if name != "settings"}
    back["settings"] = {name: before.settings.get(name) for name in wanted["settings"]}
    return decision("workspace", **back)
