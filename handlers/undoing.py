"""`/issue undo`, and the Undo button of every confirmation."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from db import changes, issues, people
from db.changes import NothingToUndo, UndoBlocked
from db.ids import ChangeId
from handlers.acting import Press, on_press, origin_of
from handlers.commands import Call, Commands, Reply
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import undoing as view
from handlers.views.changes import people_in
from handlers.views.confirming import UNDO
from handlers.words import Words

NAME = "undo"


class Undoing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        return await self._undo(call.asker, None, call.words)

    async def pressed(self, press: Press) -> None:
        await press.tell(await self._undo(press.asker, ChangeId(press.id), press.words))

    async def _undo(self, asker: Asker, change_id: ChangeId | None, words: Words) -> Reply:
        try:
            async with self._services.database.transaction() as conn:
                undone = await changes.undo(conn, asker.actor, change_id, origin_of(asker))
                touched = await changes.touched(conn, asker.actor, undone.change_id, limit=view.SHOWN)
                concerned = people_in([each.event for each in touched])
                known = await people.get_many(conn, asker.actor, list(concerned))
        except NothingToUndo:
            return Reply(text=words("undo-nothing"))
        except UndoBlocked as blocked:
            return await self._blocked(asker, blocked, words)
        self._services.bell.ring()
        return view.undone(undone, touched, known, words, asker.workspace.key_prefix)

    async def _blocked(self, asker: Asker, blocked: UndoBlocked, words: Words) -> Reply:
        async with self._services.database.connection() as conn:
            concerned = {event.issue_id for event in blocked.blockers}
            found = await issues.get_many(conn, asker.actor, list(concerned))
            known = await people.get_many(conn, asker.actor, list(people_in(blocked.blockers)))
        return view.blocked(blocked, found, known, words, asker.workspace.key_prefix)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    undoing = Undoing(services)
    commands.add(NAME, undoing.command, aliases=("revert", "rückgängig"))
    on_press(app, services, UNDO, undoing.pressed)
