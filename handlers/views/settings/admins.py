"""Who the admins are, with the ways in and out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from db.ids import PersonId
from db.people import Person
from db.states import Role
from handlers.views.blocks import (
    Json,
    actions,
    button,
    confirm,
    context,
    modal,
    section,
    users_select,
)
from handlers.views.people import mention
from handlers.views.settings.parts import decision, notice
from handlers.words import Words

CALLBACK: Final = "admins_form"
ADD: Final = "admins_add"
REMOVE: Final = "admins_remove"
SHOWN: Final = 40


def set_role(person_id: PersonId, role: Role) -> str:
    return decision("role", person=str(person_id), role=role.value)


def form(
    admins: Sequence[Person], me: PersonId, words: Words, metadata: Json, *, said: Sequence[Json] = ()
) -> Json:
    rows = [_row(person, words, myself=person.person_id == me, last=len(admins) == 1) for person in admins]
    blocks = [*notice(said), section(words("admins-about")), *rows[:SHOWN]]
    if len(admins) == 1:
        blocks.append(context(words("admins-last")))
    elif len(admins) > SHOWN:
        blocks.append(context(words("admins-more", count=len(admins) - SHOWN)))
    blocks.append(actions(users_select(ADD, words.plain("admins-add"))))
    return modal(
        CALLBACK, words.plain("admins-title"), blocks, close=words.plain("form-close"), metadata=metadata
    )


def _row(person: Person, words: Words, *, myself: bool, last: bool) -> Json:
    if last:
        return section(mention(person, words))
    question = words.plain("admins-remove-sure-me" if myself else "admins-remove-sure", name=person.name)
    sure = confirm(
        words.plain("admins-remove"), question, words.plain("admins-remove"), words.plain("form-cancel")
    )
    remove = button(
        words.plain("admins-remove"), REMOVE, set_role(person.person_id, Role.MEMBER), confirm=sure
    )
    return section(mention(person, words), accessory=remove)
