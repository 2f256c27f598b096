"""Forms as they come over the wire: what is cut off or broken is refused, and changes nothing."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.handlers.api.conftest import Api

HEAD = b'--edge\r\nContent-Disposition: form-data; name="%s"; filename="issues.csv"\r\n\r\n'
ROWS = b"title,priority\r\nFirst,high\r\nSecond,low\r\n"
FILE = HEAD % b"file" + ROWS
WHOLE = FILE + b"\r\n--edge--\r\n"

CUT_OFF = {
    "in a row": FILE[:-8],
    "after the last row": FILE,
    "before the boundary": FILE + b"\r\n",
    "in the boundary": FILE + b"\r\n--ed",
    "in the end of the boundary": FILE + b"\r\n--edge-",
    "where another part begins": FILE + b"\r\n--edge\r\n",
    "in another part": FILE + b"\r\n--edge\r\n" + (HEAD % b"other")[8:] + b"x",
    "in the head of the part": FILE[:30],
    "with nothing in the file": HEAD % b"file",
}


async def raw(api: Api, body: bytes, *, chunked: bool, key: str = "") -> tuple[int, dict[str, Any]]:
    """Sends it as it is, whatever it lacks."""
    head = (
        "POST /api/v1/issues/import HTTP/1.1\r\nHost: lodge\r\nConnection: close\r\n"
        f"Authorization: Bearer {api.tokens['member']}\r\n"
        "Content-Type: multipart/form-data; boundary=edge\r\n"
    )
    if key:
        head += f"Idempotency-Key: {key}\r\n"
    if chunked:
        halves = [half for half in (body[: len(body) // 2], body[len(body) // 2 :]) if half]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(half), half) for half in halves) + b"0\r\n\r\n"
        head += "Transfer-Encoding: chunked\r\n\r\n"
    else:
        sent = body
        head += f"Content-Length: {len(body)}\r\n\r\n"
    reader, writer = await asyncio.open_connection(api.client.host, api.client.port)
    writer.write(head.encode() + sent)
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    top, _, rest = answer.partition(b"\r\n\r\n")
    return int(top.split()[1]), json.loads(rest)


async def kept(api: Api) -> list[int]:
    async with api.database.connection() as conn:
        return [
            await conn.fetchval(f"SELECT count(*) FROM {table}")
            for table in ("issues", "changes", "imports", "api_requests")
        ]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_form_that_is_cut_off_is_refused_and_changes_nothing(api: Api, chunked: bool) -> None:
    before = await kept(api)
    for where, body in CUT_OFF.items():
        status, told = await raw(api, body, chunked=chunked, key="move-in")
        assert (status, told["type"]) == (400, "/api/docs#malformed"), where
        assert await kept(api) == before, where
    # The key is still good for the whole of it.
    status, told = await raw(api, WHOLE, chunked=chunked, key="move-in")
    assert (status, told["created"]) == (201, 2)


async def test_that_its_end_is_missing_is_said_in_words(api: Api) -> None:
    _, told = await raw(api, FILE, chunked=False)
    assert "cut off" in told["detail"]


async def test_an_upload_whose_sender_goes_away_changes_nothing(api: Api) -> None:
    before = await kept(api)
    _, writer = await asyncio.open_connection(api.client.host, api.client.port)
    head = (
        "POST /api/v1/issues/import HTTP/1.1\r\nHost: lodge\r\n"
        f"Authorization: Bearer {api.tokens['member']}\r\n"
        f"Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {len(WHOLE)}\r\n\r\n"
    )
    writer.write(head.encode() + WHOLE[:-4])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    # Another request on the same server is answered after the first is given up.
    assert (await api.call("GET", "/issues")).status == 200
    assert await kept(api) == before


async def test_what_stands_around_the_file_does_no_harm(api: Api) -> None:
    other = (HEAD % b"note") + b"hello\r\n"
    body = b"a preamble\r\n" + other + FILE + b"\r\n" + other + b"--edge--\r\nan epilogue"
    status, told = await raw(api, body, chunked=True)
    assert (status, told["created"]) == (201, 2)


async def test_two_files_in_one_form_are_refused(api: Api) -> None:
    before = await kept(api)
    status, told = await raw(api, FILE + b"\r\n" + WHOLE, chunked=False)
    assert (status, told["type"]) == (422, "/api/docs#invalid")
    assert await kept(api) == before


async def test_a_form_that_breaks_its_rules_is_told_so(api: Api) -> None:
    charset = b'--edge\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\n' + b"x" * 40 + b"\r\n"
    heading = b"--edge\r\n" + b"X-Long: " + b"y" * 20_000 + b"\r\n\r\na\r\n--edge--\r\n"
    many = b"--edge\r\n" + b"X-A: b\r\n" * 1_000 + b"\r\na\r\n--edge--\r\n"
    for body in (charset + WHOLE, heading, many, b"--edge" * 50_000):
        status, told = await raw(api, body, chunked=False)
        assert (status, told["type"]) == (400, "/api/docs#malformed")


async def test_a_name_that_cannot_be_stored_is_stored_without_what_cannot(api: Api) -> None:
    body = WHOLE.replace(b'filename="issues.csv"', b"filename*=UTF-8''a%00b.csv")
    status, told = await raw(api, body, chunked=False)
    assert (status, told["created"]) == (201, 2)
    async with api.database.connection() as conn:
        assert await conn.fetchval("SELECT file_name FROM imports") == "ab.csv"
