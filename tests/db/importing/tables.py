"""Files as people have them, and passes over them without a process of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from db.importing.child import FRAME, Kind, run
from db.importing.inspecting import inspect
from db.importing.mapping import Mapping
from db.importing.surveying import Reading, Survey
from db.importing.tables import Table

Source = Callable[[], AsyncIterator[bytes]]


def as_csv(rows: Iterable[Sequence[Any]], *, separator: str = ",", newline: str = "\n") -> str:
    out = io.StringIO(newline="")
    # Python quotes only its own line ends; the files here hold others too.
    csv.writer(out, delimiter=separator, lineterminator=newline, quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue()


def many(count: int, first: int = 1) -> str:
    """So many issues with keys from P-`first` on."""
    return as_csv(
        [
            ["key", "title", "status", "labels"],
            *[[f"P-{n}", f"Issue {n}", "open", "bug,ui"] for n in range(first, first + count)],
        ]
    )


def survey_of(data: bytes | str, **changes: Any) -> tuple[Survey, list[dict[str, Any]]]:
    """What a pass over the file finds, and its staged rows by column."""
    raw = data.encode() if isinstance(data, str) else data
    mapping = replace(inspect(raw[: 1 << 20]).mapping("UTC"), **changes)
    reading = Reading(Table(io.BytesIO(raw), separator=mapping.separator), mapping)
    from db.importing.converting import STAGED_COLUMNS

    staged = [dict(zip(STAGED_COLUMNS, row, strict=True)) for row, _, _ in reading if row is not None]
    return reading.survey, staged


def source_of(data: bytes | str, *, chunk: int = 1 << 16) -> Source:
    raw = data.encode() if isinstance(data, str) else data

    async def stream() -> AsyncIterator[bytes]:
        for start in range(0, len(raw), chunk):
            yield raw[start : start + chunk]

    return stream


def frames_of(task: bytes, data: bytes) -> list[tuple[Kind, bytes]]:
    """What the reading process would send."""
    out = io.BytesIO()
    run(io.BytesIO(task + b"\n" + data), out)
    raw, at, frames = out.getvalue(), 0, []
    while at < len(raw):
        kind, length = FRAME.unpack_from(raw, at)
        at += FRAME.size
        frames.append((Kind(kind), raw[at : at + length]))
        at += length
    return frames


def plain(mapping: Mapping, **changes: Any) -> Mapping:
    return replace(mapping, **changes)
