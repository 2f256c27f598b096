"""What anybody may send to the port: it is refused as their mistake, without a traceback, and keeps nobody waiting."""

from __future__ import annotations

import asyncio
import gzip
import io
import logging
import time
from collections.abc import AsyncIterator

import pytest

from bot import server
from bot.logs import set_up_logs
from bot.playground import LocalSlack
from bot.process import Options, Process, running
from tests.settings import settings_for

KEEP_OPEN = b"Host: lodge\r\n"
HEAD = KEEP_OPEN + b"Connection: close\r\n"
JSON = b"Content-Type: application/json\r\n"


@pytest.fixture
async def log() -> AsyncIterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    before = (root.handlers[:], root.level)
    set_up_logs("text", stream=stream)
    yield stream
    root.handlers[:], root.level = before


@pytest.fixture
async def process(db_url: str, log: io.StringIO) -> AsyncIterator[Process]:
    async with LocalSlack(rate_limits="off") as slack:
        settings = settings_for(slack, db_url)
        async with running(settings, Options()) as process:
            yield process


async def raw(process: Process, sent: bytes) -> bytes:
    """All that is answered, until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(process.url.rpartition(":")[2]))
    writer.write(sent)
    async with asyncio.timeout(30):
        answer = await reader.read()
    writer.close()
    return answer


def post(path: str, headers: bytes, body: bytes = b"{}") -> bytes:
    length = b"Content-Length: %d\r\n\r\n" % len(body)
    return b"POST " + path.encode() + b" HTTP/1.1\r\n" + HEAD + headers + length + body


def status(answer: bytes) -> int:
    return int(answer.split()[1])


async def test_bytes_that_are_no_text_in_a_signature_or_token_are_a_wrong_one(
    process: Process, log: io.StringIO
) -> None:
    now = str(int(time.time())).encode()
    signed = b"X-Slack-Request-Timestamp: " + now + b"\r\nX-Slack-Signature: v0=\xff\xfe\r\n"
    assert status(await raw(process, post("/slack/events", signed))) == 401
    token = b"Authorization: Bearer ldg_\xff\xfe\r\n"
    assert status(await raw(process, post("/api/v1/issues", JSON + token))) == 401
    assert "Traceback" not in log.getvalue()


async def test_a_body_that_is_not_what_its_head_says_is_refused(process: Process, log: io.StringIO) -> None:
    for encoding in (b"gzip", b"deflate", b"br", b"zstd"):
        headers = JSON + b"Content-Encoding: " + encoding + b"\r\n"
        assert status(await raw(process, post("/slack/events", headers, b"abcde"))) in (400, 401)
    chunked = b"POST /slack/events HTTP/1.1\r\n" + HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    assert status(await raw(process, chunked)) == 400
    assert "Traceback" not in log.getvalue()


async def test_what_unfolds_beyond_measure_is_refused_as_too_large(process: Process) -> None:
    bomb = gzip.compress(b"\0" * (100 * server.BODY_MAX), 9)
    answer = await raw(process, post("/slack/events", b"Content-Encoding: gzip\r\n", bomb))
    assert status(answer) == 413


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /healthz HTTP/1.1\nHost: x\n\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n",
        b"GET /healthz HTTP/1.1\r\n" + HEAD + b"X: " + b"a" * 100_000 + b"\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n" + HEAD + b"".join(b"X%d: a\r\n" % i for i in range(5_000)) + b"\r\n",
        b"POST /hooks/ab HTTP/1.1\r\n"
        + HEAD
        + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /hooks/ab HTTP/1.1\r\n" + HEAD + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    ],
    ids=["bare newlines", "long path", "long header", "many headers", "two framings", "two lengths"],
)
async def test_what_is_no_http_is_refused_and_fills_no_log(
    process: Process, log: io.StringIO, sent: bytes
) -> None:
    assert status(await raw(process, sent)) == 400
    assert "Traceback" not in log.getvalue()


@pytest.mark.parametrize("path", ["/slack/events", "/hooks/0123456789ab"])
async def test_a_body_that_never_comes_is_not_waited_for(
    process: Process, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(server, "BODY_WITHIN", 0.2)
    sent = b"POST " + path.encode() + b" HTTP/1.1\r\n" + HEAD + b"Content-Length: 100\r\n\r\nabc"
    # An unknown webhook is answered before its body is read.
    assert status(await raw(process, sent)) == (408 if path == "/slack/events" else 404)


async def test_a_file_from_nobody_known_is_not_waited_for_either(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "BODY_WITHIN", 0.2)
    form = b"Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 100\r\n\r\n--x"
    assert status(await raw(process, b"POST /slack/events HTTP/1.1\r\n" + HEAD + form)) == 408


async def test_a_body_that_ends_after_the_answer_leaves_no_traceback(
    process: Process, log: io.StringIO
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(process.url.rpartition(":")[2]))
    writer.write(b"POST /hooks/0123456789ab HTTP/1.1\r\n" + KEEP_OPEN + b"Content-Length: 6\r\n\r\nab")
    async with asyncio.timeout(30):
        assert status(await reader.readuntil(b"\r\n\r\n")) == 404
        writer.write(b"cdef" + b"GET /healthz HTTP/1.1\r\n" + HEAD + b"\r\n")
        assert b"200 OK" in await reader.read()
    writer.close()
    assert "Traceback" not in log.getvalue()


async def test_a_body_that_comes_in_pieces_is_taken(process: Process) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(process.url.rpartition(":")[2]))
    writer.write(b"POST /slack/events HTTP/1.1\r\n" + HEAD + b"Content-Length: 6\r\n\r\n")
    for piece in (b"ab", b"cd", b"ef"):
        writer.write(piece)
        await writer.drain()
    async with asyncio.timeout(30):
        assert status(await reader.read()) == 401
    writer.close()
