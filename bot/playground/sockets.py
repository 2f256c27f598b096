"""Socket Mode: the app's own websockets, and the answers that come back over them."""

import asyncio
import random
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from bot.playground.activity import Activity
from bot.playground.ids import new_id
from bot.playground.wire import Json, dumps, loads

MAX_CONNECTIONS = 10


@dataclass(slots=True, eq=False)
class _Connection:
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)


class Sockets:
    def __init__(self, app_id: str, activity: Activity) -> None:
        self._app_id = app_id
        self._activity = activity
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []

    @property
    def connected(self) -> int:
        return len(self._connections)

    def ticket(self) -> str:
        ticket = new_id("", 24)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="link_disabled")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self._connections) >= MAX_CONNECTIONS:
            await socket.send_str(dumps({"type": "disconnect", "reason": "too_many_websockets"}))
            await socket.close()
            return socket
        connection = _Connection(socket)
        self._connections.append(connection)
        try:
            await socket.send_str(dumps(self._hello()))
            self._activity.changed()
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._received(connection, message.data)
        finally:
            self._connections.remove(connection)
            for future in connection.waiting.values():
                future.cancel()
            self._activity.changed()
        return socket

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "applink-local", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    def _received(self, connection: _Connection, text: str) -> None:
        try:
            answer = loads(text)
        except ValueError:
            return
        if not isinstance(answer, dict):
            return
        future = connection.waiting.pop(answer.get("envelope_id", ""), None)
        if future is not None and not future.done():
            future.set_result(answer)

    async def send(self, kind: str, payload: Json, timeout: float, **extra: object) -> Json:
        """The acknowledgement; a connection is picked at random, as Slack does."""
        connection = random.choice(self._connections)  # noqa: S311
        envelope_id = new_id("", 36).lower()
        answered: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope_id] = answered
        envelope = {
            "envelope_id": envelope_id,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
            "payload": payload,
            **extra,
        }
        try:
            await connection.socket.send_str(dumps(envelope))
            async with asyncio.timeout(timeout):
                return await asyncio.shield(answered)
        except asyncio.CancelledError:
            if answered.cancelled():
                raise ConnectionResetError("the socket was closed") from None
            raise
        finally:
            connection.waiting.pop(envelope_id, None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        for connection in list(self._connections):
            await connection.socket.send_str(dumps({"type": "disconnect", "reason": reason}))
            await connection.socket.close()

    async def close(self) -> None:
        for connection in list(self._connections):
            await connection.socket.close()
