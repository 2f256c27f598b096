"""A form whose work takes longer than Slack waits: what stands in its place meanwhile, and what becomes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from handlers.views.blocks import METADATA_MAX, Json, context, given, modal, rich_text, section
from handlers.views.replies import Reply
from handlers.views.rich_text import to_markdown
from handlers.words import Mrkdwn, Words, clean, escape

CALLBACK = "late"
# In the metadata of a form that came back: the request that it was first sent with.
FIRST: Final = "first"
# Begins the ids of blocks that say what went wrong.
_SAID: Final = "late:"
# So much of what was written is shown; more makes no small view.
WRITTEN_MAX: Final = 2_500
_SHOWN: Final = frozenset({"section", "context", "rich_text"})
_INITIAL: Final = {
    "value": "initial_value",
    "rich_text_value": "initial_value",
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


def working(form: Mapping[str, Any], words: Words) -> Json:
    """In place of the form. Should nothing ever come of it, what was written in it still stands there."""
    wrote = written(form)
    shown = [section(words("late-working"))]
    if wrote and len(wrote) <= WRITTEN_MAX:
        shown += [context(words("late-written")), _quoted(wrote)]
    return modal(CALLBACK, words.plain("late-working-title"), shown, close=words.plain("form-close"))


def done(reply: Reply | None, words: Words, *, close_all: bool) -> Json:
    """A modal cannot be closed from here. Its buttons stand where the reply is said."""
    shown = [_told(block) for block in reply.blocks if block["type"] in _SHOWN] if reply else []
    if not shown:
        shown = [section(reply.text if reply else words("late-done"))]
    view = modal(CALLBACK, words.plain("late-done-title"), shown, close=words.plain("form-close"))
    return view | ({"clear_on_close": True} if close_all else {})


def again(
    form: Mapping[str, Any], words: Words, *, errors: Mapping[str, str], said: str, first: str | None
) -> Json:
    """The very form, with everything entered; `said` on top of it, and each of `errors` under its block."""
    held = form["state"]["values"]
    blocks = [section(said) | {"block_id": _SAID}]
    for block in form["blocks"]:
        block_id = block["block_id"]
        if block_id.startswith(_SAID):
            continue
        blocks.append(_refilled(block, held.get(block_id) or {}))
        if block_id in errors:
            told = words("late-at-field", error=escape(errors[block_id]))
            blocks.append(context(told) | {"block_id": f"{_SAID}{block_id}"})
    return given(form) | {"blocks": blocks, "private_metadata": _metadata(form, first)}


def written(form: Mapping[str, Any]) -> str:
    """What was written in it, which is more than chosen: by field, as Markdown."""
    held = form["state"]["values"]
    parts = []
    for block in form["blocks"]:
        for value in (held.get(block["block_id"]) or {}).values():
            text = clean(value.get("value") or "") or to_markdown(value.get("rich_text_value"))
            if block["type"] == "input" and text:
                parts.append(f"{block['label']['text']}:\n{text}")
    return "\n\n".join(parts)


def given_back(said: Mrkdwn, wrote: str) -> Reply:
    """For somebody who closed the form meanwhile: what went wrong, and what they wrote."""
    blocks = [section(said), *([_quoted(wrote)] if wrote and len(wrote) <= WRITTEN_MAX else [])]
    return Reply(text=said, blocks=blocks)


def _told(block: Json) -> Json:
    return {name: part for name, part in block.items() if name not in ("accessory", "block_id")}


def _quoted(text: str) -> Json:
    return rich_text({"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]})


def _refilled(block: Json, held: Mapping[str, Any]) -> Json:
    filled = dict(block)
    for place in ("element", "accessory"):
        if isinstance(element := block.get(place), dict):
            filled[place] = _filled(element, held)
    if block["type"] == "actions":
        filled["elements"] = [_filled(element, held) for element in block["elements"]]
    return filled


def _filled(element: Json, held: Mapping[str, Any]) -> Json:
    value = held.get(element.get("action_id", ""))
    if value is None:
        return element
    filled = {name: part for name, part in element.items() if not name.startswith("initial_")}
    filled |= {_INITIAL[name]: part for name, part in value.items() if name in _INITIAL and part}
    return filled


def _metadata(form: Mapping[str, Any], first: str | None) -> str:
    was = str(form.get("private_metadata") or "")
    if first is None:
        return was
    metadata = json.loads(was or "{}") | {FIRST: first}
    more = json.dumps(metadata, separators=(",", ":"), ensure_ascii=False)
    return more if len(more) <= METADATA_MAX else was
