"""A subscription that cannot go on is paused, and its owner told: it is never silently dead.

Where it is a single message that Slack does not take, the owner is told as well, and the others are posted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from db import issues, outbox, people, subscriptions, workspaces
from db.access import Actor
from db.errors import NotFound
from db.ids import ChannelId, WorkspaceId
from db.outbox import Outgoing, Waiting
from db.people import Person
from db.states import Role, Source
from db.subscriptions import Subscription, SubscriptionId
from handlers.outcomes import GAVE_UP
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

# In what is put into the outbox: whose message it is.
_OWN: Final = "subscription"
# Of messages that are refused in the same way the owner is told once in so long.
_TOLD_AGAIN: Final = timedelta(days=1)


def owned(subscription: Subscription) -> dict[str, Any]:
    """Makes a message known as one of this subscription."""
    return {_OWN: str(subscription.subscription_id)}


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
    owners = await people.get_many(conn, _system(workspace_id), sorted({each.owner_id for each in stopped}))
    messages = []
    for each in stopped:
        owner = owners.get(each.owner_id)
        if owner is not None and owner.active and owner.slack_user_id is not None:
            payload = view.stopped(each, words(owner.locale))
            place = ChannelId(str(owner.slack_user_id))
            messages.append(Outgoing(channel_id=place, payload=payload, coalesce_key=key_of_stop(each)))
    await outbox.put(conn, workspace_id, messages)


async def turned_down(conn: asyncpg.Connection, workspace_id: WorkspaceId, row: Waiting, error: str) -> None:
    """Slack does not take this one message: its owner can look at what it would have said."""
    if _OWN not in row.payload:
        return
    subscription_id = SubscriptionId(UUID(row.payload[_OWN]))
    try:
        subscription = await subscriptions.get(conn, _system(workspace_id), subscription_id)
    except NotFound:
        # It was ended meanwhile.
        return
    key = f"unsaid:{subscription_id}:{error}"
    known = await people.get_many(conn, _system(workspace_id), [subscription.owner_id])
    owner = known.get(subscription.owner_id)
    if owner is None or not owner.active or owner.slack_user_id is None:
        return
    if await outbox.said_lately(conn, workspace_id, key, _TOLD_AGAIN):
        return
    away = error.startswith(GAVE_UP)
    payload = view.unsaid(
        subscription,
        await _named(conn, workspace_id, owner, row),
        None if away else error,
        words(owner.locale),
    )
    told = Outgoing(channel_id=ChannelId(str(owner.slack_user_id)), payload=payload, coalesce_key=key)
    await outbox.put(conn, workspace_id, [told])


async def _named(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, owner: Person, row: Waiting
) -> str | None:
    """The key of the issue it is about; None where it is about several, or the owner may not see it."""
    reader = Actor(
        workspace_id=workspace_id, person_id=owner.person_id, role=owner.role, source=Source.SYSTEM
    )
    if row.issue_id is not None:
        with contextlib.suppress(NotFound):
            issue = await issues.get(conn, reader, row.issue_id)
            return issue.key((await workspaces.get(conn, workspace_id)).key_prefix)
    return None


def _system(workspace_id: WorkspaceId) -> Actor:
    return Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
