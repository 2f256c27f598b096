"""From text to a `Query`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from db.query.errors import QueryError, nearest
from db.query.lexer import Token, Value, tokens
from db.query.moments import NO_DATE, OVERDUE, WORDS, Span, read_span
from db.query.operators import without_operators
from db.query.terms import (
    ME,
    NOBODY,
    AnyTerm,
    Choice,
    ChoiceField,
    DateField,
    EmptyField,
    Labels,
    People,
    PersonField,
    Presence,
    Query,
    RefField,
    Refs,
    Sort,
    Text,
    When,
)
from db.query.words import (
    CHOICES,
    HAS,
    IS,
    IS_WORDS,
    LABEL,
    MINE,
    NO,
    NONE_WORDS,
    SORT,
    SORTS,
    read_choice,
    read_empty,
    read_sort,
)

_T = TypeVar("_T")
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>", re.IGNORECASE)
_KEY = re.compile(r"(?:([A-Z][A-Z0-9]{0,9})-|#)?(\d{1,15})", re.IGNORECASE)
_DATE_EXAMPLES = (*WORDS, OVERDUE, "7d", "2026-01-31", "2026-01", "2026-Q1", ">2026-01-31", "<7d")


def parse(text: str) -> Query:
    """Raises QueryError naming the term, its position and the nearest valid one."""
    terms: list[AnyTerm] = []
    sort: Sort | None = None
    for token in without_operators(tokens(text)):
        if token.field == SORT:
            if sort is not None:
                raise _error("sorted_twice", token, token.source)
            sort = _sort(token)
        elif token.field is None:
            terms.extend(_text(token))
        else:
            terms.append(_term(token, token.field))
    return Query(terms=tuple(terms), sort=sort)


def _text(token: Token) -> Iterable[Text]:
    """A phrase of nothing says nothing."""
    (value,) = token.values
    if value.text:
        yield Text(words=value.text, exact=value.quoted, negated=token.negated, at=token.at)


def _term(token: Token, field: str) -> AnyTerm:
    if field == IS:
        return _is(token)
    if field in (NO, HAS):
        fields = _each(token, lambda v: read_empty(v.text), EmptyField)
        return Presence(fields=fields, present=field == HAS, negated=token.negated, at=token.at)
    if field == LABEL:
        return _labels(token)
    if field in tuple(ChoiceField):
        choice = ChoiceField(field)
        values = _each(token, lambda v: read_choice(choice, v.text), CHOICES[choice])
        return Choice(field=choice, values=values, negated=token.negated, at=token.at)
    if field in tuple(PersonField):
        names = _each(token, _person, ())
        return People(field=PersonField(field), names=names, negated=token.negated, at=token.at)
    if field in tuple(DateField):
        return _when(token, DateField(field))
    return _refs(token, RefField(field))


def _each(token: Token, read: Callable[[Value], _T | None], known: Iterable[str]) -> tuple[_T, ...]:
    """Every value read, without repeats."""
    found: dict[_T, None] = {}
    for value in token.values:
        one = read(value)
        if one is None:
            raise _bad_value(token, value, known)
        found[one] = None
    return tuple(found)


def _bad_value(token: Token, value: Value, known: Iterable[str], code: str = "unknown_value") -> QueryError:
    if not value.text:
        return _error("missing_value", token, token.source)
    near = nearest(value.text, [word.replace("_", "-") for word in known])
    suggestion = None
    if near:
        suggestion = f"{'-' if token.negated else ''}{token.field}:{near}"
    return _error(code, token, value.text, suggestion)


def _error(code: str, token: Token, part: str, suggestion: str | None = None) -> QueryError:
    return QueryError(code, position=token.at, term=token.source, part=part, suggestion=suggestion)


def _person(value: Value) -> str | None:
    name = value.text.strip()
    folded = name.casefold()
    if folded in MINE:
        return ME
    if folded in NONE_WORDS:
        return NOBODY
    if mention := _MENTION.fullmatch(name):
        return f"<@{mention[1].upper()}>"
    return name.removeprefix("@").strip() or None


def _labels(token: Token) -> AnyTerm:
    if len(token.values) == 1 and not token.values[0].quoted and token.values[0].text.casefold() == NOBODY:
        return Presence(fields=(EmptyField.LABEL,), negated=token.negated, at=token.at)
    names = _each(token, lambda v: v.text.strip() or None, ())
    return Labels(names=names, negated=token.negated, at=token.at)


def _when(token: Token, field: DateField) -> When:
    def read(value: Value) -> Span | None:
        word = value.text.strip().casefold()
        if word in (OVERDUE, NO_DATE) and field is DateField.DUE:
            return Span(op="in", moment=word)
        return read_span(value.text)

    spans: dict[Span, None] = {}
    for value in token.values:
        span = read(value)
        if span is None:
            examples = _DATE_EXAMPLES if field is DateField.DUE else _DATE_EXAMPLES[:-7] + _DATE_EXAMPLES[-6:]
            raise _bad_value(token, value, examples, "bad_date")
        spans[span] = None
    return When(field=field, spans=tuple(spans), negated=token.negated, at=token.at)


def _refs(token: Token, field: RefField) -> Refs:
    def read(value: Value) -> str | None:
        text = value.text.strip()
        if field is RefField.REF:
            return text.casefold() or None
        key = _KEY.fullmatch(text)
        return f"{key[1].upper()}-{int(key[2])}" if key and key[1] else str(int(key[2])) if key else None

    values: dict[str, None] = {}
    for value in token.values:
        one = read(value)
        if one is None:
            raise _error("bad_key", token, value.text)
        values[one] = None
    return Refs(field=field, values=tuple(values), negated=token.negated, at=token.at)


def _is(token: Token) -> AnyTerm:
    """`is:` is another way to say what a field says; several words together are several states."""
    words = [value.text.strip().casefold().replace("_", "-") for value in token.values]
    negated, at = token.negated, token.at
    special: dict[str, AnyTerm] = {
        "overdue": When(field=DateField.DUE, spans=(Span(op="in", moment=OVERDUE),), negated=negated, at=at),
        "unassigned": Presence(fields=(EmptyField.ASSIGNEE,), negated=negated, at=at),
        "mine": People(field=PersonField.ASSIGNEE, names=(ME,), negated=negated, at=at),
        "waiting": People(field=PersonField.AWAITED, names=(ME,), negated=negated, at=at),
        "open": Choice(field=ChoiceField.STATUS, values=("open", "in_progress"), negated=negated, at=at),
    }
    if len(words) == 1 and words[0] in special:
        return special[words[0]]
    states: dict[str, None] = {}
    for word, value in zip(words, token.values, strict=True):
        state = read_choice(ChoiceField.STATUS, value.text)
        if state is None or word in special.keys() - {"open"}:
            raise _bad_value(token, value, IS_WORDS)
        states.update(dict.fromkeys(("open", "in_progress") if word == "open" else (state,)))
    return Choice(field=ChoiceField.STATUS, values=tuple(states), negated=negated, at=at)


def _sort(token: Token) -> Sort:
    (value, *more) = token.values
    read = read_sort(value.text)
    if read is None or more or token.negated:
        raise _bad_value(token, value, SORTS)
    return Sort(key=read[0], reverse=read[1])
