"""Block Kit, as plain dictionaries that are always within Slack's limits.

A text of type `Mrkdwn` goes out as it is; any other `str` is what somebody typed, and is escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from handlers.words import Mrkdwn, clean, escape

Json = dict[str, Any]

SECTION_MAX = 3000
FIELD_MAX = 2000
HEADER_MAX = 150
BUTTON_MAX = 75
OPTION_MAX = 75
OPTIONS_MAX = 100
OVERFLOW_MAX = 5
PLACEHOLDER_MAX = 150
LABEL_MAX = 2000
TITLE_MAX = 24
METADATA_MAX = 3000
MESSAGE_BLOCKS_MAX = 50
VIEW_BLOCKS_MAX = 100
ELEMENTS_MAX = 25
CONTEXT_MAX = 10
MESSAGE_TEXT_MAX = 4000
INITIAL_VALUE_MAX = 3000


def truncate(text: str, limit: int) -> str:
    """`text` in at most `limit` characters, with an ellipsis where it was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def cut_mrkdwn(text: Mrkdwn, limit: int) -> Mrkdwn:
    """Cuts escaped text without leaving half an entity, half a link, or half a pair of invisible spaces."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    opened, entity = kept.rfind("<"), kept.rfind("&")
    if opened > kept.rfind(">"):
        kept = kept[:opened]
    if entity > kept.rfind(";"):
        kept = kept[:entity]
    return Mrkdwn(kept.rstrip() + "…")


def mrkdwn(text: str, limit: int = SECTION_MAX) -> Json:
    return {"type": "mrkdwn", "text": cut_mrkdwn(escape(text), limit) or " "}


def plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": truncate(clean(text), limit).strip() or "–", "emoji": True}


def section(
    text: str | None = None,
    *,
    fields: Sequence[str] = (),
    accessory: Json | None = None,
    block_id: str | None = None,
) -> Json:
    block: Json = {"type": "section"}
    if text is not None:
        block["text"] = mrkdwn(text)
    if fields:
        block["fields"] = [mrkdwn(field, FIELD_MAX) for field in fields[:10]]
    return _with(block, accessory=accessory, block_id=block_id)


def context(*texts: str) -> Json:
    return {"type": "context", "elements": [mrkdwn(text, FIELD_MAX) for text in texts[:CONTEXT_MAX]]}


def header(text: str) -> Json:
    return {"type": "header", "text": plain(text, HEADER_MAX)}


def divider() -> Json:
    return {"type": "divider"}


def actions(*elements: Json, block_id: str | None = None) -> Json:
    return _with({"type": "actions", "elements": list(elements[:ELEMENTS_MAX])}, block_id=block_id)


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: str | None = None,
    confirm: Json | None = None,
    url: str | None = None,
) -> Json:
    block: Json = {"type": "button", "text": plain(text, BUTTON_MAX), "action_id": action_id}
    return _with(block, value=value or None, style=style, confirm=confirm, url=url)


def confirm(title: str, text: str, yes: str, no: str) -> Json:
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def option(text: str, value: str, description: str | None = None) -> Json:
    about = plain(description, OPTION_MAX) if description else None
    return _with({"text": plain(text, OPTION_MAX), "value": value[:150]}, description=about)


def overflow(action_id: str, options: Sequence[Json]) -> Json:
    return {"type": "overflow", "action_id": action_id, "options": list(options[:OVERFLOW_MAX])}


def static_select(
    action_id: str, placeholder: str, options: Sequence[Json], *, initial: Json | None = None
) -> Json:
    block: Json = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
        "options": list(options[:OPTIONS_MAX]),
    }
    return _with(block, initial_option=initial)


def multi_static_select(
    action_id: str, placeholder: str, options: Sequence[Json], *, initial: Sequence[Json] = ()
) -> Json:
    block: Json = {
        "type": "multi_static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
        "options": list(options[:OPTIONS_MAX]),
    }
    return _with(block, initial_options=list(initial[:OPTIONS_MAX]) or None)


def external_select(
    action_id: str, placeholder: str, *, initial: Json | None = None, min_query: int = 0
) -> Json:
    block: Json = {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
        "min_query_length": min_query,
    }
    return _with(block, initial_option=initial)


def multi_external_select(
    action_id: str,
    placeholder: str,
    *,
    initial: Sequence[Json] = (),
    min_query: int = 0,
    most: int | None = None,
) -> Json:
    block: Json = {
        "type": "multi_external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
        "min_query_length": min_query,
    }
    return _with(block, initial_options=list(initial[:OPTIONS_MAX]) or None, max_selected_items=most)


def users_select(action_id: str, placeholder: str, *, initial: str | None = None) -> Json:
    block: Json = {
        "type": "users_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
    }
    return _with(block, initial_user=initial)


def date_picker(action_id: str, placeholder: str, *, initial: str | None = None) -> Json:
    block: Json = {
        "type": "datepicker",
        "action_id": action_id,
        "placeholder": plain(placeholder, PLACEHOLDER_MAX),
    }
    return _with(block, initial_date=initial)


def checkboxes(action_id: str, options: Sequence[Json], *, initial: Sequence[Json] = ()) -> Json:
    block: Json = {"type": "checkboxes", "action_id": action_id, "options": list(options[:10])}
    return _with(block, initial_options=list(initial[:10]) or None)


def radio(action_id: str, options: Sequence[Json], *, initial: Json | None = None) -> Json:
    block: Json = {"type": "radio_buttons", "action_id": action_id, "options": list(options[:10])}
    return _with(block, initial_option=initial)


def text_input(
    action_id: str,
    *,
    placeholder: str | None = None,
    initial: str = "",
    multiline: bool = False,
    most: int | None = None,
    focus: bool = False,
    dispatch_on: str | None = None,
) -> Json:
    """`dispatch_on`: `on_enter_pressed` or `on_character_entered`, for an input block that dispatches."""
    block: Json = {"type": "plain_text_input", "action_id": action_id}
    return _with(
        block,
        multiline=multiline or None,
        placeholder=plain(placeholder, PLACEHOLDER_MAX) if placeholder else None,
        initial_value=initial[: min(most or INITIAL_VALUE_MAX, INITIAL_VALUE_MAX)] or None,
        max_length=most,
        focus_on_load=focus or None,
        dispatch_action_config={"trigger_actions_on": [dispatch_on]} if dispatch_on else None,
    )


def rich_text_input(action_id: str, *, placeholder: str | None = None, initial: Json | None = None) -> Json:
    return _with(
        {"type": "rich_text_input", "action_id": action_id},
        placeholder=plain(placeholder, PLACEHOLDER_MAX) if placeholder else None,
        initial_value=initial,
    )


def input_block(
    label: str,
    element: Json,
    block_id: str,
    *,
    optional: bool = False,
    hint: str | None = None,
    dispatch: bool = False,
) -> Json:
    block: Json = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, LABEL_MAX),
        "element": element,
    }
    return _with(
        block,
        optional=optional or None,
        hint=plain(hint, LABEL_MAX) if hint else None,
        dispatch_action=dispatch or None,
    )


def rich_text(*elements: Json, block_id: str | None = None) -> Json:
    """Shows text letter by letter: nothing in it is read as formatting, a mention or a link."""
    return _with({"type": "rich_text", "elements": list(elements)}, block_id=block_id)


def box(text: str) -> Json:
    """To be copied whole."""
    return rich_text({"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]})


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Json],
    *,
    submit: str | None = None,
    close: str | None = None,
    metadata: Json | None = None,
    notify_on_close: bool = False,
) -> Json:
    view: Json = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, TITLE_MAX),
        "blocks": list(blocks[:VIEW_BLOCKS_MAX]),
    }
    private = _private(metadata) if metadata else None
    if private is not None and len(private) > METADATA_MAX:
        raise ValueError(f"private_metadata of {len(private)} characters")
    return _with(
        view,
        submit=plain(submit, TITLE_MAX) if submit else None,
        close=plain(close, TITLE_MAX) if close else None,
        private_metadata=private,
        notify_on_close=notify_on_close or None,
    )


def fits(metadata: Json) -> bool:
    """Whether a modal holds so much."""
    return len(_private(metadata)) <= METADATA_MAX


def _private(metadata: Json) -> str:
    return json.dumps(metadata, separators=(",", ":"), ensure_ascii=False)


# What of a view Slack takes back; the rest (id, hash, state...) is its own.
_GIVEN = (
    "type",
    "callback_id",
    "title",
    "submit",
    "close",
    "blocks",
    "private_metadata",
    "notify_on_close",
    "clear_on_close",
)


def given(view: Mapping[str, Any]) -> Json:
    """A view that Slack handed over, as it is handed back to be changed."""
    return {name: view[name] for name in _GIVEN if view.get(name)}


def home(blocks: Sequence[Json]) -> Json:
    return {"type": "home", "blocks": list(blocks[:VIEW_BLOCKS_MAX])}


def _with(block: Json, **optional: object) -> Json:
    block.update((key, value) for key, value in optional.items() if value is not None)
    return block
