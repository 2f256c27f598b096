"""Cards whose issues are taken back before they are posted: posted all the same, once the issue is brought back."""

from __future__ import annotations

from typing import Final

import asyncpg

from db import outbox, unposted
from db.announcements import Batch
from db.ids import WorkspaceId
from db.outbox import Kind, Waiting
from db.pool import Database
from handlers.drawing import Drawing

_RESTORED: Final = "restored"


async def announce(conn: asyncpg.Connection, batch: Batch) -> None:
    """Of issues that are back, the cards that were dropped because they were gone."""
    back = list(dict.fromkeys(event.issue_id for event in batch.events if event.kind == _RESTORED))
    if back:
        await unposted.put_again(conn, batch.workspace_id, back)


async def drop(database: Database, drawing: Drawing, workspace_id: WorkspaceId, row: Waiting) -> None:
    """There is nothing to post. Of a card once more: an issue that was brought back while it was being dropped had
    been announced before there was anything dropped to be found."""
    async with database.connection() as conn:
        if row.kind is not Kind.CARD or row.issue_id is None:
            await outbox.drop(conn, workspace_id, row.outbox_id)
            return
        await unposted.drop(conn, workspace_id, row.outbox_id, row.issue_id)
    if await drawing.draw(workspace_id, row) is not None:
        async with database.transaction() as conn:
            await unposted.put_again(conn, workspace_id, [row.issue_id])
