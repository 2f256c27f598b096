"""A manifest, a tiny Bolt app as the bot under test, short builders of blocks, and how Slack refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground.wire import Json, loads

MANIFEST: Json = {
    "display_information": {"name": "Lodge"},
    "features": {
        "app_home": {"home_tab_enabled": True},
        "bot_user": {"display_name": "Lodge"},
        "slash_commands": [
            {"command": "/issue", "description": "Issues", "usage_hint": "new", "should_escape": True},
            {"command": "/plain", "description": "No escaping"},
        ],
        "shortcuts": [
            {"type": "message", "name": "Create issue", "callback_id": "from_message"},
            {"type": "global", "name": "New issue", "callback_id": "new"},
        ],
        "unfurl_domains": ["lodge.example"],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "channels:history",
                "channels:join",
                "channels:manage",
                "channels:read",
                "chat:write",
                "commands",
                "files:read",
                "files:write",
                "groups:history",
                "groups:read",
                "im:history",
                "im:read",
                "im:write",
                "links:read",
                "links:write",
                "reactions:read",
                "reactions:write",
                "team:read",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "app_mention",
                "app_uninstalled",
                "channel_archive",
                "channel_unarchive",
                "file_shared",
                "link_shared",
                "member_joined_channel",
                "member_left_channel",
                "message.channels",
                "message.im",
                "reaction_added",
                "reaction_removed",
                "team_join",
                "tokens_revoked",
                "user_change",
            ]
        }
    },
    "functions": {"file_issue": {"title": "File an issue", "description": "Files one"}},
}


@dataclass(frozen=True, slots=True)
class Received:
    headers: dict[str, str]
    body: str

    @property
    def payload(self) -> Json:
        if self.headers["Content-Type"] == "application/json":
            payload: Json = loads(self.body)
            return payload
        form = {key: values[0] for key, values in parse_qs(self.body, keep_blank_values=True).items()}
        return loads(form["payload"]) if "payload" in form else form

    @property
    def type(self) -> str:
        payload = self.payload
        event = payload.get("event")
        if event is not None:
            return str(event["type"])
        return str(payload.get("type", "command"))


@dataclass(slots=True)
class Bot:
    app: AsyncApp
    client: AsyncWebClient
    requests: list[Received] = field(default_factory=list)
    instead: Callable[[Received], web.Response | None] | None = None
    delays: list[float] = field(default_factory=list)

    def of(self, kind: str) -> list[Received]:
        return [item for item in self.requests if item.type == kind]

    def payload(self, kind: str) -> Json:
        """Of the newest request of this kind."""
        return self.of(kind)[-1].payload

    def event(self, kind: str) -> Json:
        event: Json = self.payload(kind)["event"]
        return event

    async def handle(self, request: web.Request) -> web.StreamResponse:
        received = Received(dict(request.headers), await request.text())
        self.requests.append(received)
        if self.delays:
            await asyncio.sleep(self.delays.pop(0))
        if self.instead is not None and (answer := self.instead(received)) is not None:
            return answer
        bolt_request = await to_bolt_request(request)
        return await to_aiohttp_response(await self.app.async_dispatch(bolt_request))


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, text: str = "Press", **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def text_input(block_id: str, action_id: str = "value", **more: Any) -> Json:
    element = {"type": "plain_text_input", "action_id": action_id}
    return {"type": "input", "block_id": block_id, "label": plain(block_id), "element": element, **more}


def modal(*blocks: Json, callback_id: str = "form", **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain("Form"),
        "submit": plain("Send"),
        "blocks": list(blocks),
        **more,
    }


SECTION: Json = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


async def post(client: AsyncWebClient, *blocks: Json, channel: str = "C0GENERAL") -> str:
    return str((await client.chat_postMessage(channel=channel, text="card", blocks=list(blocks)))["ts"])


def accept(bot: Bot, action_id: str) -> None:
    """Presses of it are acked, and that is all."""

    @bot.app.action(action_id)
    async def acked(ack: Any) -> None:
        await ack()


async def refusal(call: Any) -> Json:
    """What Slack answers to a call that it refuses."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer: Json = caught.value.response.data
    return answer


async def code(call: Any) -> str:
    return str((await refusal(call))["error"])
