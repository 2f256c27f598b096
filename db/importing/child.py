"""The process that reads a table: the file comes in on stdin, frames go out on stdout.

It starts with one line of JSON that says what to do. It has no connection, no token and no other input, so
whatever a file does to it, it can do to nothing else; and its memory is given back when it ends.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import struct
import sys
import time
from enum import Enum
from typing import Any, BinaryIO, Final

from db.importing.cells import guard
from db.importing.columns import FAILURE_HEADER, Field
from db.importing.converting import STAGED_COLUMNS
from db.importing.mapping import Mapping
from db.importing.problems import RowProblem, TableFlaw
from db.importing.reasons import Wording, explain
from db.importing.surveying import Reading
from db.importing.tables import Table

FRAME: Final = struct.Struct(">cI")
_CHUNK: Final = 1 << 18
_NICENESS: Final = 5
_PROGRESS_EVERY: Final = 0.25
_STATUS: Final = STAGED_COLUMNS.index("status")
_LINKS: Final = tuple(
    STAGED_COLUMNS.index(name) for name in ("reference_key", "alias_key", "parent_key", "duplicate_key")
)


class Kind(Enum):
    """What a frame carries. ROWS is CSV for COPY; KEYS likewise, in a survey; FAILED is CSV for people."""

    ROWS = b"R"
    KEYS = b"K"
    FAILED = b"E"
    PROGRESS = b"P"
    DONE = b"D"
    FLAW = b"F"


class _Sheet:
    """CSV that is cut into frames."""

    def __init__(self, kind: Kind, out: BinaryIO) -> None:
        self._kind = kind
        self._out = out
        self._text = io.StringIO(newline="")
        self.write = csv.writer(self._text, lineterminator="\n").writerow

    def flush(self, *, at_least: int = 1) -> None:
        if self._text.tell() >= at_least:
            send(self._out, self._kind, self._text.getvalue().encode("utf-8", "replace"))
            self._text.seek(0)
            self._text.truncate()


def send(out: BinaryIO, kind: Kind, body: bytes) -> None:
    out.write(FRAME.pack(kind.value, len(body)))
    out.write(body)
    out.flush()


def _send_json(out: BinaryIO, kind: Kind, body: dict[str, Any]) -> None:
    send(out, kind, json.dumps(body).encode())


def run(stream: BinaryIO, out: BinaryIO) -> None:
    task = json.loads(stream.readline())
    mapping = Mapping.from_json(task["mapping"])
    try:
        table = Table(stream, separator=mapping.separator, encoding=mapping.encoding)
        reading = Reading(table, mapping, with_ids=not task["survey"])
        if task["survey"]:
            _survey(reading, out)
        else:
            _stage(reading, out, task["wording"])
        _send_json(out, Kind.DONE, reading.survey.to_json())
    except TableFlaw as flaw:
        _send_json(out, Kind.FLAW, flaw.to_json())


def _survey(reading: Reading, out: BinaryIO) -> None:
    keys = _Sheet(Kind.KEYS, out)
    write, survey = keys.write, reading.survey
    progress, linked = _Progress(reading, out), reading.mapping.has_links
    nothing = (None,) * (len(_LINKS) + 1)
    for staged, _, _ in reading:
        if staged is not None:
            links = (*(staged[at] for at in _LINKS), staged[_STATUS] == "closed") if linked else nothing
            write((staged[1], staged[3], staged[19], *links))
            if staged[20]:
                survey.comments += staged[20].count('"body": ')
        if not survey.rows % 512:
            keys.flush(at_least=_CHUNK)
            progress.tell()
    keys.flush()


def _stage(reading: Reading, out: BinaryIO, wording: Wording) -> None:
    rows, failed = _Sheet(Kind.ROWS, out), _Sheet(Kind.FAILED, out)
    write, survey = rows.write, reading.survey
    progress = _Progress(reading, out)
    for staged, raw, problem in reading:
        if staged is not None:
            write(staged)
        elif problem is not None:
            _hand_back(failed, reading, raw[2], problem, wording)
        if not survey.rows % 512:
            rows.flush(at_least=_CHUNK)
            failed.flush(at_least=_CHUNK)
            progress.tell()
    rows.flush()
    failed.flush()


def _hand_back(
    failed: _Sheet, reading: Reading, cells: list[str], problem: RowProblem, wording: Wording
) -> None:
    """The row as it was, with the reason behind it; a column of reasons from the last time makes way."""
    width = len(reading.table.header)
    old = reading.mapping.positions(Field.FAILURE)
    kept = [index for index in range(width) if index not in old]
    if reading.survey.bad == 1:
        failed.write([guard(reading.table.header[index]) for index in kept] + [FAILURE_HEADER])
    padded = cells[:width] + [""] * (width - len(cells))
    failed.write([guard(padded[index]) for index in kept] + [guard(explain(problem, wording))])


class _Progress:
    def __init__(self, reading: Reading, out: BinaryIO) -> None:
        self._reading = reading
        self._out = out
        self._next = time.monotonic() + _PROGRESS_EVERY

    def tell(self) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PROGRESS_EVERY
            survey = self._reading.survey
            body = {"rows": survey.rows, "bad": survey.bad, "bytes": self._reading.table.source.read_bytes}
            _send_json(self._out, Kind.PROGRESS, body)


def main() -> None:
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    # A reader that went away wants nothing more: that is no error worth a traceback.
    with contextlib.suppress(BrokenPipeError):
        run(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
