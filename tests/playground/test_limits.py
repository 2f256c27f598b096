"""Every length and number of Slack's: the last that is taken, and the first that is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.playground.blocks import check_message, check_suggestions, check_view
from bot.playground.wire import Json
from tests.playground.world import button, modal, plain, text_input


def section(**more: Any) -> Json:
    return {"type": "section", "text": plain("x"), **more}


def actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


def options(count: int = 1, *, text: int = 1, value: int = 0) -> list[Json]:
    return [{"text": plain("x" * text), "value": f"{n}".ljust(value, "v")} for n in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "action_id": "s", **more}


def confirmed(**more: Any) -> list[Json]:
    parts = {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n"), **more}
    return actions(button("a", confirm=parts))


def raw(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def table(rows: int = 1, columns: int = 1, **more: Any) -> list[Json]:
    return [{"type": "table", "rows": [[raw()] * columns] * rows, **more}]


def data_table(rows: int = 1, columns: int = 1, **more: Any) -> list[Json]:
    return [{"type": "data_table", "caption": "c", "rows": [[raw()] * columns] * (rows + 1), **more}]


def plot(series: int = 1, points: int = 1, *, name: int = 2, label: int = 2, axis: int = 1) -> list[Json]:
    labels = [f"{n}".ljust(label, "l") for n in range(points)]
    chart = {
        "type": "bar",
        "series": [
            {"name": f"{n}".ljust(name, "n"), "data": [{"label": each, "value": 1} for each in labels]}
            for n in range(series)
        ],
        "axis_config": {"categories": labels, "x_label": "x" * axis, "y_label": "y" * axis},
    }
    return [{"type": "data_visualization", "title": "t", "chart": chart}]


def pie(segments: int = 1, *, title: int = 1, label: int = 1) -> list[Json]:
    parts = [{"label": "l" * label, "value": 1}] * segments
    return [{"type": "data_visualization", "title": "t" * title, "chart": {"type": "pie", "segments": parts}}]


def card(**more: Any) -> Json:
    return {"type": "card", "title": plain("x"), **more}


def container(children: int = 1, title: int = 1) -> list[Json]:
    return [{"type": "container", "title": plain("x" * title), "child_blocks": [section()] * children}]


def context(count: int) -> list[Json]:
    return [{"type": "context", "elements": [plain("x")] * count}]


def groups(count: int, inside: int = 1) -> list[Json]:
    return [
        {"label": plain("g"), "options": [{"text": plain("x"), "value": f"{g}.{n}"} for n in range(inside)]}
        for g in range(count)
    ]


MESSAGES: dict[str, tuple[int, Callable[[int], list[Json]]]] = {
    "blocks": (50, lambda n: [section()] * n),
    "text of a section": (3_000, lambda n: [section(text=plain("x" * n))]),
    "fields of a section": (10, lambda n: [section(fields=[plain("x")] * n)]),
    "text of a field": (2_000, lambda n: [section(fields=[plain("x" * n)])]),
    "header": (150, lambda n: [{"type": "header", "text": plain("x" * n)}]),
    "elements of a context": (10, context),
    "elements of actions": (25, lambda n: actions(*(button(f"a{i}") for i in range(n)))),
    "block_id": (255, lambda n: [section(block_id="b" * n)]),
    "action_id": (255, lambda n: actions(button("a" * n))),
    "text of a button": (75, lambda n: actions(button("a", "x" * n))),
    "value of a button": (2_000, lambda n: actions(button("a", value="v" * n))),
    "url of a button": (3_000, lambda n: actions(button("a", url="https://x.example/".ljust(n, "u")))),
    "options": (100, lambda n: actions(select(options=options(n)))),
    "groups of options": (100, lambda n: actions(select(option_groups=groups(n)))),
    "options of a group": (100, lambda n: actions(select(option_groups=groups(1, n)))),
    "text of an option": (75, lambda n: actions(select(options=options(text=n)))),
    "value of an option": (150, lambda n: actions(select(options=options(value=n)))),
    "placeholder": (150, lambda n: actions(select(options=options(), placeholder=plain("p" * n)))),
    "options of an overflow menu": (
        5,
        lambda n: actions({"type": "overflow", "action_id": "o", "options": options(n)}),
    ),
    "checkboxes": (
        10,
        lambda n: actions({"type": "checkboxes", "action_id": "c", "options": options(n)}),
    ),
    "title of a confirmation": (100, lambda n: confirmed(title=plain("x" * n))),
    "text of a confirmation": (300, lambda n: confirmed(text=plain("x" * n))),
    "yes of a confirmation": (30, lambda n: confirmed(confirm=plain("x" * n))),
    "no of a confirmation": (30, lambda n: confirmed(deny=plain("x" * n))),
    "markdown": (12_000, lambda n: [{"type": "markdown", "text": "x" * n}]),
    "markdown in all": (
        12_000,
        lambda n: [{"type": "markdown", "text": "x" * half} for half in (6_000, n - 6_000)],
    ),
    "rows of a table": (100, lambda n: table(n)),
    "cells of a table's row": (20, lambda n: table(1, n)),
    "text of all tables": (
        10_000,
        lambda n: [{"type": "table", "rows": [[raw("x" * part)]]} for part in (5_000, n - 5_000)],
    ),
    "rows of a data table": (100, lambda n: data_table(n)),
    "columns of a data table": (20, lambda n: data_table(1, n)),
    "page of a data table": (100, lambda n: data_table(page_size=n)),
    "charts": (2, lambda n: pie() * n),
    "title of a chart": (50, lambda n: pie(title=n)),
    "segments": (12, pie),
    "label of a segment": (20, lambda n: pie(label=n)),
    "series": (12, plot),
    "points": (20, lambda n: plot(1, n)),
    "name of a series": (20, lambda n: plot(name=n)),
    "label of a point": (20, lambda n: plot(label=n)),
    "label of an axis": (50, lambda n: plot(axis=n)),
    "title of a card": (150, lambda n: [card(title=plain("x" * n))]),
    "subtitle of a card": (150, lambda n: [card(subtitle=plain("x" * n))]),
    "body of a card": (200, lambda n: [card(body=plain("x" * n))]),
    "buttons of a card": (3, lambda n: [card(actions=[button(f"a{i}") for i in range(n)])]),
    "cards of a carousel": (10, lambda n: [{"type": "carousel", "elements": [card()] * n}]),
    "children of a container": (10, container),
}

VIEWS: dict[str, tuple[int, Callable[[int], Json]]] = {
    "blocks of a modal": (100, lambda n: modal(*[section()] * n)),
    "blocks of Home": (100, lambda n: {"type": "home", "blocks": [section()] * n}),
    "title": (24, lambda n: modal(title=plain("x" * n))),
    "submit": (24, lambda n: modal(submit=plain("x" * n))),
    "close": (24, lambda n: modal(close=plain("x" * n))),
    "private_metadata": (3_000, lambda n: modal(private_metadata="x" * n)),
    "private_metadata of Home": (
        3_000,
        lambda n: {"type": "home", "blocks": [], "private_metadata": "x" * n},
    ),
    "callback_id": (255, lambda n: modal(callback_id="x" * n)),
    "external_id": (255, lambda n: modal(external_id="x" * n)),
    "alert": (200, lambda n: modal({"type": "alert", "text": plain("x" * n)})),
    "label of an input": (2_000, lambda n: modal({**text_input("b"), "label": plain("x" * n)})),
    "hint of an input": (2_000, lambda n: modal(text_input("b", hint=plain("x" * n)))),
    "initial value": (
        3_000,
        lambda n: modal(
            {**text_input("b"), "element": {"type": "plain_text_input", "initial_value": "x" * n}}
        ),
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_up_to_its_limit(name: str) -> None:
    limit, build = MESSAGES[name]

    assert check_message(build(limit)) == []
    assert check_message(build(limit + 1))


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_up_to_its_limit(name: str) -> None:
    limit, build = VIEWS[name]

    assert check_view(build(limit)) == []
    assert check_view(build(limit + 1))


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "data_table", "rows": [[raw()], [raw()]]}],
        data_table(page_size=0),
        pie(0),
        plot(0, 1),
        [{"type": "carousel", "elements": []}],
        container(0),
    ],
)
def test_too_little_is_refused_too(blocks: list[Json]) -> None:
    assert check_message(blocks)


@pytest.mark.parametrize(
    "block",
    [
        *pie(),
        *data_table(),
        *table(),
        card(),
        {"type": "markdown", "text": "x"},
        *container(),
    ],
    ids=lambda block: str(block["type"]),
)
def test_home_and_modals_do_not_take_every_block(block: Json) -> None:
    for view in ({"type": "home", "blocks": [block]}, modal(block)):
        assert any("unsupported type" in fault.problem for fault in check_view(view))


def test_an_alert_has_a_level_of_slacks() -> None:
    alert = {"type": "alert", "text": plain("x")}

    assert not any(
        check_view(modal({**alert, "level": level}))
        for level in ("default", "info", "warning", "error", "success")
    )
    assert check_view(modal({**alert, "level": "loud"}))


@pytest.mark.parametrize(
    "answer",
    [
        {"options": options(101)},
        {"option_groups": groups(101)},
        {"options": options(text=76)},
        {"options": options(value=151)},
        {"options": [{"text": plain("x"), "value": 1}]},
        {"options": [{"text": {"type": "mrkdwn", "text": "x"}, "value": "1"}]},
        {"options": options(), "option_groups": groups(1)},
        {},
        None,
        [],
    ],
)
def test_faulty_suggestions(answer: Any) -> None:
    assert check_suggestions(answer)


@pytest.mark.parametrize(
    "answer", [{"options": options(100)}, {"options": []}, {"option_groups": groups(100)}]
)
def test_good_suggestions(answer: Json) -> None:
    assert check_suggestions(answer) == []
