"""A Web API that says yes to everything at once, and keeps nothing. Prints its port."""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time

import uvloop

_count = itertools.count(1)


class Yes(asyncio.Protocol):
    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # of a TCP server it can be written to

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        while True:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0] or 0)
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._transport.write(_answer(head))


def _answer(head: bytes) -> bytes:
    ts = f"{time.time():.0f}.{next(_count) % 1_000_000:06d}"
    opening = b"conversations.open" in head.partition(b"\r\n")[0]
    channel: str | dict[str, str] = {"id": "D0BENCH"} if opening else "C0BENCH"
    body = json.dumps(
        {"ok": True, "ts": ts, "channel": channel, "messages": [], "view": {"id": "V0BENCH", "hash": ts}}
    )
    return (
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Yes, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    uvloop.run(main())
