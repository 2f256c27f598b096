"""Whoever had something posted is told where it could not be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import asyncpg

from db import outbox, people
from db.access import Actor
from db.ids import ChannelId, PersonId, WorkspaceId
from db.outbox import Outgoing
from db.states import Role, Source
from handlers.words import Mrkdwn, words

# Of the same refusal in the same channel.
_TOLD_AGAIN: Final = timedelta(days=1)
_WHY: Final = {
    "is_archived": "undelivered-archived",
    "not_in_channel": "undelivered-not-member",
    "channel_not_found": "undelivered-gone",
}


async def tell(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    owners: Sequence[PersonId],
    error: str,
) -> None:
    system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    for person in (await people.get_many(conn, system, list(owners))).values():
        key = f"undelivered:{channel_id}:{error}:{person.person_id}"
        if person.slack_user_id is None or str(person.slack_user_id) == str(channel_id):
            continue
        if await outbox.said_lately(conn, workspace_id, key, _TOLD_AGAIN):
            continue
        text = _text(channel_id, error, person.locale)
        told = Outgoing(channel_id=ChannelId(person.slack_user_id), payload={"text": text}, coalesce_key=key)
        await outbox.put(conn, workspace_id, [told])


def _text(channel_id: ChannelId, error: str, locale: str) -> Mrkdwn:
    mention = Mrkdwn(f"<@{channel_id}>" if channel_id.startswith(("U", "W")) else f"<#{channel_id}>")
    speech = words(locale)
    if error in _WHY:
        return speech(_WHY[error], channel=mention)
    return speech("undelivered-other", channel=mention, error=error)
