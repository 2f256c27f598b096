"""One of the people: what is known of them, and what can be decided about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from db.ids import PersonId
from db.people import Person
from handlers.views.blocks import Json, actions, button, confirm, option, section
from handlers.views.people import mention
from handlers.views.settings.merging import Kind
from handlers.views.settings.parts import decision, notice
from handlers.words import Mrkdwn, Words, escape

KIND: Final = Kind(word="people", key="p", into="person_into")
CALLBACK: Final = KIND.callback
MERGING: Final = KIND.merging
PICK: Final = KIND.pick
INTO: Final = KIND.into
TURN: Final = "people_turn"


def turn(person_id: PersonId, *, active: bool) -> str:
    return decision("active", person=str(person_id), active=active)


def overview(words: Words, metadata: Json, *, said: Sequence[Json] = ()) -> Json:
    return KIND.form([*notice(said), section(words("people-about")), KIND.picker(words)], words, metadata)


def one(
    person: Person, assigned: int, words: Words, metadata: Json, *, myself: bool, said: Sequence[Json] = ()
) -> Json:
    """`assigned`: how many issues that are not closed are theirs."""
    known = [mention(person, words), escape(person.email or ""), words(f"people-role-{person.role.value}")]
    known.append(words("people-in-slack" if person.slack_user_id else "people-not-in-slack"))
    lines = "  ·  ".join(each for each in known if each)
    blocks = [*notice(said), section(Mrkdwn(f"{lines}\n{words('people-assigned', count=assigned)}"))]
    if not myself:
        blocks.append(actions(_turn_button(person, words)))
    blocks.append(KIND.into_block(words))
    submit = words.plain("people-merge-next")
    return KIND.form(blocks, words, KIND.of(person.person_id, metadata), submit=submit)


def _turn_button(person: Person, words: Words) -> Json:
    verb = "people-deactivate" if person.active else "people-reactivate"
    sure = confirm(
        words.plain(verb),
        words.plain(f"{verb}-sure", name=person.name),
        words.plain(verb),
        words.plain("form-cancel"),
    )
    style = "danger" if person.active else None
    value = turn(person.person_id, active=not person.active)
    return button(words.plain(verb), TURN, value, style=style, confirm=sure)


def sure(person: Person, into: Person, words: Words, metadata: Json) -> Json:
    text = words("people-merge-sure", name=_described(person), into=_described(into))
    return KIND.sure(text, person.person_id, into.person_id, words, metadata)


def _described(person: Person) -> str:
    return f"{person.name} ({person.email})" if person.email else person.name


def choice(person: Person, words: Words) -> Json:
    name = person.name if person.active else words.plain("person-deactivated", name=person.name)
    return option(name, str(person.person_id), person.email)


def read(view: Mapping[str, Any]) -> PersonId | None:
    into = KIND.read_into(view)
    return PersonId(into) if into else None
