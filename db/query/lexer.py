"""Cuts a query into tokens: words, phrases, and fields with their values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from db.query.errors import QueryError, nearest
from db.query.terms import QUOTES
from db.query.words import FIELDS, read_field

MAX_LENGTH = 2_000
MAX_VALUES = 100

_FIELD = re.compile(r"([^\W\d_][\w-]{0,30}):(?!/|:|\\)", re.UNICODE)
_SPOKEN_PERIOD = re.compile(r"(this|last|next)\s+(week|month|quarter|year)s?(?=$|[\s,])", re.IGNORECASE)
_SPOKEN_AGO = re.compile(
    r"([<>]?=?)\s*(\d{1,5})\s+(hours?|days?|weeks?|months?|years?)(\s+ago)?(?=$|[\s,])", re.IGNORECASE
)
_MENTION = re.compile(r"<@[^>\s|]+(\|[^>]*)?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    text: str
    quoted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A field with values, or with `field` None one word or phrase."""

    negated: bool
    field: str | None
    values: tuple[Value, ...]
    at: int
    source: str


class Lexer:
    """Reads `text` once, from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def tokens(self) -> Iterator[Token]:
        if len(self.text) > MAX_LENGTH:
            raise QueryError(
                "too_long", position=MAX_LENGTH, term=self.text[:20] + "…", part=str(len(self.text))
            )
        values = 0
        while self._skip_space():
            token = self._token()
            if token is None:
                continue
            values += len(token.values)
            if values > MAX_VALUES:
                raise QueryError("too_long", position=token.at, term=token.source, part=str(values))
            yield token

    def _skip_space(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _token(self) -> Token | None:
        start = self.at
        negated = self.text[start] == "-"
        if negated:
            self.at += 1
        if self.at >= len(self.text) or self.text[self.at].isspace():
            # A lone dash between words.
            return None
        if self.text[self.at] in QUOTES:
            phrase = self._quoted(start)
            return self._made(negated, None, (Value(text=phrase, quoted=True),), start)
        field = self._field(start)
        if field is not None:
            return self._made(negated, field, tuple(self._values(start)), start)
        word = self._until_space()
        return self._made(negated, None, (Value(text=word, quoted=False),), start)

    def _made(self, negated: bool, field: str | None, values: tuple[Value, ...], start: int) -> Token:
        return Token(negated=negated, field=field, values=values, at=start, source=self.text[start : self.at])

    def _field(self, start: int) -> str | None:
        found = _FIELD.match(self.text, self.at)
        if found is None:
            return None
        field = read_field(found[1])
        if field is None:
            if found.end() == len(self.text) or self.text[found.end()].isspace():
                return None
            raise self._unknown_field(found[1], start)
        self.at = found.end()
        return field

    def _unknown_field(self, name: str, start: int) -> QueryError:
        after = self.at + len(name)
        self._until_space()
        near = nearest(name, FIELDS)
        term = self.text[start : self.at]
        suggestion = f"{near}{self.text[after : self.at]}" if near else None
        return QueryError("unknown_field", position=start, term=term, part=name, suggestion=suggestion)

    def _values(self, start: int) -> Iterator[Value]:
        self._skip_space()
        while True:
            yield self._value(start)
            if self.text[self.at : self.at + 1] != ",":
                return
            self.at += 1
            self._skip_space()

    def _value(self, start: int) -> Value:
        if self.at < len(self.text) and self.text[self.at] in QUOTES:
            return Value(text=self._quoted(start), quoted=True)
        for spoken in (_MENTION, _SPOKEN_PERIOD, _SPOKEN_AGO):
            if found := spoken.match(self.text, self.at):
                self.at = found.end()
                return Value(text=found[0], quoted=False)
        begin = self.at
        while self.at < len(self.text) and self.text[self.at] != "," and not self.text[self.at].isspace():
            self.at += 1
        if begin == self.at:
            term = self.text[start : self.at].rstrip()
            raise QueryError("missing_value", position=start, term=term, part=term)
        return Value(text=self.text[begin : self.at], quoted=False)

    def _quoted(self, start: int) -> str:
        self.at += 1
        read: list[str] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            self.at += 1
            if char in QUOTES:
                return " ".join("".join(read).split())
            if char == "\\" and self.at < len(self.text):
                char = self.text[self.at]
                self.at += 1
            read.append(char)
        term = self.text[start:]
        raise QueryError(
            "unclosed_quote", position=start, term=term, part=term, suggestion=f'{term.rstrip()}"'
        )

    def _until_space(self) -> str:
        begin = self.at
        while self.at < len(self.text) and not self.text[self.at].isspace():
            self.at += 1
        return self.text[begin : self.at]


def tokens(text: str) -> Iterator[Token]:
    """Raises QueryError for an open quote, an unknown field or a missing value."""
    return Lexer(text.replace("\x00", "")).tokens()


def begins_field(text: str) -> bool:
    """Whether the name of a field and a colon come first."""
    found = _FIELD.match(text)
    return found is not None and read_field(found[1]) is not None
