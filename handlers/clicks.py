"""Somebody who clicks twice means it once, where what is done shows each time it is done: something posted or sent."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from db import spent
from db.pool import Database
from handlers.acting import Press

# Seconds: clicks at most half as far from each other are one, and such as are farther apart are two.
_SPAN: Final = 10.0


async def first(conn: asyncpg.Connection, press: Press) -> bool:
    """Whether it is not the second click of two, whichever replica had the first."""
    workspace_id, keys = press.asker.actor.workspace_id, list(_keys(press))
    fresh = [key for key in keys if await spent.first(conn, workspace_id, key)]
    if len(fresh) < len(keys):
        # Those of the other click are enough: should that come to nothing, it takes back its own.
        await spent.take_back(conn, workspace_id, fresh)
    return len(fresh) == len(keys)


@asynccontextmanager
async def once(database: Database, press: Press) -> AsyncIterator[bool]:
    """Whether what the click is for is to be done, which lies outside the database. What fails may be clicked again."""
    async with database.transaction() as conn:
        wanted = await first(conn, press)
    try:
        yield wanted
    except Exception:
        if wanted:
            async with database.transaction() as conn:
                await spent.take_back(conn, press.asker.actor.workspace_id, list(_keys(press)))
        raise


def _keys(press: Press) -> Iterator[str]:
    """Two rows of spans, shifted against each other: two moments close together share a span of one or the other."""
    where = press.message_ts or (press.view or {}).get("id")
    told = f"{press.asker.slack_user_id}:{where}:{press.action['action_id']}:{press.value}"
    # Short enough for an index, and it does not say who it was.
    pressed = hashlib.sha256(told.encode()).hexdigest()
    at = float(press.action.get("action_ts") or 0.0)
    for row in (0, 1):
        yield f"click:{pressed}:{row}:{int(at / _SPAN + row / 2)}"
