"""A card and a row offer what makes sense as the issue stands, and to who reads them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.ids import PersonId
from db.issues import Issue
from db.states import CloseReason, Status
from handlers.views.blocks import Json
from handlers.views.cards import CardStyle, buttons, row
from handlers.words import words
from tests.views.samples import ADA, GRACE, NOW, PLAIN, person

EN = words("en")
PEOPLE = {GRACE: person(GRACE, "Grace", active=False, slack=False)}
CLOSED = replace(PLAIN, status=Status.CLOSED, close_reason=CloseReason.COMPLETED, closed_at=NOW)


def menu(block: Json) -> list[str]:
    held = block["accessory"] if "accessory" in block else block["elements"][-1]
    return [option["value"].partition(":")[0] for option in held["options"]]


def pressed(block: Json) -> list[str]:
    return [each["action_id"].removeprefix("issue_") for each in block["elements"][:-1]]


@pytest.mark.parametrize(
    ("issue", "shown", "more"),
    [
        (
            PLAIN,
            ["assign_me", "start", "close", "comment", "edit"],
            ["show", "history", "close_as", "follow"],
        ),
        (
            replace(PLAIN, status=Status.IN_PROGRESS, assignee_id=GRACE),
            ["assign_me", "close", "comment", "edit"],
            ["show", "history", "close_as", "unassign", "follow"],
        ),
        (
            replace(CLOSED, assignee_id=GRACE),
            ["reopen", "comment", "edit"],
            ["show", "history", "follow"],
        ),
    ],
)
def test_a_card_has_the_buttons_of_its_state(issue: Issue, shown: list[str], more: list[str]) -> None:
    drawn = buttons(issue, EN, CardStyle.CHANNEL)
    assert (pressed(drawn), menu(drawn)) == (shown, more)


@pytest.mark.parametrize(
    ("mute", "reader", "offered"),
    [
        (None, None, "follow"),
        (False, ADA, "follow"),
        (False, GRACE, "mute"),
        (True, ADA, "watch"),
        (True, GRACE, "watch"),
    ],
)
def test_whose_issue_it_is_can_mute_it_and_others_can_watch_it(
    mute: bool | None, reader: PersonId | None, offered: str
) -> None:
    nobodys = replace(PLAIN, reporter_id=None)
    for concerned in (replace(nobodys, assignee_id=GRACE), replace(nobodys, reporter_id=GRACE)):
        drawn = buttons(concerned, EN, CardStyle.FULL, mute=mute, reader=reader)
        assert menu(drawn)[-1] == offered


def test_a_row_does_not_tell_somebody_what_is_theirs_nor_offers_to_take_it() -> None:
    theirs = replace(PLAIN, assignee_id=GRACE)
    seen = row(theirs, people=PEOPLE, words=EN, prefix="LDG", reader=ADA)
    own = row(theirs, people=PEOPLE, words=EN, prefix="LDG", reader=GRACE)
    assert "Grace" in seen["text"]["text"]
    assert "Grace" not in own["text"]["text"]
    assert "assign" in menu(seen)
    assert "assign" not in menu(own)
