"""Two clicks right after each other are one, wherever in time they fall."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from db import workspaces
from db.ids import WorkspaceId
from db.pool import Database
from handlers.acting import Press
from handlers.clicks import _keys, once


def press(at: float, value: str = "x") -> Press:
    made: Any = SimpleNamespace(
        asker=SimpleNamespace(slack_user_id="U1", actor=SimpleNamespace(workspace_id=WorkspaceId("T1"))),
        message_ts="1.1",
        view=None,
        action={"action_id": "a", "action_ts": f"{at:.6f}"},
        value=value,
    )
    return cast("Press", made)


def keys(at: float, value: str = "x") -> set[str]:
    return set(_keys(press(at, value)))


@pytest.mark.parametrize("at", [1000.0, 1004.9, 1005.0, 1009.9, 1014.99])
def test_clicks_close_together_share_a_key(at: float) -> None:
    assert keys(at) & keys(at + 0.5)
    assert not keys(at) & keys(at + 10.0)
    assert not keys(at) & keys(at, "y")


def test_a_key_is_short_and_does_not_say_whose_it_is() -> None:
    for key in keys(1000.0, "x" * 2000):
        assert len(key) < 100
        assert "U1" not in key


async def _fail(database: Database, *, beside: Press | None = None) -> None:
    async with once(database, press(1000.0)) as wanted:
        assert wanted
        if beside is not None:
            async with once(database, beside) as wanted_too:
                assert not wanted_too
        raise OSError("gone")


async def test_what_failed_may_be_clicked_again_and_what_was_done_not(database: Database) -> None:
    async with database.connection() as conn:
        await workspaces.ensure(conn, WorkspaceId("T1"), "Harbour")
    with pytest.raises(OSError, match="gone"):
        await _fail(database)
    for first in (True, False, False):
        async with once(database, press(1000.0)) as wanted:
            assert wanted is first


async def test_a_click_beside_one_that_fails_leaves_nothing_behind(database: Database) -> None:
    async with database.connection() as conn:
        await workspaces.ensure(conn, WorkspaceId("T1"), "Harbour")
    assert keys(1000.0) != keys(1006.0)
    with pytest.raises(OSError, match="gone"):
        await _fail(database, beside=press(1006.0))
    async with once(database, press(1008.0)) as wanted:
        assert wanted
