"""`/issue delete LDG-42`: asks once, and does it with the way back."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from uuid import UUID

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import changes, deleting, issues, limits
from db.access import Actor, may_delete
from db.deleting import Deleted
from db.ids import IssueId
from db.issues import Issue, Origin
from handlers.acting import Outcome, Place, Press, Submission, carried, on_press, on_submit, origin_of
from handlers.commands import KEY, Call, Commands, Reply
from handlers.finding import usage
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import deleting as view
from handlers.views.blocks import Json
from handlers.views.cards import CardStyle
from handlers.views.closing import DELETE_INSTEAD
from handlers.words import Words

NAME = "delete"
ALIASES = ("remove", "löschen", "loeschen")
# In what the form carries: the message that it was opened from shows the issue, and makes way for the answer.
_REPLACES = "f"


def named(line: str) -> list[str] | None:
    """The keys, where the line says to delete and names nothing else."""
    verb, _, rest = line.strip().partition(" ")
    return (_keys(rest) or None) if verb.lower() in (NAME, *ALIASES) else None


def _keys(text: str) -> list[str]:
    """None of them where anything else stands there."""
    keys = text.replace(",", " ").split()
    return keys if all(KEY.fullmatch(key) for key in keys) else []


class Deleting:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        keys = _keys(call.text)
        if not keys:
            return usage(call, NAME)
        limits.delete_size(len(keys))
        looking = self._services.looking
        seen = await asyncio.gather(*(looking.at(call.asker.actor, key) for key in keys))
        found = {each.issue.issue_id: each.issue for each in seen}
        refused = await self._refused(call.asker, list(found.values()), call.words)
        return refused or view.question(list(found.values()), call.words, call.asker.workspace.key_prefix)

    async def confirmed(self, press: Press) -> None:
        """The answer takes the place of the question."""
        ids = carried(view.read, press.value)
        await press.tell(
            await self._delete(press.asker, ids, origin_of(press.asker), press.words, replace=True)
        )

    async def kept(self, press: Press) -> None:
        await press.tell(Reply(text=press.words("delete-kept"), replace=True))

    async def pressed(self, press: Press) -> None:
        """In the menu of a card."""
        own = press.block_id.startswith(f"card:{CardStyle.FULL.value}") and press.view is None
        await press.opening(self._form(press, press.issue_id, press.place.metadata(), replace=own))

    async def instead(self, press: Press) -> None:
        """In the form that closes it."""
        place, issue_id = carried(_beginning, str((press.view or {}).get("private_metadata")))
        await press.opening(self._form(press, issue_id, place, replace=False))

    async def _form(self, press: Press, issue_id: IssueId, place: Json, *, replace: bool) -> Json | Reply:
        async with self._services.database.connection() as conn:
            issue = await issues.get(conn, press.asker.actor, issue_id)
        if (refused := await self._refused(press.asker, [issue], press.words)) is not None:
            return refused
        metadata = {**place, "i": str(issue_id), **({_REPLACES: 1} if replace else {})}
        return view.form(issue, press.words, press.asker.workspace.key_prefix, metadata)

    async def submit(self, sent: Submission) -> Outcome:
        ids, replace = [IssueId(UUID(sent.metadata["i"]))], _REPLACES in sent.metadata
        reply = await self._delete(sent.asker, ids, sent.origin, sent.words, replace=replace)
        # Below it may lie a sheet that shows the issue.
        return Outcome(then=reply, close_all=True)

    async def _delete(
        self, asker: Asker, ids: Sequence[IssueId], origin: Origin, words: Words, *, replace: bool
    ) -> Reply:
        async with self._services.database.transaction() as conn:
            deleted = await deleting.delete(conn, asker.actor, ids, origin)
            if deleted.change_id is None:
                deleted = await _done_before(conn, asker.actor, ids) or deleted
            shown = (
                await changes.touched(conn, asker.actor, deleted.change_id, limit=view.SHOWN)
                if deleted.change_id is not None
                else ()
            )
        self._services.bell.ring()
        return view.done(
            shown, deleted.count, deleted.change_id, words, asker.workspace.key_prefix, replace=replace
        )

    async def _refused(self, asker: Asker, found: Sequence[Issue], words: Words) -> Reply | None:
        """Who can delete the first of those that this person cannot."""
        for issue in found:
            if not may_delete(asker.actor, reporter_id=issue.reporter_id):
                known = await self._services.directory.people(asker, {issue.reporter_id})
                return view.refused(issue, known, words, asker.workspace.key_prefix)
        return None


async def _done_before(conn: asyncpg.Connection, actor: Actor, ids: Sequence[IssueId]) -> Deleted | None:
    """Where they deleted them themselves: who presses twice is left the answer with the way back."""
    gone = (await deleting.gone(conn, actor, ids)).values()
    theirs = [each for each in gone if each.on_purpose and each.by == actor.person_id]
    if not theirs or actor.person_id is None:
        return None
    last = max(theirs, key=lambda each: each.at).change_id
    change = await changes.get(conn, actor, last)
    return Deleted(change_id=last, count=change.summary["count"], repeated=True)


def _beginning(metadata: str) -> tuple[Json, IssueId]:
    """Where the form that closes it was opened, and of which issue. Raises ValueError, LookupError."""
    carried_on = json.loads(metadata)
    place = Place.of_metadata(carried_on).metadata()
    return place, IssueId(UUID(carried_on["i"]))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    capability = Deleting(services)
    commands.add(NAME, capability.command, aliases=ALIASES)
    on_press(app, services, view.DELETE, capability.confirmed)
    on_press(app, services, view.KEEP, capability.kept)
    on_press(app, services, DELETE_INSTEAD, capability.instead)
    on_submit(app, services, view.CALLBACK, capability.submit)
