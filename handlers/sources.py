"""Issues made from messages: which message an issue came from."""

from __future__ import annotations

import asyncpg

from db import issues, recording
from db.access import Actor
from db.errors import NotFound
from db.origins import Origin


def source_ref(channel_id: str, ts: str) -> str:
    """Kept as the issue's external reference, so that a message becomes one issue and its thread its comments."""
    return f"slack:{channel_id}/{ts}"


async def key(conn: asyncpg.Connection, everything: Actor, ref: str) -> str:
    """The request key under which a message is filed: its own, or after that was taken back the next one.

    Those who file it at the same moment get the same. `everything` is an actor who sees all issues.
    """
    tried = ref
    while True:
        before = await recording.written_before(conn, everything, Origin(request_key=tried), "create")
        if before is None:
            return tried
        issue_id = before.issue_ids[0]
        try:
            await issues.get(conn, everything, issue_id)
        except NotFound:
            tried = f"{ref}:after:{issue_id}"
        else:
            return tried
