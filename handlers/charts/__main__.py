"""Reads a JSON list of charts, writes their pictures, each with its length in front, and ends."""

from __future__ import annotations

import json
import sys

from handlers.charts.figure import draw


def main() -> None:
    for spec in json.load(sys.stdin.buffer):
        picture = draw(spec)
        sys.stdout.buffer.write(len(picture).to_bytes(4, "big") + picture)


if __name__ == "__main__":
    main()
