"""The process that draws, as the bot sees it: it is asked over a socket, and ends when that is closed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, Self

from db.errors import LodgeError

_ROOT: Final = Path(__file__).parents[2]
_PROGRAM: Final = Path(__file__).with_name("__main__.py")


class NotDrawn(LodgeError):
    """The charts could not be drawn."""


class Died(Exception):
    """The process ended in the middle of a request."""


class DrawingProcess:
    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, manner: str) -> Self:
        """Raises NotDrawn when the machine has no room for another process."""
        ours, theirs = socket.socketpair()
        # To copy what a process needs of the bot takes several milliseconds, in which nobody would be answered.
        starting = asyncio.ensure_future(asyncio.to_thread(_spawn, manner, theirs))
        try:
            process = await asyncio.shield(starting)
        except OSError as error:
            ours.close()
            raise NotDrawn(f"No process for drawing could be started: {error}") from error
        except asyncio.CancelledError:
            ours.close()
            with contextlib.suppress(OSError):
                await _ended(await starting)
            raise
        return cls(process, *await asyncio.open_unix_connection(sock=ours))

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    async def ask(self, request: bytes) -> list[bytes]:
        """The pictures. Raises Died; NotDrawn with what the process says."""
        try:
            self._writer.write(_number(len(request)) + request)
            await self._writer.drain()
            count = await self._read_number()
            parts = [await self._read_part() for _ in range(max(count, 1))]
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise Died from error
        if not count:
            raise NotDrawn(f"The charts could not be drawn: {parts[0].decode(errors='replace')}")
        return parts

    def kill(self) -> None:
        self._process.kill()

    async def end(self) -> None:
        self._writer.close()
        await _ended(self._process)
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()

    async def _read_part(self) -> bytes:
        return await self._reader.readexactly(await self._read_number())

    async def _read_number(self) -> int:
        return int.from_bytes(await self._reader.readexactly(4), "big")


def _spawn(manner: str, theirs: socket.socket) -> subprocess.Popen[bytes]:
    with theirs:
        return subprocess.Popen(  # noqa: S603  # nothing of it comes from outside
            # By its path, with nothing loaded before it gives way: -m would load the package first.
            [sys.executable, "-P", str(_PROGRAM), manner],
            stdin=theirs.fileno(),
            stdout=theirs.fileno(),
            stderr=subprocess.DEVNULL,
            env=_environment(),
        )


async def _ended(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    await asyncio.to_thread(process.wait)


def _number(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _environment() -> dict[str, str]:
    """What drawing needs, and no token or password of the bot."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    fonts = Path(tempfile.gettempdir()) / f"lodge-charts-{os.getuid() if hasattr(os, 'getuid') else 0}"
    # The numeric libraries would else start a thread for each core.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | threads | {"PYTHONPATH": str(_ROOT), "MPLCONFIGDIR": str(fonts), "MPLBACKEND": "agg"}
