"""Words and signs of other query languages: who writes them is told what to write instead.

Looked for as text they would find nothing, and nobody would know why. Only beside a field, as in `label:bug OR
priority:high`: among mere words they are words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from db.query.errors import QueryError
from db.query.lexer import Token, begins_field
from db.query.terms import ChoiceField, PersonField, RefField
from db.query.words import LABEL

_AND: Final = frozenset({"AND", "&&", "UND"})
_OR: Final = frozenset({"OR", "||", "ODER"})
_NOT: Final = frozenset({"NOT", "!", "NICHT"})
_ALL: Final = _AND | _OR | _NOT
# Where a comma means or.
_LISTS: Final = frozenset({LABEL, *ChoiceField, *PersonField, *RefField})


def without_operators(tokens: Iterable[Token]) -> Iterator[Token]:
    """What stands for "and" says what is so anyhow, and is left out.

    Raises QueryError for "or", "not" and brackets, with what they would be here.
    """
    found = list(tokens)
    for at, token in enumerate(found):
        before, after = found[at - 1] if at else None, found[at + 1] if at + 1 < len(found) else None
        beside = [each for each in (before, after) if each is not None]
        _refuse_brackets(token, beside)
        word = _word(token, beside)
        if word in _OR:
            raise _error("no_or", token, _either(before, after))
        if word in _NOT and after is not None and after.field is not None:
            raise _error("no_not", token, None if after.negated else f"-{after.source}")
        if word not in _AND:
            yield token


def _word(token: Token, beside: Sequence[Token]) -> str | None:
    """What may be an operator, as those are written. In small letters it is one where only fields stand beside it, or
    another one: `and not`."""
    text = _plain(token)
    if text is None or token.negated or not any(each.field for each in beside):
        return None
    others = [each for each in beside if (_plain(each) or "").upper() not in _ALL]
    return text.upper() if text == text.upper() or (others and all(each.field for each in others)) else None


def _refuse_brackets(token: Token, beside: Sequence[Token]) -> None:
    text = _plain(token)
    if text is None:
        last = token.values[-1]
        wrong = not last.quoted and last.text.endswith(")") and "(" not in last.text
    else:
        inner = text.strip("()")
        wrong = inner != text and (
            begins_field(inner) if inner else any(each.field is not None for each in beside)
        )
    if wrong:
        raise _error("no_brackets", token, None)


def _plain(token: Token) -> str | None:
    (value, *more) = token.values
    return None if token.field is not None or value.quoted or more else value.text


def _either(before: Token | None, after: Token | None) -> str | None:
    if before is None or after is None or before.field not in _LISTS or before.field != after.field:
        return None
    if before.negated or after.negated:
        return None
    return f"{before.source},{after.source.partition(':')[2]}"


def _error(code: str, token: Token, suggestion: str | None) -> QueryError:
    return QueryError(code, position=token.at, term=token.source, part=token.source, suggestion=suggestion)
