"""A Slack app that answers as a test tells it to, and remembers what it was sent."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import aiohttp
from aiohttp import web

from bot.playground import LocalSlack

Json = dict[str, Any]
Handler = Callable[[Json], Awaitable[Any]]

MANIFEST: Json = {
    "display_information": {"name": "Lodge"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "lodge"},
        "slash_commands": [
            {
                "command": "/issue",
                "description": "Create, find and change issues",
                "usage_hint": "new Title !high | list | show LDG-1",
            },
            {"command": "/invite-all", "description": "Invite people"},
        ],
        "shortcuts": [
            {"type": "message", "name": "Make an issue", "callback_id": "make"},
            {"type": "global", "name": "New issue", "callback_id": "new"},
        ],
    },
    "oauth_config": {"scopes": {"bot": ["chat:write", "commands", "files:read", "channels:history"]}},
    "settings": {
        "interactivity": {"is_enabled": True},
        "event_subscriptions": {"bot_events": ["message.channels", "app_home_opened"]},
    },
}


class ScriptedApp:
    """Without a handler everything is acknowledged with an empty body."""

    def __init__(self) -> None:
        self.seen: list[Json] = []
        self._handlers: dict[tuple[str, str], Handler] = {}
        self._slack: LocalSlack | None = None
        self.url = ""

    async def __aenter__(self) -> Self:
        server = web.Application()
        server.router.add_post("/slack/events", self._receive)
        self._runner = web.AppRunner(server, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/slack/events"
        self._client = aiohttp.ClientSession()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.close()
        await self._runner.cleanup()

    def use(self, slack: LocalSlack) -> None:
        self._slack = slack

    def on(self, kind: str, name: str, handler: Handler) -> None:
        """`kind` is the payload's type (or "command"), `name` its command, action or callback id."""
        self._handlers[kind, name] = handler

    def sent(self, kind: str) -> list[Json]:
        return [payload for payload in self.seen if payload["type"] == kind]

    async def call(self, method: str, **args: Any) -> Json:
        assert self._slack is not None
        headers = {"Authorization": f"Bearer {self._slack.bot_token}"}
        url = self._slack.api_url + method
        async with self._client.post(url, json=args, headers=headers) as response:
            answer: Json = await response.json()
        assert answer["ok"], answer
        return answer

    async def _receive(self, request: web.Request) -> web.Response:
        payload = _payload(request.content_type, await request.text())
        self.seen.append(payload)
        handler = self._handlers.get((payload["type"], _name(payload)))
        answer = await handler(payload) if handler else None
        if answer is None:
            return web.Response()
        if isinstance(answer, web.Response):
            return answer
        return web.json_response(answer)


def _payload(content_type: str, text: str) -> Json:
    if content_type == "application/json":
        body: Json = json.loads(text)
        return body
    form = {key: values[0] for key, values in parse_qs(text, keep_blank_values=True).items()}
    if "payload" in form:
        inner: Json = json.loads(form["payload"])
        return inner
    return {"type": "command", **form}


def _name(payload: Json) -> str:
    if payload["type"] == "command":
        return str(payload["command"])
    if payload["type"] == "block_actions":
        return str(payload["actions"][0]["action_id"])
    if payload["type"] == "block_suggestion":
        return str(payload["action_id"])
    if payload["type"] == "event_callback":
        return str(payload["event"]["type"])
    return str(payload.get("callback_id") or payload.get("view", {}).get("callback_id"))


def opens(app: ScriptedApp, view: Json) -> Any:
    async def handler(payload: Json) -> None:
        await app.call("views.open", trigger_id=payload["trigger_id"], view=view)

    return handler
