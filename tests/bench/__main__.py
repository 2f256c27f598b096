"""Runs every module of this folder that has `async def rows(size: int) -> list[Row]`.

`SIZE=1000000 python -m tests.bench [name ...]`: how many issues the database holds, and which modules.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

import uvloop

from tests.bench.rows import Row

FOLDER = Path(__file__).parent
RESULTS = FOLDER.parent.parent / ".bench" / "latest.json"


def main() -> int:
    size = int(os.environ.get("SIZE", "100000"))
    wanted = sys.argv[1:]
    rows: list[Row] = []
    for name in sorted(module.name for module in pkgutil.iter_modules([str(FOLDER)])):
        if name == "__main__" or (wanted and name not in wanted):
            continue
        module = importlib.import_module(f"tests.bench.{name}")
        measure = getattr(module, "rows", None)
        if measure is None or not asyncio.iscoroutinefunction(measure):
            continue
        print(f"{name} ...", file=sys.stderr, flush=True)
        rows += uvloop.run(measure(size))
    print(table(rows))
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps([row.json() for row in rows], indent=1) + "\n")
    return 0 if all(row.holds for row in rows) else 1


def table(rows: list[Row]) -> str:
    head = ("what", "ours", "bare", "ratio", "goal", "")
    lines = [head]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        floor = "" if row.floor is None else f"{row.floor:,.2f}"
        ours = f"{row.value:,.2f} {row.unit}".strip()
        lines.append(
            (row.name, ours, floor, ratio, f"{row.sense} {row.goal:g}", "holds" if row.holds else "MISSED")
        )
    return aligned(lines)


def aligned(lines: Sequence[tuple[str, ...]]) -> str:
    """Lines of equally many cells, in columns."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in lines
    )


if __name__ == "__main__":
    sys.exit(main())
