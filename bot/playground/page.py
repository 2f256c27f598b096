"""The page's WebSocket: everything a person can do, one to one, and what they then see."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground import workflows
from bot.playground.interactions import Outcome, PersonError
from bot.playground.messages import without_metadata
from bot.playground.people import Person
from bot.playground.service import Service
from bot.playground.wire import Json, SlackError, dumps, loads

_ACTS = frozenset(
    [
        "send",
        "edit_message",
        "delete_message",
        "react",
        "unreact",
        "mark",
        "slash",
        "click",
        "choose",
        "suggest",
        "fill",
        "submit",
        "close",
        "message_shortcut",
        "global_shortcut",
        "open_home",
        "open_dm",
        "create_channel",
        "join",
        "leave",
        "invite",
        "kick",
        "archive",
        "unarchive",
        "uninstall_app",
        "run_step",
    ]
)
MAX_HISTORY = 500


class Page:
    def __init__(self, service: Service, person: Person) -> None:
        self._service = service
        self._person = person
        self._tasks: set[asyncio.Task[None]] = set()
        self._queue = service.hub.open(person.id)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=16 * 1024 * 1024)
        await socket.prepare(request)
        await socket.send_str(dumps({"push": "hello", **self._hello()}))
        sender = asyncio.create_task(self._send(socket))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    task = asyncio.create_task(self._answer(message.data))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        finally:
            self._service.hub.close(self._person.id, self._queue)
            for task in (*self._tasks, sender):
                task.cancel()
            await asyncio.gather(*self._tasks, sender, return_exceptions=True)
        return socket

    async def _send(self, socket: web.WebSocketResponse) -> None:
        while (text := await self._queue.get()) is not None:
            await socket.send_str(text)
        await socket.close()

    async def _answer(self, text: str) -> None:
        request_id: Any = None
        try:
            request = loads(text)
            request_id = request.get("id")
            result = await self._do(request["do"], request.get("with") or {})
            answer: Json = {"id": request_id, "ok": True, "result": result}
        except PersonError as error:
            answer = {"id": request_id, "ok": False, "error": error.code, "message": error.message}
        except SlackError as error:
            answer = {"id": request_id, "ok": False, "error": error.code, "message": str(error)}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            answer = {
                "id": request_id,
                "ok": False,
                "error": "bad_request",
                "message": f"That could not be understood: {error}",
            }
        # Through the same queue as the pushes it caused, so that it comes after them.
        self._queue.put_nowait(dumps(answer))

    async def _do(self, name: str, given: Json) -> Any:
        reader = self._readers().get(name)
        if reader is not None:
            return reader(**given)
        if name not in _ACTS:
            raise PersonError("unknown_request", f"Nobody can {name!r}.")
        act: Callable[..., Awaitable[Any]] = getattr(self._person, name)
        # The one act whose people come as a list.
        users = given.pop("users", ()) if name == "open_dm" else ()
        result = await act(*users, **given)
        return result.payload() if isinstance(result, Outcome) else result

    def _readers(self) -> dict[str, Callable[..., Any]]:
        return {
            "history": self._history,
            "replies": self._replies,
            "modals": self._person.modals,
            "home": self._person.home,
            "ephemerals": self._person.ephemerals,
            "message_state": self._person.message_values,
        }

    def _history(self, channel: str, before: str | None = None, limit: int = 50) -> Json:
        """Oldest first; `more` tells whether there are older ones."""
        limit = min(max(limit, 1), MAX_HISTORY)
        found = self._person.messages(channel, before)
        page = found[-limit:]
        body: Json = {
            "messages": [without_metadata(message) for message in page],
            "more": len(found) > len(page),
        }
        if before is None:
            body["ephemerals"] = self._person.ephemerals(channel)
        return body

    def _replies(self, channel: str, ts: str) -> Json:
        found = self._person.thread(channel, ts)
        return {"messages": [without_metadata(message) for message in found]}

    def _hello(self) -> Json:
        service, person = self._service, self._person
        team_id = person.user.team_id
        app = service.app(team_id)
        manifest = service.manifest
        return {
            "me": person.user.payload(locale=True),
            "team": service.state.teams[team_id].payload(),
            "teams": [team.payload() for team in service.state.teams.values()],
            "users": [user.payload(locale=True) for user in service.state.users_of(team_id)],
            "channels": [
                service.channel_view(channel, person.id)
                for channel in service.state.channels_of(team_id)
                if person.id in service.watchers(channel)
            ],
            "app": {
                "user_id": app.bot_user_id if app else None,
                "bot_id": app.bot_id if app else None,
                "name": manifest.name,
                "home_tab": manifest.home_tab,
                "commands": [
                    {
                        "command": item.command,
                        "description": item.description,
                        "usage_hint": item.usage_hint,
                    }
                    for item in manifest.commands
                ],
                "shortcuts": [
                    {
                        "type": item.type,
                        "name": item.name,
                        "callback_id": item.callback_id,
                        "description": item.description,
                    }
                    for item in manifest.shortcuts
                ],
                "steps": workflows.offered(service),
            },
            "modals": person.modals(),
            "home": person.home(),
        }
