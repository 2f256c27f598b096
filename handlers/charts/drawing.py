"""Asks the drawing process to draw, and sees to it that there is one while there is something to draw."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from db.errors import LodgeError

_ROOT: Final = Path(__file__).parents[2]
_PROGRAM: Final = Path(__file__).with_name("__main__.py")


class NotDrawn(LodgeError):
    """The charts could not be drawn."""


class _Died(Exception):
    """The drawing process ended in the middle of a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds.

    A `meek` process gets only what nobody else wants of the processors. What it has not drawn in its time is given,
    once, to one that is merely `polite`: where others are always busy, pictures are drawn nevertheless. `idle`: how
    long a process is kept when nothing is asked of it; to start one is more work than to draw.
    """

    meek: float = 15.0
    polite: float = 45.0
    idle: float = 45.0


class Drawer:
    """One drawing process, started when it is needed. Who asks while it draws waits for their turn."""

    def __init__(self, patience: Patience | None = None) -> None:
        self._patience = patience or Patience()
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._idle: asyncio.TimerHandle | None = None
        self._closed = False

    async def draw(self, specs: Sequence[dict[str, Any]]) -> list[bytes]:
        """A PNG for each chart's `spec()`. Raises NotDrawn."""
        if not specs:
            return []
        content = json.dumps(list(specs)).encode()
        async with self._turn:
            self._keep()
            try:
                return await self._drawn(len(content).to_bytes(4, "big") + content)
            except BaseException:
                # Whatever it was about to say would be taken for the answer to the next request.
                await self._end()
                raise
            finally:
                self._idle = asyncio.get_running_loop().call_later(self._patience.idle, self._let_go)

    async def close(self) -> None:
        """Nothing is drawn any more, what is under way included."""
        self._closed = True
        self._kill()
        async with self._turn:
            self._keep()
            await self._end()

    async def _drawn(self, request: bytes) -> list[bytes]:
        try:
            async with asyncio.timeout(self._patience.meek):
                return await self._ask(request, "meek")
        except (TimeoutError, _Died):
            await self._end()
        try:
            async with asyncio.timeout(self._patience.polite):
                return await self._ask(request, "polite")
        except (TimeoutError, _Died) as error:
            raise NotDrawn("The charts were not drawn in time, or the drawing process died.") from error

    async def _ask(self, request: bytes, manner: str) -> list[bytes]:
        process = await self._started(manner)
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(request)
            await process.stdin.drain()
            count = await _number(process.stdout)
            parts = [await _part(process.stdout) for _ in range(max(count, 1))]
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise _Died from error
        if not count:
            raise NotDrawn(f"The charts could not be drawn: {parts[0].decode(errors='replace')}")
        return parts

    async def _started(self, manner: str) -> Process:
        process = self._process
        if process is None or process.returncode is not None or _let_gone(process):
            await self._end()
            process = self._process = await _start(manner)
        if self._closed:
            raise NotDrawn("The bot is stopping.")
        return process

    # -- ending

    def _keep(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _let_go(self) -> None:
        """It ends when it has nothing more to read, and nobody waits for that."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _kill(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def _end(self) -> None:
        self._kill()
        process, self._process = self._process, None
        if process is not None:
            # Its pipes are read to their end, or they stay open.
            await process.communicate()


def _let_gone(process: Process) -> bool:
    return process.stdin is not None and process.stdin.is_closing()


async def _start(manner: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        # By its path, with nothing loaded before it gives way: -m would load the package first.
        "-P",
        str(_PROGRAM),
        manner,
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        env=_environment(),
    )


async def _part(answers: asyncio.StreamReader) -> bytes:
    return await answers.readexactly(await _number(answers))


async def _number(answers: asyncio.StreamReader) -> int:
    return int.from_bytes(await answers.readexactly(4), "big")


def _environment() -> dict[str, str]:
    """What drawing needs, and no token or password of the bot."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    fonts = Path(tempfile.gettempdir()) / f"lodge-charts-{os.getuid() if hasattr(os, 'getuid') else 0}"
    # The numeric libraries would else start a thread for each core.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | threads | {"PYTHONPATH": str(_ROOT), "MPLCONFIGDIR": str(fonts), "MPLBACKEND": "agg"}
