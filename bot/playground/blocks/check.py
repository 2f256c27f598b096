"""Checking blocks and views: what Slack would refuse, and where."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from bot.playground.blocks.elements import Suggestions
from bot.playground.blocks.layout import Home, Message, Modal

Surface = Literal["message", "modal", "home"]
Json = Mapping[str, Any]

MARKDOWN_CHARACTERS = 12_000
TABLE_CHARACTERS = 10_000
MAX_CHARTS = 2

_MESSAGE = TypeAdapter(Message)
_SUGGESTIONS = TypeAdapter(Suggestions)
_VIEWS: dict[str, TypeAdapter[Any]] = {"modal": TypeAdapter(Modal), "home": TypeAdapter(Home)}

# Where a block may stand; those not named may stand anywhere.
_SURFACES: dict[str, frozenset[str]] = {
    "alert": frozenset({"modal"}),
    "card": frozenset({"message"}),
    "carousel": frozenset({"message"}),
    "container": frozenset({"message"}),
    "context_actions": frozenset({"message"}),
    "data_table": frozenset({"message"}),
    "data_visualization": frozenset({"message"}),
    "file": frozenset({"message"}),
    "markdown": frozenset({"message"}),
    "table": frozenset({"message"}),
}
_MODAL_ELEMENTS = frozenset({"file_input", "email_text_input", "url_text_input", "number_input"})


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and the JSON pointer to it, from the message or view on."""

    pointer: str
    problem: str

    def message(self, prefix: str = "") -> str:
        return f"[ERROR] {self.problem} [json-pointer:{prefix}{self.pointer}]"

    def __str__(self) -> str:
        return f"{self.pointer}: {self.problem}"


def check_message(blocks: Any) -> list[Fault]:
    """The faults in the blocks of a message; none when Slack would take them."""
    if not isinstance(blocks, list):
        return [Fault("/blocks", "must provide an array")]
    payload = {"blocks": blocks}
    faults = _structure(_MESSAGE, payload)
    return faults or list(_rules(blocks, "message"))


def check_suggestions(answer: Any) -> list[Fault]:
    """The faults in what an app suggests for an external_select."""
    if not isinstance(answer, dict):
        return [Fault("", "must provide an object")]
    return _structure(_SUGGESTIONS, answer)


def check_view(view: Any) -> list[Fault]:
    """The faults in a modal or Home view."""
    if not isinstance(view, dict):
        return [Fault("", "must provide an object")]
    kind = view.get("type")
    adapter = _VIEWS.get(kind) if isinstance(kind, str) else None
    if adapter is None or (kind != "modal" and kind != "home"):
        return [Fault("/type", f"unsupported type: {kind}")]
    faults = _structure(adapter, view)
    if faults:
        return faults
    surface: Surface = "modal" if kind == "modal" else "home"
    return [*_rules(view["blocks"], surface), *_modal_rules(view, surface)]


def characters(blocks: list[Any]) -> int:
    """How much text the blocks show, as counted against Slack's total."""
    total = 0
    waiting: list[Any] = list(blocks)
    while waiting:
        item = waiting.pop()
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            for key, value in item.items():
                if isinstance(value, str):
                    total += len(value) if key in ("text", "title", "caption") else 0
                elif isinstance(value, dict | list):
                    waiting.append(value)
    return total


def _structure(adapter: TypeAdapter[Any], payload: Json) -> list[Fault]:
    try:
        adapter.validate_python(payload)
    except ValidationError as error:
        return [_fault(payload, item) for item in error.errors(include_url=False)]
    return []


def _fault(payload: Any, error: ErrorDetails) -> Fault:
    location, kind = list(error["loc"]), error["type"]
    last = location[-1] if location else ""
    if kind in ("missing", "extra_forbidden"):
        location = location[:-1]
    pointer = _pointer(payload, location)
    if kind in ("text_long", "text_short"):
        pointer += "/text"
    return Fault(pointer, _problem(kind, last, error))


def _pointer(payload: Any, location: list[int | str]) -> str:
    """pydantic's location also names the union members it went through; those are left out."""
    parts: list[str] = []
    at = payload
    for step in location:
        inside = isinstance(at, dict) and step in at
        if not inside and isinstance(at, list) and isinstance(step, int):
            inside = step < len(at)
        if not inside:
            continue
        at = at[step]
        parts.append(f"/{step}")
    return "".join(parts)


def _problem(kind: str, last: int | str, error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    words = {
        "missing": f"missing required field: {last}",
        "extra_forbidden": f"invalid additional property: {last}",
        "union_tag_not_found": "missing required field: type",
        "string_type": "must provide a string",
        "list_type": "must provide an array",
        "bool_type": "must provide a boolean",
        "int_type": "must provide an integer",
        "model_type": "must provide an object",
        "model_attributes_type": "must provide an object",
    }
    if kind in words:
        return words[kind]
    if kind == "union_tag_invalid":
        return f"unsupported type: {context.get('tag')}"
    if kind == "string_too_long":
        return f"must be less than {context['max_length'] + 1} characters"
    if kind == "string_too_short":
        return f"must be more than {context['min_length'] - 1} characters"
    if kind == "too_long":
        return f"no more than {context['max_length']} items allowed"
    if kind == "too_short":
        return f"no fewer than {context['min_length']} items allowed"
    text = error["msg"]
    return text[:1].lower() + text[1:]


def _nested(blocks: list[Any], pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, block in enumerate(blocks):
        here = f"{pointer}/{number}"
        yield here, block
        if block["type"] == "container":
            yield from _nested(block["child_blocks"], f"{here}/child_blocks")
        elif block["type"] == "carousel":
            yield from _nested(block["elements"], f"{here}/elements")


def _elements(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = block["type"]
    if kind == "section" and block.get("accessory"):
        yield "/accessory", block["accessory"]
    elif kind == "input":
        yield "/element", block["element"]
    elif kind in ("actions", "context_actions"):
        for number, element in enumerate(block["elements"]):
            yield f"/elements/{number}", element
    elif kind == "card":
        for number, element in enumerate(block.get("actions") or ()):
            yield f"/actions/{number}", element
    elif kind == "data_table":
        for row_number, row in enumerate(block["rows"]):
            for number, cell in enumerate(row):
                if cell["type"] == "action":
                    yield f"/rows/{row_number}/{number}/element", cell["element"]


def _rules(blocks: list[Any], surface: Surface) -> Iterator[Fault]:
    """What holds between parts, once each part is well-formed."""
    seen: set[str] = set()
    focused = 0
    for pointer, block in _nested(blocks, "/blocks"):
        kind, block_id = block["type"], block.get("block_id")
        if surface not in _SURFACES.get(kind, (surface,)):
            yield Fault(pointer, f"unsupported type: {kind} in a {surface}")
        if block_id is not None and block_id in seen:
            yield Fault(f"{pointer}/block_id", f'`block_id` "{block_id}" already exists')
        seen.add(block_id or "")
        actions: set[str] = set()
        for path, element in _elements(block):
            action_id = element.get("action_id")
            if action_id is not None and action_id in actions:
                problem = f'`action_id` "{action_id}" already exists for this block'
                yield Fault(f"{pointer}{path}/action_id", problem)
            actions.add(action_id or "")
            focused += bool(element.get("focus_on_load"))
            yield from _element_rules(element, f"{pointer}{path}", kind, surface)
    if focused > 1:
        yield Fault("/blocks", "only one element may have focus_on_load")
    yield from _totals(blocks)


def _element_rules(element: dict[str, Any], pointer: str, block: str, surface: Surface) -> Iterator[Fault]:
    if element["type"] in _MODAL_ELEMENTS and surface != "modal":
        yield Fault(pointer, f"unsupported type: {element['type']} in a {surface}")
    if element.get("response_url_enabled") and (surface != "modal" or block != "input"):
        yield Fault(pointer, "response_url_enabled works only in an input block of a modal")
    offered: list[dict[str, Any]] = list(element.get("options") or ())
    for group in element.get("option_groups") or ():
        offered.extend(group["options"])
    values = [option.get("value") for option in offered]
    if len(set(values)) != len(values):
        twice = next(value for value in values if values.count(value) > 1)
        yield Fault(pointer, f'option value "{twice}" already exists')
    if element["type"] in ("external_select", "multi_external_select"):
        return
    initial = element.get("initial_options") or [element.get("initial_option")]
    for option in initial:
        if option is not None and not any(_same(option, item) for item in offered):
            yield Fault(pointer, "initial option must be one of the options")


def _same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Slack compares text and value; defaults like `emoji` do not matter."""
    return (one["value"], one["text"]["text"]) == (other["value"], other["text"]["text"])


def _totals(blocks: list[Any]) -> Iterator[Fault]:
    every = [block for _, block in _nested(blocks, "/blocks")]
    markdown = sum(len(block["text"]) for block in every if block["type"] == "markdown")
    if markdown > MARKDOWN_CHARACTERS:
        problem = f"markdown blocks must have less than {MARKDOWN_CHARACTERS + 1} characters"
        yield Fault("/blocks", f"{problem} together")
    tables = sum(characters([block]) for block in every if block["type"] in ("table", "data_table"))
    if tables > TABLE_CHARACTERS:
        problem = f"tables must have less than {TABLE_CHARACTERS + 1} characters together"
        yield Fault("/blocks", problem)
    if sum(block["type"] == "data_visualization" for block in every) > MAX_CHARTS:
        yield Fault("/blocks", f"no more than {MAX_CHARTS} data_visualization blocks allowed")


def _modal_rules(view: dict[str, Any], surface: Surface) -> Iterator[Fault]:
    if surface != "modal" or view.get("submit") is not None:
        return
    if any(block["type"] == "input" for block in view["blocks"]):
        yield Fault("", "missing required field: submit (a modal with input blocks needs it)")
