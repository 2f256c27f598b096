"""A client that costs next to nothing: prebuilt requests, such as signed slash commands, on raw connections."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import hmac
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast
from urllib.parse import urlencode

SECRET = "bench-secret"
TEAM, USER, CHANNEL = "T0BENCH", "U0BENCH", "C0BENCH"

_trigger = itertools.count(1)


def command(text: str, *, team: str = TEAM, response_url: str = "http://127.0.0.1:9/commands") -> bytes:
    """A signed slash command, different from every other."""
    number, trigger = trigger_id()
    fields = {
        "token": "unused",
        "team_id": team,
        "team_domain": "bench",
        "channel_id": CHANNEL,
        "channel_name": "general",
        "user_id": USER,
        "user_name": "bench",
        "command": "/issue",
        "text": text,
        "api_app_id": "A0BENCH",
        "is_enterprise_install": "false",
        "response_url": f"{response_url}/{number}",
        "trigger_id": trigger,
    }
    return signed(urlencode(fields).encode())


def trigger_id() -> tuple[int, str]:
    """A number and a trigger that were never given before."""
    number = next(_trigger)
    return number, f"{number}.{time.time_ns()}.{number:032x}"


def signed(body: bytes) -> bytes:
    """The HTTP request that Slack would send."""
    timestamp = str(int(time.time()))
    mac = hmac.new(SECRET.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    head = (
        "POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)\r\n"
        "Accept-Encoding: gzip,deflate\r\nAccept: application/json,*/*\r\n"
        f"X-Slack-Signature: v0={mac.hexdigest()}\r\nX-Slack-Request-Timestamp: {timestamp}\r\n"
        f"Content-Length: {len(body)}\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    return head.encode() + body


@dataclass(slots=True)
class Result:
    """`latencies` in seconds, sorted."""

    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds

    def percentile(self, percent: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    def add(self, other: Result) -> None:
        self.latencies += other.latencies
        self.seconds += other.seconds


class _Caller(asyncio.Protocol):
    """Sends the next request the moment the answer to the one before is whole."""

    def __init__(self, requests: Iterator[bytes], latencies: list[float], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._latencies = latencies
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._buffer: list[bytes] = []
        self._length = 0
        self._wanted: int | None = None
        self._sent = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        assert self._transport is not None
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            return
        self._sent = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer.append(data)
        self._length += len(data)
        if self._wanted is None:
            head, separator, _ = b"".join(self._buffer).partition(b"\r\n\r\n")
            if not separator:
                return
            found = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            self._wanted = len(head) + 4 + int(found)
        if self._length < self._wanted:
            return
        self._latencies.append(time.perf_counter() - self._sent)
        if not self._buffer[0].startswith(b"HTTP/1.1 2") and not self._done.done():
            self._done.set_exception(AssertionError(b"".join(self._buffer).decode()))
        self._buffer.clear()
        self._length, self._wanted = 0, None
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_result(None)


async def run(port: int, requests: list[bytes], at_once: int) -> Result:
    """Sends them all, `at_once` at a time, each on a connection that is kept."""
    loop = asyncio.get_running_loop()
    shared = iter(requests)
    result = Result()
    began = time.perf_counter()
    ends = []
    for _ in range(at_once):
        done: asyncio.Future[None] = loop.create_future()
        ends.append(done)
        caller = functools.partial(_Caller, shared, result.latencies, done)
        await loop.create_connection(caller, "127.0.0.1", port)
    await asyncio.gather(*ends)
    result.seconds = time.perf_counter() - began
    return result
