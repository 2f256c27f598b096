"""A card and a row offer what makes sense as the issue stands, and to who reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from db.ids import PersonId
from db.issues import Issue
from db.notices import Notice
from db.preferences import NoticeKind
from db.states import CloseReason, Role, Status
from handlers.views import notices, pointing
from handlers.views.blocks import Json
from handlers.views.cards import CardStyle, buttons, row
from handlers.words import words
from tests.views.samples import ADA, GRACE, NOW, PLAIN, actor, person

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
            ["show", "history", "close_as", "follow", "delete"],
        ),
        (
            replace(PLAIN, status=Status.IN_PROGRESS, assignee_id=GRACE),
            ["assign_me", "close", "comment", "edit"],
            ["show", "history", "close_as", "unassign", "follow"],
        ),
        (
            replace(CLOSED, assignee_id=GRACE),
            ["reopen", "comment", "edit"],
            ["show", "history", "follow", "delete"],
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
        seen_by = actor(reader) if reader is not None else None
        drawn = buttons(concerned, EN, CardStyle.FULL, mute=mute, reader=seen_by)
        assert [each for each in menu(drawn) if each != "delete"][-1] == offered


@pytest.mark.parametrize(
    ("reader", "role", "offered"),
    [
        (None, Role.MEMBER, True),
        (ADA, Role.MEMBER, False),
        (ADA, Role.GUEST, False),
        (ADA, Role.ADMIN, True),
        (GRACE, Role.MEMBER, True),
        (GRACE, Role.GUEST, True),
    ],
)
def test_who_alone_sees_it_is_offered_to_delete_only_what_they_may(
    reader: PersonId | None, role: Role, offered: bool
) -> None:
    theirs = replace(CLOSED, reporter_id=GRACE)
    drawn = buttons(theirs, EN, CardStyle.FULL, reader=actor(reader, role) if reader is not None else None)
    assert ("delete" in menu(drawn)) is offered


def test_a_row_does_not_tell_somebody_what_is_theirs_nor_offers_to_take_it() -> None:
    theirs = replace(PLAIN, assignee_id=GRACE)
    seen = row(theirs, people=PEOPLE, words=EN, prefix="LDG", reader=ADA)
    own = row(theirs, people=PEOPLE, words=EN, prefix="LDG", reader=GRACE)
    assert "Grace" in seen["text"]["text"]
    assert "Grace" not in own["text"]["text"]
    assert "assign" in menu(seen)
    assert "assign" not in menu(own)


def choices(blocks: Sequence[Json]) -> set[str]:
    """Of all menus and buttons: what each does."""
    held = [
        element for block in blocks for element in [*block.get("elements", ()), block.get("accessory") or {}]
    ]
    return {
        each.get("value", "").partition(":")[0] if "options" in element else element["action_id"]
        for element in held
        for each in element.get("options") or ([element] if "action_id" in element else [])
    }


@pytest.mark.parametrize(("role", "closes"), [(Role.GUEST, False), (Role.MEMBER, True)])
def test_news_and_hints_offer_to_close_only_to_those_who_may(role: Role, closes: bool) -> None:
    told = replace(person(ADA, "Ada", active=True, slack=True), role=role)
    notice = Notice(
        person_id=ADA,
        issue_id=PLAIN.issue_id,
        kinds=frozenset(NoticeKind),
        actors=frozenset({GRACE}),
        said="x",
        said_by=GRACE,
        comments=1,
        due_at=NOW,
    )
    for issue in (PLAIN, CLOSED):
        news = notices.message([(issue, notice)], told, PEOPLE, EN, "LDG")
        offered = choices(news["blocks"])
        assert {"show", "comment"} <= offered
        assert bool(offered & {"close", "reopen"}) is closes
    hint = pointing.hint(PLAIN, [CLOSED], EN, "LDG", actor(ADA, role))
    assert ("issue_same" in choices(hint.blocks)) is closes
