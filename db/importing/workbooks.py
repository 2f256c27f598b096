"""The process that turns a workbook into CSV: the workbook comes in on stdin, frames of CSV go out on stdout.

A workbook is a zip of XML, which can hold far more than it weighs; so it is opened in a process of its own that may
use only so much memory and time.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import resource
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain
from typing import Any, BinaryIO, Final

from db.importing.child import Kind, send
from db.importing.problems import Flaw, TableFlaw
from db.importing.tables import WORKBOOK_MARK

FILE_MAX: Final = 100 << 20
# What all its parts may come to, unpacked.
UNPACKED_MAX: Final = 600 << 20
_PARTS_MAX: Final = 10_000
_MEMORY_MAX: Final = 1 << 30
_SECONDS_MAX: Final = 600
_NICENESS: Final = 5
_CHUNK: Final = 1 << 18
# How far down a sheet may begin.
_BLANK_ROWS: Final = 100


def limit_itself() -> None:
    with contextlib.suppress(AttributeError, OSError, ValueError):
        os.nice(_NICENESS)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_MAX, _MEMORY_MAX))
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS_MAX, _SECONDS_MAX))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_MAX + _CHUNK, FILE_MAX + _CHUNK))


def run(stream: BinaryIO, out: BinaryIO) -> None:
    # What to do is the same for every workbook; the line is there for every reader.
    stream.readline()
    try:
        with tempfile.TemporaryFile() as kept:
            _keep(stream, kept)
            _check(kept)
            _convert(kept, out)
        send(out, Kind.DONE, b"{}")
    except TableFlaw as flaw:
        send(out, Kind.FLAW, json.dumps(flaw.to_json()).encode())
    except MemoryError:
        send(out, Kind.FLAW, json.dumps(TableFlaw(Flaw.TOO_LARGE).to_json()).encode())
    except Exception:
        send(out, Kind.FLAW, json.dumps(TableFlaw(Flaw.WORKBOOK_BROKEN).to_json()).encode())


def _keep(stream: BinaryIO, kept: BinaryIO) -> None:
    while chunk := stream.read(_CHUNK):
        if kept.tell() + len(chunk) > FILE_MAX:
            raise TableFlaw(Flaw.WORKBOOK_TOO_LARGE, megabytes=FILE_MAX >> 20)
        kept.write(chunk)


def _check(kept: BinaryIO) -> None:
    """By what the archive says of itself: no more than that is ever unpacked of a part."""
    with zipfile.ZipFile(kept) as archive:
        parts = archive.infolist()
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise TableFlaw(Flaw.WORKBOOK)
    if len(parts) > _PARTS_MAX or sum(part.file_size for part in parts) > UNPACKED_MAX:
        raise TableFlaw(Flaw.WORKBOOK_TOO_LARGE, megabytes=UNPACKED_MAX >> 20)


def _convert(kept: BinaryIO, out: BinaryIO) -> None:
    from openpyxl import load_workbook  # what it costs to import is paid by whoever has a workbook

    book = load_workbook(kept, read_only=True, data_only=True, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    text = io.StringIO(newline="")
    write = csv.writer(text, lineterminator="\n").writerow
    for sheet in sheets:
        # What the sheet says of its size is often wrong.
        sheet.reset_dimensions()
        rows = _texts(sheet.iter_rows(values_only=True))
        beginning = _beginning(rows)
        if beginning is None:
            continue
        mark = {"sheet": sheet.title, "others": len(sheets) - 1}
        text.write(f"{WORKBOOK_MARK}{json.dumps(mark)}\n")
        width = len(beginning[-1])
        for cells in chain(beginning, rows):
            write(cells + [""] * (width - len(cells)) if cells else [])
            if text.tell() >= _CHUNK:
                _flush(text, out)
        _flush(text, out)
        return
    raise TableFlaw(Flaw.EMPTY)


def _beginning(rows: Iterator[list[str]]) -> list[list[str]] | None:
    """The blank rows above the header, and the header; None of a sheet with nothing in it."""
    found: list[list[str]] = []
    for cells in rows:
        found.append(cells)
        if cells:
            return found
        if len(found) > _BLANK_ROWS:
            break
    return None


def _flush(text: io.StringIO, out: BinaryIO) -> None:
    send(out, Kind.ROWS, text.getvalue().encode("utf-8", "replace"))
    text.seek(0)
    text.truncate()


def _texts(rows: Iterator[Sequence[Any]]) -> Iterator[list[str]]:
    """Each row without the empty cells at its end."""
    for row in rows:
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield cells


def _text(value: Any) -> str:
    """A cell as it would be written by hand."""
    match value:
        case None:
            return ""
        case str():
            return value.replace("\r\n", "\n").replace("\r", "\n")
        case datetime():
            whole_day = value.time() == time()
            return value.date().isoformat() if whole_day else value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


if __name__ == "__main__":
    limit_itself()
    with contextlib.suppress(BrokenPipeError):
        run(sys.stdin.buffer, sys.stdout.buffer)
