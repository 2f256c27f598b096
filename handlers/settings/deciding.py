"""Decisions about people, labels and the workspace that a button carries; each gives the one that takes it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from db import labels, people, standing
from db.errors import LodgeError
from db.ids import LabelId, PersonId
from db.people import Person
from db.states import Role
from handlers.acting import Press, carried, origin_of
from handlers.commands import Reply
from handlers.errors import explain
from handlers.requesting import Asker
from handlers.services import Services
from handlers.settings.workspace import decide
from handlers.views.blocks import Json, section
from handlers.views.people import mention
from handlers.views.settings import admins as admins_view
from handlers.views.settings import labels as labels_view
from handlers.views.settings import people as people_view
from handlers.views.settings.parts import confirmation, decided
from handlers.words import Words, code


class Deciding:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def pressed(self, press: Press) -> None:
        """What was decided is taken back, and that can be taken back as well."""
        reply = await self.reply(press.asker, press.value, press.words)
        await press.tell(reply)

    async def reply(self, asker: Asker, value: str, words: Words) -> Reply:
        """What came of it; what stands in the way is said as well."""
        kind, values = carried(decided, value)
        try:
            return await self._done(asker, kind, values, words)
        except LodgeError as error:
            return Reply(text=explain(error, words, asker.reference))

    async def _done(self, asker: Asker, kind: str, values: Mapping[str, Any], words: Words) -> Reply:
        match kind:
            case "role":
                return await self.role(asker, PersonId(UUID(values["person"])), Role(values["role"]), words)
            case "active":
                return await self.active(asker, PersonId(UUID(values["person"])), values["active"], words)
            case "label":
                return await self.rename(asker, LabelId(UUID(values["label"])), values["name"], words)
            case _:
                was = await decide(self._services, asker, dict(values))
                text = words("settings-back")
                return Reply(text=text, blocks=confirmation(text, words, was))

    async def role(self, asker: Asker, person_id: PersonId, role: Role, words: Words) -> Reply:
        async with self._services.database.transaction() as conn:
            before = await people.get(conn, asker.actor, person_id)
            if before.role is Role.GUEST:
                return Reply(text=words("admins-no-guest", who=mention(before, words)))
            person = await standing.set_role(conn, asker.actor, person_id, role, origin_of(asker, "role"))
        self._forget(asker, person)
        text = words(f"admins-now-{role.value}", who=mention(person, words))
        back = admins_view.set_role(person_id, before.role) if before.role is not role else None
        return Reply(text=text, blocks=confirmation(text, words, back))

    async def active(self, asker: Asker, person_id: PersonId, active: bool, words: Words) -> Reply:
        turn = standing.reactivate if active else standing.deactivate
        async with self._services.database.transaction() as conn:
            person = await turn(conn, asker.actor, person_id, origin_of(asker, "active"))
        self._forget(asker, person)
        said = "people-reactivated" if active else "people-deactivated"
        text = words(said, name=person.name)
        back = people_view.turn(person_id, active=not active)
        return Reply(text=text, blocks=confirmation(text, words, back))

    async def rename(self, asker: Asker, label_id: LabelId, name: str, words: Words) -> Reply:
        async with self._services.database.transaction() as conn:
            before = await labels.get(conn, asker.actor, label_id)
            after = await labels.rename(conn, asker.actor, label_id, name, origin_of(asker, "label"))
        self._services.bell.ring()
        said = "labels-renamed" if after.change_id else "labels-unchanged"
        text = words(said, was=code(before.name), now=code(after.label.name))
        back = labels_view.rename(label_id, before.name) if after.change_id else None
        return Reply(text=text, blocks=confirmation(text, words, back))

    def _forget(self, asker: Asker, person: Person) -> None:
        if person.slack_user_id is not None:
            self._services.directory.forget_person(asker.actor.workspace_id, person.slack_user_id)


def shown(reply: Reply) -> list[Json]:
    """In a form, above the rest."""
    return list(reply.blocks) or [section(reply.text)]
