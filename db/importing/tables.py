"""A table as rows of cells with their physical line numbers, read in constant memory."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final

from db.importing.decoding import SAMPLE, ByteSource, Encoding, chosen, detect, text_stream
from db.importing.problems import BadRow, Flaw, Reason, TableFlaw

# A cell above this ends the reading; one above the limit of a description fails its row only.
CELL_MAX: Final = 16 << 20
COLUMNS_MAX: Final = 5_000
SEPARATORS: Final = (",", ";", "\t", "|")

# Begins the line that stands before a sheet of a workbook: what sheet it is, as JSON.
WORKBOOK_MARK: Final = "\x1eworkbook "

_SEP_LINE: Final = re.compile(r'"?sep=(.)"?[;,\t]*\r?\n?', re.IGNORECASE)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_SNIFFED_ROWS: Final = 50
_NOTHING: Final = (0.0, 0)


class Table:
    """An open table. Its header is read already; iterate once for the rows."""

    def __init__(
        self, stream: BinaryIO, *, separator: str | None = None, encoding: str | None = None
    ) -> None:
        head = _read_up_to(stream, SAMPLE)
        if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
            raise TableFlaw(Flaw.EMPTY)
        if encoding is None or head.startswith(WORKBOOK_MARK.encode()):
            self.encoding: Encoding = detect(head, complete=len(head) < SAMPLE)
        else:
            self.encoding = chosen(encoding, head)
        self._text, self._source = text_stream(head, stream, self.encoding)
        first = self._text.readline()
        self.sheet = _sheet(first)
        named = _SEP_LINE.fullmatch(first)
        self._offset = 1 if named else 0
        text: Iterator[str] = self._without_nuls() if self._source.wide else self._text
        lines = text if named or self.sheet else chain((first.replace("\0", ""),), text)
        if self.sheet is not None:
            separator = ","
        self.beginning = _beginning(head, self.encoding, skip=len(first) if named else 0)
        self.separator = separator or (named[1] if named else sniff_separator(self.beginning))
        self._ended = False
        self._rows_read = 0
        # The line at which a row starts whose last quote is never closed.
        self.unclosed_row: int | None = None
        csv.field_size_limit(CELL_MAX)
        self._reader = csv.reader(chain(lines, self._at_end()), delimiter=self.separator)
        self.header_line, self.header = self._read_header()
        self.line = self.header_line

    @property
    def source(self) -> ByteSource:
        return self._source

    def _at_end(self) -> Iterator[str]:
        # The reader asks for another line inside an open quote only: see unclosed_row.
        self._ended = True
        yield from ()

    def _without_nuls(self) -> Iterator[str]:
        """Of the bytes of a wide encoding none can be left out, but of its characters."""
        for line in self._text:
            if "\0" in line:
                self._source.nuls += line.count("\0")
                line = line.replace("\0", "")
            yield line

    def _read_header(self) -> tuple[int, list[str]]:
        for _, end, cells in self._records():
            if any(cell.strip() for cell in cells):
                # Files that were put together, or saved by two programs, begin more than once.
                header = [" ".join(cell.replace("\ufeff", "").split()) for cell in cells]
                while header and not header[-1]:
                    header.pop()
                if len(header) > COLUMNS_MAX:
                    raise TableFlaw(Flaw.TOO_MANY_COLUMNS, columns=len(header), limit=COLUMNS_MAX)
                return (self._offset + self._reader.line_num if self.sheet is None else end), header
        raise TableFlaw(Flaw.EMPTY)

    def _records(self) -> Iterator[tuple[int, int, list[str]]]:
        reader, offset = self._reader, self._offset
        start = offset + reader.line_num + 1 if self.sheet is None else self._rows_read + 1
        try:
            for cells in reader:
                # People count the rows of a sheet, whatever lines its cells have.
                end = offset + reader.line_num if self.sheet is None else start
                if self._ended:
                    self.unclosed_row = start
                self._rows_read = end
                # Spreadsheets leave rows of nothing, or of nothing but spaces, behind.
                if cells and ((cells[0] and not cells[0].isspace()) or any(map(str.strip, cells))):
                    yield start, end, cells
                start = end + 1
        except csv.Error as error:
            # A quote that is never closed makes one cell of all the rest.
            flaw = Flaw.UNCLOSED_QUOTE if offset + reader.line_num > start else Flaw.CELL_TOO_LARGE
            raise TableFlaw(flaw, line=start, megabytes=CELL_MAX >> 20) from error

    def __iter__(self) -> Iterator[tuple[int, int, list[str]]]:
        """(first line, last line, cells) of every row that is not blank."""
        return self._records()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The sheet of a workbook that is read; `others` are not."""

    name: str
    others: int


def _sheet(first: str) -> Sheet | None:
    if not first.startswith(WORKBOOK_MARK):
        return None
    try:
        data = json.loads(first.removeprefix(WORKBOOK_MARK))
        return Sheet(name=str(data["sheet"])[:31], others=int(data["others"]))
    except (ValueError, KeyError, TypeError):
        return None


def unclosed_quote(last_line: int, cells: list[str]) -> BadRow:
    """Of the row at `unclosed_row`: names the line on which its last quote opened."""
    breaks = len(_LINE_END.findall(cells[-1]))
    ends_with_break = cells[-1].endswith(("\n", "\r"))
    opened = last_line - breaks + (1 if ends_with_break else 0)
    return BadRow(Reason.UNCLOSED_QUOTE, opened=opened, last_line=last_line)


def _read_up_to(stream: BinaryIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0:
        chunk = stream.read(size)
        if not chunk:
            break
        parts.append(chunk)
        size -= len(chunk)
    return b"".join(parts)


def _beginning(head: bytes, encoding: Encoding, *, skip: int) -> str:
    return head[encoding.bom : 1 << 17].decode(encoding.name, "replace").replace("\0", "")[skip:]


def sniff_separator(text: str) -> str:
    """The separator under which the first rows look most like one table.

    Where the header is a single column, one that takes no row apart: `Slow, and it hangs` is one cell then.
    """
    best = max(SEPARATORS, key=lambda separator: _fitness(text, separator))
    if _fitness(text, best) > _NOTHING:
        return best
    return next((separator for separator in SEPARATORS if _is_one_column(text, separator)), best)


def _is_one_column(text: str, separator: str) -> bool:
    try:
        return not any(
            any(cells[1:]) for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        )
    except csv.Error:
        return False


def _fitness(text: str, separator: str) -> tuple[float, int]:
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            if any(cells):
                widths.append(len(cells))
            if len(widths) > _SNIFFED_ROWS:
                break
    except csv.Error:
        pass
    if not widths or widths[0] < 2:
        return _NOTHING
    # The sample cuts its last row; it counts only when it is all there is.
    rows = widths[1:-1] or widths[1:]
    alike = sum(width == widths[0] for width in rows) / len(rows) if rows else 1.0
    return (alike, widths[0])
