"""Who may do what, decided by whoever may change the settings."""

from __future__ import annotations

from db import workspaces
from db.access import Action, require
from handlers.acting import Outcome, Press, Submission
from handlers.commands import Call, Reply
from handlers.services import Services
from handlers.settings.workspace import decide, place_of
from handlers.views.blocks import Json
from handlers.views.settings import policy as view
from handlers.views.settings.parts import confirmation


class Policy:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def open(self, source: Call | Press) -> None:
        await source.opening(self._form(source))

    async def _form(self, source: Call | Press) -> Json:
        actor = source.asker.actor
        async with self._services.database.connection() as conn:
            workspace = await workspaces.get(conn, actor.workspace_id)
        require(actor, Action.SETTINGS, workspace.settings)
        return view.form(workspace.settings, source.words, place_of(source).metadata())

    async def submit(self, sent: Submission) -> Outcome:
        wanted = {"settings": {"policy": view.read(sent.view)}}
        was = await decide(self._services, sent.asker, wanted)
        text = sent.words("policy-saved")
        return Outcome(then=Reply(text=text, blocks=confirmation(text, sent.words, was)))
