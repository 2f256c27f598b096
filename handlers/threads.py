"""Replies under a card are comments, and comments made elsewhere are said under the card."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import cards, comment_lines, comments, hearsay, limits, outbox
from db.announcements import Batch
from db.cards import PostedCard
from db.comment_lines import Line, Spoken
from db.errors import Busy, Conflict, NotFound
from db.ids import ChannelId, CommentId, IssueId, MessageTs
from db.outbox import Kind, Outgoing
from handlers import sources
from handlers.acting import origin_of
from handlers.commands import Commands
from handlers.drawing import refreshing
from handlers.hearing import Heard
from handlers.orders import Orders
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views.messages import markdown_of

# A reply, with or without files, also shown in the channel or not. Other subtypes are no one's words.
_SPOKEN: Final = frozenset({None, "file_share", "thread_broadcast", "me_message"})
_OF_COMMENTS: Final = frozenset({"commented", "comment_edited", "comment_deleted", "comment_restored"})
_NEW: Final = frozenset({"commented", "comment_restored"})
# Seconds. A message that could not be taken is told of again for some six minutes; an edit of an older one that is no
# comment is about what nobody meant as one.
_TOLD_WITHIN: Final = 600

# Seconds between looks for what a thread under a message of the bot is about, and for how long: Slack waits three.
_LOOK: Final = 0.1
_UNKNOWN_FOR: Final = 1.5
# Seconds after which whoever posted a message has noted what it is.
_YOUNG: Final = 10

Thread = tuple[ChannelId, MessageTs]


class _Unknown(Enum):
    """Somebody may reply to a card before it is noted that it was posted: while one is being posted in the channel, or
    in a thread that is young enough for one posted outside of the queue."""

    POSTING = "posting"
    YOUNG = "young"


class Threads:
    def __init__(self, services: Services, is_order: Callable[[Heard], bool] = lambda heard: False) -> None:
        self._services = services
        self._is_order = is_order

    async def heard(self, heard: Heard) -> None:
        event, asker = heard.event, heard.asker
        if self._is_order(heard):
            return
        match event.get("subtype"):
            case "message_changed":
                await self._edited(heard)
            case "message_deleted":
                await self._deleted(event, asker)
            case subtype if subtype in _SPOKEN and _is_reply(event):
                await self._said(heard)

    async def _said(self, heard: Heard) -> None:
        """Raises Busy where it cannot be known yet what the thread is about: Slack is to tell of it again."""
        until = time.monotonic() + _UNKNOWN_FOR
        while not await self._is_done(heard.event, heard.asker) and _below_own(heard):
            unknown = await self._unknown(heard)
            if unknown is None:
                # It may have been noted between the two looks.
                await self._is_done(heard.event, heard.asker)
                return
            if time.monotonic() > until:
                if unknown is _Unknown.POSTING:
                    raise Busy
                return
            await asyncio.sleep(_LOOK)

    async def _is_done(self, event: Mapping[str, Any], asker: Asker) -> bool:
        """False: it is not known what the thread is about."""
        place = (ChannelId(event["channel"]), MessageTs(event["ts"]))
        async with self._services.database.transaction() as conn:
            issue_id = await _concerning(conn, event, asker)
            if issue_id is None:
                return False
            # It may have been edited or deleted meanwhile, and that be told first.
            newest = await hearsay.is_newest_wording(conn, asker.actor.workspace_id, *place, place[1])
            became = newest and await _became_comment(conn, issue_id, event, asker)
        if became:
            self._services.bell.ring()
        return True

    async def _unknown(self, heard: Heard) -> _Unknown | None:
        """Why it may not be noted yet what the thread is about."""
        event = heard.event
        async with self._services.database.connection() as conn:
            workspace_id, channel_id = heard.asker.actor.workspace_id, ChannelId(event["channel"])
            if await outbox.is_posting_card(conn, workspace_id, channel_id):
                return _Unknown.POSTING
        young = Decimal(event["ts"]) - Decimal(event["thread_ts"]) < _YOUNG
        return _Unknown.YOUNG if young else None

    async def _edited(self, heard: Heard) -> None:
        """Raises Busy as `_said` does."""
        event, asker = heard.event, heard.asker
        if event["message"].get("subtype") not in _SPOKEN:
            return
        said = {**event["message"], "channel": event["channel"]}
        async with self._services.database.transaction() as conn:
            took = await _took_wording(conn, said, _told_at(event), asker)
        if took:
            self._services.bell.ring()
        elif took is None:
            reply = replace(heard, event=said)
            if _below_own(reply) and await self._unknown(reply) is _Unknown.POSTING:
                raise Busy

    async def _deleted(self, event: Mapping[str, Any], asker: Asker) -> None:
        place = (ChannelId(event["channel"]), MessageTs(event["deleted_ts"]))
        async with self._services.database.transaction() as conn:
            comment = await comments.of_slack_message(conn, asker.actor, *place)
            if comment is None:
                gone, at = event.get("previous_message") or {}, _told_at(event)
                if not (_may_come_yet(place[1], at) and _is_reply({**gone, "ts": place[1]})):
                    return
                await hearsay.is_newest_wording(conn, asker.actor.workspace_id, *place, at)
                # Whoever was taking the message in until now is through with it.
                comment = await comments.of_slack_message(conn, asker.actor, *place)
            if comment is None:
                return
            await comments.delete(conn, asker.actor, comment.comment_id, origin_of(asker))
            # Nobody needs to be told under the thread what they have just seen go.
            await comment_lines.shows(conn, asker.actor.workspace_id, *place, "")
        self._services.bell.ring()


async def _concerning(conn: asyncpg.Connection, message: Mapping[str, Any], asker: Asker) -> IssueId | None:
    """The issue that the message's thread is about, as far as is known."""
    thread_ts, at = MessageTs(message["thread_ts"]), MessageTs(message["ts"])
    return await sources.of_thread(conn, asker.actor, ChannelId(message["channel"]), thread_ts, at=at)


async def _became_comment(
    conn: asyncpg.Connection, issue_id: IssueId, message: Mapping[str, Any], asker: Asker
) -> bool:
    place = (ChannelId(message["channel"]), MessageTs(message["ts"]))
    body = markdown_of(message)
    if not body:
        return False
    try:
        said = await comments.add(conn, asker.actor, issue_id, body, origin_of(asker), slack_message=place)
    except (NotFound, Conflict):
        # Talk of a guest under the card of an issue that is not theirs to see, or was taken back; or the comment was.
        return False
    if not said.repeated:
        thread_ts = MessageTs(message["thread_ts"])
        await comment_lines.remember_own(conn, asker.actor.workspace_id, said.comment, thread_ts)
    return True


async def _took_wording(
    conn: asyncpg.Connection, message: Mapping[str, Any], at: str, asker: Asker
) -> bool | None:
    """Whether the message, as it was edited, changed a comment, or made one. None: it is not known what it is about.

    Edits may arrive in another order than they were made.
    """
    workspace_id, place = asker.actor.workspace_id, (ChannelId(message["channel"]), MessageTs(message["ts"]))
    body = markdown_of(message)
    if not body:
        return False
    comment = await comments.of_slack_message(conn, asker.actor, *place)
    if comment is None and not (_may_come_yet(place[1], at) and _is_reply(message)):
        return False
    issue_id = await _concerning(conn, message, asker) if comment is None else comment.issue_id
    if issue_id is None:
        # Nothing is noted: what is told of the message later would be taken for older.
        return None
    if not await hearsay.is_newest_wording(conn, workspace_id, *place, at):
        return False
    # Whoever was taking the message in until now is through with it.
    comment = comment or await comments.of_slack_message(conn, asker.actor, *place)
    if comment is None:
        return await _became_comment(conn, issue_id, message, asker)
    if await comment_lines.says(conn, workspace_id, *place, limits.comment(body)):
        # Slack tells of a preview that was added as well; what was said meanwhile elsewhere stands.
        return False
    edited = await comments.edit(conn, asker.actor, comment.comment_id, body, origin_of(asker))
    thread_ts = MessageTs(message.get("thread_ts") or message["ts"])
    await comment_lines.remember_own(conn, workspace_id, edited.comment, thread_ts)
    return True


def _below_own(heard: Heard) -> bool:
    """Whether the bot's own message began the thread."""
    return heard.bot_user_id is not None and heard.event.get("parent_user_id") == heard.bot_user_id


def _told_at(event: Mapping[str, Any]) -> str:
    return str(event.get("event_ts") or event["ts"])


def _may_come_yet(message_ts: MessageTs, at: str) -> bool:
    """Whether Slack may tell of the message only after what became of it."""
    return Decimal(at) - Decimal(message_ts) < _TOLD_WITHIN


def _is_reply(event: Mapping[str, Any]) -> bool:
    return bool(event.get("thread_ts")) and event["thread_ts"] != event["ts"]


class Telling:
    """Says comments under the issue's cards, except where they were written, and follows what becomes of them."""

    async def __call__(self, conn: asyncpg.Connection, batch: Batch) -> None:
        happened: dict[CommentId, set[str]] = defaultdict(set)
        for event in batch.events:
            if event.kind in _OF_COMMENTS:
                told = event.after if "comment_id" in event.after else event.before
                happened[CommentId(UUID(told["comment_id"]))].add(event.kind)
        if not happened:
            return
        spoken = await comment_lines.spoken(conn, batch.workspace_id, list(happened))
        lines: dict[CommentId, list[Line]] = defaultdict(list)
        for line in await comment_lines.of_comments(conn, batch.workspace_id, list(happened)):
            lines[line.comment_id].append(line)
        posted: dict[IssueId, list[PostedCard]] = defaultdict(list)
        issue_ids = list({each.comment.issue_id for each in spoken.values()})
        for card in await cards.of_issues(conn, batch.workspace_id, issue_ids):
            posted[card.issue_id].append(card)
        messages: list[Outgoing] = []
        for comment_id, each in spoken.items():
            threads = cards.threads(posted[each.comment.issue_id])
            messages += _follow(each, lines[comment_id])
            messages += _say(each, lines[comment_id], threads, happened[comment_id])
        await outbox.put(conn, batch.workspace_id, messages)


def _follow(spoken: Spoken, lines: Sequence[Line]) -> list[Outgoing]:
    """What the bot said already is brought up to date."""
    return [
        refreshing(line.channel_id, line.message_ts, spoken.comment.issue_id, comment_id=line.comment_id)
        for line in lines
        if not line.own and line.shown != spoken.state
    ]


def _say(spoken: Spoken, lines: Sequence[Line], threads: Sequence[Thread], kinds: set[str]) -> list[Outgoing]:
    """A new comment goes where nobody reads it yet; a changed one under what its author's message still says."""
    told = {(line.channel_id, line.thread_ts) for line in lines if not line.own}
    own = {(line.channel_id, line.thread_ts): line for line in lines if line.own}
    stale = [thread for thread, line in own.items() if line.shown != spoken.state]
    fresh = [thread for thread in threads if thread not in own] if kinds & _NEW and not spoken.deleted else []
    return [
        Outgoing(
            channel_id=channel_id,
            kind=Kind.COMMENT,
            payload={"thread_ts": thread_ts, "comment_id": str(spoken.comment.comment_id)}
            | ({"anew": True} if (channel_id, thread_ts) in own else {}),
            issue_id=spoken.comment.issue_id,
            coalesce_key=f"comment:{spoken.comment.comment_id}:{thread_ts}",
        )
        for channel_id, thread_ts in [*fresh, *stale]
        if (channel_id, thread_ts) not in told
    ]


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    commands.hearing.add(Threads(services, Orders(commands).is_one).heard)
