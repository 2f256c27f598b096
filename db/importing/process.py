"""The parent's side of the reading process: bytes in, frames out, neither held for long."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from db.importing.child import FRAME, Kind
from db.importing.mapping import Mapping
from db.importing.problems import Flaw, TableFlaw
from db.importing.reasons import Wording

_ROOT: Final = Path(__file__).parent.parent.parent
_BUFFER: Final = 1 << 19
_ZIP: Final = b"PK\x03\x04"
Source = Callable[[], AsyncIterator[bytes]]
Frame = tuple[Kind, bytes]


class ReaderDied(Exception):
    """The reading process ended without a word: killed, or out of memory."""


@asynccontextmanager
async def read_table(
    source: AsyncIterator[bytes], mapping: Mapping, *, survey: bool, wording: Wording | None = None
) -> AsyncIterator[AsyncIterator[Frame]]:
    """Frames of the table that `source` holds, the last of them DONE.

    What `source` raises is raised here. Iterating raises TableFlaw when the file cannot be imported.
    """
    task = {"mapping": mapping.to_json(), "survey": survey, "wording": wording or {}}
    async with _reading("db.importing.child", task, source) as frames:
        yield frames


def unpacked(source: Source) -> Source:
    """Of a workbook its first sheet as CSV; any other file as it is."""

    async def stream() -> AsyncIterator[bytes]:
        head, whole = await first_bytes(source(), len(_ZIP))
        if head != _ZIP:
            async for chunk in whole:
                yield chunk
            return
        try:
            async with _reading("db.importing.workbooks", {}, whole) as frames:
                async for kind, body in frames:
                    if kind is Kind.ROWS:
                        yield body
        except ReaderDied as error:
            raise TableFlaw(Flaw.TOO_LARGE) from error

    return stream


@asynccontextmanager
async def _reading(
    module: str, task: dict[str, Any], source: AsyncIterator[bytes]
) -> AsyncIterator[AsyncIterator[Frame]]:
    process = await _start(module)
    feeding = asyncio.create_task(_feed(process, json.dumps(task).encode() + b"\n", source))
    try:
        yield _frames(process, feeding)
    except BaseException:
        # Only then: looking after a process that ends by itself is asyncio's own business.
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise
    finally:
        feeding.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await feeding
        await _end(process)


async def _start(module: str) -> Process:
    # Of the environment nothing but what Python needs: the file's reader is to hold no secret.
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT") if name in os.environ}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        module,
        stdin=PIPE,
        stdout=PIPE,
        limit=_BUFFER,
        env={**kept, "PYTHONPATH": str(_ROOT)},
    )


async def _feed(process: Process, task: bytes, source: AsyncIterator[bytes]) -> None:
    stdin = process.stdin
    assert stdin is not None
    try:
        stdin.write(task)
        async for chunk in source:
            stdin.write(chunk)
            await stdin.drain()
        stdin.close()
        await stdin.wait_closed()
    except (BrokenPipeError, ConnectionResetError):
        # It has seen enough: a flaw is on its way.
        return
    except BaseException:
        # Without the rest of the file nothing it says counts.
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise


async def _frames(process: Process, feeding: asyncio.Task[None]) -> AsyncIterator[Frame]:
    stdout = process.stdout
    assert stdout is not None
    while True:
        try:
            kind, length = FRAME.unpack(await stdout.readexactly(FRAME.size))
            body = await stdout.readexactly(length)
        except asyncio.IncompleteReadError as error:
            if feeding.done():
                await feeding
            raise ReaderDied from error
        found = Kind(kind)
        if found is Kind.FLAW:
            raise TableFlaw.from_json(json.loads(body))
        if found is Kind.DONE:
            # The end of what came is the end of the file only if nothing went wrong on the way here.
            await feeding
        yield found, body
        if found is Kind.DONE:
            return


async def _end(process: Process) -> None:
    """Without its input the reader ends; what it still says is for nobody."""
    assert process.stdin is not None
    process.stdin.close()
    assert process.stdout is not None
    with contextlib.suppress(Exception):
        while await process.stdout.read(_BUFFER):
            pass
    await process.wait()


async def first_bytes(source: AsyncIterator[bytes], size: int) -> tuple[bytes, AsyncIterator[bytes]]:
    """The beginning of `source`, and all of it again."""
    parts: list[bytes] = []
    length = 0
    async for chunk in source:
        parts.append(chunk)
        length += len(chunk)
        if length >= size:
            break
    head = b"".join(parts)

    async def whole() -> AsyncIterator[bytes]:
        yield head
        async for chunk in source:
            yield chunk

    return head[:size], whole()
