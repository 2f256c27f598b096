"""The buttons under a file: Import, Change mapping, Cancel, Undo."""

from __future__ import annotations

from uuid import UUID

from db import imports, people
from db.errors import Conflict, Forbidden, LodgeError
from db.importing import undoing
from db.imports import Import, State
from handlers.acting import Outcome, Press, Submission
from handlers.commands import Reply
from handlers.errors import explain
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import importmapping as form
from handlers.views import imports as view
from handlers.views.blocks import Json
from handlers.words import words

# An answer has room for a hundred.
_CHOICES = 90


class Deciding:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def _get(self, asker: Asker, import_id: UUID) -> Import:
        """Raises Forbidden for anyone but the sharer and admins."""
        async with self._services.database.connection() as conn:
            wanted = await imports.get(conn, asker.workspace.workspace_id, import_id)
        imports.require_own(asker.actor, wanted)
        return wanted

    async def _refuse(self, press: Press, error: LodgeError) -> None:
        if isinstance(error, Conflict):
            text = press.words("import-too-late")
        elif isinstance(error, Forbidden):
            text = press.words("import-not-yours")
        else:
            text = explain(error, press.words, press.asker.reference)
        await press.tell(Reply(text=text))

    async def start(self, press: Press) -> None:
        try:
            wanted = await self._get(press.asker, press.id)
            async with self._services.database.transaction() as conn:
                await imports.start(conn, press.asker.actor, wanted)
        except (Forbidden, Conflict) as error:
            await self._refuse(press, error)
            return
        # The job redraws the message, and is the only one to do so from here on: what it says comes in order.
        self._services.bell.ring()

    async def cancel(self, press: Press) -> None:
        try:
            wanted = await self._get(press.asker, press.id)
            async with self._services.database.transaction() as conn:
                cancelled = await imports.cancel(conn, press.asker.actor, wanted)
        except (Forbidden, Conflict) as error:
            await self._refuse(press, error)
            return
        if cancelled.state is State.CANCELLED:
            text, blocks = view.as_it_stands(cancelled, press.words, press.asker.workspace)
            await press.replace(Reply(text=text, blocks=blocks))

    async def change(self, press: Press) -> None:
        await press.opening(self._mapping(press))

    async def _mapping(self, press: Press) -> Json | Reply:
        try:
            wanted = await self._get(press.asker, press.id)
        except Forbidden:
            return Reply(text=press.words("import-not-yours"))
        return form.mapping_form(wanted, press.words)

    async def people(self, asker: Asker, typed: str, services: Services) -> list[Json]:
        async with services.database.connection() as conn:
            found = await people.find(conn, asker.actor, typed, limit=_CHOICES)
        return form.people_options(found, typed.strip(), words(asker.locale))

    async def changed(self, sent: Submission) -> Outcome:
        wanted = await self._get(sent.asker, UUID(sent.metadata["i"]))
        mapping = form.read_mapping(sent.view, wanted)
        if not mapping.has_title:
            return Outcome(errors={form.TITLE_BLOCK: sent.words.plain("import-map-needs-title")})
        try:
            async with self._services.database.transaction() as conn:
                await imports.remap(conn, sent.asker.actor, wanted, mapping)
        except Conflict:
            return Outcome(then=Reply(text=sent.words("import-too-late")))
        self._services.bell.ring()
        return Outcome()

    async def undo(self, press: Press) -> None:
        await self._undo(press, leave_touched=False)

    async def undo_rest(self, press: Press) -> None:
        await self._undo(press, leave_touched=True)

    async def _undo(self, press: Press, *, leave_touched: bool) -> None:
        prefix = press.asker.workspace.key_prefix
        try:
            wanted = await self._get(press.asker, press.id)
            async with self._services.database.transaction() as conn:
                undone = await undoing.undo(conn, press.asker.actor, wanted, leave_touched=leave_touched)
        except undoing.Touched as touched:
            await press.tell(view.touched(wanted, touched, press.words, prefix))
            return
        except (Forbidden, Conflict) as error:
            await self._refuse(press, error)
            return
        self._services.bell.ring()
        async with self._services.database.connection() as conn:
            wanted = await imports.get(conn, wanted.workspace_id, wanted.import_id)
        text, blocks = view.undone(wanted, undone, press.words)
        if wanted.channel_id and wanted.message_ts:
            await press.client.chat_update(
                channel=wanted.channel_id, ts=wanted.message_ts, text=text, blocks=blocks
            )
        if press.message_ts != wanted.message_ts:
            await press.tell(Reply(text=text))
