"""What is to be said in Slack, in order by channel, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db import jobs
from db.ids import ChannelId, IssueId, MessageTs, PersonId, WorkspaceId
from db.senders import HELD

JOB: Final = "deliver"
KEPT: Final = timedelta(days=14)
# Between the channels of a change that concerns very many: as chat.update is allowed.
PATIENCE: Final = timedelta(seconds=60 / 45)
# What a workspace may post, over all its channels: so many at once, and then so far apart.
POSTS_AT_ONCE: Final = 20
POSTS_APART: Final = timedelta(seconds=0.2)


class Kind(StrEnum):
    """message: `payload` is what chat.postMessage takes, less channel and metadata.

    card: posts the issue's card as it is by then (`payload`: thread_ts). comment: posts the comment as it
    is by then (`payload`: thread_ts, comment_id). preview: posts a line of each issue that somebody named, as they
    are by then (`payload`: thread_ts, issues). refresh: brings the card, or with a comment_id the comment, or with
    `preview` the lines of what was named, at `payload["ts"]` up to date; `payload["patient"]` when it is one of very
    many, and everything else goes first.
    """

    MESSAGE = "message"
    CARD = "card"
    COMMENT = "comment"
    PREVIEW = "preview"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """`channel_id` may be a person's Slack id: a direct message.

    While one with the same `coalesce_key` waits in its channel, this one is left out. `owner_id` is told
    when it cannot be delivered. `not_before` holds it, and what follows it in the channel, back.
    """

    channel_id: ChannelId
    kind: Kind = Kind.MESSAGE
    payload: dict[str, Any] = field(default_factory=dict)
    issue_id: IssueId | None = None
    coalesce_key: str | None = None
    owner_id: PersonId | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A row that is next in its lane. `tried_at`: since then it may have been sent, nobody knows. `failed`: how many of
    its attempts came to nothing though Slack could be had."""

    outbox_id: int
    channel_id: ChannelId
    kind: Kind
    payload: dict[str, Any]
    issue_id: IssueId | None
    owner_id: PersonId | None
    attempts: int
    tried_at: datetime | None
    wait: timedelta
    failed: int = 0


def address(workspace_id: WorkspaceId, channel_id: ChannelId) -> bytes:
    return f"{workspace_id} {channel_id}".encode()


def addressed(payload: bytes) -> tuple[WorkspaceId, ChannelId]:
    workspace_id, _, channel_id = payload.decode().partition(" ")
    return WorkspaceId(workspace_id), ChannelId(channel_id)


def dedupe_key(workspace_id: WorkspaceId, channel_id: ChannelId) -> str:
    return f"{JOB}:{workspace_id}:{channel_id}"


async def line_up(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> None:
    """Waits for others who put much for this workspace: two who put the same, each in an order of their own, would
    stop each other. Until the caller's transaction ends, whoever lines up waits for it."""
    await conn.execute("SELECT pg_advisory_xact_lock(hashtextextended('outbox:' || $1, 0))", workspace_id)


async def put(conn: asyncpg.Connection, workspace_id: WorkspaceId, messages: Sequence[Outgoing]) -> None:
    """Has them sent, in this order by channel, once the caller's transaction commits (then ring the bell)."""
    messages = _distinct(messages)
    if not messages:
        return
    await conn.execute(
        """
        INSERT INTO outbox (workspace_id, channel_id, kind, payload, issue_id, coalesce_key, owner_id, not_before)
        SELECT $1, channel_id, kind, payload::jsonb, issue_id, coalesce_key, owner_id, not_before
        FROM unnest($2::text[], $3::text[], $4::text[], $5::uuid[], $6::text[], $7::uuid[], $8::timestamptz[])
             WITH ORDINALITY
             AS o (channel_id, kind, payload, issue_id, coalesce_key, owner_id, not_before, place)
        ORDER BY place
        ON CONFLICT (workspace_id, channel_id, coalesce_key)
            WHERE state = 'waiting' AND attempts = 0 AND coalesce_key IS NOT NULL
            -- What waits patiently is not patient any more when it is wished for on its own.
            DO UPDATE SET payload = excluded.payload
                WHERE outbox.payload ? 'patient' AND NOT excluded.payload ? 'patient'
        """,
        workspace_id,
        [message.channel_id for message in messages],
        [message.kind.value for message in messages],
        [json.dumps(message.payload) for message in messages],
        [message.issue_id for message in messages],
        [message.coalesce_key for message in messages],
        [message.owner_id for message in messages],
        [message.not_before for message in messages],
    )
    at_once = dict.fromkeys(message.channel_id for message in messages if not message.payload.get("patient"))
    patient = {message.channel_id for message in messages} - at_once.keys()
    first, others = list(at_once)[:POSTS_AT_ONCE], list(at_once)[POSTS_AT_ONCE:]
    await call_senders(conn, workspace_id, first)
    # Called all at once, they would find that they may not, and each come back later.
    await call_senders(conn, workspace_id, others, apart=POSTS_APART)
    await _call_patient(conn, workspace_id, sorted(patient))


def _distinct(messages: Sequence[Outgoing]) -> list[Outgoing]:
    """Of those with the same key in one channel the first, or the first that is not patient."""
    kept: dict[object, Outgoing] = {}
    for place, message in enumerate(messages):
        key = place if message.coalesce_key is None else (message.channel_id, message.coalesce_key)
        first = kept.setdefault(key, message)
        if first.payload.get("patient") and not message.payload.get("patient"):
            kept[key] = message
    return list(kept.values())


async def call_senders(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channels: Sequence[ChannelId],
    *,
    apart: timedelta = timedelta(0),
) -> None:
    """One is called `apart` after the other; whoever was to come later than that comes then."""
    if not channels:
        return
    keys = [dedupe_key(workspace_id, channel) for channel in channels]
    addresses = [address(workspace_id, channel) for channel in channels]
    await jobs.enqueue_many(conn, JOB, addresses, keys, apart=apart)
    await jobs.hasten(conn, keys, apart=apart)


async def _call_patient(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channels: Sequence[ChannelId]
) -> None:
    """One after the other, so that they do not crowd where Slack lets only one through."""
    if channels:
        keys = [dedupe_key(workspace_id, channel) for channel in channels]
        addresses = [address(workspace_id, channel) for channel in channels]
        await jobs.enqueue_many(conn, JOB, addresses, keys, apart=PATIENCE)


_WAITING: Final[LiteralString] = """
SELECT outbox_id, channel_id, kind, payload, issue_id, owner_id, attempts, tried_at,
       greatest(coalesce(not_before, now()) - now(), interval '0') AS wait
FROM outbox
WHERE workspace_id = $1 AND channel_id = $2 AND state = 'waiting' AND (kind = 'refresh') = $3
"""


async def next_post(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId
) -> Waiting | None:
    """The oldest message or card: nothing may overtake it."""
    row = await conn.fetchrow(f"{_WAITING} ORDER BY outbox_id LIMIT 1", workspace_id, channel_id, False)
    return None if row is None else _read(row)


async def next_refresh(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId
) -> Waiting | None:
    """The refresh that is due soonest, those that are patient last; else their order does not matter."""
    row = await conn.fetchrow(
        f"{_WAITING} ORDER BY payload ? 'patient', coalesce(not_before, created_at), outbox_id LIMIT 1",
        workspace_id,
        channel_id,
        True,
    )
    return None if row is None else _read(row)


async def begin(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    sender: UUID,
    outbox_id: int,
) -> bool:
    """Notes that an attempt is made from now on. False: the channel is another sender's by now."""
    begun = await conn.fetchval(
        """
        WITH held AS (
            UPDATE channel_senders SET held_until = now() + $5::interval
            WHERE workspace_id = $1 AND channel_id = $2 AND sender = $3 AND held_until > now()
            RETURNING true
        )
        UPDATE outbox SET tried_at = coalesce(tried_at, now()), attempts = attempts + 1
        WHERE workspace_id = $1 AND outbox_id = $4 AND state = 'waiting' AND EXISTS (SELECT FROM held)
        RETURNING true
        """,
        workspace_id,
        channel_id,
        sender,
        outbox_id,
        HELD,
    )
    return bool(begun)


async def is_posting_card(conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId) -> bool:
    """Whether a card may stand there already of which nobody has noted yet as which message."""
    posting = await conn.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM outbox
            WHERE workspace_id = $1 AND channel_id = $2 AND state = 'waiting' AND (kind = 'refresh') = false
              AND kind = 'card' AND tried_at IS NOT NULL)""",
        workspace_id,
        channel_id,
    )
    return bool(posting)


async def sent(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    outbox_id: int,
    channel_id: ChannelId | None = None,
    message_ts: MessageTs | None = None,
) -> None:
    await conn.execute(
        """
        UPDATE outbox SET state = 'sent', settled_at = now(), sent_channel = $3, sent_ts = $4
        WHERE workspace_id = $1 AND outbox_id = $2
        """,
        workspace_id,
        outbox_id,
        channel_id,
        message_ts,
    )


async def drop(conn: asyncpg.Connection, workspace_id: WorkspaceId, outbox_id: int) -> None:
    """There is nothing left to say: the card shows the newest state already, or the issue is gone."""
    await conn.execute(
        "UPDATE outbox SET state = 'dropped', settled_at = now() WHERE workspace_id = $1 AND outbox_id = $2",
        workspace_id,
        outbox_id,
    )


async def postpone(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    outbox_id: int,
    delay: timedelta,
    *,
    unknown: bool,
    counted: bool = False,
    failed: bool = False,
) -> None:
    """It is tried again later. `unknown`: nobody knows whether this attempt got through. `counted`: it was none that
    began, and counts as one. `failed`: Slack could be had."""
    await conn.execute(
        """
        UPDATE outbox SET not_before = now() + $3::interval, tried_at = CASE WHEN $4 THEN tried_at END,
                          attempts = attempts + $5::boolean::int,
                          payload = CASE WHEN $6 THEN payload || jsonb_build_object(
                              'failed', coalesce((payload ->> 'failed')::integer, 0) + 1) ELSE payload END
        WHERE workspace_id = $1 AND outbox_id = $2
        """,
        workspace_id,
        outbox_id,
        delay,
        unknown,
        counted,
        failed,
    )


async def fail(conn: asyncpg.Connection, workspace_id: WorkspaceId, outbox_id: int, error: str) -> None:
    await conn.execute(
        """
        UPDATE outbox SET state = 'failed', settled_at = now(), error = $3
        WHERE workspace_id = $1 AND outbox_id = $2
        """,
        workspace_id,
        outbox_id,
        error,
    )


async def fail_channel(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, error: str
) -> tuple[PersonId, ...]:
    """Nothing can be sent there: everything that waits has failed. Returns whose it was."""
    rows = await conn.fetch(
        """
        WITH failed AS (
            UPDATE outbox SET state = 'failed', settled_at = now(), error = $3
            WHERE workspace_id = $1 AND channel_id = $2 AND state = 'waiting'
            RETURNING owner_id
        )
        SELECT DISTINCT owner_id FROM failed WHERE owner_id IS NOT NULL
        """,
        workspace_id,
        channel_id,
        error,
    )
    return tuple(row["owner_id"] for row in rows)


async def said_lately(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, coalesce_key: str, within: timedelta
) -> bool:
    """Whether something with this key was put lately, sent or not."""
    return bool(
        await conn.fetchval(
            """
            SELECT EXISTS (
                SELECT FROM outbox WHERE workspace_id = $1 AND coalesce_key = $2 AND created_at > now() - $3::interval
            )
            """,
            workspace_id,
            coalesce_key,
            within,
        )
    )


async def waiting_channels(conn: asyncpg.Connection) -> tuple[tuple[WorkspaceId, ChannelId], ...]:
    """Channels with something due and no job that knows of it: the job looked a moment before the commit."""
    rows = await conn.fetch(
        """
        SELECT workspace_id, channel_id FROM (
            SELECT DISTINCT workspace_id, channel_id FROM outbox
            WHERE state = 'waiting' AND coalesce(not_before, created_at) <= now()
        ) due
        WHERE NOT EXISTS (
            SELECT FROM pgqueuer
            WHERE dedupe_key = 'deliver:' || due.workspace_id || ':' || due.channel_id
              AND status IN ('queued', 'picked')
        ) AND NOT EXISTS (
            SELECT FROM channel_senders held
            WHERE held.workspace_id = due.workspace_id AND held.channel_id = due.channel_id
              AND held.held_until > now()
        )
        """
    )
    return tuple((row["workspace_id"], row["channel_id"]) for row in rows)


async def forget_old(conn: asyncpg.Connection) -> int:
    status = await conn.execute("DELETE FROM outbox WHERE settled_at < now() - $1::interval", KEPT)
    return int(status.rpartition(" ")[2])


def _read(row: asyncpg.Record) -> Waiting:
    return Waiting(
        outbox_id=row["outbox_id"],
        channel_id=row["channel_id"],
        kind=Kind(row["kind"]),
        payload=row["payload"],
        issue_id=row["issue_id"],
        owner_id=row["owner_id"],
        attempts=row["attempts"],
        tried_at=row["tried_at"],
        wait=row["wait"],
        failed=row["payload"].get("failed", 0),
    )
