"""Reads a JSON list of charts, writes their pictures, each with its length in front, and ends.

It gives way to others on the machine: nobody waits for a picture as they wait for an answer.
"""

from __future__ import annotations

import json
import os
import sys

# Of a busy processor it gets a quarter of what another process gets: enough to come to an end.
_NICE = 6


def main() -> None:
    if hasattr(os, "nice"):
        os.nice(_NICE)
    # Half of the work is to load what draws.
    from handlers.charts.figure import draw

    for spec in json.load(sys.stdin.buffer):
        picture = draw(spec)
        sys.stdout.buffer.write(len(picture).to_bytes(4, "big") + picture)


if __name__ == "__main__":
    main()
