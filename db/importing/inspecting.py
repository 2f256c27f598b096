"""The first look at a file: what it is and what its columns seem to hold."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any, Final

from db.importing.columns import MANY, Field
from db.importing.formats import Format, Recognised, header_id, looks_like_data, recognise
from db.importing.mapping import Mapping
from db.importing.problems import Flaw, TableFlaw
from db.importing.tables import Table
from db.importing.vocabulary import is_known_value

_SHOWN_WORDS: Final = 6
_ACCENTED: Final = re.compile(r"\w{0,30}[^\x00-\x7f]\w{0,30}")
Columns = tuple[Field | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """`header_id` is the same for every file with this header.

    `guessed`: the bytes alone do not tell the encoding; by the words `accented` a person sees whether it is right.
    """

    header: tuple[str, ...]
    header_line: int
    header_id: str
    encoding: str
    separator: str
    recognised: Recognised
    guessed: bool = False
    accented: tuple[str, ...] = ()
    # Of a workbook.
    sheet: str | None = None
    other_sheets: int = 0

    @property
    def format(self) -> Format:
        return self.recognised.format

    def mapping(self, timezone: str) -> Mapping:
        """The mapping that the header suggests."""
        return Mapping(format=self.format, columns=self.recognised.columns, timezone=timezone)

    def to_json(self) -> dict[str, Any]:
        return {
            "header": list(self.header),
            "header_line": self.header_line,
            "header_id": self.header_id,
            "encoding": self.encoding,
            "separator": self.separator,
            "format": self.format.value,
            "columns": [None if column is None else column.value for column in self.recognised.columns],
            "guessed": self.guessed,
            "accented": list(self.accented),
            "sheet": self.sheet,
            "other_sheets": self.other_sheets,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Inspection:
        columns = tuple(None if column is None else Field(column) for column in data["columns"])
        return cls(
            header=tuple(data["header"]),
            header_line=data["header_line"],
            header_id=data["header_id"],
            encoding=data["encoding"],
            separator=data["separator"],
            recognised=Recognised(format=Format(data["format"]), columns=columns),
            guessed=data.get("guessed", False),
            accented=tuple(data.get("accented", ())),
            sheet=data.get("sheet"),
            other_sheets=data.get("other_sheets", 0),
        )


def retold(columns: Columns, before: Inspection, now: Inspection) -> Columns:
    """A mapping's columns, once the header is read in another encoding: what had only been guessed is guessed anew."""
    if len(columns) != len(now.header) or len(before.header) != len(now.header):
        return now.recognised.columns
    told = tuple(zip(columns, before.recognised.columns, now.recognised.columns, strict=True))
    said = {column for column, was, _ in told if column is not was} - MANY
    return tuple(
        column if column is not was else None if guess in said else guess for column, was, guess in told
    )


def inspect(head: bytes, *, separator: str | None = None, encoding: str | None = None) -> Inspection:
    """From the first `decoding.SAMPLE` bytes, or the whole of a smaller file. Raises TableFlaw."""
    table = Table(io.BytesIO(head), separator=separator, encoding=encoding)
    header = table.header
    if looks_like_data(header, is_known_value):
        raise TableFlaw(Flaw.NO_HEADER, line=table.header_line, first=" | ".join(header[:6])[:200])
    if next(iter(table), None) is None:
        raise TableFlaw(Flaw.HEADER_ONLY, line=table.header_line)
    return Inspection(
        header=tuple(header),
        header_line=table.header_line,
        header_id=header_id(header),
        encoding=table.encoding.shown,
        separator=table.separator,
        recognised=recognise(header),
        guessed=table.encoding.guessed and not table.beginning.isascii(),
        accented=_accented(table.beginning),
        sheet=table.sheet.name if table.sheet else None,
        other_sheets=table.sheet.others if table.sheet else 0,
    )


def _accented(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    if text.isascii():
        return ()
    for word in _ACCENTED.finditer(text):
        found[word[0].strip()] = None
        if len(found) > _SHOWN_WORDS:
            break
    return tuple(word for word in found if word)[:_SHOWN_WORDS]
