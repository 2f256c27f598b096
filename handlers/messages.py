"""Turns a message into an issue: by its menu, by a reaction, or by mentioning the bot."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import asyncpg
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db import cards, channels, choices, deleting, issues, limits, people
from db.access import Actor, sees
from db.errors import NotFound
from db.ids import ChannelId, MessageTs, SlackUserId
from db.issues import Issue, IssueDraft
from db.states import Role
from handlers import sources
from handlers.acting import Place, Press, on_press, origin_of, tell
from handlers.commands import KEY, Commands, Reply, typed
from handlers.creating import likely
from handlers.errors import explain
from handlers.hearing import Heard
from handlers.imports.files import read_file
from handlers.loading import open_form, present
from handlers.orders import Orders, said_to
from handlers.pointing import Pointing
from handlers.reacting import Reacting
from handlers.requesting import Asker, described
from handlers.services import Services
from handlers.showing import card_of
from handlers.sources import source_ref
from handlers.views import creating as creating_view
from handlers.views import issue_form
from handlers.views.blocks import Json, truncate
from handlers.views.cards import CardStyle
from handlers.views.messages import (
    OFFER,
    half_order,
    markdown_of,
    named_in_title,
    offer,
    title_of,
    too_late,
)
from handlers.words import escape, words

SHORTCUT = "issue_from_message"
EMOJI = "ticket"
# Of what a program posted, with room for the link to the rest.
LONGEST = limits.TEXT_MAX - 500
# Of the keys in one mention.
SHOWN = 5
Message = tuple[ChannelId, MessageTs]
# What is no issue, said to the bot.
_HELP = frozenset({"", "?", "help", "hilfe"})


class Messages:
    def __init__(self, services: Services, orders: Orders) -> None:
        self._services = services
        self._reacting = Reacting(services)
        self._orders = orders
        self._pointing = Pointing(services)

    async def shortcut(
        self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, asker: Asker
    ) -> None:
        """The form filled from the message, and with what was chosen last in that channel; a message that is an
        issue already shows it."""
        await ack()
        message, channel_id = body["message"], str(body["channel"]["id"])
        place = Place(
            channel_id=channel_id,
            thread_ts=message.get("thread_ts"),
            response_url=body.get("response_url"),
        )

        async def opens(form: Json) -> str:
            return await open_form(client, body["trigger_id"], form)

        making = self._form(asker, message, place, client)
        reply = await present(opens, client, making, words(asker.locale))
        if reply is not None:
            await tell(place, reply, client, asker.slack_user_id)

    async def offered(self, press: Press) -> None:
        """The form filled from a direct message; from the title alone where that is gone by now."""
        await press.opening(self._offered(press))

    async def _offered(self, press: Press) -> Json | Reply:
        ts, _, title = press.value.partition(" ")
        channel_id = str(press.place.channel_id)
        message = await _fetch(press.client, channel_id, ts) or {"ts": ts, "text": escape(title)}
        return await self._form(press.asker, message, press.place, press.client)

    async def _form(
        self, asker: Asker, message: Mapping[str, Any], place: Place, client: AsyncWebClient
    ) -> Json | Reply:
        channel_id = ChannelId(str(place.channel_id))
        again = await self._again(asker, (channel_id, MessageTs(message["ts"])))
        if again is not None:
            return again
        title = await self._title(asker, message, client)
        text = truncate(markdown_of(message), issue_form.EDITABLE_MAX)
        async with self._services.database.connection() as conn:
            last = await choices.last_in(conn, asker.actor, channel_id)
        fields = issue_form.Fields(
            title=title,
            description=text if text != title else "",
            assignee=last.assignee,
            labels=last.labels,
        )
        form = creating_view.form(
            fields,
            words(asker.locale),
            metadata=place.metadata() | {"m": message["ts"]},
            channel_id=channel_id,
        )
        found = await likely(self._services, asker, title)
        return (
            creating_view.with_duplicates(form, found, words(asker.locale), asker.workspace.key_prefix)
            or form
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
        some act. An emoji is the same in every colour of skin, unless one of them was chosen."""
        item = event["item"]
        if asker is None or item.get("type") != "message":
            return
        async with self._services.database.connection() as conn:
            kept = await channels.settings(conn, asker.actor.workspace_id, ChannelId(item["channel"]))
        where = (ChannelId(item["channel"]), MessageTs(item["ts"]))
        if kept.reactions and await self._reacting.acted(asker, event["reaction"], where, client):
            return
        wanted = kept.emoji or asker.workspace.settings.get("emoji", EMOJI)
        if wanted not in (event["reaction"], event["reaction"].partition("::")[0]):
            return
        message = await _fetch(client, item["channel"], item["ts"])
        if message is None or not markdown_of(message):
            return
        await self._file(asker, item["channel"], message, client)

    async def mentioned(
        self, event: dict[str, Any], client: AsyncWebClient, asker: Asker | None, context: AsyncBoltContext
    ) -> None:
        """Whoever names the bot files what they say besides, is shown the issues whose keys they say, or has done
        what they order."""
        if asker is None or event.get("edited"):
            return
        text = said_to(event.get("text") or "", context.bot_user_id)
        # What one person alone is told in a thread that nobody has begun, Slack does not show.
        place = Place(channel_id=event["channel"], thread_ts=event.get("thread_ts"))
        keys = text.replace(",", " ").split()
        if text.lower() in _HELP and not event.get("files"):
            said = words(asker.locale)("mention-help")
            await tell(place, Reply(text=said), client, asker.slack_user_id)
        elif keys and all(KEY.fullmatch(each) for each in keys):
            for key in keys[:SHOWN]:
                await tell(place, await self._shown(asker, key), client, asker.slack_user_id)
        elif not (
            await self._ordered(asker, text, event, place, client)
            or await self._asked_back(asker, text, event, place, client)
            or await self._too_late(asker, text, event, place, client)
        ):
            message = {name: value for name, value in event.items() if name != "blocks"} | {"text": text}
            await self._file(asker, event["channel"], message, client)

    async def _ordered(
        self, asker: Asker, text: str, event: Mapping[str, Any], place: Place, client: AsyncWebClient
    ) -> bool:
        """Whether it was an order, which is carried out. In the thread of an issue that one is meant."""
        order = None if event.get("files") else self._orders.read(text, asker.workspace.key_prefix)
        if order is None:
            return False
        key = order.key
        if key is None and order.about_issue:
            keys = await self._keys_of_thread(asker, event)
            if not keys:
                return False
            if len(keys) > 1:
                which = words(asker.locale)("order-which", key=keys[0], other=keys[1], said=escape(text))
                await tell(place, Reply(text=which), client, asker.slack_user_id)
                return True
            key = keys[0]
        reply = await self._orders.carry_out(order, key, asker, event, client)
        if reply is not None:
            await tell(place, reply, client, asker.slack_user_id)
        return True

    async def _asked_back(
        self, asker: Asker, text: str, event: Mapping[str, Any], place: Place, client: AsyncWebClient
    ) -> bool:
        """Whether it was half an order in the thread of an issue: whoever means that, means no other issue."""
        prefix = asker.workspace.key_prefix
        unread = None if event.get("files") else self._orders.unread(text, prefix)
        keys = await self._keys_of_thread(asker, event) if unread is not None else []
        if unread is None or not keys:
            return False
        title = await self._title(asker, {"text": text}, client)
        reply = half_order(
            unread.subcommand.name, unread.word, typed(unread.rest), title, words(asker.locale)
        )
        await tell(place, reply, client, asker.slack_user_id)
        return True

    async def _too_late(
        self, asker: Asker, text: str, event: Mapping[str, Any], place: Place, client: AsyncWebClient
    ) -> bool:
        """Whether it was an order, or half of one, under the card of an issue that is deleted."""
        prefix = asker.workspace.key_prefix
        is_order = self._orders.read(text, prefix) or self._orders.unread(text, prefix)
        if is_order is None or event.get("files") or not event.get("thread_ts"):
            return False
        async with self._services.database.connection() as conn:
            thread = ChannelId(event["channel"]), MessageTs(event["thread_ts"])
            card = await cards.at(conn, asker.actor.workspace_id, *thread)
            gone = await deleting.gone(conn, asker.actor, [card.issue_id] if card is not None else [])
        for each in gone.values():
            title = await self._title(asker, {"text": text}, client)
            reply = too_late(each.issue.key(prefix), title, words(asker.locale))
            await tell(place, reply, client, asker.slack_user_id)
        return bool(gone)

    async def _keys_of_thread(self, asker: Asker, event: Mapping[str, Any]) -> list[str]:
        """That of its issue; two where it is about several."""
        if not event.get("thread_ts"):
            return []
        place = (ChannelId(event["channel"]), MessageTs(event["thread_ts"]))
        async with self._services.database.connection() as conn:
            meant = await sources.all_of_thread(conn, asker.actor, *place, at=MessageTs(event["ts"]))
            found = await issues.get_many(conn, asker.actor, meant)
        return [found[each].key(asker.workspace.key_prefix) for each in meant if each in found]

    async def heard(self, heard: Heard) -> None:
        """In a direct message: a key shows its issue, an order is carried out, and of anything else an issue is
        offered to be made."""
        event, asker = heard.event, heard.asker
        if event.get("channel_type") != "im" or event.get("thread_ts") or not _says_something(event):
            return
        place = Place(channel_id=event["channel"])
        text = str(event.get("text") or "").strip()
        if KEY.fullmatch(text):
            reply = await self._shown(asker, text)
        elif text and text.lower() in _HELP:
            reply = Reply(text=words(asker.locale)("direct-help"))
        elif await self._ordered(asker, text, event, place, heard.client):
            return
        else:
            title = await self._title(asker, event, heard.client)
            reply = offer(title, event["ts"], words(asker.locale))
        await tell(place, reply, heard.client, asker.slack_user_id)

    async def _title(self, asker: Asker, message: Mapping[str, Any], client: AsyncWebClient) -> str:
        """A title is plain text: whom it mentions is named there as people read it."""
        user_ids, channel_ids = named_in_title(message)
        names: dict[str, str] = {}
        if user_ids:
            async with self._services.database.connection() as conn:
                wanted = [SlackUserId(each) for each in user_ids]
                known = await people.by_slack_ids(conn, asker.actor.workspace_id, wanted)
            names = {str(user_id): person.name for user_id, person in known.items()}
        with contextlib.suppress(SlackApiError):
            for user_id in [each for each in user_ids if each not in names]:
                user = (await client.users_info(user=user_id))["user"]
                names[user_id] = described(user, asker.actor.workspace_id)["name"]
            for channel_id in channel_ids:
                names[channel_id] = (await client.conversations_info(channel=channel_id))["channel"]["name"]
        return title_of(message, names)

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
        where = (ChannelId(channel_id), MessageTs(message["ts"]))
        body = truncate(markdown_of(message), LONGEST)
        title = await self._title(asker, message, client)
        draft = IssueDraft(
            title=title, description=body if body != title else "", external_ref=source_ref(*where)
        )
        draft = await sources.linked(client, draft, words(asker.locale))
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
        place = Place(channel_id=channel_id, thread_ts=thread_ts)
        if filed is not None:
            self._pointing.soon(asker, filed, place, client)
        elif (again := await self._again(asker, where)) is not None:
            place = Place(channel_id=channel_id, thread_ts=message.get("thread_ts"))
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


def _says_something(event: Mapping[str, Any]) -> bool:
    """Words, or files that are no import: whoever drops a table is asked about that."""
    if event.get("subtype") not in (None, "file_share"):
        return False
    given = event.get("files") or ()
    return bool(markdown_of(event)) and not any(read_file(file).is_table for file in given)


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
    """The message itself, which may stand in a thread: then what began that comes first. None where the bot cannot
    read."""
    try:
        found = await client.conversations_replies(
            channel=channel_id, ts=ts, oldest=ts, latest=ts, inclusive=True, limit=2
        )
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
    messages = Messages(services, Orders(commands))
    app.shortcut(SHORTCUT)(messages.shortcut)
    on_press(app, services, OFFER, messages.offered)
    commands.hearing.add(messages.heard)
    app.event("reaction_added")(messages.reacted)
    app.event("app_mention")(messages.mentioned)
