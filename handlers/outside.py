"""Calls to addresses that people typed: never to this machine or its neighbours, whatever their names resolve to."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import TracebackType
from typing import Final, Self
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

TIMEOUT: Final = aiohttp.ClientTimeout(total=15, connect=5)
_NAT64: Final = ip_network("64:ff9b::/96")


class Private(OSError):
    """The address is not on the public internet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    retry_after: float | None


def is_public(text: str) -> bool:
    """Whether it is an address on the internet: not private, loopback, link-local, nor one of these in disguise."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address):
        inner: IPv4Address | None = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if address.teredo is not None or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def literal(host: str) -> str | None:
    """The address, where the host is one and no name: aiohttp resolves only names."""
    try:
        return str(ip_address(host.strip("[]").partition("%")[0]))
    except ValueError:
        return None


class _PublicResolver(AbstractResolver):
    """Answers at the moment of connecting, with what may be connected to."""

    def __init__(self) -> None:
        self._inner = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        public = [each for each in found if is_public(each["host"])]
        if not public:
            raise Private(f"{host} is not on the public internet")
        return public

    async def close(self) -> None:
        await self._inner.close()


class Outside:
    """`async with`; redirects are not followed, and answers are not read: their status says all."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self.allow_private = allow_private
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        resolver = None if self.allow_private else _PublicResolver()
        connector = aiohttp.TCPConnector(resolver=resolver, limit=100, use_dns_cache=False)
        self._session = aiohttp.ClientSession(connector=connector, timeout=TIMEOUT, trust_env=False)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def problem(self, url: str) -> str | None:
        """Why nobody can be told there, as the code of a message; names are looked up only when it is called."""
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            return "malformed"
        if not host or parts.username is not None or parts.scheme not in ("http", "https"):
            return "malformed"
        if self.allow_private:
            return None
        if parts.scheme != "https":
            return "insecure"
        address = literal(host)
        return "private" if address is not None and not is_public(address) else None

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        """Raises aiohttp.ClientError, OSError (Private among them), TimeoutError."""
        assert self._session is not None, "it is not open"
        if self.problem(url) is not None:
            raise Private(f"{url} may not be called")
        async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            pause = answer.headers.get("Retry-After", "")
            return Answer(status=answer.status, retry_after=float(pause) if pause.isdigit() else None)
