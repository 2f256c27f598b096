"""People of the workspace: deactivated and brought back, and merged when two of them are one."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from db import people, standing
from db.access import Action, require
from db.errors import Conflict
from db.ids import PersonId
from handlers.acting import Outcome, Place, Press, Submission
from handlers.commands import Call, Reply
from handlers.requesting import Asker
from handlers.services import Services
from handlers.settings.deciding import Deciding, shown
from handlers.settings.workspace import place_in, place_of
from handlers.views.blocks import Json, section
from handlers.views.settings import people as view
from handlers.views.settings.parts import metadata_of
from handlers.words import Words, words


class People:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._deciding = Deciding(services)

    async def open(self, source: Call | Press) -> None:
        require(source.asker.actor, Action.PEOPLE)
        await source.open(view.overview(source.words, place_of(source).metadata()))

    async def picked(self, press: Press) -> None:
        require(press.asker.actor, Action.PEOPLE)
        await self._redraw(press, PersonId(press.id))

    async def turn(self, press: Press) -> None:
        if press.view is not None:
            said = await self._deciding.reply(press.asker, press.value, press.words)
            await self._redraw(press, PersonId(UUID(metadata_of(press.view)["p"])), shown(said))

    async def _redraw(self, press: Press, person_id: PersonId, said: Sequence[Json] = ()) -> None:
        if press.view is None:
            return
        drawn = await self._one(press.asker, person_id, press.words, place_in(press.view), said)
        await press.show(drawn)

    async def _one(
        self, asker: Asker, person_id: PersonId, words: Words, place: Place, said: Sequence[Json]
    ) -> Json:
        async with self._services.database.connection() as conn:
            person = await people.get(conn, asker.actor, person_id)
            assigned = await standing.open_issues(conn, asker.actor, person_id)
        myself = person.person_id == asker.person.person_id
        return view.one(person, assigned, words, place.metadata(), myself=myself, said=said)

    async def submit(self, sent: Submission) -> Outcome:
        """A merge cannot be taken back, and is asked for once more."""
        require(sent.asker.actor, Action.PEOPLE)
        person_id, into_id = PersonId(UUID(sent.metadata["p"])), view.read(sent.view)
        if into_id is None:
            return Outcome(errors={view.INTO: sent.words.plain("people-into-missing")})
        if into_id == person_id:
            return Outcome(errors={view.INTO: sent.words.plain("people-into-itself")})
        async with self._services.database.connection() as conn:
            found = await people.get_many(conn, sent.asker.actor, [person_id, into_id])
        person, into = found[person_id], found[into_id]
        if person.slack_user_id and into.slack_user_id:
            return Outcome(errors={view.INTO: sent.words.plain("people-both-in-slack")})
        return Outcome(view=view.sure(person, into, sent.words, sent.place.metadata()))

    async def merge(self, sent: Submission) -> Outcome:
        person_id, into_id = (PersonId(UUID(sent.metadata[name])) for name in ("p", "into"))
        try:
            async with self._services.database.transaction() as conn:
                gone = await people.get(conn, sent.asker.actor, person_id)
                merged = await people.merge(conn, sent.asker.actor, person_id, into_id, sent.origin)
        except Conflict:
            return Outcome(then=Reply(text=sent.words("people-both-in-slack")))
        self._services.bell.ring()
        for person in (gone, merged.person):
            if person.slack_user_id is not None:
                self._services.directory.forget_person(sent.asker.actor.workspace_id, person.slack_user_id)
        text = sent.words("people-merged", was=gone.name, now=merged.person.name)
        return Outcome(then=Reply(text=text, blocks=[section(text)]))


async def choices(asker: Asker, typed: str, services: Services) -> list[Json]:
    """People whose name is like what is typed, those who left last; only for those who decide about people."""
    require(asker.actor, Action.PEOPLE)
    async with services.database.connection() as conn:
        wanted = " ".join(typed.split())
        found = (
            await people.find(conn, asker.actor, wanted, limit=50, left=True)
            if wanted
            else await people.page(conn, asker.actor, limit=50)
        )
    spoken = words(asker.locale)
    return [view.choice(person, spoken) for person in found]
