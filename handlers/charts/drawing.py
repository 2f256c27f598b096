"""Asks a short-lived process to draw."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from db.errors import LodgeError

TIMEOUT: Final = 60.0
# A core is left to those who wait for an answer.
AT_ONCE: Final = max(1, min(2, (os.cpu_count() or 1) // 2))
_ROOT: Final = Path(__file__).parents[2]
_PROGRAM: Final = Path(__file__).with_name("__main__.py")


class NotDrawn(LodgeError):
    """The charts could not be drawn."""


class Drawer:
    """Draws at most `at_once` sheets of charts at a time; more of them wait."""

    def __init__(self, at_once: int = AT_ONCE, timeout: float = TIMEOUT) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._timeout = timeout

    async def draw(self, specs: Sequence[dict[str, Any]]) -> list[bytes]:
        """A PNG for each chart's `spec()`. Raises NotDrawn."""
        if not specs:
            return []
        async with self._turns:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                # By its path, with nothing loaded before it gives way: -m would load the package first.
                "-P",
                str(_PROGRAM),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
            )
            try:
                request = json.dumps(list(specs)).encode()
                output, _ = await asyncio.wait_for(process.communicate(request), self._timeout)
            except TimeoutError as error:
                raise NotDrawn from error
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        pictures = split(output)
        if process.returncode != 0 or len(pictures) != len(specs):
            raise NotDrawn
        return pictures


def split(output: bytes) -> list[bytes]:
    """Each picture comes with its length, four bytes, in front."""
    pictures, at = [], 0
    while at + 4 <= len(output):
        size = int.from_bytes(output[at : at + 4], "big")
        pictures.append(output[at + 4 : at + 4 + size])
        at += 4 + size
    return pictures


def _environment() -> dict[str, str]:
    """What drawing needs, and no token or password of the bot."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    fonts = Path(tempfile.gettempdir()) / f"lodge-charts-{os.getuid() if hasattr(os, 'getuid') else 0}"
    # The numeric libraries would else start a thread for each core.
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return kept | threads | {"PYTHONPATH": str(_ROOT), "MPLCONFIGDIR": str(fonts), "MPLBACKEND": "agg"}
