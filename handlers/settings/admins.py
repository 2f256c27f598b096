"""Admins, named and removed by each other."""

from __future__ import annotations

from db import standing
from db.access import Action, require
from db.ids import SlackUserId
from db.states import Role
from handlers.acting import Place, Press
from handlers.commands import Call, Reply
from handlers.requesting import Asker
from handlers.services import Services
from handlers.settings.deciding import Deciding, shown
from handlers.settings.workspace import place_in, place_of
from handlers.views.blocks import Json
from handlers.views.settings import admins as view
from handlers.words import Words


class Admins:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._deciding = Deciding(services)

    async def open(self, source: Call | Press) -> None:
        require(source.asker.actor, Action.PEOPLE)
        await source.opening(self._form(source.asker, source.words, place_of(source)))

    async def add(self, press: Press) -> None:
        require(press.asker.actor, Action.PEOPLE)
        slack_user_id = SlackUserId(str(press.action["selected_user"]))
        person = await self._services.directory.person(press.asker.actor.workspace_id, slack_user_id)
        wanted = view.set_role(person.person_id, Role.ADMIN)
        await self._redraw(press, await self._deciding.reply(press.asker, wanted, press.words))

    async def remove(self, press: Press) -> None:
        await self._redraw(press, await self._deciding.reply(press.asker, press.value, press.words))

    async def _redraw(self, press: Press, reply: Reply) -> None:
        if press.view is not None:
            place = place_in(press.view)
            drawn = await self._form(press.asker, press.words, place, reply)
            await press.show(drawn)

    async def _form(self, asker: Asker, words: Words, place: Place, said: Reply | None = None) -> Json:
        async with self._services.database.connection() as conn:
            found = await standing.admins(conn, asker.actor)
        above = shown(said) if said is not None else []
        return view.form(found, asker.person.person_id, words, place.metadata(), said=above)
