"""Turns a message into an issue: by its menu, by a reaction, or by mentioning the bot."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db import cards, channels, choices, issues, limits
from db.access import Actor, sees
from db.errors import NotFound
from db.ids import ChannelId, MessageTs
from db.issues import Issue, IssueDraft
from db.states import Role
from handlers import sources
from handlers.acting import Place, origin_of, tell
from handlers.commands import KEY, Commands, Reply
from handlers.errors import explain
from handlers.hearing import Heard
from handlers.loading import open_form, present
from handlers.reacting import Reacting
from handlers.requesting import Asker
from handlers.services import Services
from handlers.showing import card_of
from handlers.sources import source_ref
from handlers.views import creating as creating_view
from handlers.views import issue_form
from handlers.views.blocks import Json
from handlers.views.cards import CardStyle
from handlers.views.messages import markdown_of, title_of
from handlers.words import words

SHORTCUT = "issue_from_message"
EMOJI = "ticket"
# Of the keys in one mention.
SHOWN = 5
Message = tuple[ChannelId, MessageTs]
_MENTIONED = re.compile(r"^\s*<@[UW][A-Z0-9]+(?:\|[^>]*)?>[\s:,]*")


class Messages:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._reacting = Reacting(services)

    async def shortcut(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, asker: Asker
    ) -> None:
        """The form filled from the message, and with what was chosen last in that channel; a message that is an
        issue already shows it."""
        await ack()
        message, channel_id = body["message"], str(body["channel"]["id"])
        place = Place(
            channel_id=channel_id,
            thread_ts=message.get("thread_ts") or message["ts"],
            response_url=body.get("response_url"),
        )

        async def opens(form: Json) -> str:
            return await open_form(client, body["trigger_id"], form)

        reply = await present(opens, client, self._form(asker, message, place), words(asker.locale))
        if reply is not None:
            await tell(place, reply, client, asker.slack_user_id)

    async def _form(self, asker: Asker, message: Mapping[str, Any], place: Place) -> Json | Reply:
        channel_id = ChannelId(str(place.channel_id))
        again = await self._again(asker, (channel_id, MessageTs(message["ts"])))
        if again is not None:
            return again
        title, text = title_of(message), markdown_of(message)[: issue_form.EDITABLE_MAX]
        async with self._services.database.connection() as conn:
            last = await choices.last_in(conn, asker.actor, channel_id)
        fields = issue_form.Fields(
            title=title,
            description=text if text != title else "",
            assignee=last.assignee,
            labels=last.labels,
        )
        return creating_view.form(
            fields,
            words(asker.locale),
            metadata=place.metadata() | {"m": message["ts"]},
            channel_id=channel_id,
        )

    async def _again(self, asker: Asker, message: Message) -> Reply | None:
        """Where the message is an issue already: its card, unless this person may not see it."""
        spoken = words(asker.locale)
        async with self._services.database.connection() as conn:
            issue = await _issue_of(conn, asker.actor, message)
            if issue is None:
                return None
            if not sees(asker.actor, reporter_id=issue.reporter_id, assignee_id=issue.assignee_id):
                return Reply(text=spoken("message-again-hidden"))
            drawn = await card_of(conn, asker, issue, spoken, CardStyle.FULL)
        said = spoken("message-again", key=issue.key(asker.workspace.key_prefix))
        return Reply(text=f"{said} {drawn.text}", blocks=drawn.blocks)

    async def reacted(self, event: dict[str, Any], client: AsyncWebClient, asker: Asker | None) -> None:
        """The workspace's emoji (:ticket: unless set) on a message files it, and posts the card below it; on a card
        some act."""
        item = event["item"]
        if asker is None or item.get("type") != "message":
            return
        async with self._services.database.connection() as conn:
            kept = await channels.settings(conn, asker.actor.workspace_id, ChannelId(item["channel"]))
        where = (ChannelId(item["channel"]), MessageTs(item["ts"]))
        if kept.reactions and await self._reacting.acted(asker, event["reaction"], where, client):
            return
        if event["reaction"] != (kept.emoji or asker.workspace.settings.get("emoji", EMOJI)):
            return
        message = await _fetch(client, item["channel"], item["ts"])
        if message is None or not markdown_of(message):
            return
        await self._file(asker, item["channel"], message, client)

    async def mentioned(self, event: dict[str, Any], client: AsyncWebClient, asker: Asker | None) -> None:
        if asker is None or event.get("edited"):
            return
        text = _MENTIONED.sub("", event.get("text") or "").strip()
        place = Place(channel_id=event["channel"], thread_ts=event.get("thread_ts") or event["ts"])
        if not text:
            said = words(asker.locale)("mention-help")
            await tell(place, Reply(text=said), client, asker.slack_user_id)
        elif all(KEY.fullmatch(each) for each in text.replace(",", " ").split()):
            for key in text.replace(",", " ").split()[:SHOWN]:
                await tell(place, await self._shown(asker, key), client, asker.slack_user_id)
        else:
            message = {name: value for name, value in event.items() if name != "blocks"} | {"text": text}
            await self._file(asker, event["channel"], message, client)

    async def heard(self, heard: Heard) -> None:
        """In a direct message: a key shows its issue, and of anything else an issue is offered to be made."""
        event = heard.event
        text = str(event.get("text") or "").strip()
        if event.get("channel_type") != "im" or event.get("subtype") or event.get("thread_ts") or not text:
            return
        place = Place(channel_id=event["channel"])
        if KEY.fullmatch(text):
            reply = await self._shown(heard.asker, text)
            await tell(place, reply, heard.client, heard.asker.slack_user_id)
            return
        reply = creating_view.offer(title_of(event), words(heard.asker.locale))
        await tell(place, reply, heard.client, heard.asker.slack_user_id)

    async def _shown(self, asker: Asker, key: str) -> Reply:
        """Its card, or that there is none: others that were named are shown all the same."""
        spoken = words(asker.locale)
        async with self._services.database.connection() as conn:
            try:
                issue = await issues.by_ref(conn, asker.actor, key)
            except NotFound as error:
                return Reply(text=explain(error, spoken, asker.reference))
            drawn = await card_of(conn, asker, issue, spoken, CardStyle.FULL)
        return Reply(text=drawn.text, blocks=drawn.blocks)

    async def _file(
        self, asker: Asker, channel_id: str, message: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """Once a message: whoever is second is shown the issue there is."""
        where, body = (ChannelId(channel_id), MessageTs(message["ts"])), markdown_of(message)
        title = title_of(message)[: limits.TITLE_MAX]
        draft = IssueDraft(
            title=title, description=body if body != title else "", external_ref=source_ref(*where)
        )
        thread_ts = MessageTs(message.get("thread_ts") or message["ts"])
        async with self._services.database.transaction() as conn:
            filed = await self._once(conn, asker, draft, where)
            if filed is not None:
                await cards.ask(
                    conn,
                    asker.actor.workspace_id,
                    filed.issue_id,
                    ChannelId(channel_id),
                    thread_ts,
                    owner_id=asker.person.person_id,
                )
        self._services.bell.ring()
        if filed is None and (again := await self._again(asker, where)) is not None:
            place = Place(channel_id=channel_id, thread_ts=thread_ts)
            await tell(place, again, client, asker.slack_user_id)

    async def _once(
        self, conn: asyncpg.Connection, asker: Asker, draft: IssueDraft, message: Message
    ) -> Issue | None:
        """None: the message is an issue already, or became one this moment."""
        if await _issue_of(conn, asker.actor, message) is not None:
            return None
        # The message's own key, so that two who react at the same moment file one issue.
        key = await sources.key(conn, _everything(asker.actor), source_ref(*message))
        written = await issues.create(conn, asker.actor, draft, replace(origin_of(asker), request_key=key))
        return None if written.repeated else written.issue


def _everything(actor: Actor) -> Actor:
    return replace(actor, role=Role.ADMIN)


async def _issue_of(conn: asyncpg.Connection, actor: Actor, message: Message) -> Issue | None:
    """The issue that was made from the message, or whose card it is; also one that the actor may not see."""
    card = await cards.at(conn, actor.workspace_id, *message)
    try:
        if card is not None:
            return await issues.get(conn, _everything(actor), card.issue_id)
        return await issues.by_ref(conn, _everything(actor), source_ref(*message))
    except NotFound:
        return None


async def _fetch(client: AsyncWebClient, channel_id: str, ts: str) -> dict[str, Any] | None:
    """The message itself, which may stand in a thread. None where the bot cannot read."""
    try:
        found = await client.conversations_replies(channel=channel_id, ts=ts, limit=1, inclusive=True)
    except SlackApiError as error:
        if error.response["error"] in (
            "thread_not_found",
            "not_in_channel",
            "channel_not_found",
            "missing_scope",
        ):
            return None
        raise
    messages = [message for message in found["messages"] if message["ts"] == ts]
    return dict(messages[0]) if messages else None


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    messages = Messages(services)
    app.shortcut(SHORTCUT)(messages.shortcut)
    commands.hearing.add(messages.heard)
    app.event("reaction_added")(messages.reacted)
    app.event("app_mention")(messages.mentioned)
