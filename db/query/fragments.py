"""The one place where SQL is put together: from constant pieces, with numbered parameters for every value."""

from __future__ import annotations

from typing import LiteralString


class Parameters:
    """Collects values and gives them their places, beginning with `$start`."""

    def __init__(self, start: int) -> None:
        self._next = start
        self.values: list[object] = []

    def fill(self, fragment: LiteralString, *values: object) -> str:
        """`fragment` with each `{}` replaced by the place of the next value."""
        places = [f"${self._next + offset}" for offset in range(len(values))]
        self._next += len(values)
        self.values.extend(values)
        return fragment.format(*places)

    def take(self, values: tuple[object, ...]) -> None:
        """Adds values whose places were given out elsewhere, beginning with `next`."""
        self._next += len(values)
        self.values.extend(values)

    @property
    def next(self) -> int:
        return self._next
