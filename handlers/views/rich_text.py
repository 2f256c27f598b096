"""From what Slack's rich text editor hands back to the Markdown that is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from handlers.views.blocks import Json
from handlers.words import clean

_MARKS = {"bold": "**", "italic": "*", "strike": "~~"}
# What would be read as a mark. At the edges of a run another run's marks may follow: there it counts as one.
_MEANT = re.compile(
    r"\\(?=[!-/:-@\[-`{-~]|$)|`|(?<!\s)\*|\*(?!\s)|~(?=~|$)|(?<=~)~|^~"
    r"|(?<![^\W_])_|_(?![^\W_])|\[(?=[^\]]*(?:\]\(|$))|<(?=[@#:]|https?:|mailto:|$)"
)
_LINE_START = re.compile(r"^( *)(?:([-•>])|(\d{1,9})([.)]))", re.MULTILINE)
_EMOJI = re.compile(r"(?<![\w:]):(?=[a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?:(?![\w:]))")


def to_markdown(block: Json | None) -> str:
    """`block` is a rich_text block, or None for an input left empty."""
    if not block:
        return ""
    parts: list[str] = []
    kinds: list[str] = []
    for element in block.get("elements") or ():
        text = _block(element)
        if text:
            same = kinds and kinds[-1] == element["type"] == "rich_text_list"
            parts.append(("\n" if same else "\n\n") + text if parts else text)
            kinds.append(element["type"])
    return "".join(parts)


def _block(element: Json) -> str:
    inner = element.get("elements") or ()
    match element["type"]:
        case "rich_text_preformatted":
            text = "".join(_letters(item) for item in inner)
            fence = "`" * max([3, *(len(run) + 1 for run in re.findall(r"`{3,}", text))])
            return _bordered(element, f"{fence}\n{text}\n{fence}")
        case "rich_text_quote":
            return _quoted(_lines(inner))
        case "rich_text_list":
            return _bordered(element, "\n".join(_items(element)))
        case _:
            return _lines(inner)


def _lines(elements: Sequence[Json]) -> str:
    return _LINE_START.sub(_escape_start, _inline(elements).strip("\n"))


def _items(element: Json) -> Iterator[str]:
    lead = "    " * int(element.get("indent") or 0)
    written = (" ".join(_inline(item.get("elements") or ()).split("\n")) for item in element["elements"])
    for number, item in enumerate(filter(str.strip, written), int(element.get("offset") or 0) + 1):
        mark = f"{number}." if element.get("style") == "ordered" else "-"
        yield f"{lead}{mark} {item}"


def _bordered(element: Json, text: str) -> str:
    """What has a border stands in a quote."""
    return _quoted(text) if element.get("border") and text else text


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _escape_start(start: re.Match[str]) -> str:
    return f"{start[1]}\\{start[2]}" if start[2] else f"{start[1]}{start[3]}\\{start[4]}"


def _inline(elements: Sequence[Json]) -> str:
    """Marks are written only where a style begins or ends, and never next to a space on their inner side."""
    text = ""
    active: tuple[str, ...] = ()
    for letters, markdown, styles in _runs(elements):
        if not letters.strip():
            kept = tuple(style for style in active if style in styles)
            text = _close(text, active, kept) + markdown
            active = kept
            continue
        lead = markdown[: len(markdown) - len(markdown.lstrip())]
        tail = markdown[len(markdown.rstrip()) :]
        changed = tuple(style for style in _MARKS if (style in active) != (style in styles))
        ending = tuple(style for style in changed if style in active)
        starting = "".join(_MARKS[style] for style in changed if style not in active)
        kept = tuple(style for style in active if style not in ending)
        text = _close(text, active, kept) + lead + starting + markdown.strip() + tail
        active = styles
    return _close(text, active, ())


def _close(text: str, active: Iterable[str], kept: Iterable[str]) -> str:
    ending = "".join(_MARKS[style] for style in active if style not in tuple(kept))
    body = text.rstrip()
    return body + ending + text[len(body) :] if ending else text


def _runs(elements: Sequence[Json]) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    shown = [(element, letters) for element in _joined(elements) if (letters := _letters(element))]
    for place, (element, letters) in enumerate(shown):
        style = element.get("style") or {}
        styles = tuple(name for name in _MARKS if style.get(name))
        before = shown[place - 1][1][-1] if place else " "
        after = _first(*shown[place + 1]) if place + 1 < len(shown) else " "
        yield letters, _written(element, letters, before + after, code=bool(style.get("code"))), styles


def _first(element: Json, letters: str) -> str:
    """What stands first of it when it is written."""
    return "[" if element["type"] == "link" else letters[0]


def _joined(elements: Sequence[Json]) -> list[Json]:
    """Texts of one style that follow each other are one text."""
    joined: list[Json] = []
    for element in elements:
        last = joined[-1] if joined else {}
        texts = last.get("type") == element["type"] == "text"
        if texts and (last.get("style") or {}) == (element.get("style") or {}):
            joined[-1] = last | {"text": (last.get("text") or "") + (element.get("text") or "")}
        else:
            joined.append(element)
    return joined


def _letters(element: Json) -> str:
    match element["type"]:
        case "text":
            return clean(element.get("text") or "")
        case "link":
            return clean(element.get("text") or element.get("url") or "")
        case "user":
            return f"<@{element['user_id']}>"
        case "channel":
            return f"<#{element['channel_id']}>"
        case "emoji":
            tone = element.get("skin_tone")
            return f":{element['name']}::skin-tone-{tone}:" if tone else f":{element['name']}:"
        case "broadcast":
            return f"@{element.get('range', 'channel')}"
        case "usergroup":
            return "@group"
        case "date":
            return str(element.get("fallback") or element.get("timestamp") or "")
        case "color":
            return str(element.get("value") or "")
        case _:
            return ""


def _written(element: Json, letters: str, around: str, *, code: bool) -> str:
    """`around` are the letters beside it: next to them a bare emoji or address would not be read as one."""
    kind = element["type"]
    if kind in ("user", "channel"):
        return letters
    if kind == "emoji":
        return f"<{letters}>" if around.strip() else letters
    if kind == "link":
        url = str(element.get("url") or "")
        if letters == url:
            alone = not around[1].strip()
            return (
                url
                if alone and re.fullmatch(r"https?://[^\s<>`*\\]*[^\s<>`*\\.,;:!?'\")\]}]", url)
                else f"<{url}>"
            )
        label = re.sub(r"([\\\[\]])", r"\\\1", letters)
        return f"[{label}](<{url}>)" if re.search(r"[()]", url) else f"[{label}]({url})"
    if code:
        return _code(letters)
    return escape_markdown(letters)


def _code(letters: str) -> str:
    ticks = "`" * (max([0, *map(len, re.findall("`+", letters))]) + 1)
    return f"{ticks} {letters} {ticks}" if len(ticks) > 1 else f"{ticks}{letters}{ticks}"


def escape_markdown(letters: str) -> str:
    """Markdown that shows exactly `letters`."""
    return _EMOJI.sub(r"\\:", _MEANT.sub(lambda found: "".join(f"\\{mark}" for mark in found[0]), letters))
