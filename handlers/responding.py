"""Answers by a response_url: where something was asked for, five times within half an hour."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import aiohttp
import orjson
from slack_sdk.web.async_client import AsyncWebClient

from handlers.views.blocks import Json

_HEADERS: Final = {"Content-Type": "application/json; charset=utf-8"}
# Of a connection that was kept, and that Slack has closed meanwhile.
_LOST: Final = (aiohttp.ServerConnectionError, aiohttp.ClientOSError)
_TRIES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What Slack said to it: `why` is empty where it was taken."""

    status: int
    why: str

    @property
    def taken(self) -> bool:
        return self.status == 200


async def respond(url: str, body: Json, client: AsyncWebClient) -> Answered:
    """Sends it on the session of `client`, by its proxy. slack_sdk's client for this is made for one address each, of
    which every answer has another: to make one takes as long as to send it.

    Raises aiohttp.ClientError, TimeoutError where Slack cannot be reached.
    """
    assert client.session is not None, "clients share the process's session"
    data = encoded(body)
    for left in reversed(range(_TRIES)):
        try:
            async with client.session.post(url, data=data, headers=_HEADERS, proxy=client.proxy) as answer:
                said = await answer.read()
                why = "" if answer.status == 200 else said.decode(errors="replace")
                return Answered(status=answer.status, why=why)
        except _LOST:
            if not left:
                raise
    raise AssertionError("the last try answers or raises")


def encoded(body: Json) -> bytes:
    """As JSON; half a character, which UTF-8 cannot write, as its escape."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body).encode()
