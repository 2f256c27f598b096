from __future__ import annotations

import pytest

from handlers.announcing import BEHIND, resting


def test_after_a_batch_people_are_answered_for_longer_than_it_took() -> None:
    assert resting(took=0.1, waited=0.0) == pytest.approx(0.3)


def test_no_batch_however_long_is_rested_from_for_ever() -> None:
    assert resting(took=60.0, waited=0.0) == 2.0


def test_who_is_behind_does_not_rest() -> None:
    assert resting(took=0.1, waited=BEHIND + 0.1) == 0.0
