"""Issues that are shown where somebody named them or linked to them: when, so that nobody sees the same one again and
again, and in which messages, so that these can be brought up to date for a while.

Such a message is no home of its issues: its thread is not theirs, and nothing is said of them there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import asyncpg

from db.ids import ChannelId, IssueId, LabelId, MessageTs, PersonId, WorkspaceId

# How long a message is brought up to date, and how many at most that show the same issue: the newest.
FOLLOWED: Final = timedelta(days=30)
NEWEST: Final = 20
_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a message shows of one issue; behind a link, where there is a `url`. `shown` tells what it says by now from
    what it is to say, and is empty while it says nothing."""

    issue_id: IssueId
    url: str | None
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A message that shows the issue, maybe beside others."""

    channel_id: ChannelId
    message_ts: MessageTs
    issue_id: IssueId


async def claim(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    thread_ts: MessageTs | None,
    issue_ids: Sequence[IssueId],
    within: timedelta,
) -> set[IssueId]:
    """Those not shown there `within` this time; from now on they were. `thread_ts` None: the channel itself."""
    rows = await conn.fetch(
        """
        INSERT INTO previews AS p (workspace_id, channel_id, thread_ts, issue_id)
        SELECT $1, $2, coalesce($3, ''), issue_id FROM unnest($4::uuid[]) AS named (issue_id) ORDER BY issue_id
        ON CONFLICT (workspace_id, channel_id, thread_ts, issue_id) DO UPDATE SET shown_at = now()
            WHERE p.shown_at <= now() - $5::interval
        RETURNING issue_id
        """,
        workspace_id,
        channel_id,
        thread_ts,
        list(issue_ids),
        within,
    )
    return {row["issue_id"] for row in rows}


async def remember(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    message_ts: MessageTs,
    issue_ids: Sequence[IssueId],
    shown: Sequence[str],
) -> None:
    """From now on this message of the bot's follows the issues, in this order. `shown` may say less than all."""
    await conn.execute(
        """
        INSERT INTO preview_lines (workspace_id, channel_id, message_ts, place, issue_id, shown)
        SELECT $1, $2, $3, nth - 1, issue_id, coalesce(shown, '')
        FROM unnest($4::uuid[], $5::text[]) WITH ORDINALITY AS said (issue_id, shown, nth)
        WHERE issue_id IS NOT NULL
        ON CONFLICT DO NOTHING
        """,
        workspace_id,
        channel_id,
        message_ts,
        list(issue_ids),
        list(shown),
    )


async def link(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    message_ts: MessageTs,
    linked: Mapping[str, IssueId],
) -> bool:
    """The issues are to be shown behind the links of a person's message. False: that is known of all of them."""
    rows = await conn.fetch(
        """
        WITH known AS (
            SELECT place, url FROM preview_lines WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3)
        INSERT INTO preview_lines (workspace_id, channel_id, message_ts, place, issue_id, url)
        SELECT $1, $2, $3, (SELECT coalesce(max(place), -1) FROM known) + row_number() OVER (ORDER BY nth),
               issue_id, url
        FROM unnest($4::uuid[], $5::text[]) WITH ORDINALITY AS linked (issue_id, url, nth)
        WHERE NOT EXISTS (SELECT FROM known WHERE known.url = linked.url)
        ON CONFLICT DO NOTHING
        RETURNING place
        """,
        workspace_id,
        channel_id,
        message_ts,
        list(linked.values()),
        list(linked),
    )
    return bool(rows)


async def at(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, message_ts: MessageTs
) -> tuple[Line, ...]:
    """What the message shows, in order; nothing when it follows no issue, or none any more."""
    rows = await conn.fetch(
        """
        SELECT issue_id, url, shown FROM preview_lines
        WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3 ORDER BY place
        """,
        workspace_id,
        channel_id,
        message_ts,
    )
    return tuple(Line(**row) for row in rows)


async def showing(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    *,
    person_ids: Sequence[PersonId] | None = None,
    label_ids: Sequence[LabelId] | None = None,
) -> tuple[Previewed, ...]:
    """Newest first: all of the workspace that are followed, or those of issues that are assigned to one of the people,
    or have one of the labels."""
    rows = await conn.fetch(
        """
        SELECT channel_id, message_ts, issue_id FROM (
            SELECT p.channel_id, p.message_ts, p.issue_id, p.created_at,
                   row_number() OVER (PARTITION BY p.issue_id ORDER BY p.created_at DESC) AS nth
            FROM preview_lines p
            JOIN issues i ON i.workspace_id = p.workspace_id AND i.issue_id = p.issue_id AND i.deleted_at IS NULL
            WHERE p.workspace_id = $1 AND p.created_at > now() - $4::interval
              AND ($2::uuid[] IS NULL OR i.assignee_id = ANY($2::uuid[]))
              AND ($3::uuid[] IS NULL OR EXISTS (
                  SELECT FROM issue_labels l
                  WHERE l.workspace_id = $1 AND l.issue_id = i.issue_id AND l.label_id = ANY($3::uuid[])))
        ) followed
        WHERE nth <= $5 ORDER BY created_at DESC
        """,
        workspace_id,
        None if person_ids is None else list(person_ids),
        None if label_ids is None else list(label_ids),
        FOLLOWED,
        NEWEST,
    )
    return tuple(Previewed(**row) for row in rows)


async def shows(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    channel_id: ChannelId,
    message_ts: MessageTs,
    shown: Sequence[str],
) -> None:
    """The message was brought up to date; line by line, what it shows now."""
    await conn.execute(
        """
        UPDATE preview_lines p SET shown = said.shown
        FROM unnest($4::text[]) WITH ORDINALITY AS said (shown, nth)
        WHERE p.workspace_id = $1 AND p.channel_id = $2 AND p.message_ts = $3 AND p.place = said.nth - 1
        """,
        workspace_id,
        channel_id,
        message_ts,
        list(shown),
    )


async def forget(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId, message_ts: MessageTs
) -> None:
    """The message stays as it is, or is gone."""
    await conn.execute(
        "DELETE FROM preview_lines WHERE workspace_id = $1 AND channel_id = $2 AND message_ts = $3",
        workspace_id,
        channel_id,
        message_ts,
    )


async def forget_old(conn: asyncpg.Connection) -> None:
    await conn.execute("DELETE FROM previews WHERE shown_at < now() - $1::interval", _KEPT)
    await conn.execute("DELETE FROM preview_lines WHERE created_at < now() - $1::interval", FOLLOWED)
