"""Addresses that people typed never lead to this machine or its neighbours."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from handlers.outside import Outside, Private, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "::127.0.0.1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_what_is_not_on_the_internet_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"])
def test_what_is_on_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://example.com/hook", None),
        ("https://93.184.216.34:8443/", None),
        ("http://example.com/", "insecure"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("https://user:secret@example.com/", "malformed"),
        ("ftp://example.com/", "malformed"),
        ("https://", "malformed"),
        ("https://example.com:99999/", "malformed"),
        ("https://[::1", "malformed"),
        ("not an address", "malformed"),
    ],
)
def test_an_address_is_looked_at_before_it_is_kept(url: str, problem: str | None) -> None:
    assert Outside().problem(url) == problem


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "[::ffff:127.0.0.1]"])
async def test_a_name_is_looked_at_when_it_is_connected_to(host: str) -> None:
    """Whatever the name said when it was typed, and however the address is spelled."""
    called: list[str] = []

    async def take(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    async with TestServer(app, host="127.0.0.1") as server, Outside() as outside:
        with pytest.raises((OSError, aiohttp.InvalidURL)) as caught:
            await outside.post(f"https://{host}:{server.port}/", b"{}", {})
    refused = caught.value
    assert isinstance(refused, (Private, aiohttp.InvalidURL)) or isinstance(refused.__cause__, Private)
    assert called == []


async def test_where_it_is_allowed_neighbours_are_called_and_redirects_are_not_followed() -> None:
    called: list[str] = []

    async def take(request: web.Request) -> web.Response:
        called.append(request.path)
        return web.Response(status=302, headers={"Location": "/elsewhere"})

    app = web.Application()
    app.router.add_post("/{any:.*}", take)
    async with TestServer(app, host="127.0.0.1") as server, Outside(allow_private=True) as outside:
        answer = await outside.post(f"http://127.0.0.1:{server.port}/here", b"{}", {})
    assert (answer.status, called) == (302, ["/here"])
