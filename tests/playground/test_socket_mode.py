"""Socket Mode with the SDK's own client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import LocalSlack
from bot.playground.wire import Json


@pytest.fixture
async def socket(slack: LocalSlack, client: AsyncWebClient) -> AsyncIterator[SocketModeClient]:
    running = SocketModeClient(app_token=slack.app_token, web_client=client)
    await running.connect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    await slack.until(lambda: slack.service.sockets.connected == 1)
    yield running
    await running.disconnect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    await running.close()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


class Heard:
    """Collects requests and acknowledges them with a payload."""

    def __init__(self, payload: Json | None = None, *, silent: int = 0) -> None:
        self.requests: list[SocketModeRequest] = []
        self._payload = payload
        self._silent = silent

    async def __call__(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        self.requests.append(request)
        if len(self.requests) > self._silent:
            response = SocketModeResponse(envelope_id=request.envelope_id, payload=self._payload)
            await client.send_socket_mode_response(response)


async def test_a_command_goes_over_the_socket(slack: LocalSlack, socket: SocketModeClient) -> None:
    heard = Heard({"text": "hello"})
    socket.socket_mode_request_listeners.append(heard)
    assert await slack.person("ada").slash("general", "/issue new")
    (request,) = heard.requests

    assert (request.type, request.payload["text"]) == ("slash_commands", "new")
    assert request.accepts_response_payload
    assert slack.deliveries[-1].transport == "socket"
    assert slack.person("ada").ephemerals("general")[-1]["text"] == "hello"


async def test_an_event_is_retried_over_the_socket(slack: LocalSlack, socket: SocketModeClient) -> None:
    heard = Heard(silent=1)

    async def patient_from_now_on(_: AsyncBaseSocketModeClient, __: SocketModeRequest) -> None:
        slack.config.ack_timeout = 60.0

    socket.socket_mode_request_listeners += [patient_from_now_on, heard]
    slack.config.ack_timeout = 2.0
    await slack.person("ada").send("general", "x")
    await slack.settled()

    assert [request.type for request in heard.requests] == ["events_api"] * 2
    assert [request.retry_attempt for request in heard.requests] == [0, 1]
    assert heard.requests[1].retry_reason == "http_timeout"
    assert len({request.payload["event_id"] for request in heard.requests}) == 1


async def test_a_bolt_app_answers(slack: LocalSlack, client: AsyncWebClient) -> None:
    app = AsyncApp(client=client)

    @app.shortcut("new")
    async def shortcut(ack: object, body: Json, client: AsyncWebClient) -> None:
        assert callable(ack)
        await ack()
        view = {"type": "modal", "title": {"type": "plain_text", "text": "New"}, "blocks": []}
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    handler = AsyncSocketModeHandler(app, slack.app_token)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    await slack.until(lambda: slack.service.sockets.connected == 1)
    assert await slack.person("ada").global_shortcut("new")
    view = await slack.person("ada").expect_modal()
    await handler.close_async()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped

    assert view["title"]["text"] == "New"


async def test_a_ticket_opens_one_socket(slack: LocalSlack, client: AsyncWebClient) -> None:
    url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        first = await session.ws_connect(url)
        hello = await first.receive_json()
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
        await first.close()

    assert hello["type"] == "hello"
    assert hello["connection_info"] == {"app_id": "A0LODGE"}


async def test_the_client_comes_back_after_a_disconnect(slack: LocalSlack, socket: SocketModeClient) -> None:
    heard = Heard()
    socket.socket_mode_request_listeners.append(heard)
    before = socket.current_session
    await slack.service.sockets.disconnect()
    await slack.until(lambda: slack.service.sockets.connected == 1 and socket.current_session is not before)
    await slack.person("ada").slash("general", "/issue")

    assert len(heard.requests) == 1


async def test_without_a_socket_it_is_http_again(slack: LocalSlack, socket: SocketModeClient) -> None:
    await socket.disconnect()  # type: ignore[no-untyped-call]  # the SDK leaves it untyped
    await slack.until(lambda: slack.service.sockets.connected == 0)
    await slack.person("ada").slash("general", "/issue")

    assert slack.deliveries[-1].transport == "http"


async def test_ten_sockets_and_no_more_each_hearing_a_part(slack: LocalSlack, client: AsyncWebClient) -> None:
    heard: list[int] = []
    async with aiohttp.ClientSession() as session:

        async def connect() -> aiohttp.ClientWebSocketResponse:
            url = (await client.apps_connections_open(app_token=slack.app_token))["url"]
            return await session.ws_connect(url)

        async def listen(number: int, socket: aiohttp.ClientWebSocketResponse) -> None:
            async for message in socket:
                envelope = message.json()
                if "envelope_id" in envelope:
                    heard.append(number)
                    await socket.send_json({"envelope_id": envelope["envelope_id"]})

        sockets = [await connect() for _ in range(10)]
        listening = [asyncio.create_task(listen(number, socket)) for number, socket in enumerate(sockets)]
        await slack.until(lambda: slack.service.sockets.connected == 10)
        eleventh = await connect()
        assert await eleventh.receive_json() == {"type": "disconnect", "reason": "too_many_websockets"}
        for _ in range(40):
            await slack.person("ada").slash("general", "/issue")
        for socket in sockets:
            await socket.close()
        await asyncio.gather(*listening)

    assert len(heard) == 40
    assert len(set(heard)) > 1
