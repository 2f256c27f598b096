"""Two clicks right after each other are one, wherever in time they fall."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from handlers.clicks import _keys


def keys(at: float, value: str = "x") -> set[str]:
    press = SimpleNamespace(
        asker=SimpleNamespace(slack_user_id="U1"),
        message_ts="1.1",
        view=None,
        action={"action_id": "a", "action_ts": f"{at:.6f}"},
        value=value,
    )
    return set(_keys(cast("Any", press)))


@pytest.mark.parametrize("at", [1000.0, 1004.9, 1005.0, 1009.9, 1014.99])
def test_clicks_close_together_share_a_key(at: float) -> None:
    assert keys(at) & keys(at + 0.5)
    assert not keys(at) & keys(at + 10.0)
    assert not keys(at) & keys(at, "y")
