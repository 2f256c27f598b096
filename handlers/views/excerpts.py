"""The beginning of a long text, still as rich text or on one line."""

from __future__ import annotations

import re
from typing import Final

from handlers.views.blocks import Json
from handlers.views.markdown import to_plain, to_rich_text
from handlers.words import Mrkdwn, escape

# As `escape` leaves what `to_plain` makes of a mention.
_NAMED: Final = re.compile(r"&lt;([@#])([A-Z0-9]+)&gt;")


def cut(markdown: str, letters: int) -> Json | None:
    """At most `letters` characters of it as a rich_text block, ending in an ellipsis where more follows."""
    # Marks make the source longer than what is seen of it; four times as much is more than enough to read.
    whole = to_rich_text(markdown[: letters * 4])
    elements, _ = _cut_all(whole, letters)
    if not elements:
        return None
    if sum(map(_length, whole)) > letters or len(markdown) > letters * 4:
        elements.append({"type": "rich_text_section", "elements": [{"type": "text", "text": "…"}]})
    return {"type": "rich_text", "elements": elements}


def line(markdown: str, letters: int) -> Mrkdwn:
    """At most `letters` of it on one line, without its formatting; whom and which channel it names, by name."""
    plain = to_plain(markdown[: letters * 4])
    shown = plain if len(plain) <= letters else plain[: letters - 1].rstrip() + "…"
    return Mrkdwn(_NAMED.sub(r"<\1\2>", escape(shown)))


def _cut_all(elements: list[Json], left: int) -> tuple[list[Json], int]:
    kept: list[Json] = []
    for element in elements:
        if left <= 0:
            break
        if "elements" in element:
            inner, left = _cut_all(element["elements"], left)
            kept.append(element | {"elements": inner})
        else:
            kept.append(_cut_one(element, left))
            left -= _length(element)
    return kept, left


def _cut_one(element: Json, left: int) -> Json:
    if "text" not in element or len(element["text"]) <= left:
        return element
    return element | {"text": element["text"][:left].rstrip() or "…"}


def _length(element: Json) -> int:
    if "elements" in element:
        return sum(map(_length, element["elements"]))
    return len(element["text"]) if "text" in element else 10
