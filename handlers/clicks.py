"""Somebody who clicks twice means it once, where what is done shows each time it is done: something posted or sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import asyncpg

from db import spent
from handlers.acting import Press

# Seconds: clicks at most half as far from each other are one, and such as are farther apart are two.
_SPAN: Final = 10.0


async def first(conn: asyncpg.Connection, press: Press) -> bool:
    """Whether it is not the second click of two, whichever replica had the first."""
    workspace_id = press.asker.actor.workspace_id
    return all([await spent.first(conn, workspace_id, key) for key in _keys(press)])


def _keys(press: Press) -> Iterator[str]:
    """Two rows of spans, shifted against each other: two moments close together share a span of one or the other."""
    where = press.message_ts or (press.view or {}).get("id")
    pressed = f"{press.asker.slack_user_id}:{where}:{press.action['action_id']}:{press.value}"
    at = float(press.action.get("action_ts") or 0.0)
    for row in (0, 1):
        yield f"click:{pressed}:{row}:{int(at / _SPAN + row / 2)}"
