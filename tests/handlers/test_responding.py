import json
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from handlers.responding import respond
from handlers.views.blocks import Json, section


class Ears:
    """Takes answers, and does what it is told to with the next ones: "close" the connection, or refuse them."""

    def __init__(self) -> None:
        self.heard: list[Json] = []
        self.next: list[str] = []
        self.came = 0
        self.url = ""

    async def hear(self, request: web.Request) -> web.Response:
        self.came += 1
        body = await request.json()
        what = self.next.pop(0) if self.next else "ok"
        if what == "close":
            assert request.transport is not None
            request.transport.close()
        elif what == "ok":
            self.heard.append(body)
        return web.Response(text=what, status=200 if what == "ok" else 404)


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    made, app = Ears(), web.Application()
    app.router.add_post("/answers/1", made.hear)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/answers/1"))
        yield made


@pytest.fixture
async def client() -> AsyncIterator[AsyncWebClient]:
    async with aiohttp.ClientSession() as session:
        yield AsyncWebClient(session=session)


async def test_an_answer_arrives_as_it_is(ears: Ears, client: AsyncWebClient) -> None:
    body = {"text": "Größe 📦", "blocks": [section("half a character \ud83d")], "replace_original": True}
    answered = await respond(ears.url, body, client)
    assert (answered.taken, answered.why) == (True, "")
    assert ears.heard == [json.loads(json.dumps(body))]


async def test_what_slack_refuses_says_why(ears: Ears, client: AsyncWebClient) -> None:
    ears.next = ["used_url"]
    answered = await respond(ears.url, {"text": "a sixth"}, client)
    assert (answered.taken, answered.status, answered.why) == (False, 404, "used_url")
    assert ears.came == 1


async def test_a_connection_that_was_closed_meanwhile_is_made_anew(
    ears: Ears, client: AsyncWebClient
) -> None:
    ears.next = ["ok", "close"]
    for text in ("first", "second"):
        assert (await respond(ears.url, {"text": text}, client)).taken
    assert [each["text"] for each in ears.heard] == ["first", "second"]


async def test_who_cannot_be_reached_is_not_tried_for_ever(ears: Ears, client: AsyncWebClient) -> None:
    ears.next = ["close"] * 5
    with pytest.raises(aiohttp.ServerConnectionError):
        await respond(ears.url, {"text": "lost"}, client)
    assert ears.came == 2
