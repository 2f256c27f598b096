"""Damaged copies of real files, always the same ones; LODGE_FUZZ_SECONDS=3600 for an hour of them."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.db.importing.fuzzing import SEEDS, check, mutated

SECONDS = float(os.environ.get("LODGE_FUZZ_SECONDS", "0"))
COPIES = 250
SEED = int(os.environ.get("LODGE_FUZZ_SEED", "7"))
# What earlier runs found.
FOUND = (
    # Comments of an export that were cut off.
    SEEDS[4].replace(b'""Hi""}]', b'""Hi'),
    # NUL characters in UTF-16, where no byte can be left out.
    "title,status\nBro\0ken,open\n".encode("utf-16"),
)


@pytest.mark.parametrize("data", [*SEEDS, *FOUND])
def test_real_files_and_what_was_found_before_are_borne(data: bytes) -> None:
    check(data)


@pytest.mark.timeout(SECONDS + 600)
def test_damaged_files_are_read_or_refused_and_nothing_else() -> None:
    chance, tried, end = random.Random(SEED), 0, time.monotonic() + SECONDS
    while tried < COPIES or time.monotonic() < end:
        data = mutated(chance)
        tried += 1
        try:
            check(data)
        except Exception as error:
            raise AssertionError(f"after {tried} of seed {SEED}: {data!r}") from error
