"""A subscription that cannot go on is paused, and its owner told: it is never silently dead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import asyncpg

from db import outbox, people, subscriptions
from db.access import Actor
from db.ids import ChannelId, WorkspaceId
from db.outbox import Outgoing
from db.states import Role, Source
from db.subscriptions import Subscription
from handlers.services import Services
from handlers.views import subscriptions as view
from handlers.words import words

# What is wrong with the channel, rather than with the whole installation.
_OF_CHANNEL: Final = frozenset(
    {
        "is_archived",
        "not_in_channel",
        "channel_not_found",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "access_denied",
        "no_permission",
    }
)


async def stop(services: Services, workspace_id: WorkspaceId, channel_id: ChannelId, error: str) -> None:
    """Slack refuses the channel."""
    if error not in _OF_CHANNEL:
        return
    async with services.database.transaction() as conn:
        stopped = await subscriptions.stop_channel(conn, workspace_id, channel_id, error)
        await told(conn, workspace_id, stopped)
    if stopped:
        services.bell.ring()


def key_of_stop(subscription: Subscription) -> str:
    """By which the outbox knows the message that this one is paused."""
    return f"stopped:{subscription.subscription_id}"


async def told(conn: asyncpg.Connection, workspace_id: WorkspaceId, stopped: Sequence[Subscription]) -> None:
    """Each owner, in a direct message with a button to go on."""
    if not stopped:
        return
    system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    owners = await people.get_many(conn, system, sorted({each.owner_id for each in stopped}))
    messages = []
    for each in stopped:
        owner = owners.get(each.owner_id)
        if owner is not None and owner.active and owner.slack_user_id is not None:
            payload = view.stopped(each, words(owner.locale))
            place = ChannelId(str(owner.slack_user_id))
            messages.append(Outgoing(channel_id=place, payload=payload, coalesce_key=key_of_stop(each)))
    await outbox.put(conn, workspace_id, messages)
