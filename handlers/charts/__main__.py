"""Reads a JSON list of charts, writes their pictures, each with its length in front, and ends.

It gives way to others on the machine: nobody waits for a picture as they wait for an answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import runpy
import sys
from pathlib import Path

# Of a busy processor it gets what is left over, a little always: a picture may wait, and is given up in the end.
_NICE = 19


def main() -> None:
    _give_way()
    # By its path: the package around it would load the whole bot, which is as much work as to draw.
    draw = runpy.run_path(str(Path(__file__).with_name("figure.py")))["draw"]
    for spec in json.load(sys.stdin.buffer):
        picture = draw(spec)
        sys.stdout.buffer.write(len(picture).to_bytes(4, "big") + picture)


def _give_way() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICE)
    if hasattr(os, "sched_setscheduler"):
        # Not allowed everywhere, and no reason not to draw.
        with contextlib.suppress(OSError):
            # Whoever wakes up goes first, at once.
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))


if __name__ == "__main__":
    main()
