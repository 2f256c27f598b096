"""Channels that follow what a query finds."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, LiteralString, NewType
from uuid import UUID

import asyncpg

from db import listing
from db.access import Action, Actor, require
from db.errors import Conflict, FieldError, Invalid, NotFound
from db.ids import ChannelId, IssueId, PersonId, WorkspaceId
from db.query import parse
from db.states import Role, Source

SubscriptionId = NewType("SubscriptionId", UUID)

# In one channel; and in a workspace, for each is a question about every change.
CHANNEL_MAX: Final = 20
WORKSPACE_MAX: Final = 200
QUERY_MAX: Final = 500
# Why one is paused, when no refusal of Slack's is the reason.
BY_PERSON: Final = "paused"
UNREADABLE: Final = "query"


class News(StrEnum):
    """What a channel wants to hear of."""

    MATCHES = "matches"
    STATUS = "status"
    COMMENTS = "comments"


class FollowUps(StrEnum):
    """Where what happens later is said: under the issue's card, or in the channel itself."""

    THREAD = "thread"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionDraft:
    """`query` as typed."""

    channel_id: ChannelId
    query: str
    news: frozenset[News] = frozenset({News.MATCHES, News.STATUS})
    place: FollowUps = FollowUps.THREAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """`paused_why` is BY_PERSON, UNREADABLE or the error with which Slack refused; None while it is active."""

    subscription_id: SubscriptionId
    channel_id: ChannelId
    owner_id: PersonId
    query: str
    news: frozenset[News] = field(default_factory=frozenset)
    place: FollowUps
    paused_why: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """`reader`: with whose eyes the query is read."""

    subscription: Subscription
    reader: Actor


_COLUMNS: Final[LiteralString] = (
    "s.subscription_id, s.channel_id, s.owner_id, s.query, s.events, s.place, s.paused_why, s.created_at"
)


def _read(row: Any) -> Subscription:
    return Subscription(
        subscription_id=row["subscription_id"],
        channel_id=row["channel_id"],
        owner_id=row["owner_id"],
        query=row["query"],
        news=frozenset(News(each) for each in row["events"]),
        place=FollowUps(row["place"]),
        paused_why=row["paused_why"],
        created_at=row["created_at"],
    )


async def create(conn: asyncpg.Connection, actor: Actor, draft: SubscriptionDraft) -> Subscription:
    """One a channel and query: a second one takes the place of the first, and runs.

    Raises Forbidden, Invalid, also at too many, and QueryError.
    """
    require(actor, Action.SUBSCRIBE)
    query = await _checked(conn, actor, draft)
    row = await conn.fetchrow(
        f"""
        INSERT INTO subscriptions AS s (workspace_id, channel_id, owner_id, query, events, place)
        SELECT $1, $2, $3, $4, $5, $6
        WHERE $7 > (SELECT count(*) FROM subscriptions
                    WHERE workspace_id = $1 AND channel_id = $2 AND query <> $4)
          AND $8 > (SELECT count(*) FROM subscriptions
                    WHERE workspace_id = $1 AND NOT (channel_id = $2 AND query = $4))
        ON CONFLICT (workspace_id, channel_id, query) DO UPDATE
            SET owner_id = excluded.owner_id, events = excluded.events, place = excluded.place, paused_why = NULL
        RETURNING {_COLUMNS}
        """,
        actor.workspace_id,
        draft.channel_id,
        actor.person_id,
        query,
        sorted(each.value for each in draft.news),
        draft.place.value,
        CHANNEL_MAX,
        WORKSPACE_MAX,
    )
    if row is None:
        raise Invalid(await _too_many(conn, actor, draft.channel_id))
    return _read(row)


async def _too_many(conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId) -> FieldError:
    if len(await of_channel(conn, actor, channel_id)) >= CHANNEL_MAX:
        code, limit = "subscriptions_too_many", CHANNEL_MAX
    else:
        code, limit = "subscriptions_all_taken", WORKSPACE_MAX
    return FieldError(
        field="query", code=code, message=f"there are {limit} subscriptions already", limit=limit
    )


async def edit(
    conn: asyncpg.Connection, actor: Actor, subscription_id: SubscriptionId, draft: SubscriptionDraft
) -> Subscription:
    """Raises Forbidden, NotFound, Invalid, Conflict with another of the channel, and QueryError."""
    require(actor, Action.SUBSCRIBE)
    query = await _checked(conn, actor, draft)
    try:
        row = await conn.fetchrow(
            f"""
            UPDATE subscriptions s SET query = $3, events = $4, place = $5, paused_why = NULL
            WHERE workspace_id = $1 AND subscription_id = $2
            RETURNING {_COLUMNS}
            """,
            actor.workspace_id,
            subscription_id,
            query,
            sorted(each.value for each in draft.news),
            draft.place.value,
        )
    except asyncpg.UniqueViolationError as error:
        raise Conflict("subscription", query) from error
    return _found(row, subscription_id)


async def _checked(conn: asyncpg.Connection, actor: Actor, draft: SubscriptionDraft) -> str:
    if actor.person_id is None:
        raise Invalid(FieldError(field="owner", code="required", message="a subscription has an owner"))
    if not draft.news:
        raise Invalid(FieldError(field="news", code="required", message="choose something to hear of"))
    query = parse(draft.query)
    text = query.text()
    if len(text) > QUERY_MAX:
        message = f"a query has at most {QUERY_MAX} characters"
        raise Invalid(FieldError(field="query", code="too_long", message=message, limit=QUERY_MAX))
    # Who and what it names is looked up: what is not there is said now, not when an issue changes.
    await listing.matching(conn, actor, query, [])
    return text


def _found(row: Any, subscription_id: SubscriptionId) -> Subscription:
    if row is None:
        raise NotFound("subscription", subscription_id)
    return _read(row)


async def get(conn: asyncpg.Connection, actor: Actor, subscription_id: SubscriptionId) -> Subscription:
    """Raises Forbidden, NotFound."""
    require(actor, Action.SUBSCRIBE)
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM subscriptions s WHERE workspace_id = $1 AND subscription_id = $2",
        actor.workspace_id,
        subscription_id,
    )
    return _found(row, subscription_id)


async def of_channel(
    conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId
) -> tuple[Subscription, ...]:
    """Oldest first. Raises Forbidden."""
    require(actor, Action.SUBSCRIBE)
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM subscriptions s
        WHERE workspace_id = $1 AND channel_id = $2 ORDER BY created_at, subscription_id
        """,
        actor.workspace_id,
        channel_id,
    )
    return tuple(map(_read, rows))


async def elsewhere(
    conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId, limit: int
) -> tuple[Subscription, ...]:
    """The actor's own in other channels, paused ones first. Raises Forbidden."""
    require(actor, Action.SUBSCRIBE)
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM subscriptions s
        WHERE workspace_id = $1 AND owner_id = $2 AND channel_id <> $3
        ORDER BY paused_why IS NULL, created_at, subscription_id LIMIT $4
        """,
        actor.workspace_id,
        actor.person_id,
        channel_id,
        limit,
    )
    return tuple(map(_read, rows))


async def remove(conn: asyncpg.Connection, actor: Actor, subscription_id: SubscriptionId) -> Subscription:
    """Raises Forbidden, NotFound."""
    require(actor, Action.SUBSCRIBE)
    row = await conn.fetchrow(
        f"DELETE FROM subscriptions s WHERE workspace_id = $1 AND subscription_id = $2 RETURNING {_COLUMNS}",
        actor.workspace_id,
        subscription_id,
    )
    return _found(row, subscription_id)


async def turn(
    conn: asyncpg.Connection, actor: Actor, subscription_id: SubscriptionId, *, on: bool
) -> Subscription:
    """Resumes or pauses it; what Slack had stopped and a person pauses does not go on by itself any more.

    Raises Forbidden, NotFound.
    """
    require(actor, Action.SUBSCRIBE)
    row = await conn.fetchrow(
        f"""
        UPDATE subscriptions s SET paused_why = CASE WHEN NOT $3 THEN $4 END
        WHERE workspace_id = $1 AND subscription_id = $2 RETURNING {_COLUMNS}
        """,
        actor.workspace_id,
        subscription_id,
        on,
        BY_PERSON,
    )
    return _found(row, subscription_id)


async def active(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> tuple[Active, ...]:
    """All that run, for working out what changes mean to them."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS}, p.role FROM subscriptions s
        JOIN people p ON p.workspace_id = s.workspace_id AND p.person_id = s.owner_id
        WHERE s.workspace_id = $1 AND s.paused_why IS NULL ORDER BY s.created_at, s.subscription_id
        """,
        workspace_id,
    )
    return tuple(_with_reader(row, workspace_id) for row in rows)


async def refused(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, errors: Collection[str]
) -> tuple[Active, ...]:
    """Those of the channel that were stopped by one of these, and would run again."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS}, p.role FROM subscriptions s
        JOIN people p ON p.workspace_id = s.workspace_id AND p.person_id = s.owner_id
        WHERE s.workspace_id = $1 AND s.channel_id = $2 AND s.paused_why = ANY ($3::text[])
        ORDER BY s.created_at, s.subscription_id
        """,
        workspace_id,
        channel_id,
        list(errors),
    )
    return tuple(_with_reader(row, workspace_id) for row in rows)


async def go_on(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    subscription_ids: Sequence[SubscriptionId],
    errors: Collection[str],
) -> frozenset[SubscriptionId]:
    """Those that one of these stopped run again, and are given; what a person paused does not."""
    rows = await conn.fetch(
        """
        UPDATE subscriptions SET paused_why = NULL
        WHERE workspace_id = $1 AND subscription_id = ANY ($2::uuid[]) AND paused_why = ANY ($3::text[])
        RETURNING subscription_id
        """,
        workspace_id,
        list(subscription_ids),
        list(errors),
    )
    return frozenset(row["subscription_id"] for row in rows)


def _with_reader(row: Any, workspace_id: WorkspaceId) -> Active:
    reader = Actor(
        workspace_id=workspace_id, person_id=row["owner_id"], role=Role(row["role"]), source=Source.SYSTEM
    )
    return Active(subscription=_read(row), reader=reader)


async def announce(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    subscription_ids: Sequence[SubscriptionId],
    issue_ids: Sequence[IssueId],
) -> set[tuple[SubscriptionId, IssueId]]:
    """Pairs, one of each sequence, that were not announced before; from now on they were."""
    if not issue_ids:
        return set()
    rows = await conn.fetch(
        """
        INSERT INTO subscription_matches (workspace_id, subscription_id, issue_id)
        SELECT $1, f.subscription_id, f.issue_id
        FROM unnest($2::uuid[], $3::uuid[]) AS f (subscription_id, issue_id)
        JOIN subscriptions s ON s.workspace_id = $1 AND s.subscription_id = f.subscription_id
        ORDER BY f.subscription_id, f.issue_id
        ON CONFLICT DO NOTHING RETURNING subscription_id, issue_id
        """,
        workspace_id,
        list(subscription_ids),
        list(issue_ids),
    )
    return {(row["subscription_id"], row["issue_id"]) for row in rows}


async def shown(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channels: Sequence[ChannelId],
    issue_ids: Sequence[IssueId],
) -> set[tuple[ChannelId, IssueId]]:
    """Which of these issues have a card in which of these channels, or will have in a moment."""
    rows = await conn.fetch(
        """
        SELECT channel_id, issue_id FROM cards
        WHERE workspace_id = $1 AND issue_id = ANY ($3::uuid[]) AND channel_id = ANY ($2::text[])
        UNION
        SELECT channel_id, issue_id FROM outbox
        WHERE workspace_id = $1 AND channel_id = ANY ($2::text[]) AND state = 'waiting'
          AND kind = 'card' AND issue_id = ANY ($3::uuid[])
        """,
        workspace_id,
        list(channels),
        list(issue_ids),
    )
    return {(row["channel_id"], row["issue_id"]) for row in rows}


async def stop(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, subscription_ids: Sequence[SubscriptionId], why: str
) -> tuple[Subscription, ...]:
    """They cannot go on; gives those that ran until now."""
    rows = await conn.fetch(
        f"""
        UPDATE subscriptions s SET paused_why = $3
        WHERE workspace_id = $1 AND subscription_id = ANY ($2::uuid[]) AND paused_why IS NULL
        RETURNING {_COLUMNS}
        """,
        workspace_id,
        list(subscription_ids),
        why,
    )
    return tuple(map(_read, rows))


async def stop_channel(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, why: str
) -> tuple[Subscription, ...]:
    """Slack refuses the channel; gives those that ran until now."""
    rows = await conn.fetch(
        f"""
        UPDATE subscriptions s SET paused_why = $3
        WHERE workspace_id = $1 AND channel_id = $2 AND paused_why IS NULL
        RETURNING {_COLUMNS}
        """,
        workspace_id,
        channel_id,
        why,
    )
    return tuple(map(_read, rows))
