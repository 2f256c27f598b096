"""Everything the bot says, by message id, in the reader's language, safe to send to Slack.

`words("de-DE")("created", title=title)` is mrkdwn in which no argument can mention, link or format;
`.plain(...)` is for plain_text objects, which Slack shows letter by letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax import FluentParser, ast

DEFAULT_LOCALE = "en"
LOCALES = ("en", "de")
# How the catalogues call the command. Whoever installs the app may give it another name, which Slack then sends.
COMMAND = "/issue"
_NAME = re.compile("/[a-z0-9_-]{1,32}")
_called = [COMMAND]


class Mrkdwn(str):
    """Text that is safe Slack mrkdwn already."""

    __slots__ = ()


# Control characters, and the marks that turn the direction of the text after them.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")
_SPECIAL = re.compile("[&<>]")
# All that `escape` looks for. Most of what people write has none of it, and is looked through once.
_ANY = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff&<>*_~`]")
_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
# A mark that could begin or end formatting; one between letters (snake_case) or between spaces cannot.
_FORMATTING = re.compile(r"(?<![^\W_])[*_~`](?=\S)|(?<=\S)[*_~`](?![^\W_])")
_QUOTE = re.compile(r"^&gt;", re.MULTILINE)
# Slack has no escape for these: an invisible space on both sides keeps them letters.
_INVISIBLE = "\u200b"
# Fluent refuses what is long, for fear of messages that nobody has read: something else stands for it meanwhile,
# with a character that no text has.
_LONG = 200
_STAND_IN = re.compile("\x01([0-9]+)\x01")
# One that begins or ends a code span, and is no letter.
_CODE_MARK = re.compile(rf"(?<!{_INVISIBLE})`")


def clean(text: str) -> str:
    """`text` without control characters; new lines and tabs stay."""
    return _CONTROL.sub("", text.replace("\r\n", "\n"))


def escape(text: str) -> Mrkdwn:
    """What a person typed, as mrkdwn that shows exactly that."""
    if isinstance(text, Mrkdwn):
        return text
    if _ANY.search(text) is None:
        return Mrkdwn(text)
    text = _SPECIAL.sub(lambda match: _ENTITY[match[0]], clean(text))
    text = _FORMATTING.sub(rf"{_INVISIBLE}\g<0>{_INVISIBLE}", text)
    return Mrkdwn(_QUOTE.sub(f"{_INVISIBLE}&gt;", text))


def code(text: str) -> Mrkdwn:
    """A code span of exactly these letters; a back-tick, which would end it, becomes one that looks like it."""
    shown = " ".join(clean(text).replace("`", "ˋ").split()) or "–"
    return Mrkdwn("`" + _SPECIAL.sub(lambda match: _ENTITY[match[0]], shown) + "`")


def letters(text: str) -> str:
    """What mrkdwn shows, for where Slack formats nothing, as beside a field of a form."""
    if not isinstance(text, Mrkdwn):
        return text
    return unescape(_CODE_MARK.sub("", text).replace(_INVISIBLE, ""))


def unescape(text: str) -> str:
    """What a person typed, from how Slack sends it."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


Argument = str | int | float
_Shape = tuple[str, ...]


class Words:
    """The messages of one language."""

    def __init__(self, locale: str, resources: tuple[str, ...], command: str = COMMAND) -> None:
        self.locale = locale
        self.command = command
        self._bundle = FluentBundle([locale], use_isolating=False)
        self._quick: dict[str, _Shape] = {}
        for text in resources:
            self._bundle.add_resource(FluentResource(text), allow_overrides=False)
            self._quick.update(_quick_shapes(text))

    def __call__(self, message_id: str, /, **arguments: Argument) -> Mrkdwn:
        return Mrkdwn(self._format(message_id, arguments, escape))

    def plain(self, message_id: str, /, **arguments: Argument) -> str:
        return self._format(message_id, arguments, clean)

    def has(self, message_id: str) -> bool:
        return self._bundle.has_message(message_id)

    def _format(self, message_id: str, arguments: Mapping[str, Argument], safe: Callable[[str], str]) -> str:
        shape = self._quick.get(message_id)
        if shape is not None:
            values = [arguments.get(name) for name in shape[1::2]]
            texts = [safe(value) for value in values if isinstance(value, str)]
            if len(texts) == len(values):
                return "".join(
                    part if index % 2 == 0 else texts[index // 2] for index, part in enumerate(shape)
                )
        return self._slow(message_id, arguments, safe)

    def _slow(self, message_id: str, arguments: Mapping[str, Argument], safe: Callable[[str], str]) -> str:
        message = self._bundle.get_message(message_id)
        if message.value is None:
            raise KeyError(message_id)
        given: dict[str, Any] = {
            name: safe(value) if isinstance(value, str) else value for name, value in arguments.items()
        }
        long = [name for name, value in given.items() if isinstance(value, str) and len(value) > _LONG]
        told = given | {name: f"\x01{index}\x01" for index, name in enumerate(long)}
        text, errors = self._bundle.format_pattern(message.value, told)
        if errors:
            raise errors[0]
        return _STAND_IN.sub(lambda found: str(given[long[int(found[1])]]), str(text))


def _quick_shapes(text: str) -> dict[str, _Shape]:
    """Messages of nothing but text and variables, ready to join: text, variable, text, variable, ..., text.

    Fluent's resolver costs tens of microseconds a message; these are most of what is said.
    """
    shapes: dict[str, _Shape] = {}
    for entry in FluentParser(with_spans=False).parse(text).body:
        if isinstance(entry, ast.Message) and entry.value is not None:
            shape = _quick_shape(entry.value)
            if shape is not None:
                shapes[entry.id.name] = shape
    return shapes


def _quick_shape(pattern: ast.Pattern) -> _Shape | None:
    shape = [""]
    for element in pattern.elements:
        if isinstance(element, ast.TextElement):
            shape[-1] += element.value
        elif isinstance(element.expression, ast.VariableReference):
            shape += [element.expression.id.name, ""]
        elif isinstance(element.expression, ast.StringLiteral):
            shape[-1] += str(element.expression.parse()["value"])
        else:
            return None
    return tuple(shape)


def language(locale: str | None) -> str:
    """The catalogue that serves a Slack locale such as `de-DE`."""
    spoken = (locale or DEFAULT_LOCALE).replace("_", "-").split("-")[0].lower()
    return spoken if spoken in LOCALES else DEFAULT_LOCALE


def words(locale: str | None) -> Words:
    return _load(language(locale), _called[0])


def call_command(name: str) -> str:
    """All that is said in this process from now on calls the command so; as before, where that is no name for one."""
    if name != _called[0] and _NAME.fullmatch(name):
        _called[0] = name
    return _called[0]


def words_accepted(header: str) -> Words:
    """In the first language of a browser's Accept-Language that there is."""
    for each in header.split(","):
        wanted = each.partition(";")[0].strip()
        if wanted and language(wanted) == wanted.replace("_", "-").split("-")[0].lower():
            return words(wanted)
    return words(None)


@cache
def _load(spoken: str, command: str) -> Words:
    folder = files("handlers") / "locales" / spoken
    catalogues = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".ftl")), key=lambda e: e.name
    )
    texts = (entry.read_text(encoding="utf-8").replace(COMMAND, command) for entry in catalogues)
    return Words(spoken, tuple(texts), command)
