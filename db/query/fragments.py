"""The one place where SQL is put together: from constant pieces, with numbered parameters for every value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, LiteralString

_PLACE: Final = re.compile(r"= ANY \(\{\}::(?P<type>\w+)\[\]\)|(?<!\{)\{\}(?P<casts>(?:::\w+(?:\[\])?)*)")


class Parameters:
    """Collects values and gives them their places, beginning with `$start`.

    `hidden`: behind a SELECT, so that the planner does not look at the values. It else hopes for a better plan
    from them and plans a statement anew each time, which takes longer than most lists do.
    """

    def __init__(self, start: int, *, hidden: bool = False) -> None:
        self._next = start
        self._hidden = hidden
        self.values: list[object] = []

    def fill(self, fragment: LiteralString, *values: object) -> str:
        """`fragment` with each `{}` replaced by the place of the next value."""
        wanted, given = _hide(fragment, values) if self._hidden else (fragment, values)
        places = [f"${self._next + offset}" for offset in range(len(given))]
        self._next += len(given)
        self.values.extend(given)
        return wanted.format(*places)

    def take(self, values: tuple[object, ...]) -> None:
        """Adds values whose places were given out elsewhere, beginning with `next`."""
        self._next += len(values)
        self.values.extend(values)

    @property
    def next(self) -> int:
        return self._next


def _hide(fragment: str, values: Sequence[Any]) -> tuple[str, list[object]]:
    """Any of one is that one. How many there are of several is left to see: of these, it does tell a better plan."""
    left = iter(values)
    given: list[object] = []

    def put(place: re.Match[str]) -> str:
        value = next(left)
        if place["type"] is None:
            given.append(value)
            return f"(SELECT {{}}{place['casts']})" if place["casts"] else "{}"
        given.append(value[0] if len(value) == 1 else value)
        return f"= (SELECT {{}}::{place['type']})" if len(value) == 1 else place[0]

    return _PLACE.sub(put, fragment), given
