"""What it costs to put the answer to a command into words."""

from __future__ import annotations

import time

from handlers.words import words
from tests.bench.rows import Row

_TIMES = 5_000


async def rows(size: int) -> list[Row]:
    spoken = words("en")
    spoken("created", key="LDG-1", title="warm")
    begun = time.perf_counter()
    for number in range(_TIMES):
        spoken("created", key="LDG-1", title=f"Login fails on Safari {number}")
    each = (time.perf_counter() - begun) / _TIMES * 1_000_000
    return [Row(name="an answer is put into words", value=each, floor=None, goal=100, sense="<=", unit="µs")]
