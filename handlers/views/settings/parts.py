"""What the forms of the settings have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from handlers.views.blocks import Json, actions, button, section
from handlers.words import Words

# Takes a decision back by deciding the opposite; its value says which (see `decision`).
UNDO: Final = "settings_undo"
VALUE_MAX: Final = 2000


def decision(kind: str, **values: Any) -> str:
    """What a button decides when it is pressed."""
    return json.dumps({"kind": kind, **values}, separators=(",", ":"), ensure_ascii=False)


def decided(value: str) -> tuple[str, Mapping[str, Any]]:
    values = json.loads(value)
    return values.pop("kind"), values


def confirmation(text: str, words: Words, back: str | None) -> list[Json]:
    """`back` is the decision that takes it back."""
    if back is None or len(back) > VALUE_MAX:
        return [section(text)]
    return [section(text), actions(button(words.plain("button-undo"), UNDO, back))]


def notice(said: Sequence[Json]) -> list[Json]:
    """What was just decided, above the rest of the form it was decided in."""
    return [*said, {"type": "divider"}] if said else []


def metadata_of(view: Mapping[str, Any]) -> Json:
    kept: Json = json.loads(view.get("private_metadata") or "{}")
    return kept
