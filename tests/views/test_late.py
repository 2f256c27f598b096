"""A form that comes back holds what was entered, whatever it is made of."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.playground.inputs import state_values
from handlers.views import late
from handlers.views.blocks import (
    METADATA_MAX,
    actions,
    checkboxes,
    date_picker,
    external_select,
    input_block,
    modal,
    multi_external_select,
    multi_static_select,
    option,
    radio,
    rich_text_input,
    section,
    static_select,
    text_input,
    users_select,
)
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, words
from tests.views.samples import taken_view

Json = dict[str, Any]
ONE, TWO = option("One", "1"), option("Two", "2")
RICH = {
    "type": "rich_text",
    "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "*as typed*"}]}],
}
# Each as it was shown first, and what it holds then.
FIELDS: dict[str, tuple[Json, Json]] = {
    "text": (text_input("a", initial="was"), {"value": "is"}),
    "emptied": (text_input("a", initial="was"), {"value": None}),
    "rich": (rich_text_input("a"), {"rich_text_value": RICH}),
    "static": (static_select("a", "p", [ONE, TWO], initial=ONE), {"selected_option": TWO}),
    "statics": (multi_static_select("a", "p", [ONE, TWO], initial=[ONE]), {"selected_options": [TWO]}),
    "none": (multi_static_select("a", "p", [ONE, TWO], initial=[ONE]), {"selected_options": []}),
    "external": (external_select("a", "p"), {"selected_option": TWO}),
    "externals": (multi_external_select("a", "p"), {"selected_options": [ONE, TWO]}),
    "user": (users_select("a", "p", initial="U1"), {"selected_user": "U2"}),
    "date": (date_picker("a", "p"), {"selected_date": "2026-03-04"}),
    "boxes": (checkboxes("a", [ONE, TWO], initial=[ONE]), {"selected_options": [TWO]}),
    "radio": (radio("a", [ONE, TWO], initial=ONE), {"selected_option": TWO}),
    "time": ({"type": "timepicker", "action_id": "a", "initial_time": "09:00"}, {"selected_time": "10:30"}),
    "where": (
        {"type": "conversations_select", "action_id": "a", "default_to_current_conversation": True},
        {"selected_conversation": "C1"},
    ),
}


def sent(*blocks: Json, **values: Json) -> Json:
    """As Slack hands it over."""
    form = modal("form", "Form", blocks, submit="Send", close="Close", metadata={"i": "x"})
    named = [{"block_id": f"b{at}", **block} for at, block in enumerate(form["blocks"])]
    return form | {"id": "V1", "hash": "1.2", "blocks": named, "state": {"values": values}}


def again(form: Json, **errors: str) -> Json:
    back = late.again(form, words("en"), errors=errors, said="Not done yet", first="view:V1:1.2")
    taken_view(back)
    return back


@pytest.mark.parametrize("kind", FIELDS)
def test_what_was_entered_is_there_again(kind: str) -> None:
    element, value = FIELDS[kind]
    held = {"type": element["type"], **value}
    form = sent(input_block("Field", element, "field", optional=True), field={"a": held})
    assert state_values(again(form)["blocks"], None, None)["field"]["a"] == held


def test_what_is_chosen_beside_the_fields_is_there_again() -> None:
    choice = static_select("a", "p", [ONE, TWO], initial=ONE)
    held = {"type": "static_select", "selected_option": TWO}
    beside = section("x", accessory=choice, block_id="beside")
    under = actions(choice | {"action_id": "b"}, block_id="under")
    back = again(sent(beside, under, beside={"a": held}, under={"b": held}))
    assert state_values(back["blocks"], None, None) == {"beside": {"a": held}, "under": {"b": held}}


def test_what_went_wrong_stands_on_top_and_under_its_field_once() -> None:
    form = sent(input_block("A", text_input("a"), "a"), input_block("B", text_input("a"), "b"))
    back = again(form, b="Too <long>")
    twice = again(back | {"state": {"values": {}}}, b="Too <long>")
    assert [block["block_id"] for block in twice["blocks"]] == ["late:", "a", "b", "late:b"]
    assert "Too &lt;long&gt;" in twice["blocks"][3]["elements"][0]["text"]


def test_the_request_it_was_first_sent_with_is_kept_where_there_is_room() -> None:
    form = sent(input_block("A", text_input("a"), "a"))
    assert json.loads(again(form)["private_metadata"]) == {"i": "x", late.FIRST: "view:V1:1.2"}
    full = form | {"private_metadata": json.dumps({"q": "x" * (METADATA_MAX - 10)})}
    assert again(full)["private_metadata"] == full["private_metadata"]


@pytest.mark.parametrize("length", [10, late.WRITTEN_MAX, 200_000])
def test_what_was_written_is_shown_meanwhile_unless_it_is_very_long(length: int) -> None:
    field = input_block("Text", text_input("a", multiline=True), "text")
    form = sent(field, text={"a": {"type": "plain_text_input", "value": "x" * length}})
    view = late.working(form, words("en"))
    taken_view(view)
    assert ("xxx" in str(view)) is (length < late.WRITTEN_MAX)
    taken_view(late.done(None, words("en"), close_all=True))


def test_an_answer_stands_there_without_its_buttons() -> None:
    reply = Reply(text="Created", blocks=[section(Mrkdwn("*Created*")), actions(text_button(), block_id="x")])
    view = late.done(reply, words("en"), close_all=False)
    taken_view(view)
    assert [block["type"] for block in view["blocks"]] == ["section"]
    assert "clear_on_close" not in view


def text_button() -> Json:
    return {"type": "button", "action_id": "undo", "text": {"type": "plain_text", "text": "Undo"}}
