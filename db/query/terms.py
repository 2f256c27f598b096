"""What a query says, after reading: frozen terms, all of which must hold, and an order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from db.query.moments import Span

ME: Final = "me"
NOBODY: Final = "none"

# What keyboards make of a straight quote, and that itself.
QUOTES: Final = '"“”„«»'

_BARE = re.compile(r"[\w@.+/#!?*'&=%~^$;-]+")


def quoted(text: str) -> str:
    """`text` as a value that reads back as itself."""
    if _BARE.fullmatch(text):
        return text
    return in_quotes(text)


def in_quotes(text: str) -> str:
    return '"' + re.sub(f"([{QUOTES}\\\\])", r"\\\1", text) + '"'


class ChoiceField(StrEnum):
    STATUS = "status"
    PRIORITY = "priority"
    REASON = "reason"
    SOURCE = "source"


class PersonField(StrEnum):
    ASSIGNEE = "assignee"
    REPORTER = "reporter"
    WATCHER = "watcher"
    COMMENTER = "commenter"
    AWAITED = "waiting"


class DateField(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    CLOSED = "closed"
    DUE = "due"


class RefField(StrEnum):
    """Fields whose values name other issues, or this one."""

    KEY = "key"
    PARENT = "parent"
    REF = "ref"
    DUPLICATE_OF = "duplicate-of"


class EmptyField(StrEnum):
    """What an issue can lack."""

    ASSIGNEE = "assignee"
    REPORTER = "reporter"
    LABEL = "label"
    PRIORITY = "priority"
    DUE = "due"
    DESCRIPTION = "description"
    COMMENT = "comment"
    WATCHER = "watcher"
    PARENT = "parent"
    REF = "ref"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """`at` is where the term began in the text it was read from."""

    negated: bool = False
    at: int = field(default=0, compare=False)

    def body(self) -> str:
        raise NotImplementedError

    def text(self) -> str:
        return ("-" if self.negated else "") + self.body()


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Term):
    """Full text: one word in any of its forms, or with `exact` these words in this order."""

    words: str
    exact: bool = False

    def body(self) -> str:
        return in_quotes(self.words) if self.exact else self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Term):
    """`values` are canonical: status words include the close reasons."""

    field: ChoiceField
    values: tuple[str, ...]

    def body(self) -> str:
        return f"{self.field}:{','.join(value.replace('_', '-') for value in self.values)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class People(Term):
    """`names` as typed: a name, e-mail, handle or `<@U123>`, or ME or NOBODY."""

    field: PersonField
    names: tuple[str, ...]

    def body(self) -> str:
        return f"{self.field}:{','.join(map(quoted, self.names))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels(Term):
    names: tuple[str, ...]

    def body(self) -> str:
        return f"label:{','.join(map(quoted, self.names))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class When(Term):
    field: DateField
    spans: tuple[Span, ...]

    def body(self) -> str:
        return f"{self.field}:{','.join(span.text() for span in self.spans)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refs(Term):
    field: RefField
    values: tuple[str, ...]

    def body(self) -> str:
        return f"{self.field}:{','.join(map(quoted, self.values))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence(Term):
    """One of `fields` is there, or with `present` False one of them is not."""

    fields: tuple[EmptyField, ...]
    present: bool = False

    def body(self) -> str:
        return f"{'has' if self.present else 'no'}:{','.join(self.fields)}"


AnyTerm = Text | Choice | People | Labels | When | Refs | Presence


class SortKey(StrEnum):
    """Each begins with what people look for first: newest, most pressing, soonest due, lowest number."""

    UPDATED = "updated"
    CREATED = "created"
    PRIORITY = "priority"
    DUE = "due"
    NUMBER = "key"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    key: SortKey
    reverse: bool = False

    def text(self) -> str:
        return f"sort:{'-' if self.reverse else ''}{self.key}"


DEFAULT_SORT: Final = Sort(key=SortKey.UPDATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    terms: tuple[AnyTerm, ...] = ()
    sort: Sort | None = None

    def text(self) -> str:
        """The query in canonical words; reads back as an equal query."""
        parts = [term.text() for term in self.terms]
        if self.sort:
            parts.append(self.sort.text())
        return " ".join(parts)

    @property
    def order(self) -> Sort:
        return self.sort or DEFAULT_SORT

    def without_text(self) -> Query:
        """The same, less its full-text terms."""
        return Query(terms=tuple(t for t in self.terms if not isinstance(t, Text)), sort=self.sort)

    def texts(self) -> tuple[Text, ...]:
        return tuple(t for t in self.terms if isinstance(t, Text))
