"""Buttons and forms: what was pressed or sent, by whom, and where the answer goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from db.ids import ChannelId, IssueId, MessageTs
from db.origins import Origin
from handlers import asked
from handlers.commands import Reply
from handlers.errors import Garbled
from handlers.late import Sendings
from handlers.loading import Made, present
from handlers.publishing import say
from handlers.requesting import Asker
from handlers.responding import respond
from handlers.services import Services
from handlers.views.blocks import Json
from handlers.views.home import State, metadata_of
from handlers.views.late import FIRST
from handlers.words import Words, letters, words

T = TypeVar("T")

# Seconds from when something was typed.
CHOICES_WITHIN = 2.0
# Of a form that is not the one any more that something was pressed in.
_PASSED = frozenset({"not_found", "hash_conflict"})
_CLOSED_DOORS = frozenset({"not_in_channel", "channel_not_found", "user_not_in_channel", "is_archived"})


def origin_of(asker: Asker, step: str = "") -> Origin:
    """Where the change was asked for. A delivery that writes more than once names each step."""
    key = asker.request_key
    return Origin(
        channel_id=asker.channel_id,
        thread_ts=asker.thread_ts,
        request_key=f"{key}:{step}" if key and step else key,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where somebody was when they began; kept in a form's metadata until it is sent.

    `home`: in App Home, and what they saw there.
    """

    channel_id: str | None = None
    thread_ts: str | None = None
    response_url: str | None = None
    home: State | None = None

    def metadata(self) -> Json:
        home = (self.home.brief() or {"l": self.home.shown}) if self.home else None
        kept = {"c": self.channel_id, "t": self.thread_ts, "r": self.response_url, "h": home}
        return {name: value for name, value in kept.items() if value}

    @classmethod
    def of_metadata(cls, metadata: Mapping[str, Any]) -> Place:
        return cls(
            channel_id=metadata.get("c"),
            thread_ts=metadata.get("t"),
            response_url=metadata.get("r"),
            home=State.of_metadata(metadata["h"]) if "h" in metadata else None,
        )


async def tell(place: Place, reply: Reply, client: AsyncWebClient, user_id: str) -> None:
    """Says it where the person is, seen by them alone; where that cannot be, in a direct message."""
    if place.response_url and await _by_response_url(place, place.response_url, reply, client):
        return
    blocks = list(reply.blocks) or None
    if place.channel_id and place.channel_id[0] in "CG":
        try:
            await client.chat_postEphemeral(
                channel=place.channel_id,
                user=user_id,
                text=reply.text,
                blocks=blocks,
                thread_ts=place.thread_ts,
            )
        except SlackApiError as error:
            if error.response["error"] not in _CLOSED_DOORS:
                raise
        else:
            return
    await client.chat_postMessage(channel=user_id, text=reply.text, blocks=blocks)


async def _by_response_url(place: Place, url: str, reply: Reply, client: AsyncWebClient) -> bool:
    """False when it is spent: Slack takes five answers, in half an hour."""
    body = reply.body() | {"replace_original": reply.replace}
    if place.thread_ts:
        body["thread_ts"] = place.thread_ts
    return (await respond(url, body, client)).taken


def carried(read: Callable[[str], T], text: str) -> T:
    """What a button or its block carries, as its view reads it. Raises Garbled."""
    try:
        return read(text)
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise Garbled from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button pressed, or something chosen, outside of what a form sends."""

    asker: Asker
    words: Words
    services: Services
    client: AsyncWebClient
    body: Mapping[str, Any]
    action: Mapping[str, Any]

    @property
    def value(self) -> str:
        """What the button carries, or what was chosen in the menu."""
        chosen = self.action.get("selected_option")
        return str(chosen["value"] if chosen else self.action.get("value") or "")

    @property
    def id(self) -> UUID:
        """What it is about; before that may stand, with a colon, what is to be done. Raises Garbled."""
        return carried(UUID, self.value.rpartition(":")[2])

    @property
    def issue_id(self) -> IssueId:
        """Raises Garbled."""
        return IssueId(self.id)

    @property
    def block_id(self) -> str:
        return str(self.action.get("block_id") or "")

    @property
    def view(self) -> Mapping[str, Any] | None:
        """The form or Home tab it was pressed in."""
        view: Mapping[str, Any] | None = self.body.get("view")
        return view

    @property
    def place(self) -> Place:
        if self.view is not None and self.view.get("type") == "home":
            return Place(home=metadata_of(self.view))
        container = self.body.get("container") or {}
        thread_ts = container.get("thread_ts") or (self.body.get("message") or {}).get("thread_ts")
        return Place(
            channel_id=self.asker.channel_id,
            thread_ts=thread_ts,
            response_url=self.body.get("response_url"),
        )

    @property
    def message_ts(self) -> MessageTs | None:
        container = self.body.get("container") or {}
        return MessageTs(container["message_ts"]) if container.get("message_ts") else None

    @property
    def trigger_id(self) -> str:
        return str(self.body["trigger_id"])

    async def tell(self, reply: Reply) -> None:
        if (home := self.place.home) is not None:
            await say(self.services, self.client, self.asker, home, reply)
        else:
            await tell(self.place, reply, self.client, self.asker.slack_user_id)

    async def replace(self, reply: Reply) -> None:
        """Puts it in place of the message it was pressed in, ephemeral or not."""
        if url := self.body.get("response_url"):
            body = {"text": reply.text, "blocks": list(reply.blocks), "replace_original": True}
            await respond(url, body, self.client)

    async def open(self, view: Json) -> str:
        """Opens a form; on top of the form it was pressed in, if any. Returns the view's id."""
        inside = self.view is not None and self.view.get("type") == "modal"
        call = self.client.views_push if inside else self.client.views_open
        opened = await call(trigger_id=self.trigger_id, view=view)
        return str(opened["view"]["id"])

    async def show(self, view: Json, *, unless_changed: bool = False) -> None:
        """In place of the form it was pressed in. Whoever closed that meanwhile is left alone; and with
        `unless_changed` whoever sent it, or did something in it that changed it."""
        if self.view is None:
            return
        seen = {"hash": self.view["hash"]} if unless_changed else {}
        try:
            await self.client.views_update(view_id=self.view["id"], view=view, **seen)
        except SlackApiError as error:
            if error.response["error"] not in _PASSED:
                raise

    async def opening(self, making: Coroutine[Any, Any, Made]) -> None:
        """Opens the form that is made, however long that takes."""
        if (reply := await present(self.open, self.client, making, self.words)) is not None:
            await self.tell(reply)


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form sent. `request_key` of the asker is the form's, so that sending it twice does it once."""

    asker: Asker
    words: Words
    services: Services
    client: AsyncWebClient
    view: Mapping[str, Any]
    metadata: Mapping[str, Any]
    place: Place

    @property
    def origin(self) -> Origin:
        return Origin(
            channel_id=ChannelId(self.place.channel_id) if self.place.channel_id else None,
            thread_ts=MessageTs(self.place.thread_ts) if self.place.thread_ts else None,
            request_key=self.asker.request_key,
        )

    async def tell(self, reply: Reply) -> None:
        if (home := self.place.home) is not None:
            await say(self.services, self.client, self.asker, home, reply)
        else:
            await tell(self.place, reply, self.client, self.asker.slack_user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a form that was sent: it closes, unless there are `errors` by block, or another `view`.

    `then` is said once the form is gone.
    """

    errors: Mapping[str, str] | None = None
    view: Json | None = None
    then: Reply | None = None
    close_all: bool = False

    def ack(self) -> Json | None:
        if self.errors:
            return {
                "response_action": "errors",
                "errors": {at: letters(said) for at, said in self.errors.items()},
            }
        if self.view is not None:
            return {"response_action": "update", "view": self.view}
        return {"response_action": "clear"} if self.close_all else None


PressHandler = Callable[[Press], Awaitable[None]]
SubmitHandler = Callable[[Submission], Awaitable[Outcome]]
OptionsHandler = Callable[[Asker, str, Services], Awaitable[list[Json]]]


def on_press(app: AsyncApp, services: Services, action_id: str, handler: PressHandler) -> None:
    """Acknowledges first: a press shows its result by what is redrawn or said."""

    async def listen(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, asker: Asker) -> None:
        await ack()
        press = Press(
            asker=asker,
            words=words(asker.locale),
            services=services,
            client=client,
            body=body,
            action=body["actions"][0],
        )
        await handler(press)

    app.action(action_id)(listen)


def on_submit(app: AsyncApp, services: Services, callback_id: str, handler: SubmitHandler) -> None:
    """The form stays open until the work is done, so that nothing typed is lost when it fails."""
    sendings = Sendings()

    async def listen(ack: AsyncAck, view: dict[str, Any], client: AsyncWebClient, asker: Asker) -> None:
        metadata = json.loads(view.get("private_metadata") or "{}")
        first = metadata.pop(FIRST, asker.request_key)
        submission = Submission(
            asker=replace(asker, request_key=first),
            words=words(asker.locale),
            services=services,
            client=client,
            view=view,
            metadata=metadata,
            place=Place.of_metadata(metadata),
        )
        await sendings.answer(ack, submission, handler)

    app.view(callback_id)(listen)


def on_options(app: AsyncApp, services: Services, action_id: str, handler: OptionsHandler) -> None:
    """Type-ahead: the choices for what has been typed so far travel in the ack. None come where that takes long: by
    then more is typed, or may be."""

    async def listen(ack: AsyncAck, payload: dict[str, Any], asker: Asker) -> None:
        options: list[Json] = []
        with suppress(TimeoutError):
            async with asyncio.timeout(asked.left(CHOICES_WITHIN)):
                options = await handler(asker, str(payload.get("value") or ""), services)
        await ack({"options": options[:100]})

    app.options(action_id)(listen)
