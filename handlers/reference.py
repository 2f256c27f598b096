"""The id of the request being handled: in every log line, and in the error message a person sees."""

from __future__ import annotations

import random
from contextvars import ContextVar

# No vowels, no look-alikes: an id is read out over the phone and spells no word.
_LETTERS = "23456789bcdfghjkmnpqrstvwxz"

# It keeps nothing secret, and asking the system for chance costs more than all else here.
_chance = random.Random()  # noqa: S311

_current: ContextVar[str] = ContextVar("lodge_request_id", default="-")


def begin(reference: str | None = None) -> str:
    """Names what this task does from here on; tasks it starts inherit the name."""
    chosen = reference or new()
    _current.set(chosen)
    return chosen


def new() -> str:
    number = _chance.getrandbits(48)
    letters = []
    for _ in range(10):
        number, index = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[index])
    return "".join(letters)


def current() -> str:
    return _current.get()
