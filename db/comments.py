"""What people say about an issue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db import limits
from db.access import VISIBLE, Action, Actor, may, require
from db.constraints import domain_errors
from db.errors import Conflict, Forbidden, NotFound
from db.ids import ChangeId, ChannelId, CommentId, IssueId, MessageTs, PersonId, new_uuid
from db.origins import NOWHERE, Origin
from db.recording import Before, EventDraft, once, record, written_before
from db.states import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """`slack_message` is the message in Slack that is this comment, when there is one."""

    comment_id: CommentId
    issue_id: IssueId
    author_id: PersonId | None
    reply_to: CommentId | None
    body: str
    source: Source
    slack_message: tuple[ChannelId, MessageTs] | None
    created_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Commented:
    """`change_id` is None when nothing changed and nothing was written."""

    comment: Comment
    change_id: ChangeId | None
    repeated: bool = False


COLUMNS: Final[LiteralString] = (
    "c.comment_id, c.issue_id, c.author_id, c.reply_to, c.body, c.source, c.slack_channel_id, c.slack_ts,"
    " c.created_at, c.edited_at"
)


def read_comment(row: Any) -> Comment:
    """From a row that has `COLUMNS`."""
    ts = row["slack_ts"]
    return Comment(
        comment_id=row["comment_id"],
        issue_id=row["issue_id"],
        author_id=row["author_id"],
        reply_to=row["reply_to"],
        body=row["body"],
        source=Source(row["source"]),
        slack_message=None if ts is None else (row["slack_channel_id"], ts),
        created_at=row["created_at"],
        edited_at=row["edited_at"],
    )


_OF_VISIBLE: Final[LiteralString] = f"""
SELECT {COLUMNS} FROM comments c JOIN issues i USING (workspace_id, issue_id)
WHERE {VISIBLE} AND c.deleted_at IS NULL"""


async def get(conn: asyncpg.Connection, actor: Actor, comment_id: CommentId) -> Comment:
    """Raises NotFound."""
    row = await conn.fetchrow(
        f"{_OF_VISIBLE} AND c.comment_id = $3", actor.workspace_id, actor.sees_only, comment_id
    )
    if row is None:
        raise NotFound("comment", comment_id)
    return read_comment(row)


async def of_slack_message(
    conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId, ts: MessageTs
) -> Comment | None:
    """The comment that a message in Slack is."""
    row = await conn.fetchrow(
        f"{_OF_VISIBLE} AND c.slack_channel_id = $3 AND c.slack_ts = $4",
        actor.workspace_id,
        actor.sees_only,
        channel_id,
        ts,
    )
    return None if row is None else read_comment(row)


async def page(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    *,
    limit: int = 50,
    before: CommentId | None = None,
) -> tuple[Comment, ...]:
    """The newest comments, oldest of them first; `before` is the first one of the page after."""
    rows = await conn.fetch(
        f"""
        {_OF_VISIBLE} AND c.issue_id = $3
          AND ($4::uuid IS NULL OR (c.created_at, c.comment_id) < (
              SELECT b.created_at, b.comment_id FROM comments b WHERE b.workspace_id = $1 AND b.comment_id = $4))
        ORDER BY c.created_at DESC, c.comment_id DESC LIMIT $5""",
        actor.workspace_id,
        actor.sees_only,
        issue_id,
        before,
        limit,
    )
    return tuple(read_comment(row) for row in reversed(rows))


async def add(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    body: str,
    origin: Origin = NOWHERE,
    *,
    reply_to: CommentId | None = None,
    slack_message: tuple[ChannelId, MessageTs] | None = None,
) -> Commented:
    """Comments on an issue; the author watches it from then on.

    A message in Slack becomes a comment once. Raises NotFound, Invalid, Forbidden.
    """
    require(actor, Action.COMMENT)
    body = limits.comment(body)
    if origin.request_key is not None:
        limits.request_key(origin.request_key)
    if slack_message is not None:
        known = await of_slack_message(conn, actor, *slack_message)
        if known is not None:
            return Commented(comment=known, change_id=None, repeated=True)
    if reply_to is not None and (await get(conn, actor, reply_to)).issue_id != issue_id:
        raise NotFound("comment", reply_to)
    change_id, comment_id = ChangeId(new_uuid()), CommentId(new_uuid())
    try:
        row = await _write(
            conn,
            *(actor.workspace_id, actor.sees_only, issue_id),
            *(change_id, actor.person_id, actor.source.value),
            *(origin.request_key, origin.channel_id, origin.thread_ts),
            *(comment_id, reply_to, body),
            *(slack_message or (None, None)),
        )
    except Conflict as conflict:
        if conflict.kind != "comment" or slack_message is None:
            raise
        known = await of_slack_message(conn, actor, *slack_message)
        if known is None:
            raise
        return Commented(comment=known, change_id=None, repeated=True)
    if row is not None:
        return Commented(comment=read_comment(row), change_id=change_id)
    before = await written_before(conn, actor, origin, "comment")
    if before is None:
        raise NotFound("issue", issue_id)
    known = await get(conn, actor, CommentId(UUID(before.summary["comment_id"])))
    return Commented(comment=known, change_id=before.change_id, repeated=True)


# One round trip. Everything hangs on the change row, which a request key that was used before does not get.
_ADD: Final[LiteralString] = f"""
WITH issue AS (
    UPDATE issues i SET updated_at = greatest(clock_timestamp(), updated_at), commented = true
    WHERE {VISIBLE} AND i.issue_id = $3
      AND ($7::text IS NULL OR NOT EXISTS (
          SELECT FROM changes before WHERE before.workspace_id = $1 AND before.request_key = $7))
    RETURNING i.issue_id
), change AS (
    INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id, thread_ts, summary)
    SELECT $1, $4, $5, $6, 'comment', $7, $8, $9, jsonb_build_object('comment_id', $10::uuid) FROM issue
    ON CONFLICT (workspace_id, request_key) WHERE request_key IS NOT NULL DO NOTHING
    RETURNING change_id
), said AS (
    INSERT INTO comments AS c (workspace_id, comment_id, issue_id, author_id, reply_to, body, source,
                               slack_channel_id, slack_ts)
    SELECT $1, $10, $3, $5, $11::uuid, $12, $6, $13, $14 FROM change RETURNING {COLUMNS}
), watching AS (
    INSERT INTO watchers (workspace_id, issue_id, person_id)
    SELECT $1, $3, $5 FROM change WHERE $5::uuid IS NOT NULL ON CONFLICT DO NOTHING
), event AS (
    INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, after)
    SELECT $1, $4, $3, $5, $6, 'commented',
           jsonb_strip_nulls(jsonb_build_object('comment_id', $10::uuid, 'reply_to', $11::uuid))
    FROM change
), pending AS (
    INSERT INTO pending_changes (workspace_id, change_id) SELECT $1, $4 FROM change
)
SELECT said.*, CASE WHEN NOT EXISTS (
        SELECT FROM pgqueuer WHERE dedupe_key = 'announce:' || $1 AND status IN ('queued', 'picked')
    ) THEN enqueue_job('announce', convert_to($1, 'UTF8'), 'announce:' || $1) END
FROM said"""


async def _write(conn: asyncpg.Connection, *values: Any) -> Any:
    """What it breaks, it breaks alone: the caller's transaction goes on."""
    with domain_errors():
        if not conn.is_in_transaction():
            return await conn.fetchrow(_ADD, *values)
        async with conn.transaction():
            return await conn.fetchrow(_ADD, *values)


async def _touch(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> None:
    """A comment makes the issue recent, but no edit stale: its version stays."""
    row = await conn.fetchrow(
        f"""
        UPDATE issues i SET updated_at = greatest(clock_timestamp(), updated_at)
        WHERE {VISIBLE} AND i.issue_id = $3 RETURNING true""",
        actor.workspace_id,
        actor.sees_only,
        issue_id,
    )
    if row is None:
        raise NotFound("issue", issue_id)


async def edit(
    conn: asyncpg.Connection, actor: Actor, comment_id: CommentId, body: str, origin: Origin = NOWHERE
) -> Commented:
    """One's own comment, or as admin anybody's. Raises NotFound, Invalid, Forbidden."""
    require(actor, Action.COMMENT)
    body = limits.comment(body)

    async def again(before: Before) -> Commented:
        return Commented(
            comment=await get(conn, actor, comment_id), change_id=before.change_id, repeated=True
        )

    async def work() -> Commented:
        comment = await _own(conn, actor, comment_id)
        if comment.body == body:
            return Commented(comment=comment, change_id=None)
        await _touch(conn, actor, comment.issue_id)
        comment = await _own(conn, actor, comment_id)
        row = await conn.fetchrow(
            f"""
            UPDATE comments c SET body = $3, edited_at = clock_timestamp()
            WHERE workspace_id = $1 AND comment_id = $2 RETURNING {COLUMNS}""",
            actor.workspace_id,
            comment_id,
            body,
        )
        named = {"comment_id": str(comment_id)}
        event = EventDraft(
            issue_id=comment.issue_id,
            kind="comment_edited",
            before={**named, "body": comment.body},
            after={**named, "body": body},
        )
        change_id = await record(conn, actor, "edit_comment", origin, (event,), summary=named)
        return Commented(comment=read_comment(row), change_id=change_id)

    return await once(conn, actor, "edit_comment", origin, work, again)


async def delete(
    conn: asyncpg.Connection, actor: Actor, comment_id: CommentId, origin: Origin = NOWHERE
) -> ChangeId | None:
    """One's own comment, or as admin anybody's; answers to it stay. None: it was gone. Raises Forbidden."""
    require(actor, Action.COMMENT)

    async def again(before: Before) -> ChangeId | None:
        return before.change_id

    async def work() -> ChangeId | None:
        comment = await _own(conn, actor, comment_id)
        await _touch(conn, actor, comment.issue_id)
        comment = await _own(conn, actor, comment_id)
        await conn.execute(
            "UPDATE comments SET deleted_at = clock_timestamp() WHERE workspace_id = $1 AND comment_id = $2",
            actor.workspace_id,
            comment_id,
        )
        named = {"comment_id": str(comment_id)}
        event = EventDraft(issue_id=comment.issue_id, kind="comment_deleted", before=named)
        return await record(conn, actor, "delete_comment", origin, (event,), summary=named)

    return await once(conn, actor, "delete_comment", origin, work, again)


async def _own(conn: asyncpg.Connection, actor: Actor, comment_id: CommentId) -> Comment:
    """The comment, which this actor may change. Whoever changes comments holds their issue's row (`_touch`)."""
    comment = await get(conn, actor, comment_id)
    if (actor.person_id is None or comment.author_id != actor.person_id) and not may(actor, Action.MODERATE):
        raise Forbidden("comment", "its author or an admin")
    return comment
