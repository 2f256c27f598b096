"""Issues that a file has again, brought to what the file says of them now."""

from __future__ import annotations

import asyncpg

from db.access import Actor
from db.ids import ChangeId
from db.importing.mapping import Mapping


async def update_known(conn: asyncpg.Connection, actor: Actor, change_id: ChangeId, mapping: Mapping) -> int:
    return 0
