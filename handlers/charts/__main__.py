"""Reads a JSON list of charts, writes their pictures, each with its length in front, and ends.

It gives way to others on the machine: nobody waits for a picture as they wait for an answer.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys

# Of a busy processor it gets what is left over, a little always: a picture may wait, and is given up in the end.
_NICE = 19


def main() -> None:
    _give_way()
    # Half of the work is to load what draws.
    from handlers.charts.figure import draw

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
