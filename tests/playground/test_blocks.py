from __future__ import annotations

from typing import Any

import pytest

from bot.playground.blocks import characters, check_message, check_view
from bot.playground.wire import Json
from tests.playground.world import button, modal, plain, text_input

SECTION: Json = {"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}


def option(value: str, text: str | None = None) -> Json:
    return {"text": plain(text or value), "value": value}


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", "options": [option("a"), option("b")], **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def chart(**more: Any) -> Json:
    points = [{"label": "Mon", "value": 1}, {"label": "Tue", "value": 2.5}]
    return {
        "type": "data_visualization",
        "title": "Issues",
        "chart": {
            "type": "line",
            "series": [{"name": "open", "data": points}],
            "axis_config": {"categories": ["Mon", "Tue"], "x_label": "Day"},
            **more,
        },
    }


def data_table(*rows: list[Json], **more: Any) -> Json:
    return {"type": "data_table", "caption": "Issues", "rows": list(rows), **more}


def raw(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def rich(*elements: Json) -> Json:
    section = {"type": "rich_text_section", "elements": list(elements)}
    return {"type": "rich_text", "elements": [section]}


ACCEPTED: dict[str, list[Json]] = {
    "section": [SECTION],
    "fields": [{"type": "section", "fields": [plain("a"), {"type": "mrkdwn", "text": "*b*"}]}],
    "divider": [{"type": "divider"}],
    "header": [{"type": "header", "text": plain("Title")}],
    "image": [{"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a"}],
    "context": [{"type": "context", "elements": [plain("a"), {"type": "mrkdwn", "text": "b"}]}],
    "buttons": [actions(button("a", style="primary"), button("b", value="1"))],
    "select": [actions(select(initial_option=option("b"), placeholder=plain("Pick")))],
    "overflow": [{**SECTION, "accessory": {"type": "overflow", "options": [option("a")]}}],
    "rich text": [
        rich({"type": "text", "text": "x", "style": {"bold": True}}, {"type": "user", "user_id": "U1"})
    ],
    "markdown": [{"type": "markdown", "text": "# x"}],
    "table": [{"type": "table", "rows": [[raw("a"), {"type": "raw_number", "value": 3}]]}],
    "data table": [data_table([raw("a")], [rich({"type": "text", "text": "b"})], page_size=5)],
    "chart": [chart()],
    "pie": [
        {
            "type": "data_visualization",
            "title": "By status",
            "chart": {"type": "pie", "segments": [{"label": "open", "value": 3}]},
        }
    ],
    "card": [{"type": "card", "title": plain("x"), "actions": [button("a")]}],
    "carousel": [{"type": "carousel", "elements": [{"type": "card", "body": plain("x")}]}],
    "container": [{"type": "container", "title": plain("x"), "child_blocks": [SECTION]}],
    "input": [text_input("b")],
    "feedback": [
        {
            "type": "context_actions",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "positive_button": {"text": plain("Good"), "value": "1"},
                    "negative_button": {"text": plain("Bad"), "value": "0"},
                }
            ],
        }
    ],
}

REFUSED: list[tuple[str, list[Json], str, str]] = [
    ("unknown block", [{"type": "sectoin"}], "/blocks/0", "unsupported type: sectoin"),
    ("no type", [{"text": plain("x")}], "/blocks/0", "missing required field: type"),
    ("unknown key", [{**SECTION, "txt": 1}], "/blocks/0", "invalid additional property: txt"),
    ("empty section", [{"type": "section"}], "/blocks/0", "missing required field: text or fields"),
    (
        "long section",
        [{"type": "section", "text": plain("x" * 3001)}],
        "/blocks/0/text/text",
        "must be less than 3001 characters",
    ),
    ("empty text", [{"type": "section", "text": plain("")}], "/blocks/0/text/text", "more than 0 characters"),
    (
        "eleven fields",
        [{"type": "section", "fields": [plain("x")] * 11}],
        "/blocks/0/fields",
        "no more than 10 items",
    ),
    (
        "mrkdwn header",
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        "/blocks/0/text/type",
        "plain_text",
    ),
    ("long header", [{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text", "less than 151"),
    ("long button", [actions(button("a", "x" * 76))], "/blocks/0/elements/0/text/text", "less than 76"),
    (
        "button value",
        [actions(button("a", value="x" * 2001))],
        "/blocks/0/elements/0/value",
        "less than 2001 characters",
    ),
    (
        "number as value",
        [actions(button("a", value=5))],
        "/blocks/0/elements/0/value",
        "must provide a string",
    ),
    (
        "mrkdwn button",
        [actions({"type": "button", "action_id": "a", "text": {"type": "mrkdwn", "text": "x"}})],
        "/blocks/0/elements/0/text/type",
        "plain_text",
    ),
    ("26 buttons", [actions(*(button(f"a{n}") for n in range(26)))], "/blocks/0/elements", "no more than 25"),
    ("no elements", [actions()], "/blocks/0/elements", "no fewer than 1"),
    (
        "eleven in a context",
        [{"type": "context", "elements": [plain("x")] * 11}],
        "/blocks/0/elements",
        "than 10",
    ),
    (
        "101 options",
        [actions(select(options=[option(str(n)) for n in range(101)]))],
        "/blocks/0/elements/0",
        "than 100",
    ),
    (
        "same values",
        [actions(select(options=[option("a"), option("a")]))],
        "/blocks/0/elements/0",
        '"a" already',
    ),
    (
        "long option",
        [actions(select(options=[option("a", "x" * 76)]))],
        "/blocks/0/elements/0/options/0/text/text",
        "less than 76",
    ),
    (
        "number option",
        [actions(select(options=[{"text": plain("1"), "value": 1}]))],
        "/value",
        "provide a string",
    ),
    (
        "initial elsewhere",
        [actions(select(initial_option=option("c")))],
        "/blocks/0/elements/0",
        "one of the options",
    ),
    (
        "options and groups",
        [actions(select(option_groups=[{"label": plain("g"), "options": [option("a")]}]))],
        "/blocks/0/elements/0",
        "exactly one of options and option_groups",
    ),
    (
        "same action",
        [actions(button("a"), button("a"))],
        "/blocks/0/elements/1/action_id",
        '"a" already exists',
    ),
    (
        "same block",
        [{**SECTION, "block_id": "b"}, {**SECTION, "block_id": "b"}],
        "/blocks/1/block_id",
        '"b" already exists',
    ),
    ("long block_id", [{**SECTION, "block_id": "x" * 256}], "/blocks/0/block_id", "less than 256"),
    ("input in actions", [actions({"type": "plain_text_input"})], "/blocks/0/elements/0", "unsupported type"),
    (
        "button as input",
        [{**text_input("b"), "element": button("a")}],
        "/blocks/0/element",
        "unsupported type",
    ),
    ("51 blocks", [SECTION] * 51, "/blocks", "no more than 50 items"),
    (
        "long confirm",
        [
            actions(
                button(
                    "a",
                    confirm={
                        "title": plain("x" * 101),
                        "text": plain("x"),
                        "confirm": plain("y"),
                        "deny": plain("n"),
                    },
                )
            )
        ],
        "/blocks/0/elements/0/confirm/title/text",
        "less than 101",
    ),
    ("alert in a message", [{"type": "alert", "text": plain("x")}], "/blocks/0", "unsupported type: alert"),
    ("markdown in all", [{"type": "markdown", "text": "x" * 7000}] * 2, "/blocks", "less than 12001"),
    (
        "ragged data table",
        [data_table([raw("a")], [raw("b"), raw("c")])],
        "/blocks/0",
        "same number of cells",
    ),
    (
        "rich header cell",
        [data_table([rich({"type": "text", "text": "x"})], [raw("b")])],
        "/blocks/0",
        "header cells",
    ),
    ("only a header", [data_table([raw("a")])], "/blocks/0/rows", "no fewer than 2"),
    (
        "102 rows",
        [data_table(*([raw("a")] for _ in range(102)))],
        "/blocks/0/rows",
        "no more than 101",
    ),
    ("table text", [{"type": "table", "rows": [[raw("x" * 10_001)]]}], "/blocks", "less than 10001"),
    ("three charts", [chart(), chart(), chart()], "/blocks", "no more than 2 data_visualization"),
    (
        "missing category",
        [chart(axis_config={"categories": ["Mon", "Tue", "Wed"]})],
        "/blocks/0/chart",
        "one point for every category",
    ),
    ("empty card", [{"type": "card", "subtitle": plain("x")}], "/blocks/0", "at least one of"),
    (
        "nested section",
        [{"type": "container", "title": plain("x"), "child_blocks": [{"type": "section"}]}],
        "/blocks/0/child_blocks/0",
        "text or fields",
    ),
    (
        "file input outside",
        [{**text_input("b"), "element": {"type": "file_input"}}],
        "/blocks/0/element",
        "file_input",
    ),
    (
        "bad image",
        [{"type": "image", "image_url": "a.png", "alt_text": "x"}],
        "/blocks/0/image_url",
        "pattern",
    ),
    ("bad rich text", [rich({"type": "text", "text": 5})], "/elements/0/elements/0/text", "provide a string"),
]


@pytest.mark.parametrize("name", ACCEPTED)
def test_a_message_takes(name: str) -> None:
    assert check_message(ACCEPTED[name]) == []


@pytest.mark.parametrize(
    ("blocks", "pointer", "problem"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_message_refuses(blocks: list[Json], pointer: str, problem: str) -> None:
    faults = check_message(blocks)

    assert faults
    assert any(pointer in fault.pointer and problem in fault.problem for fault in faults), faults


def test_a_fault_reads_like_slacks() -> None:
    (fault,) = check_message([{"type": "header", "text": plain("x" * 200)}])

    assert fault.message() == "[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]"


def test_every_fault_is_named_at_once() -> None:
    faults = check_message([{"type": "section"}, {"type": "header", "text": plain("")}])

    assert [fault.pointer for fault in faults] == ["/blocks/0", "/blocks/1/text/text"]


@pytest.mark.parametrize(
    ("view", "pointer"),
    [
        (modal(text_input("b"), submit=None), ""),
        (modal(text_input("b"), title=plain("x" * 25)), "/title/text"),
        (modal(text_input("b"), private_metadata="x" * 3001), "/private_metadata"),
        (modal(text_input("b"), callback_id="x" * 256), "/callback_id"),
        (modal(*[SECTION] * 101), "/blocks"),
        (modal({"type": "markdown", "text": "x"}), "/blocks/0"),
        (modal(SECTION, colour="red"), ""),
        ({"type": "home", "title": plain("x"), "blocks": []}, ""),
        ({"type": "home", "blocks": [{"type": "alert", "text": plain("x")}]}, "/blocks/0"),
        ({"type": "dialog", "blocks": []}, "/type"),
        ({"type": "modal", "blocks": []}, ""),
        ({"type": "modal", "title": plain("x")}, ""),
        ([], ""),
    ],
)
def test_a_view_is_refused(view: Any, pointer: str) -> None:
    assert pointer in [fault.pointer for fault in check_view(view)]


@pytest.mark.parametrize(
    "view",
    [
        modal(text_input("b"), notify_on_close=True, close=plain("Cancel")),
        modal(SECTION, submit=None),
        modal({"type": "alert", "text": plain("Careful"), "level": "warning"}, submit=None),
        modal(*[SECTION] * 100),
        modal({**text_input("b"), "element": {"type": "file_input", "filetypes": ["csv"], "max_files": 1}}),
        {"type": "home", "blocks": [SECTION, actions(button("a"))]},
    ],
)
def test_a_view_is_taken(view: Json) -> None:
    assert check_view(view) == []


def test_two_inputs_cannot_both_have_the_focus() -> None:
    focused = {"type": "plain_text_input", "focus_on_load": True}
    faults = check_view(
        modal({**text_input("a"), "element": focused}, {**text_input("b"), "element": focused})
    )

    assert [fault.problem for fault in faults] == ["only one element may have focus_on_load"]


def test_characters_counts_what_is_shown() -> None:
    assert characters([SECTION, {"type": "header", "text": plain("abc")}]) == 8
