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


class Line:
    """Hands every connection on to the server; while it is cut there is nobody at the other end."""

    def __init__(self, dsn: str, folder: Path) -> None:
        parts = urlsplit(dsn)
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        self._server = Path(options["host"]) / f".s.PGSQL.{options.get('port', '5432')}"
        self._here = folder / _SOCKET
        self._listening: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
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
        there, back = await asyncio.open_unix_connection(str(self._server))
        if not self._here.exists():
            # Cut in the meantime.
            writer.transport.abort()
            back.transport.abort()
            return
        self._writers |= {writer, back}
        try:
            await asyncio.gather(_copy(reader, back), _copy(there, writer))
        finally:
            self._writers -= {writer, back}


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
            await line.cut()
