"""Draws what it is told, again and again, until nobody tells it any more.

It reads a JSON list of charts, its length in four bytes in front, and answers with the number of pictures and each
with its length; or with 0 and what went wrong. It gives way to others on the machine: nobody waits for a picture as
they wait for an answer.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

# Of a busy processor they get what is left over, a little always.
_MEEK_NICE = 19
_POLITE_NICE = 10


def main(manner: str) -> None:
    _give_way(meek=manner == "meek")
    # Whoever stops the bot at a terminal stops this too; the bot may have something drawn yet, and says when to end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # By its path: the package around it would load the whole bot, which is as much work as to draw.
    draw = runpy.run_path(str(Path(__file__).with_name("figure.py")))["draw"]
    with contextlib.suppress(BrokenPipeError):
        _serve(draw, sys.stdin.buffer, sys.stdout.buffer)
    # To take apart what was loaded is work for nothing.
    os._exit(0)


def _serve(draw: Callable[[dict[str, Any]], bytes], asked: BinaryIO, answers: BinaryIO) -> None:
    # What a drawing leaves behind hangs together in circles, and soon doubles the memory if it is left to itself.
    gc.freeze()
    while head := asked.read(4):
        request = asked.read(int.from_bytes(head, "big"))
        try:
            pictures = [draw(spec) for spec in json.loads(request)]
            parts = [_number(len(pictures)), *map(_framed, pictures)]
        except Exception as error:
            parts = [_number(0), _framed(repr(error).encode())]
        answers.write(b"".join(parts))
        answers.flush()
        gc.collect()


def _framed(content: bytes) -> bytes:
    return _number(len(content)) + content


def _number(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _give_way(*, meek: bool) -> None:
    if hasattr(os, "nice"):
        os.nice(_MEEK_NICE if meek else _POLITE_NICE)
    if meek and hasattr(os, "sched_setscheduler"):
        # Where it is not allowed, to be nice must do.
        with contextlib.suppress(OSError):
            # Whoever wakes up takes the processor at once, instead of waiting for the end of a turn.
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


if __name__ == "__main__":
    main(*sys.argv[1:])
