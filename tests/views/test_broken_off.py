"""A page on which nothing was found so far, though there may be more: it says so, beside the way on."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from db.ids import PersonId
from db.listing import Count, Page
from handlers.views import home, listing
from handlers.views.home import Reader, Section, State
from handlers.words import words
from tests.views.samples import actor

SAID = {"en": "Nothing found so far; look further.", "de": "Bisher nichts gefunden; weitersuchen."}


@pytest.mark.parametrize("locale", SAID)
@pytest.mark.parametrize("action", ["list_next", "list_previous"])
def test_an_empty_list_that_was_broken_off_goes_on(locale: str, action: str) -> None:
    end = Page(items=(), next_cursor=None, previous_cursor=None, broken_off=True)
    page = replace(end, next_cursor="at") if action == "list_next" else replace(end, previous_cursor="at")
    reply = listing.page(
        page,
        Count(value=3, exact=False),
        text="label:rare",
        people={},
        words=words(locale),
        prefix="LDG",
        command="/issue",
    )
    assert reply.text == SAID[locale]
    shown, ways = reply.blocks
    assert shown["text"]["text"] == SAID[locale]
    assert [(each["action_id"], each["value"]) for each in ways["elements"]] == [(action, "at label:rare")]


def test_an_empty_list_that_ended_says_that_nothing_matches() -> None:
    page = Page(items=(), next_cursor=None, previous_cursor="at")
    count = Count(value=0, exact=True)
    reply = listing.page(
        page, count, text="label:rare", people={}, words=words("en"), prefix="LDG", command="/issue"
    )
    assert reply.text.startswith("No issue matches.")


@pytest.mark.parametrize("locale", SAID)
@pytest.mark.parametrize(("shown", "action"), [("overview", "home_show_all"), ("assigned", "home_next")])
def test_home_says_so_too(locale: str, shown: str, action: str) -> None:
    page = Page(items=(), next_cursor="at", previous_cursor=None, broken_off=True)
    reader = Reader(actor=actor(PersonId(uuid4())), words=words(locale), prefix="LDG")
    view = home.tab(
        State(shown=shown),
        [Section(place="assigned", page=page)],
        activity=(),
        saved=(),
        people={},
        reader=reader,
    )
    texts = [
        each["text"] for block in view["blocks"] if block["type"] == "context" for each in block["elements"]
    ]
    assert texts[0] == SAID[locale]
    assert action in [each.get("action_id") for block in view["blocks"] for each in block.get("elements", ())]
