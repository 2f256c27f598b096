"""How somebody is named who is here, has left, or was erased."""

from __future__ import annotations

import pytest

from db.erasing import former_name
from db.reports.numbers import Who
from handlers.views.people import mention, name_of
from handlers.views.reports.spelling import who_cell
from handlers.words import words
from tests.views.samples import ADA, person


@pytest.mark.parametrize(
    ("locale", "left", "former"),
    [
        ("en", "Grace (left)", "Former member 000001"),
        ("de", "Grace (ausgeschieden)", "Ehemaliges Mitglied 000001"),
    ],
)
def test_whoever_was_erased_is_told_in_the_readers_words(locale: str, left: str, former: str) -> None:
    spoken = words(locale)
    assert mention(person(ADA, "Grace", active=True, slack=True), spoken) == "<@U1>"
    assert mention(person(ADA, "Grace", active=False, slack=True), spoken) == left
    erased = person(ADA, former_name(ADA), active=False, slack=False)
    assert mention(erased, spoken) == name_of(erased, spoken) == former
    assert who_cell(Who(person_id=ADA, name=erased.name, slack_user_id=None), spoken).text == former
