"""How a person is named in a message."""

from __future__ import annotations

from collections.abc import Mapping

from db.erasing import former_code
from db.ids import PersonId
from db.people import Person
from handlers.words import Mrkdwn, Words, escape

People = Mapping[PersonId, Person]


def mention(person: Person | None, words: Words) -> Mrkdwn:
    """Slack shows `<@U1>` by the name the reader knows; whoever left, or was never in Slack, goes by name."""
    if person is None:
        return words("nobody")
    if person.slack_user_id and person.active:
        return Mrkdwn(f"<@{person.slack_user_id}>")
    if former_code(person.name) is not None:
        return escape(spelled(person.name, words))
    return escape(person.name) if person.active else words("person-deactivated", name=person.name)


def name_of(person: Person | None, words: Words) -> str:
    """For plain_text, where a mention would be letters."""
    return spelled(person.name, words) if person is not None else words.plain("nobody")


def spelled(name: str, words: Words) -> str:
    """Of somebody who was erased there is but a code, and the reader's words for that."""
    code = former_code(name)
    return name if code is None else words.plain("person-former", code=code)


def who(person_id: PersonId | None, people: People, words: Words) -> Mrkdwn:
    if person_id is None:
        return words("nobody")
    person = people.get(person_id)
    return mention(person, words) if person is not None else words("person-unknown")
