"""`/issue undo`, the Undo button of every confirmation, and `/issue restore` for what was deleted long ago."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from db import changes, deleting, issues, people
from db.changes import NothingToUndo, UndoBlocked
from db.errors import Forbidden, NotFound
from db.ids import ChangeId
from handlers.acting import Press, on_press, origin_of
from handlers.commands import Call, Commands, Reply
from handlers.finding import by_key, split_key, usage
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import undoing as view
from handlers.views.changes import people_in
from handlers.views.confirming import UNDO
from handlers.words import Words

NAME = "undo"
RESTORE = "restore"


class Undoing:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        return await self._undo(call.asker, None, call.words)

    async def restore(self, call: Call) -> Reply:
        """What deleted the issue is taken back as a whole."""
        key, rest = split_key(call.text)
        if key is None or rest:
            return usage(call, RESTORE)
        async with self._services.database.connection() as conn:
            try:
                gone = await deleting.gone_by_key(conn, call.asker.actor, key)
            except NotFound:
                there = await by_key(conn, call, key)
                prefix = call.asker.workspace.key_prefix
                return Reply(text=call.words("restore-not-gone", key=there.key(prefix)))
        return await self._undo(call.asker, gone.change_id, call.words)

    async def pressed(self, press: Press) -> None:
        await press.tell(await self._undo(press.asker, ChangeId(press.id), press.words))

    async def _undo(self, asker: Asker, change_id: ChangeId | None, words: Words) -> Reply:
        try:
            async with self._services.database.transaction() as conn:
                undone = await changes.undo(conn, asker.actor, change_id, origin_of(asker))
                touched = await changes.touched(conn, asker.actor, undone.change_id, limit=view.SHOWN)
                concerned = people_in([each.event for each in touched])
                known = await people.get_many(conn, asker.actor, list(concerned))
        except NotFound as missing:
            if asker.actor.sees_only is None:
                raise
            # To guests there are no changes of others; what they pressed, or named, is there all the same.
            raise Forbidden("undo", "whoever made the change, or an admin") from missing
        except NothingToUndo:
            return Reply(text=words("undo-nothing"))
        except UndoBlocked as blocked:
            return await self._blocked(asker, blocked, words)
        self._services.bell.ring()
        return view.undone(undone, touched, known, words, asker.workspace.key_prefix)

    async def _blocked(self, asker: Asker, blocked: UndoBlocked, words: Words) -> Reply:
        async with self._services.database.connection() as conn:
            concerned = list({event.issue_id for event in blocked.blockers})
            found = await issues.get_many(conn, asker.actor, concerned)
            gone = await deleting.gone(conn, asker.actor, concerned)
            known = await people.get_many(conn, asker.actor, list(people_in(blocked.blockers)))
        return view.blocked(blocked, found, gone, known, words, asker.workspace.key_prefix)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    undoing = Undoing(services)
    commands.add(NAME, undoing.command, aliases=("revert", "rückgängig"))
    commands.add(RESTORE, undoing.restore, aliases=("undelete", "wiederherstellen"))
    on_press(app, services, UNDO, undoing.pressed)
