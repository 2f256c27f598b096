"""Issues made from messages: which message an issue came from, and which issue a thread is about."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Final

import aiohttp
import asyncpg
from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from db import cards, issues, recording
from db.access import Actor
from db.errors import NotFound
from db.ids import ChannelId, IssueId, MessageTs
from db.issues import IssueDraft
from db.origins import Origin
from handlers.views.messages import with_link
from handlers.words import Words

_log = logging.getLogger(__name__)

_PREFIX: Final = "slack:"
# Seconds: a form that was sent is answered in three.
_PATIENCE = 1.0


def source_ref(channel_id: str, ts: str) -> str:
    """Kept as the issue's external reference, so that a message becomes one issue and its thread its comments."""
    return f"{_PREFIX}{channel_id}/{ts}"


async def linked(client: AsyncWebClient, draft: IssueDraft, words: Words) -> IssueDraft:
    """With the link to the message that it is made from, as far as Slack lets the bot see that."""
    if draft.external_ref is None or not draft.external_ref.startswith(_PREFIX):
        return draft
    channel_id, _, ts = draft.external_ref.removeprefix(_PREFIX).partition("/")
    link = await permalink(client, channel_id, ts)
    return replace(draft, description=with_link(draft.description, link, words))


async def permalink(client: AsyncWebClient, channel_id: str, ts: str) -> str | None:
    """None where Slack gives none: what is made of the message is better without than not made."""
    try:
        async with asyncio.timeout(_PATIENCE):
            found = await client.chat_getPermalink(channel=channel_id, message_ts=ts)
    except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
        _log.info("no link to a message", extra={"error": str(error) or repr(error)})
        return None
    return str(found["permalink"])


async def of_thread(
    conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId, thread_ts: MessageTs, *, at: MessageTs
) -> IssueId | None:
    """What a thread is about, where that is a single issue."""
    found = await all_of_thread(conn, actor, channel_id, thread_ts, at=at)
    return found[0] if len(found) == 1 else None


async def all_of_thread(
    conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId, thread_ts: MessageTs, *, at: MessageTs
) -> tuple[IssueId, ...]:
    """A thread belongs to the issue whose card began it, or that was made from the message that did; else what is said
    `at` a moment is about those whose cards stood in it by then, two at most."""
    card = await cards.at(conn, actor.workspace_id, channel_id, thread_ts)
    if card is not None:
        return (card.issue_id,)
    try:
        return ((await issues.by_ref(conn, actor, source_ref(channel_id, thread_ts))).issue_id,)
    except NotFound:
        return await cards.in_thread(conn, actor.workspace_id, channel_id, thread_ts, at)


async def key(conn: asyncpg.Connection, everything: Actor, ref: str) -> str:
    """The request key under which a message is filed: its own, or after that was taken back the next one.

    Those who file it at the same moment get the same. `everything` is an actor who sees all issues.
    """
    tried = ref
    while True:
        before = await recording.written_before(conn, everything, Origin(request_key=tried), "create")
        if before is None:
            return tried
        issue_id = before.issue_ids[0]
        try:
            await issues.get(conn, everything, issue_id)
        except NotFound:
            tried = f"{ref}:after:{issue_id}"
        else:
            return tried
