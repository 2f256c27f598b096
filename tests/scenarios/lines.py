"""The line between the bot and its database, to be cut by a test."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

_SOCKET = ".s.PGSQL.5432"
# Of the event loop.
_TURNS = 5


class Line:
    """Hands every connection on to the server; while it is cut there is nobody at the other end."""

    def __init__(self, dsn: str, folder: Path) -> None:
        parts = urlsplit(dsn)
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._server = Path(options["host"]) / f".s.PGSQL.{options.get('port', '5432')}"
        self._here = folder / _SOCKET
        self._listening: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._handing_on: set[asyncio.Task[object]] = set()
        query = urlencode({"host": str(folder)})
        self.dsn = urlunsplit(parts._replace(query=query))

    async def mend(self) -> None:
        self._listening = await asyncio.start_unix_server(self._connected, str(self._here))

    async def cut(self) -> None:
        if self._listening is not None:
            self._listening.close()
            self._here.unlink(missing_ok=True)
        for writer in list(self._writers):
            writer.transport.abort()

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        await self.cut()
        yield
        await self.mend()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handing_on.add(task)
        try:
            await self._hand_on(reader, writer)
        finally:
            self._handing_on.discard(task)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = {writer}
        try:
            there, back = await asyncio.open_unix_connection(str(self._server))
            ends.add(back)
            # Not, where it was cut in the meantime.
            if self._here.exists():
                self._writers |= ends
                await asyncio.gather(_copy(reader, back), _copy(there, writer))
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()

    async def torn_down(self) -> None:
        """Cut for good, with nothing left open."""
        await self.cut()
        # Whoever was let in a moment ago is seen here some turns later.
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        await asyncio.gather(*self._handing_on, return_exceptions=True)
        for _ in range(_TURNS):
            await asyncio.sleep(0)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def line_to(dsn: str) -> AsyncIterator[Line]:
    with tempfile.TemporaryDirectory(prefix="lodge-line-") as folder:
        line = Line(dsn, Path(folder))
        await line.mend()
        try:
            yield line
        finally:
            await line.torn_down()
