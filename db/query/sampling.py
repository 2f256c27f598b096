"""Telling from some issues how many of all match."""

from __future__ import annotations

import random
from typing import Final

# Runs of neighbours, which mostly lie side by side in the table too, are read several times as quickly as as many
# issues here and there.
RUN: Final = 8


def spread(top: int, wanted: int) -> list[int]:
    """Where runs of numbers begin, one at a place by chance in each of as many stretches of the same length.

    The same issues each time, so that a list tells the same number on each of its pages.
    """
    chance = random.Random(top)  # noqa: S311 - a statistic, not a secret
    runs = min(wanted, top) // RUN
    stretch = top / runs
    return [int(place * stretch + chance.random() * (stretch - RUN)) + 1 for place in range(runs)]


def rounded(value: float) -> int:
    """To two digits: more would look surer than it is."""
    digits = max(0, len(str(int(value))) - 2)
    return int(round(value, -digits))
