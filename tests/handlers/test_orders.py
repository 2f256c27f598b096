"""What is said to the bot is an order, or an issue to be filed."""

from __future__ import annotations

import dataclasses
from typing import Any, cast

import pytest

from handlers import register_all
from handlers.commands import Commands
from handlers.orders import Orders
from handlers.services import Services
from handlers.views.messages import half_order
from handlers.words import words
from tests.handlers.test_registration import Recorder
from tests.views.samples import taken

ORDERS = {
    "close LDG-4": ("close", "LDG-4", ""),
    "LDG-4 close": ("close", "LDG-4", ""),
    "LDG-4: done": ("close", "LDG-4", ""),
    "close ldg-4 not planned": ("close", "ldg-4", "not planned"),
    "close LDG-4 whenever": ("close", "LDG-4", "whenever"),
    "assign LDG-4 <@U1>": ("assign", "LDG-4", "<@U1>"),
    "comment LDG-4 it hums": ("comment", "LDG-4", "it hums"),
    # Forms need a click.
    "comment LDG-4": ("show", "LDG-4", ""),
    "LDG-4 edit": ("show", "LDG-4", ""),
    # In the thread of an issue.
    "close": ("close", None, ""),
    "close as duplicate of LDG-7": ("close", None, "as duplicate of LDG-7"),
    "Close": ("close", None, ""),
    "edit": ("show", None, ""),
    "assign me": ("assign", None, "me"),
    "assign <@U1>": ("assign", None, "<@U1>"),
    "label +bug -ui": ("label", None, "+bug -ui"),
    "priority !high": ("priority", None, "!high"),
    "due friday": ("due", None, "friday"),
    "due none": ("due", None, "none"),
    "status in progress": ("status", None, "in progress"),
    "start": ("start", None, ""),
    "delete": ("delete", None, ""),
    "delete LDG-4": ("delete", "LDG-4", ""),
    "LDG-4 restore": ("restore", "LDG-4", ""),
    "mute": ("unwatch", None, ""),
    # About no issue.
    "undo": ("undo", None, ""),
    "mine": ("mine", None, ""),
    "list label:bug status:open": ("list", None, "label:bug status:open"),
}
ISSUES = (
    "the lift is stuck",
    "close the door of the server room",
    "close call with the customer",
    "close COVID-19 ward",
    "LDG-4 is broken again",
    "assign somebody to the pump",
    "label printer is on fire",
    "priority of the pumps",
    "due to rain the crane stands still",
    "status of the pump",
    "start button does nothing",
    "delete the old logs",
    "restore",
    "list of broken pumps",
    "undo button is grey",
    "comment",
    "comment on the pump",
    "new pump",
    "bulk LDG-1",
    "LDG-4 import",
    "",
)


@pytest.fixture(scope="module")
def orders() -> Orders:
    recorder = Recorder()
    nothing = {each.name: cast("Any", None) for each in dataclasses.fields(Services) if each.init}
    register_all(cast("Any", recorder), Services(**nothing))
    (listener,) = [each for kind, _, each in recorder.listeners if kind == "command"]
    commands: Commands = cast("Any", listener).__self__
    return Orders(commands)


@pytest.mark.parametrize("text", ORDERS)
def test_an_order(orders: Orders, text: str) -> None:
    order = orders.read(text, "LDG")
    assert order is not None
    assert (order.subcommand.name, order.key, order.rest) == ORDERS[text]


@pytest.mark.parametrize("text", ISSUES)
def test_an_issue(orders: Orders, text: str) -> None:
    assert orders.read(text, "LDG") is None


@pytest.mark.parametrize(
    "text", ["close as whatever", "Assign", "done with it", "comment on the pump", "list of pumps"]
)
def test_half_an_order(orders: Orders, text: str) -> None:
    unread = orders.unread(text, "LDG")
    assert unread is not None
    assert f"{unread.word} {unread.rest}".strip() == text


@pytest.mark.parametrize(
    "text", ["close", "close LDG-4 whenever", "LDG-4 is broken", "the lift is stuck", "new pump", ""]
)
def test_no_half_order(orders: Orders, text: str) -> None:
    assert orders.unread(text, "LDG") is None


@pytest.mark.parametrize("locale", ["en", "de"])
def test_every_order_that_needs_more_tells_what(orders: Orders, locale: str) -> None:
    for text in ("assign", "label", "priority", "due", "status", "comment"):
        unread = orders.unread(text, "LDG")
        assert unread is not None
        reply = half_order(unread.subcommand.name, unread.word, unread.rest, text, words(locale))
        taken(reply)
        assert words(locale)("order-write-alone", word=text) not in reply.text
