"""Issues named in chat: shown where the channel wants that, on request, and behind links to them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from db import channels, issues, outbox, people, previews
from db.errors import NotFound
from db.ids import ChannelId, IssueId, MessageTs
from db.issues import Issue
from handlers import sources
from handlers.acting import Place, tell
from handlers.channels import Audience
from handlers.commands import Commands, Reply
from handlers.drawing import previewing, refreshing
from handlers.hearing import Heard
from handlers.jobs import Worker
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import keys as view
from handlers.views.blocks import Json
from handlers.views.messages import markdown_of
from handlers.words import words

SHORTCUT: Final = "issue_show_named"
MOST: Final = 5
AGAIN: Final = timedelta(hours=1)
_SPOKEN: Final = frozenset({None, "file_share", "thread_broadcast", "me_message"})
# What Slack puts between angles is a link or a mention; code is not talk about an issue.
_NOT_TALK: Final = re.compile(r"<[^>]*>|```.*?```|`[^`\n]*`", re.DOTALL)
_KEY: Final = re.compile(r"(?<![\w/.#-])([A-Za-z][A-Za-z0-9]{0,9}-[1-9][0-9]{0,17})(?![\w-])")


def named(text: str, prefix: str, most: int = MOST) -> list[str]:
    """The workspace's own keys in a message as Slack sends it, each once, in order."""
    found: dict[str, None] = {}
    for key in _KEY.findall(_NOT_TALK.sub(" ", text)):
        if key.upper().startswith(f"{prefix.upper()}-"):
            found.setdefault(key.upper())
    return list(found)[:most]


class Keys:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._audience = Audience(services)

    async def heard(self, heard: Heard) -> None:
        """Where the channel wants it: under the message, in the words of the workspace."""
        event, asker = heard.event, heard.asker
        channel_id = ChannelId(str(event.get("channel") or ""))
        if event.get("subtype") not in _SPOKEN or not channel_id.startswith(("C", "G")):
            return
        wanted = named(str(event.get("text") or ""), asker.workspace.key_prefix)
        if not wanted:
            return
        workspace_id = asker.actor.workspace_id
        async with self._services.database.connection() as conn:
            kept = await channels.settings(conn, workspace_id, channel_id)
        if not kept.previews:
            return
        if not await self._audience.sees_all(heard.client, workspace_id, channel_id):
            return
        thread_ts = MessageTs(event["thread_ts"]) if event.get("thread_ts") else None
        below = thread_ts or MessageTs(event["ts"])
        async with self._services.database.transaction() as conn:
            found = await _found(conn, asker, wanted)
            own = await self._own(conn, asker, event) if thread_ts else None
            ids = [issue.issue_id for issue in found if issue.issue_id != own]
            fresh = await previews.claim(conn, workspace_id, channel_id, thread_ts, ids, AGAIN)
            if thread_ts is None:
                # They are shown in the thread of the message, and need not be once more when somebody answers there.
                await previews.claim(conn, workspace_id, channel_id, below, sorted(fresh), AGAIN)
            shown = [issue.issue_id for issue in found if issue.issue_id in fresh]
            if shown:
                await outbox.put(conn, workspace_id, [previewing(channel_id, below, shown)])
        self._services.bell.ring()

    async def _own(self, conn: asyncpg.Connection, asker: Asker, event: dict[str, Any]) -> IssueId | None:
        """The issue that the thread is about."""
        channel_id, thread_ts = ChannelId(event["channel"]), MessageTs(event["thread_ts"])
        return await sources.of_thread(conn, asker.actor, channel_id, thread_ts, at=MessageTs(event["ts"]))

    async def taken_away(self, heard: Heard) -> None:
        """Whoever takes what is shown behind a link away, or the link, does not want it back with the next change."""
        event, start = heard.event, self._start
        if event.get("subtype") != "message_changed" or start is None:
            return
        before, now = (_unfurled(event.get(part) or {}, start) for part in ("previous_message", "message"))
        if not before - now:
            return
        place = (ChannelId(str(event["channel"])), MessageTs(str(event["message"]["ts"])))
        async with self._services.database.connection() as conn:
            await previews.forget(conn, heard.asker.actor.workspace_id, *place)

    async def shortcut(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, asker: Asker
    ) -> None:
        """From a message's menu: what it names, for the person alone, as far as they may see it."""
        await ack()
        message, spoken = body["message"], words(asker.locale)
        # What programs post stands in blocks and attachments, too.
        text = markdown_of(message) if message.get("bot_id") else str(message.get("text") or "")
        wanted = named(text, asker.workspace.key_prefix, view.LISTED)
        async with self._services.database.connection() as conn:
            found = await _found(conn, asker, wanted)
            payload = await _payload(conn, asker, found, asker.locale) if found else None
        place = Place(
            channel_id=str(body["channel"]["id"]),
            thread_ts=message.get("thread_ts"),
            response_url=body.get("response_url"),
        )
        if payload is None:
            reply = Reply(text=spoken("keys-none", key=f"{asker.workspace.key_prefix}-42"))
        else:
            reply = Reply(text=payload["text"], blocks=payload["blocks"])
        await tell(place, reply, client, asker.slack_user_id)

    async def link(self, event: dict[str, Any], client: AsyncWebClient, asker: Asker | None) -> None:
        """Links to issues, shared in a channel where everybody may see them."""
        channel_id, ts = str(event.get("channel") or ""), event.get("message_ts")
        linked = self._linked(event)
        if asker is None or not linked or not ts or not channel_id.startswith(("C", "G")):
            return
        if not await self._audience.sees_all(client, asker.actor.workspace_id, channel_id):
            return
        workspace_id, place = asker.actor.workspace_id, (ChannelId(channel_id), MessageTs(str(ts)))
        async with self._services.database.transaction() as conn:
            found = await issues.get_many(conn, asker.actor, list(linked.values()))
            seen = {url: issue_id for url, issue_id in linked.items() if issue_id in found}
            if not seen or not await previews.link(conn, workspace_id, *place, seen):
                return
            await outbox.put(conn, workspace_id, [refreshing(*place, None, preview=True)])
        self._services.bell.ring()

    @property
    def _start(self) -> str | None:
        """What the links to issues begin with."""
        return None if self._services.public_url is None else f"{self._services.public_url}/issues/"

    def _linked(self, event: dict[str, Any]) -> dict[str, IssueId]:
        if (start := self._start) is None:
            return {}
        linked: dict[str, IssueId] = {}
        for each in event.get("links") or ():
            url = str(each.get("url") or "")
            try:
                if url.startswith(start):
                    linked[url] = IssueId(UUID(re.split(r"[/?#]", url.removeprefix(start))[0]))
            except ValueError:
                continue
        return dict(list(linked.items())[: view.LISTED])


def _unfurled(message: dict[str, Any], start: str) -> set[str]:
    """The links to issues behind which a message shows something."""
    links = {str(each.get("from_url") or "") for each in message.get("attachments") or ()}
    return {link for link in links if link.startswith(start)}


async def _found(conn: asyncpg.Connection, asker: Asker, keys: list[str]) -> list[Issue]:
    found = []
    for key in keys:
        try:
            found.append(await issues.by_number(conn, asker.actor, int(key.rpartition("-")[2])))
        except NotFound:
            continue
    return found


async def _payload(conn: asyncpg.Connection, asker: Asker, shown: list[Issue], locale: str | None) -> Json:
    ids = {issue.assignee_id for issue in shown if issue.assignee_id is not None}
    known = await people.get_many(conn, asker.actor, list(ids)) if ids else {}
    return view.preview(shown, known, words(locale), asker.workspace.key_prefix, asker.actor)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    keys = Keys(services)
    commands.hearing.add(keys.heard)
    commands.hearing.add(keys.taken_away)
    app.shortcut(SHORTCUT)(keys.shortcut)
    app.event("link_shared")(keys.link)


def register_jobs(worker: Worker, services: Services) -> None:
    async def forget_old() -> None:
        async with services.database.connection() as conn:
            await previews.forget_old(conn)

    worker.every("forget previews", "41 3 * * *", forget_old)
