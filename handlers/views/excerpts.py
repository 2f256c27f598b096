"""The beginning of a long text, still as rich text."""

from __future__ import annotations

from handlers.views.blocks import Json
from handlers.views.markdown import to_rich_text


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
