"""The interactive elements of a surface, and the values people put into them."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.playground.ids import block_name
from bot.playground.wire import Json

_TEXTS = {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
}
_ONE = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "overflow": "selected_option",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_MANY = {
    "checkboxes": "selected_options",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
_INITIAL = {
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
}
# Pressed, not filled: they leave no value behind.
_BUTTONS = {"button", "overflow", "workflow_button", "feedback_buttons", "icon_button", "image"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An element and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block.get("block_id", ""))

    @property
    def action_id(self) -> str:
        return str(self.element.get("action_id", ""))

    @property
    def is_input(self) -> bool:
        return str(self.block["type"]) == "input"

    @property
    def dispatches(self) -> bool:
        """Whether using it reaches the app at once."""
        return not self.is_input or bool(self.block.get("dispatch_action"))


def places(blocks: list[Json]) -> Iterator[Place]:
    for block in blocks:
        for key in ("accessory", "element"):
            element = block.get(key)
            if isinstance(element, dict) and element.get("type") != "image":
                yield Place(block=block, element=element)
        if block["type"] in ("actions", "context_actions"):
            for element in block.get("elements", ()):
                yield Place(block=block, element=element)
        if block["type"] == "card":
            for element in block.get("actions") or ():
                yield Place(block=block, element=element)
        nested = block.get("elements") if block["type"] == "carousel" else None
        yield from places(block.get("child_blocks") or nested or [])
        if block["type"] == "data_table":
            for row in block.get("rows", ()):
                for cell in row:
                    if cell.get("type") == "action" and isinstance(cell.get("element"), dict):
                        yield Place(block=block, element=cell["element"])


def named(blocks: list[Json]) -> list[Json]:
    """A copy with the block_ids and action_ids that were left out."""
    blocks = copy.deepcopy(blocks)
    for block in blocks:
        if block["type"] == "markdown":
            # Its own is not kept.
            block["block_id"] = block_name()
        block.setdefault("block_id", block_name())
    for place in places(blocks):
        place.block.setdefault("block_id", block_name())
        place.element.setdefault("action_id", block_name())
    return blocks


def initial(element: Json) -> Json | None:
    """The value an element starts with, in the form of `state.values`."""
    kind = element["type"]
    if kind in _BUTTONS:
        return None
    if kind in _TEXTS:
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": element.get("initial_value")}
    if kind == "file_input":
        return {"type": kind, "files": []}
    key = _ONE.get(kind) or _MANY.get(kind)
    if key is None:
        return None
    fallback: Any = [] if kind in _MANY else None
    return {"type": kind, key: element.get(_INITIAL[key], fallback)}


def state_values(blocks: list[Json], before: list[Json] | None, kept: Json | None) -> Json:
    """`state.values` of a surface: what people entered stays while both ids stay."""
    old = {(item.block_id, item.action_id): item.element["type"] for item in places(before or [])}
    values: Json = {}
    for place in places(blocks):
        value = initial(place.element)
        if value is None:
            continue
        key = (place.block_id, place.action_id)
        if kept is not None and old.get(key) == place.element["type"]:
            value = kept.get(key[0], {}).get(key[1], value)
        values.setdefault(key[0], {})[key[1]] = value
    return values


def options(element: Json) -> list[Json]:
    found: list[Json] = list(element.get("options") or ())
    for group in element.get("option_groups") or ():
        found.extend(group["options"])
    return found


def option(element: Json, value: Any) -> Json:
    """The element's option with this value or text; a whole option passes through."""
    if isinstance(value, dict):
        return value
    for item in options(element):
        if value in (item.get("value"), item["text"]["text"]):
            return item
    raise ValueError(f"no option {value!r} in {element.get('action_id')!r}")


def typed(element: Json, value: Any, *, offered: list[Json] | None = None) -> Json:
    """What a person entered, in the form of `state.values`; None empties the element.

    `offered` are the options an app gave to an external select. A value that has
    that form already stays as it is.
    """
    kind = element["type"]
    if isinstance(value, dict) and value.get("type") == kind:
        return value
    if kind in _TEXTS:
        return {"type": kind, "value": None if value in (None, "") else str(value)}
    if kind == "rich_text_input":
        return {"type": kind, "rich_text_value": _rich_text(value)}
    if kind == "file_input":
        return {"type": kind, "files": [] if value is None else value}
    if offered is not None:
        element = {"action_id": element.get("action_id"), "options": offered}
    if kind in _MANY:
        items = value if isinstance(value, list) else [] if value is None else [value]
        if _MANY[kind] == "selected_options":
            items = [option(element, item) for item in items]
        return {"type": kind, _MANY[kind]: items}
    key = _ONE.get(kind)
    if key is None:
        raise ValueError(f"a {kind} takes no value")
    if key == "selected_option" and value is not None:
        value = option(element, value)
    return {"type": kind, key: value}


def _rich_text(value: Any) -> Json | None:
    if value is None or isinstance(value, dict):
        return value
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": value}]}
    return {"type": "rich_text", "elements": [section]}


def is_empty(value: Json) -> bool:
    return all(item in (None, "", []) for key, item in value.items() if key != "type")
