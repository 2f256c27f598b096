"""Socket Mode: the same requests over a WebSocket this side opens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging

import aiohttp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackClientError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.clients import Clients
from bot.receiving import Receiver
from handlers import reference

_log = logging.getLogger(__name__)

# Seconds between looks at a connection; slack_sdk's client is known to stay dead without noticing.
WATCH = 10.0
# Slack renews each every few hours; the other one serves meanwhile. An app may have ten in all.
CONNECTIONS = 2
# Seconds between pings; one that is not answered for half of it ends the connection.
PING = 5.0
# Seconds that requests under way are given when the process stops: as long as Slack waits.
_PATIENCE = 3.0


class SocketMode:
    """Keeps connections open and replaces those that died."""

    def __init__(
        self,
        app_token: str,
        clients: Clients,
        receiver: Receiver,
        *,
        connections: int = CONNECTIONS,
        watch: float = WATCH,
        ping: float = PING,
    ) -> None:
        self._app_token = app_token
        self._clients = clients
        self._receiver = receiver
        self._watch = watch
        self._ping = ping
        self._open: list[SocketModeClient | None] = [None] * connections
        self._taken: set[asyncio.Task[object]] = set()

    async def connected(self) -> bool:
        """Whether requests can arrive: by one of them."""
        return any([await self._alive(place) for place in range(len(self._open))])

    async def run(self) -> None:
        """Until cancelled."""
        keepers = [asyncio.create_task(self._keep(place)) for place in range(len(self._open))]
        try:
            await asyncio.gather(*keepers)
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            if self._taken:
                # They are acknowledged by the connection they came on.
                await asyncio.wait(self._taken, timeout=_PATIENCE)
            for place in range(len(self._open)):
                await self._close(place)

    async def _keep(self, place: int) -> None:
        while True:
            try:
                if not await self._alive(place):
                    await self._reconnect(place)
            except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
                _log.warning("Socket Mode cannot connect", extra={"error": str(error) or repr(error)})
            await asyncio.sleep(self._watch)

    async def _alive(self, place: int) -> bool:
        client = self._open[place]
        return client is not None and await client.is_connected()

    async def _reconnect(self, place: int) -> None:
        await self._close(place)
        client = SocketModeClient(
            app_token=self._app_token,
            web_client=self._clients.with_token(None),
            auto_reconnect_enabled=True,
            ping_interval=self._ping,
        )
        client.socket_mode_request_listeners.append(self._take)
        self._open[place] = client
        await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    async def _close(self, place: int) -> None:
        client, self._open[place] = self._open[place], None
        if client is not None:
            with contextlib.suppress(aiohttp.ClientError, OSError, RuntimeError):
                await client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        task = asyncio.create_task(self._answer(client, request))
        self._taken.add(task)
        task.add_done_callback(self._taken.discard)
        # Whoever reads the connection is cancelled with it; what is under way goes on.
        await asyncio.shield(task)

    async def _answer(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        reference.begin()
        headers: dict[str, str] = {}
        if request.retry_attempt is not None:
            headers = {
                "x-slack-retry-num": str(request.retry_attempt),
                "x-slack-retry-reason": request.retry_reason or "",
            }
        response = await self._receiver.handle(
            AsyncBoltRequest(mode="socket_mode", body=request.payload, headers=headers)  # type: ignore[arg-type]  # invariant dict
        )
        if response.status >= 500:
            # Left unacknowledged, it is delivered again.
            return
        answer = SocketModeResponse(envelope_id=request.envelope_id)
        if response.body:
            kind = response.first_headers().get("content-type", "")
            answer.payload = (
                json.loads(response.body) if kind.startswith("application/json") else {"text": response.body}
            )
        await client.send_socket_mode_response(answer)
