"""Every listener has a scenario of its own, which is held to reaching it (listeners.py)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.scenarios.listeners import registered
from tests.scenarios.stories import STORIES

FOLDER = Path(__file__).parent


def test_every_listener_has_a_scenario() -> None:
    found = registered()
    assert len(found) > 100
    assert not found - STORIES.keys()
    assert not STORIES.keys() - found


@pytest.mark.parametrize("story", sorted(set(STORIES.values())))
def test_every_scenario_that_is_named_is_one(story: str) -> None:
    """One that is run as it stands, with the whole bot, which is what holds it to its promise."""
    path, _, name = story.partition("::")
    tree = ast.parse((FOLDER / path).read_text(encoding="utf-8"))
    (scenario,) = [each for each in tree.body if isinstance(each, ast.AsyncFunctionDef) and each.name == name]
    assert {"lodge", "filed"} & {argument.arg for argument in scenario.args.args}
    assert not scenario.decorator_list
