"""Messages in Slack that show an issue and follow its state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg

from db import outbox, previews
from db.ids import ChangeId, ChannelId, IssueId, LabelId, MessageTs, PersonId, WorkspaceId
from db.previews import Previewed


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedCard:
    """`shown_version` is the version of the issue it shows, or below zero where that is out of date whichever it is;
    `thread_ts` what began the thread it stands in."""

    channel_id: ChannelId
    message_ts: MessageTs
    issue_id: IssueId
    shown_version: int
    thread_ts: MessageTs | None = None

    @property
    def thread(self) -> tuple[ChannelId, MessageTs]:
        """Where its issue is talked about: the thread it began, or the one it stands in."""
        return self.channel_id, self.thread_ts or self.message_ts


def threads(posted: Iterable[PostedCard]) -> tuple[tuple[ChannelId, MessageTs], ...]:
    """Each thread once, however many cards stand in it."""
    return tuple(dict.fromkeys(card.thread for card in posted))


async def ask(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    issue_id: IssueId,
    channel_id: ChannelId,
    thread_ts: MessageTs | None = None,
    *,
    owner_id: PersonId | None = None,
    request_key: str | None = None,
) -> None:
    """Has the issue's card posted; of requests with the same key one. `owner_id` is told when Slack refuses it."""
    key = None if request_key is None else f"card:{request_key}"
    if key is not None and await outbox.said_lately(conn, workspace_id, key, outbox.KEPT):
        return
    card = outbox.Outgoing(
        channel_id=channel_id,
        kind=outbox.Kind.CARD,
        payload={"thread_ts": thread_ts} if thread_ts else {},
        issue_id=issue_id,
        owner_id=owner_id,
        coalesce_key=key,
    )
    await outbox.put(conn, workspace_id, [card])


async def remember(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    message_ts: MessageTs,
    issue_id: IssueId,
    shown_version: int,
    thread_ts: MessageTs | None = None,
) -> None:
    """From now on this message follows the issue."""
    await conn.execute(
        """
        INSERT INTO cards AS card (workspace_id, channel_id, message_ts, issue_id, shown_version, thread_ts)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (workspace_id, channel_id, message_ts) DO UPDATE
            SET issue_id = excluded.issue_id, shown_version = excluded.shown_version
        """,
        workspace_id,
        channel_id,
        message_ts,
        issue_id,
        shown_version,
        thread_ts,
    )


async def of_issues(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Sequence[IssueId]
) -> tuple[PostedCard, ...]:
    """Oldest first."""
    rows = await conn.fetch(
        """
        SELECT channel_id, message_ts, issue_id, shown_version, thread_ts FROM cards
        WHERE workspace_id = $1 AND issue_id = ANY($2::uuid[])
        ORDER BY created_at, message_ts
        """,
        workspace_id,
        list(issue_ids),
    )
    return tuple(_read(row) for row in rows)


async def everywhere(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Sequence[IssueId]
) -> tuple[tuple[PostedCard, ...], tuple[Previewed, ...]]:
    """The cards of the issues, oldest first; and the messages that show them because somebody named them, of each issue
    the newest that are followed."""
    rows = await conn.fetch(
        """
        SELECT false AS previews, channel_id, message_ts, issue_id, shown_version, thread_ts, created_at FROM cards
        WHERE workspace_id = $1 AND issue_id = ANY($2::uuid[])
        UNION ALL
        SELECT true, p.channel_id, p.message_ts, changed.issue_id, 0, NULL, p.created_at
        FROM unnest($2::uuid[]) AS changed (issue_id)
        CROSS JOIN LATERAL (
            SELECT channel_id, message_ts, created_at FROM preview_lines
            WHERE workspace_id = $1 AND issue_id = changed.issue_id AND created_at > now() - $3::interval
            ORDER BY created_at DESC LIMIT $4
        ) p
        ORDER BY created_at, message_ts
        """,
        workspace_id,
        list(issue_ids),
        previews.FOLLOWED,
        previews.NEWEST,
    )
    return tuple(_read(row) for row in rows if not row["previews"]), tuple(
        Previewed(channel_id=row["channel_id"], message_ts=row["message_ts"], issue_id=row["issue_id"])
        for row in rows
        if row["previews"]
    )


async def touched(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, change_id: ChangeId
) -> tuple[IssueId, ...]:
    """The issues on cards and in messages that are followed which the change touched, of however many others: each
    that is shown is asked, and not each that was changed."""
    rows = await conn.fetch(
        """
        SELECT issue_id FROM (
            SELECT issue_id FROM cards WHERE workspace_id = $1
            UNION
            SELECT issue_id FROM preview_lines WHERE workspace_id = $1 AND created_at > now() - $3::interval
        ) shown
        WHERE EXISTS (
            SELECT FROM (SELECT e.change_id FROM events e
                         WHERE e.workspace_id = $1 AND e.issue_id = shown.issue_id OFFSET 0) its
            WHERE its.change_id = $2)
        ORDER BY issue_id
        """,
        workspace_id,
        change_id,
        previews.FOLLOWED,
    )
    return tuple(row["issue_id"] for row in rows)


async def at(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, message_ts: MessageTs
) -> PostedCard | None:
    """The card a message is: the issue its thread belongs to."""
    row = await conn.fetchrow(
        """
        SELECT channel_id, message_ts, issue_id, shown_version, thread_ts FROM cards
        WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3
        """,
        workspace_id,
        channel_id,
        message_ts,
    )
    return None if row is None else _read(row)


async def in_thread(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    thread_ts: MessageTs,
    message_ts: MessageTs,
) -> tuple[IssueId, ...]:
    """Issues whose cards stood in a thread that something else began when the message was said there; at most two."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT c.issue_id FROM cards c
        JOIN issues i ON i.workspace_id = c.workspace_id AND i.issue_id = c.issue_id AND i.deleted_at IS NULL
        WHERE c.workspace_id = $1 AND c.channel_id = $2 AND c.message_ts > $3 AND c.message_ts < $4
          AND c.thread_ts = $3
        LIMIT 2
        """,
        workspace_id,
        channel_id,
        thread_ts,
        message_ts,
    )
    return tuple(row["issue_id"] for row in rows)


async def outdate(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    *,
    channel_id: ChannelId | None = None,
    person_ids: Sequence[PersonId] | None = None,
    label_ids: Sequence[LabelId] | None = None,
) -> tuple[PostedCard, ...]:
    """Cards that show something else now although their issues are as they were: whatever version they are brought up
    to is newer, unless it was drawn before this. All of the workspace, or those in the channel, that name one of the
    people, or have one of the labels.
    """
    rows = await conn.fetch(
        """
        WITH held AS MATERIALIZED (
            SELECT c.channel_id, c.message_ts FROM cards c
            JOIN issues i ON i.workspace_id = c.workspace_id AND i.issue_id = c.issue_id AND i.deleted_at IS NULL
            WHERE c.workspace_id = $1 AND ($2::text IS NULL OR c.channel_id = $2)
              AND ($3::uuid[] IS NULL OR i.assignee_id = ANY($3::uuid[]) OR i.reporter_id = ANY($3::uuid[]))
              AND ($4::uuid[] IS NULL OR EXISTS (
                  SELECT FROM issue_labels l
                  WHERE l.workspace_id = $1 AND l.issue_id = i.issue_id AND l.label_id = ANY($4::uuid[])))
            ORDER BY c.channel_id, c.message_ts FOR NO KEY UPDATE OF c
        )
        UPDATE cards c SET shown_version = least(c.shown_version, 0) - 1 FROM held
        WHERE c.workspace_id = $1 AND c.channel_id = held.channel_id AND c.message_ts = held.message_ts
        RETURNING c.channel_id, c.message_ts, c.issue_id, c.shown_version, c.thread_ts
        """,
        workspace_id,
        channel_id,
        None if person_ids is None else list(person_ids),
        None if label_ids is None else list(label_ids),
    )
    return tuple(sorted((_read(row) for row in rows), key=lambda card: card.message_ts, reverse=True))


async def outdate_one(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, message_ts: MessageTs
) -> None:
    """So is this one."""
    await conn.execute(
        """
        UPDATE cards SET shown_version = least(shown_version, 0) - 1
        WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3
        """,
        workspace_id,
        channel_id,
        message_ts,
    )


async def shown(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    message_ts: MessageTs,
    version: int,
    *,
    before: int = 0,
) -> None:
    """The message shows this version now, unless that is out of date since it was drawn: then it had shown `before`."""
    await conn.execute(
        """
        UPDATE cards SET shown_version = greatest(shown_version, $4)
        WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3 AND shown_version >= least($5, 0)
        """,
        workspace_id,
        channel_id,
        message_ts,
        version,
        before,
    )


async def forget(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, message_ts: MessageTs
) -> None:
    """The message is gone, or cannot be changed any more."""
    await conn.execute(
        "DELETE FROM cards WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3",
        workspace_id,
        channel_id,
        message_ts,
    )


def _read(row: asyncpg.Record) -> PostedCard:
    return PostedCard(
        channel_id=row["channel_id"],
        message_ts=row["message_ts"],
        issue_id=row["issue_id"],
        shown_version=row["shown_version"],
        thread_ts=row["thread_ts"],
    )
