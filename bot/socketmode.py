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

# Seconds between looks at the connection; slack_sdk's client is known to stay dead without noticing.
WATCH = 10.0


class SocketMode:
    """Keeps a connection open and replaces one that died."""

    def __init__(self, app_token: str, clients: Clients, receiver: Receiver, *, watch: float = WATCH) -> None:
        self._app_token = app_token
        self._clients = clients
        self._receiver = receiver
        self._watch = watch
        self._client: SocketModeClient | None = None

    async def connected(self) -> bool:
        return self._client is not None and await self._client.is_connected()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                try:
                    if not await self.connected():
                        await self._reconnect()
                except (SlackClientError, aiohttp.ClientError, OSError, TimeoutError) as error:
                    _log.warning("Socket Mode cannot connect", extra={"error": str(error) or repr(error)})
                await asyncio.sleep(self._watch)
        finally:
            await self._close()

    async def _reconnect(self) -> None:
        await self._close()
        client = SocketModeClient(
            app_token=self._app_token,
            web_client=self._clients.with_token(None),
            auto_reconnect_enabled=True,
            ping_interval=5,
        )
        client.socket_mode_request_listeners.append(self._take)
        self._client = client
        await client.connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    async def _close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(aiohttp.ClientError, OSError, RuntimeError):
                await client.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped

    async def _take(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
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
