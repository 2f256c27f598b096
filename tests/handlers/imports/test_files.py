"""Slack does not always give the file it promised: what comes instead is told apart, and the token stays with Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.web.async_client import AsyncWebClient

from db.importing.problems import Flaw, TableFlaw
from handlers.imports import files
from handlers.imports.files import read_file

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def slack(answer: Answer, *, size: int = 10, url: str | None = None) -> AsyncIterator[AsyncWebClient]:
    """Slack with one file, whose content `answer` gives."""
    app = web.Application()

    async def info(request: web.Request) -> web.Response:
        place = url or str(request.url.origin() / "download")
        file = {"id": "F1", "name": "issues.csv", "size": size, "user": "U1", "url_private_download": place}
        return web.json_response({"ok": True, "file": file})

    app.router.add_route("*", "/api/files.info", info)
    app.router.add_get("/download", answer)
    server = TestServer(app)
    await server.start_server()
    try:
        yield AsyncWebClient(token="xoxb-secret", base_url=str(server.make_url("/api/")))
    finally:
        await server.close()


async def read(client: AsyncWebClient) -> bytes:
    return b"".join([chunk async for chunk in files.content(client, "F1")])


async def flaw_of(answer: Answer, **options: Any) -> Flaw:
    async with slack(answer, **options) as client:
        with pytest.raises(TableFlaw) as caught:
            await read(client)
    return caught.value.flaw


async def test_the_content_comes_to_whoever_has_the_token() -> None:
    async def answer(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer xoxb-secret"
        return web.Response(body=b"title\nAbcd", content_type="text/csv")

    async with slack(answer) as client:
        assert await read(client) == b"title\nAbcd"


async def test_a_sign_in_page_is_not_the_file() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="<!DOCTYPE html><form>Sign in</form>", content_type="text/html")

    assert await flaw_of(answer) is Flaw.HTML


async def test_being_sent_elsewhere_is_not_the_file() -> None:
    async def answer(_: web.Request) -> web.Response:
        raise web.HTTPFound("/sign-in")

    assert await flaw_of(answer) is Flaw.HTML


@pytest.mark.parametrize(
    ("status", "flaw"), [(404, Flaw.GONE), (410, Flaw.GONE), (403, Flaw.FORBIDDEN), (500, Flaw.CUT_OFF)]
)
async def test_refusals_are_told_apart(status: int, flaw: Flaw) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text="no")

    assert await flaw_of(answer) is flaw


async def test_a_download_that_breaks_off_is_noticed() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b"title\nA")
        assert request.transport is not None
        request.transport.close()
        return response

    assert await flaw_of(answer, size=1000) is Flaw.CUT_OFF


async def test_a_file_that_is_shorter_than_slack_says_is_noticed() -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"title\nA")

    assert await flaw_of(answer, size=1000) is Flaw.CUT_OFF


async def test_the_token_goes_to_nobody_else() -> None:
    seen: list[str | None] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization"))
        return web.Response(body=b"title\nAbcd")

    other = web.Application()
    other.router.add_get("/file", elsewhere)
    server = TestServer(other, host="127.0.0.2")
    await server.start_server()
    try:
        async with slack(elsewhere, url=str(server.make_url("/file"))) as client:
            await read(client)
    finally:
        await server.close()
    assert seen == [None]


@pytest.mark.parametrize(
    ("data", "is_table"),
    [
        ({"name": "a.CSV"}, True),
        ({"name": "a.tsv"}, True),
        ({"name": "export", "filetype": "csv"}, True),
        ({"name": "a.xlsx"}, True),
        ({"name": "a.txt"}, False),
        ({"name": "a.csv", "is_external": True}, False),
        ({"name": "a.csv", "mode": "external"}, False),
    ],
)
def test_tables_are_told_by_their_names(data: dict[str, Any], is_table: bool) -> None:
    assert read_file({"id": "F1", **data}).is_table is is_table


def test_the_thread_is_the_one_under_the_message_or_the_one_it_is_in() -> None:
    shares = {"public": {"C1": [{"ts": "1.1"}], "C2": [{"ts": "2.2", "thread_ts": "2.0"}]}}
    file = read_file({"id": "F1", "shares": shares})
    assert [file.thread_in(channel) for channel in ("C1", "C2", "C3")] == ["1.1", "2.0", None]
