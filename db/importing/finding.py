"""The first pass over a file: finding out what it holds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from db import imports
from db.importing.child import Kind
from db.importing.decoding import SAMPLE
from db.importing.inspecting import Inspection, inspect, retold
from db.importing.keys import SEEN, Known, hold_against
from db.importing.mapping import NOBODY, Mapping
from db.importing.matching import Candidate, People, chosen_people, match_people, true_names
from db.importing.naming import match_labels
from db.importing.problems import Flaw, TableFlaw
from db.importing.process import Frame, ReaderDied, Source, first_bytes, read_table, unpacked
from db.importing.surveying import Survey
from db.pool import Database
from db.workspaces import Workspace

_LISTED: Final = 500
_CANDIDATES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a file holds. `strangers` are those of its people who fit nobody here, or several, and of whom
    nobody has said who they are; `chosen` and `left_out` are those of whom somebody has."""

    inspection: Inspection
    mapping: Mapping
    survey: Survey
    existing: int
    repeated: int
    circular: int = 0
    relinked: int = 0
    unlinked: int = 0
    astray: tuple[int, ...] = ()
    people: People
    strangers: list[str]
    chosen: dict[str, Candidate] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    labels: list[str]
    new_labels: list[str]
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Lists are cut: what a message shows, not what the import works from."""
        survey = {**self.survey.to_json(), "people": [], "labels": [], "also": {}}
        guessed, ambiguous = self.people.guessed, self.people.ambiguous
        return {
            **survey,
            "existing": self.existing,
            "repeated": self.repeated,
            "circular": self.circular,
            "relinked": self.relinked,
            "unlinked": self.unlinked,
            "astray": list(self.astray),
            "matched_count": len({*self.people.found, *self.chosen}),
            "guessed": _named(guessed),
            "chosen": _named(self.chosen),
            "left_out": self.left_out[:_LISTED],
            "left": [name for name in self.people.left if name not in self.chosen][:_LISTED],
            "ambiguous": {
                name: [who.name for who in several[:_CANDIDATES]]
                for name, several in list(ambiguous.items())[:_LISTED]
                if name in self.strangers
            },
            "strangers": self.strangers[:_LISTED],
            "stranger_count": len(self.strangers),
            "known_labels": self.labels[:_LISTED],
            "new_labels": self.new_labels[:_LISTED],
            "new_label_count": len(self.new_labels),
            "seconds": round(self.seconds, 3),
        }


def _named(people: dict[str, Candidate]) -> dict[str, dict[str, str]]:
    return {
        name: {"id": str(who.person_id), "name": who.name} for name, who in list(people.items())[:_LISTED]
    }


async def survey(
    database: Database,
    workspace: Workspace,
    source: Source,
    *,
    mapping: Mapping | None = None,
    before: Inspection | None = None,
) -> Found:
    """Reads all of the file and writes nothing. Without a mapping: the remembered one, else the one the header
    suggests. `before` is what was seen of it when the mapping was made, perhaps in another encoding.

    Raises TableFlaw, and whatever `source` raises.
    """
    began = time.monotonic()
    source = unpacked(source)
    head, whole = await first_bytes(source(), SAMPLE)
    if mapping is None:
        inspection, mapping = await _first_look(database, workspace, head)
    else:
        inspection = await _inspected(head, mapping)
        if before is not None and before.header != inspection.header:
            mapping = _retold(mapping, before, inspection)
    if not mapping.has_title:
        return _untitled(inspection, mapping)
    surveyed, known = await _survey(database, workspace, whole, mapping)
    if surveyed.again:
        mapping = replace(mapping, order=surveyed.order)
        surveyed, known = await _survey(database, workspace, source(), mapping)
    mapping = replace(mapping, order=surveyed.order)
    async with database.connection() as conn:
        names = list(dict.fromkeys(true_names(surveyed.people, surveyed.also)))
        people = await match_people(
            conn, workspace.workspace_id, names, surveyed.also, by_handle=not mapping.names_are_full
        )
        chosen = await chosen_people(
            conn, workspace.workspace_id, {n: mapping.people[n] for n in names if n in mapping.people}
        )
        labels = await match_labels(conn, workspace.workspace_id, surveyed.labels)
    return Found(
        inspection=inspection,
        mapping=mapping,
        survey=surveyed,
        existing=known.existing,
        repeated=known.repeated,
        circular=known.circular,
        relinked=known.relinked,
        unlinked=known.unlinked,
        astray=known.astray,
        people=people,
        strangers=[
            name
            for name in names
            if name not in people.found and name not in chosen and mapping.people.get(name) != NOBODY
        ],
        chosen=chosen,
        left_out=[name for name in names if mapping.people.get(name) == NOBODY],
        labels=[name for name in surveyed.labels if name in labels],
        new_labels=[name for name in surveyed.labels if name not in labels],
        seconds=time.monotonic() - began,
    )


async def _inspected(head: bytes, mapping: Mapping) -> Inspection:
    return await asyncio.to_thread(inspect, head, separator=mapping.separator, encoding=mapping.encoding)


def _retold(mapping: Mapping, before: Inspection, now: Inspection) -> Mapping:
    return replace(mapping, format=now.format, columns=retold(mapping.columns, before, now))


async def _first_look(database: Database, workspace: Workspace, head: bytes) -> tuple[Inspection, Mapping]:
    """With the mapping of the last file with this header: also its encoding, where that cannot be told."""
    inspection = await asyncio.to_thread(inspect, head)
    async with database.connection() as conn:
        last = await imports.remembered(conn, workspace.workspace_id, inspection)
        if last is None:
            return inspection, inspection.mapping(workspace.timezone)
        if last.encoding is None or not inspection.guessed:
            return inspection, replace(last, encoding=None)
        told = await _inspected(head, last)
        if told.header_id == inspection.header_id:
            return told, last
        # What was said later was said of the header as it is.
        later = await imports.remembered(conn, workspace.workspace_id, told)
    if later is not None:
        return told, replace(later, encoding=last.encoding)
    return told, _retold(last, inspection, told)


def _untitled(inspection: Inspection, mapping: Mapping) -> Found:
    """No column is known to hold the title: the person is to say which."""
    return Found(
        inspection=inspection,
        mapping=mapping,
        survey=Survey(),
        existing=0,
        repeated=0,
        people=People(),
        strangers=[],
        labels=[],
        new_labels=[],
        seconds=0,
    )


async def _survey(
    database: Database, workspace: Workspace, source: AsyncIterator[bytes], mapping: Mapping
) -> tuple[Survey, Known]:
    """Keys go into a temporary table: how many there are is no reason to hold them here."""
    done: list[Survey] = []
    async with database.transaction() as conn, read_table(source, mapping, survey=True) as frames:
        await conn.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;" + SEEN
        )
        with reader_loss():
            await conn.copy_to_table("seen", source=_keys(frames, done), format="csv", schema_name="pg_temp")
        return done[0], await hold_against(conn, workspace.workspace_id, mapping)


async def _keys(frames: AsyncIterator[Frame], done: list[Survey]) -> AsyncIterator[bytes]:
    async for kind, body in frames:
        if kind is Kind.KEYS:
            yield body
        elif kind is Kind.DONE:
            done.append(Survey.from_json(json.loads(body)))


@contextlib.contextmanager
def reader_loss() -> Iterator[None]:
    """A reader that dies took more memory than it was given, whatever the file is."""
    try:
        yield
    except ReaderDied as error:
        raise TableFlaw(Flaw.TOO_LARGE) from error
