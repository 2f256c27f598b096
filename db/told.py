"""The last message that told somebody of one issue: a burst that goes on is told in it, and not in more messages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db.ids import ChannelId, MessageTs, PersonId, SlackUserId, WorkspaceId
from db.notices import Notice
from db.preferences import NoticeKind

# What happens so long after a message was due is told in it.
BURST: Final = timedelta(minutes=2)

COLUMNS: Final[LiteralString] = (
    "t.person_id, t.issue_id, t.told_key, t.kinds, t.after, t.actors, t.said, t.said_by, t.comments, t.state,"
    " t.shown, t.told_at, o.sent_channel, o.sent_ts"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`place` is None while the message is on its way. `state` counts what was added, `shown` what it shows of that."""

    notice: Notice
    key: str
    state: int
    shown: int
    place: tuple[ChannelId, MessageTs] | None


async def remember(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, notice: Notice, key: str, now: datetime
) -> None:
    """It is told by the message that the outbox has by `key`, which is the newest of its person from now on."""
    await conn.execute(
        """
        INSERT INTO told (workspace_id, person_id, issue_id, told_key, kinds, after, actors, said, said_by,
                          comments, told_at)
        VALUES ($1, $2, $3, $4, $5, $6::text::jsonb, $7, $8, $9, $10, $11)
        ON CONFLICT (workspace_id, person_id) DO UPDATE SET
            issue_id = excluded.issue_id, told_key = excluded.told_key, kinds = excluded.kinds,
            after = excluded.after, actors = excluded.actors, said = excluded.said, said_by = excluded.said_by,
            comments = excluded.comments, state = 1, shown = 1, told_at = excluded.told_at
        """,
        workspace_id,
        notice.person_id,
        notice.issue_id,
        key,
        sorted(kind.value for kind in notice.kinds),
        json.dumps(notice.after),
        list(notice.actors),
        notice.said,
        notice.said_by,
        notice.comments,
        now,
    )


async def forget(conn: asyncpg.Connection, workspace_id: WorkspaceId, person_id: PersonId) -> None:
    """Something newer stands in the conversation, or they have seen it: what comes next is a message of its own."""
    await conn.execute("DELETE FROM told WHERE workspace_id = $1 AND person_id = $2", workspace_id, person_id)


async def of_person(conn: asyncpg.Connection, workspace_id: WorkspaceId, person_id: PersonId) -> Told | None:
    row = await conn.fetchrow(
        f"""
        SELECT {COLUMNS} FROM told t
        LEFT JOIN outbox o ON o.workspace_id = t.workspace_id AND o.coalesce_key = t.told_key
        WHERE t.workspace_id = $1 AND t.person_id = $2
        """,
        workspace_id,
        person_id,
    )
    return None if row is None else _read(row)


async def going_on(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, notice: Notice, to: SlackUserId, now: datetime
) -> Told | None:
    """The message that this notice can be added to: about the same issue, of a moment ago, with nothing after it.

    Until the caller's transaction ends nobody else adds to it, nor is it noted as sent.
    """
    row = await conn.fetchrow(
        f"""
        SELECT {COLUMNS} FROM told t
        JOIN outbox o ON o.workspace_id = t.workspace_id AND o.coalesce_key = t.told_key
        WHERE t.workspace_id = $1 AND t.person_id = $2 AND t.issue_id = $3
          AND t.told_at > $5::timestamptz - $6::interval
          AND o.state IN ('waiting', 'sent')
          AND NOT EXISTS (
              SELECT FROM outbox newer
              WHERE newer.workspace_id = $1 AND newer.channel_id = $4 AND newer.outbox_id > o.outbox_id
                AND left(newer.channel_id, 1) IN ('U', 'W') AND newer.state IN ('waiting', 'sent'))
        FOR UPDATE OF t, o
        """,
        workspace_id,
        notice.person_id,
        notice.issue_id,
        to,
        now,
        BURST,
    )
    return None if row is None else _read(row)


async def add(conn: asyncpg.Connection, workspace_id: WorkspaceId, merged: Notice) -> None:
    """The message tells all of this from now on."""
    await conn.execute(
        """
        UPDATE told SET kinds = $3, after = $4::text::jsonb, actors = $5, said = $6, said_by = $7, comments = $8,
                        state = state + 1
        WHERE workspace_id = $1 AND person_id = $2
        """,
        workspace_id,
        merged.person_id,
        sorted(kind.value for kind in merged.kinds),
        json.dumps(merged.after),
        list(merged.actors),
        merged.said,
        merged.said_by,
        merged.comments,
    )


async def shows(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, person_id: PersonId, ts: MessageTs, state: int
) -> None:
    """The message was brought up to this state."""
    await conn.execute(
        """
        UPDATE told t SET shown = greatest(shown, $4) FROM outbox o
        WHERE t.workspace_id = $1 AND t.person_id = $2
          AND o.workspace_id = $1 AND o.coalesce_key = t.told_key AND o.sent_ts = $3
        """,
        workspace_id,
        person_id,
        ts,
        state,
    )


def _read(row: asyncpg.Record) -> Told:
    notice = Notice(
        person_id=row["person_id"],
        issue_id=row["issue_id"],
        kinds=frozenset(NoticeKind(kind) for kind in row["kinds"]),
        after=row["after"],
        actors=frozenset(None if each is None else _person(each) for each in row["actors"]),
        said=row["said"],
        said_by=row["said_by"],
        comments=row["comments"],
        due_at=row["told_at"],
    )
    sent = row["sent_ts"] is not None
    return Told(
        notice=notice,
        key=row["told_key"],
        state=row["state"],
        shown=row["shown"],
        place=(ChannelId(row["sent_channel"]), MessageTs(row["sent_ts"])) if sent else None,
    )


def _person(value: Any) -> PersonId:
    return PersonId(UUID(str(value)))
