"""Labels of the workspace: renamed, and merged when two mean the same."""

from __future__ import annotations

from uuid import UUID

from db import labels
from db.access import Action, require
from db.errors import Conflict, Invalid
from db.ids import LabelId
from handlers.acting import Outcome, Press, Submission
from handlers.commands import Call, Reply
from handlers.creating import field_errors
from handlers.requesting import Asker
from handlers.services import Services
from handlers.settings.deciding import Deciding
from handlers.settings.workspace import place_in, place_of
from handlers.views.blocks import Json, section
from handlers.views.settings import labels as view
from handlers.words import code


class Labels:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._deciding = Deciding(services)

    async def open(self, source: Call | Press) -> None:
        require(source.asker.actor, Action.LABELS)
        await source.opening(self._overview(source))

    async def _overview(self, source: Call | Press) -> Json:
        async with self._services.database.connection() as conn:
            known = await labels.page(conn, source.asker.actor, limit=view.SHOWN + 1)
        more = len(known) > view.SHOWN
        return view.overview(known, source.words, place_of(source).metadata(), more=more)

    async def picked(self, press: Press) -> None:
        if press.view is None:
            return
        label_id = LabelId(press.id)
        async with self._services.database.connection() as conn:
            label = await labels.get(conn, press.asker.actor, label_id)
            uses = await labels.uses(conn, press.asker.actor, label_id)
        drawn = view.one(label, uses, press.words, place_in(press.view).metadata())
        await press.show(drawn)

    async def submit(self, sent: Submission) -> Outcome:
        """Renamed at once; a merge cannot be taken back, and is asked for once more."""
        wanted, actor = view.read(sent.view), sent.asker.actor
        label_id = LabelId(UUID(sent.metadata["l"]))
        if wanted.into is None:
            return await self._rename(sent, label_id, wanted.name)
        if wanted.into == label_id:
            return Outcome(errors={view.INTO: sent.words.plain("labels-into-itself")})
        async with self._services.database.connection() as conn:
            label = await labels.get(conn, actor, label_id)
            into = await labels.get(conn, actor, wanted.into)
            uses = await labels.uses(conn, actor, label_id)
        return Outcome(view=view.sure(label, into, uses, sent.words, sent.place.metadata()))

    async def _rename(self, sent: Submission, label_id: LabelId, name: str) -> Outcome:
        try:
            return Outcome(then=await self._deciding.rename(sent.asker, label_id, name, sent.words))
        except Invalid as error:
            return Outcome(errors={view.NAME: next(iter(field_errors(error, sent).values()))})
        except Conflict as taken:
            return Outcome(errors={view.NAME: sent.words.plain("labels-taken", label=taken.ref)})

    async def merge(self, sent: Submission) -> Outcome:
        from_id, into_id = (LabelId(UUID(sent.metadata[name])) for name in ("l", "into"))
        async with self._services.database.transaction() as conn:
            gone = await labels.get(conn, sent.asker.actor, from_id)
            merged = await labels.merge_labels(conn, sent.asker.actor, from_id, into_id, sent.origin)
        self._services.bell.ring()
        text = sent.words("labels-merged", was=code(gone.name), now=code(merged.label.name))
        return Outcome(then=Reply(text=text, blocks=[section(text)]))


async def choices(asker: Asker, typed: str, services: Services) -> list[Json]:
    """Labels that contain what is typed; those that begin so first."""
    wanted = " ".join(typed.split()).lower()
    async with services.database.connection() as conn:
        known = await labels.all(conn, asker.actor)
    found = [label for label in known if wanted in label.name.lower()]
    found.sort(key=lambda label: not label.name.lower().startswith(wanted))
    return [view.choice(label) for label in found]
