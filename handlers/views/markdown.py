"""Descriptions and comments are kept as Markdown; this shows them as Slack rich text.

The dialect: **bold**, *italic* (or _italic_), ~~struck~~, `code`, ``` blocks, > quotes, - and 1. lists,
[links](https://example.com), <@U1> and <#C1> mentions, :emoji: (<:emoji:> beside a letter), and \\ before a
character that is meant as itself.
`rich_text.to_markdown` is the way back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from handlers.views.blocks import Json
from handlers.words import clean

_LIST = re.compile(r"( *)(?:([-*•])|(\d{1,9})[.)]) +(?=\S)")
_FENCE = re.compile(r"(`{3,})[^`]*$")
# Nobody counts so many, and each takes a step further down.
_QUOTE = re.compile(r"(?:> ?){20,}|> ?")
_TOKEN = re.compile(
    # First what each begins with: to try them all at every letter takes four times as long.
    r"(?=[\\`\[<:*~_]|https?://)(?:"
    r"(?P<escaped>\\[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`+)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|\[(?P<label>(?:\\.|[^\[\]\\])+)\]\((?:<(?P<far>[^<>\s]+)>|(?P<near>[^\s()<>]+))\)"
    r"|<:(?P<beside>[a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?):>"
    r"|<(?P<mention>[@#])(?P<id>[A-Z0-9]+)(?:\|[^<>]*)?>"
    r"|<(?P<angled>(?:https?://|mailto:)[^<>\s|]+)>"
    r"|(?P<url>https?://[^\s<>`*\\]*[^\s<>`*\\.,;:!?'\")\]}])"
    r"|(?<![\w:]):(?P<emoji>[a-z0-9_+'-]{1,60}(?:::skin-tone-[2-6])?):(?![\w:])"
    r"|(?P<mark>\*\*|~~|\*|(?<![^\W_])_(?=[^\s_])|(?<=[^\s_])_(?![^\W_])))",
    re.DOTALL,
)
_FLAGS = {"**": "bold", "*": "italic", "_": "italic", "~~": "strike"}
INDENT_MAX = 8


def to_rich_text(markdown: str) -> list[Json]:
    """The elements of a rich_text block. Empty for an empty text."""
    return list(_Blocks(clean(markdown).split("\n")))


def rich_text_block(markdown: str) -> Json | None:
    elements = to_rich_text(markdown)
    return {"type": "rich_text", "elements": elements} if elements else None


def to_plain(markdown: str) -> str:
    """Only the letters, on one line: for fallbacks and excerpts."""
    return " ".join(_plain(element) for element in to_rich_text(markdown)).strip()


def _plain(element: Json) -> str:
    if "elements" in element:
        glue = " " if element["type"] == "rich_text_list" else ""
        return " ".join(glue.join(_plain(inner) for inner in element["elements"]).split())
    match element["type"]:
        case "user":
            return f"<@{element['user_id']}>"
        case "channel":
            return f"<#{element['channel_id']}>"
        case "emoji":
            tone = element.get("skin_tone")
            return f":{element['name']}::skin-tone-{tone}:" if tone else f":{element['name']}:"
        case _:
            return str(element.get("text") or element.get("url") or "")


@dataclass(slots=True)
class _Blocks:
    lines: list[str]
    at: int = 0

    def __iter__(self) -> Iterator[Json]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if _FENCE.match(line):
                yield from self._fenced()
            elif _QUOTE.match(line):
                yield from self._quoted()
            elif _LIST.match(line):
                yield from self._listed()
            else:
                yield from self._paragraphs()

    def _fenced(self) -> Iterator[Json]:
        opening = _FENCE.match(self.lines[self.at])
        fence = opening[1] if opening else "```"
        self.at += 1
        start = self.at
        while self.at < len(self.lines) and self.lines[self.at].rstrip() != fence:
            self.at += 1
        text = "\n".join(self.lines[start : self.at])
        self.at += 1
        if text:
            yield {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": text}]}

    def _quoted(self) -> Iterator[Json]:
        kept = []
        while self.at < len(self.lines) and (mark := _QUOTE.match(self.lines[self.at])):
            kept.append(self.lines[self.at][mark.end() :])
            self.at += 1
        for block in _Blocks(kept):
            if block["type"] == "rich_text_section":
                yield block | {"type": "rich_text_quote"}
            elif block["type"] == "rich_text_quote":
                yield block
            else:
                yield block | {"border": 1}

    def _listed(self) -> Iterator[Json]:
        current: Json | None = None
        while self.at < len(self.lines) and (mark := _LIST.match(self.lines[self.at])):
            style = "bullet" if mark[2] else "ordered"
            offset = max(0, int(mark[3] or 1) - 1)
            indent = min((len(mark[1]) + 3) // 4, INDENT_MAX)
            item = {
                "type": "rich_text_section",
                "elements": inline(self.lines[self.at][mark.end() :].rstrip()),
            }
            self.at += 1
            if current is None or (current["style"], current["indent"]) != (style, indent):
                if current is not None:
                    yield current
                current = {"type": "rich_text_list", "style": style, "indent": indent, "elements": []}
                current |= {"offset": offset} if offset else {}
            current["elements"].append(item)
        if current is not None:
            yield current

    def _paragraphs(self) -> Iterator[Json]:
        start = self.at
        while self.at < len(self.lines) and not self._starts_block(self.lines[self.at]):
            self.at += 1
        elements = inline("\n".join(self.lines[start : self.at]).strip("\n"))
        if elements:
            yield {"type": "rich_text_section", "elements": elements}

    @staticmethod
    def _starts_block(line: str) -> bool:
        return bool(_FENCE.match(line) or _QUOTE.match(line) or _LIST.match(line))


@dataclass(slots=True)
class _Inline:
    """Runs of text with a style; a mark switches its style on or off."""

    elements: list[Json] = field(default_factory=list)
    style: dict[str, bool] = field(default_factory=dict)

    def text(self, text: str, **more: bool) -> None:
        if not text:
            return
        element = self._styled({"type": "text", "text": text}, **more)
        last = self.elements[-1] if self.elements else None
        if last and last["type"] == "text" and last.get("style") == element.get("style"):
            last["text"] += text
        else:
            self.elements.append(element)

    def add(self, element: Json) -> None:
        self.elements.append(self._styled(element))

    def _styled(self, element: Json, **more: bool) -> Json:
        style = self.style | more
        return element | {"style": style} if style else element

    def switch(self, flag: str) -> None:
        if self.style.get(flag):
            self.style = {name: True for name in self.style if name != flag}
        else:
            self.style = self.style | {flag: True}


def inline(text: str) -> list[Json]:
    """The elements of one section."""
    tokens = list(_TOKEN.finditer(text))
    marks = _paired(text, tokens)
    run = _Inline()
    at = 0
    for token in tokens:
        run.text(text[at : token.start()])
        at = token.end()
        if token["mark"]:
            if token.start() in marks:
                run.switch(_FLAGS[token["mark"]])
            else:
                run.text(token[0])
        else:
            _place(run, token)
    run.text(text[at:])
    return run.elements


def _place(run: _Inline, token: re.Match[str]) -> None:
    if token["escaped"]:
        run.text(token["escaped"][1])
    elif token["code"]:
        run.text(_code(token["code"]), code=True)
    elif token["label"]:
        url = token["far"] or token["near"]
        label = re.sub(r"\\(.)", r"\1", token["label"])
        if re.match(r"https?://|mailto:", url):
            run.add({"type": "link", "url": url, "text": label})
        else:
            run.text(token[0])
    elif token["mention"] == "@":
        run.add({"type": "user", "user_id": token["id"]})
    elif token["mention"] == "#":
        run.add({"type": "channel", "channel_id": token["id"]})
    elif token["emoji"] or token["beside"]:
        name, _, tone = (token["emoji"] or token["beside"]).partition("::skin-tone-")
        run.add({"type": "emoji", "name": name} | ({"skin_tone": int(tone)} if tone else {}))
    else:
        run.add({"type": "link", "url": token["angled"] or token["url"]})


def _code(text: str) -> str:
    padded = len(text) > 2 and text[0] == text[-1] == " " and "`" in text
    return text[1:-1] if padded else text


def _paired(text: str, tokens: list[re.Match[str]]) -> set[int]:
    """Where marks stand that have a partner; the others are only letters."""
    opened: dict[str, int] = {}
    paired: set[int] = set()
    for token in tokens:
        mark = token["mark"]
        if not mark:
            continue
        flag = mark if mark == "_" else _FLAGS[mark]
        before, after = _around(text, token)
        if flag in opened and before:
            paired |= {opened.pop(flag), token.start()}
        elif flag not in opened and after:
            opened[flag] = token.start()
    return paired


def _around(text: str, token: re.Match[str]) -> tuple[bool, bool]:
    """Whether a letter, not a space, stands before and after the run of marks that this one is part of."""
    start, end = token.start(), token.end()
    while start > 0 and text[start - 1] in "*~":
        start -= 1
    while end < len(text) and text[end] in "*~":
        end += 1
    return start > 0 and not text[start - 1].isspace(), end < len(text) and not text[end].isspace()
