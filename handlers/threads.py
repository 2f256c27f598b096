"""Replies under a card are comments, and comments made elsewhere are said under the card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import cards, comments, issues, outbox, people
from db.access import Actor
from db.announcements import Batch, Change
from db.cards import PostedCard
from db.comments import Comment
from db.errors import NotFound
from db.ids import ChannelId, CommentId, IssueId, MessageTs
from db.outbox import Outgoing
from db.states import Role, Source
from handlers.acting import origin_of
from handlers.commands import Commands
from handlers.hearing import Heard
from handlers.requesting import Asker
from handlers.services import Services
from handlers.sources import source_ref
from handlers.views.messages import comment_line, markdown_of
from handlers.words import words

# A reply, with or without files, also shown in the channel or not. Other subtypes are no one's words.
_SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})


class Threads:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def heard(self, heard: Heard) -> None:
        event, asker = heard.event, heard.asker
        match event.get("subtype"):
            case "message_changed":
                await self._edited(event, asker)
            case "message_deleted":
                await self._deleted(event, asker)
            case subtype if subtype in _SPOKEN and _is_reply(event):
                await self._said(event, asker)

    async def _said(self, event: Mapping[str, Any], asker: Asker) -> None:
        channel_id, ts = ChannelId(event["channel"]), MessageTs(event["ts"])
        async with self._services.database.transaction() as conn:
            issue_id = await self._issue_of(conn, asker.actor, channel_id, MessageTs(event["thread_ts"]))
            body = markdown_of(event)
            if issue_id is None or not body:
                return
            await comments.add(
                conn, asker.actor, issue_id, body, origin_of(asker), slack_message=(channel_id, ts)
            )
        self._services.bell.ring()

    async def _issue_of(
        self, conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId, thread_ts: MessageTs
    ) -> IssueId | None:
        """A thread belongs to the issue whose card began it, or that was made from the message that did."""
        card = await cards.at(conn, actor.workspace_id, channel_id, thread_ts)
        if card is not None:
            return card.issue_id
        try:
            return (await issues.by_ref(conn, actor, source_ref(channel_id, thread_ts))).issue_id
        except NotFound:
            return None

    async def _edited(self, event: Mapping[str, Any], asker: Asker) -> None:
        message = event["message"]
        if message.get("subtype") not in _SPOKEN:
            return
        async with self._services.database.transaction() as conn:
            comment = await _comment(conn, asker, event, message["ts"])
            body = markdown_of(message)
            if comment is None or not body:
                return
            await comments.edit(conn, asker.actor, comment.comment_id, body, origin_of(asker))
        self._services.bell.ring()

    async def _deleted(self, event: Mapping[str, Any], asker: Asker) -> None:
        async with self._services.database.transaction() as conn:
            comment = await _comment(conn, asker, event, event["deleted_ts"])
            if comment is None:
                return
            await comments.delete(conn, asker.actor, comment.comment_id, origin_of(asker))
        self._services.bell.ring()


async def _comment(
    conn: asyncpg.Connection, asker: Asker, event: Mapping[str, Any], ts: str
) -> Comment | None:
    return await comments.of_slack_message(conn, asker.actor, ChannelId(event["channel"]), MessageTs(ts))


def _is_reply(event: Mapping[str, Any]) -> bool:
    return bool(event.get("thread_ts")) and event["thread_ts"] != event["ts"]


class Telling:
    """Says comments under the issue's cards, except under the one they were written."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, conn: asyncpg.Connection, batch: Batch) -> None:
        spoken = {
            CommentId(UUID(event.after["comment_id"])): event
            for event in batch.events
            if event.kind == "commented"
        }
        if not spoken:
            return
        posted = await cards.of_issues(
            conn, batch.workspace_id, [event.issue_id for event in spoken.values()]
        )
        if not posted:
            return
        changes = {change.change_id: change for change in batch.changes}
        system = Actor(workspace_id=batch.workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        written = [await comments.get(conn, system, comment_id) for comment_id in spoken]
        known = await people.get_many(conn, system, [each.author_id for each in written if each.author_id])
        workspace = await self._services.directory.workspace(batch.workspace_id)
        speech = words(workspace.settings.get("language"))
        lines = [
            Outgoing(
                channel_id=card.channel_id,
                payload=comment_line(comment, known, speech) | {"thread_ts": card.message_ts},
                issue_id=comment.issue_id,
            )
            for comment in written
            for card in posted
            if card.issue_id == comment.issue_id
            and not _written_under(comment, changes[spoken[comment.comment_id].change_id], card)
        ]
        await outbox.put(conn, batch.workspace_id, lines)


def _written_under(comment: Comment, change: Change, card: PostedCard) -> bool:
    return comment.slack_message is not None and (change.channel_id, change.thread_ts) == (
        card.channel_id,
        card.message_ts,
    )


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    commands.hearing.add(Threads(services).heard)
