"""The two passes over a file: finding out what it holds, and making issues of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Final, LiteralString

import asyncpg

from db import imports
from db.access import Actor
from db.errors import Busy, LodgeError, Unavailable
from db.ids import ChangeId
from db.importing import leftovers, loading
from db.importing.child import Kind
from db.importing.circles import PARTS, find_circles
from db.importing.columns import Field
from db.importing.decoding import SAMPLE
from db.importing.inspecting import Inspection, inspect
from db.importing.loading import DoneBefore, Loading, Outcome, Step
from db.importing.mapping import NOBODY, Mapping
from db.importing.matching import Candidate, People, chosen_people, match_people, true_names
from db.importing.naming import Names, match_labels, unmake
from db.importing.problems import Flaw, TableFlaw
from db.importing.process import Frame, ReaderDied, Source, first_bytes, read_table, unpacked
from db.importing.surveying import Survey
from db.imports import Import, State
from db.origins import Origin
from db.pool import Database
from db.workspaces import Workspace

_LISTED: Final = 500
_CANDIDATES: Final = 4
_WATCH_EVERY: Final = 0.5
_TRIES: Final = 3


class Cancelled(LodgeError):
    """Somebody pressed Cancel; nothing was written."""


class Interrupted(LodgeError):
    """This process is to stop; nothing was written, and another goes on from the beginning."""


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
    database: Database, workspace: Workspace, source: Source, *, mapping: Mapping | None = None
) -> Found:
    """Reads all of the file and writes nothing. Without a mapping: the remembered one, else the one the header
    suggests. Raises TableFlaw, and whatever `source` raises."""
    began = time.monotonic()
    source = unpacked(source)
    head, whole = await first_bytes(source(), SAMPLE)
    inspection = await asyncio.to_thread(inspect, head, separator=mapping.separator if mapping else None)
    if mapping is None:
        async with database.connection() as conn:
            mapping = await imports.remembered(conn, workspace.workspace_id, inspection)
    mapping = mapping or inspection.mapping(workspace.timezone)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    existing: int
    repeated: int
    circular: int


async def _survey(
    database: Database, workspace: Workspace, source: AsyncIterator[bytes], mapping: Mapping
) -> tuple[Survey, _Known]:
    """Keys go into a temporary table: how many there are is no reason to hold them here."""
    done: list[Survey] = []
    async with database.transaction() as conn, read_table(source, mapping, survey=True) as frames:
        await conn.execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;"
            "CREATE TEMPORARY TABLE seen (source_key uuid, line integer, lodge_id uuid, own_key uuid, parent_key uuid)"
            " ON COMMIT DROP"
        )
        with reader_loss():
            await conn.copy_to_table("seen", source=_keys(frames, done), format="csv", schema_name="pg_temp")
        row = await conn.fetchrow(_COUNT_KNOWN, workspace.workspace_id)
        circular = 0
        if Field.PARENT in mapping.columns:
            await conn.execute(PARTS)
            if not (await conn.execute(_FIND_PARTS, workspace.workspace_id)).endswith(" 0"):
                circular = await find_circles(conn)
    return done[0], _Known(existing=row["existing"], repeated=row["repeated"], circular=circular)


_IS_KNOWN: Final[LiteralString] = """(
    EXISTS (SELECT FROM imported_issues k JOIN issues i USING (workspace_id, issue_id)
            WHERE k.workspace_id = $1 AND k.source_key = s.source_key AND i.deleted_at IS NULL)
    OR EXISTS (SELECT FROM issues i WHERE i.workspace_id = $1 AND i.issue_id = s.lodge_id))"""

_COUNT_KNOWN: Final[LiteralString] = f"""
SELECT count(*) FILTER (WHERE known) AS existing, count(*) - count(DISTINCT source_key) AS repeated
FROM (SELECT s.source_key, {_IS_KNOWN} AS known FROM seen s) rows"""

# Of issues that are here already an import leaves the parents as they are.
_FIND_PARTS: Final[LiteralString] = f"""
INSERT INTO parts
SELECT DISTINCT ON (s.own_key) s.own_key, s.parent_key FROM seen s
WHERE s.parent_key IS NOT NULL AND NOT {_IS_KNOWN}
ORDER BY s.own_key, s.line"""


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


@dataclass(slots=True, kw_only=True)
class Run:
    """One import, run to its end. `failed` takes the rows to hand back, which are kept with the outcome; without it
    they are for nobody. `show` is called as it goes on."""

    database: Database
    actor: Actor
    wanted: Import
    source: Source
    failed: BinaryIO | None
    show: Callable[[dict[str, Any]], Awaitable[None]]
    stopping: Callable[[], bool] = lambda: False
    _step: Step = field(default=Step(phase="reading", done=0), init=False)
    _began: float = field(default_factory=time.monotonic, init=False)

    async def to_the_end(self) -> Import:
        """Afterwards it is done, failed or cancelled, and says so itself. Raises Interrupted when this process is
        to stop, and what the database or `source` raise when trying again makes sense."""
        work = asyncio.create_task(self._load(), name=f"import {self.wanted.import_id}")
        try:
            await self._watch(work)
        except Interrupted:
            await self._stop(work)
            await self._let_go()
            raise
        finally:
            await self._stop(work)
        return await self._ended(work)

    async def _stop(self, work: asyncio.Task[Import]) -> None:
        if not work.done():
            work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    async def _let_go(self) -> None:
        # Without a database whoever comes next has to wait until it has been silent for a while.
        with contextlib.suppress(Busy, Unavailable, OSError, asyncpg.PostgresError):
            async with self.database.connection() as conn:
                await imports.let_go(conn, self.wanted)

    async def _watch(self, work: asyncio.Task[Import]) -> None:
        while not work.done():
            await asyncio.wait({work}, timeout=_WATCH_EVERY)
            if work.done():
                return
            if self.stopping():
                raise Interrupted
            progress = self.progress()
            try:
                async with self.database.connection() as conn:
                    state = await imports.tell(conn, self.wanted, progress)
            except (Busy, Unavailable):
                # If the database is gone the work itself will say so.
                continue
            if state is State.CANCELLING:
                return
            await self.show(progress)

    def _hand_back(self, rows: bytes) -> None:
        if self.failed is not None:
            self.failed.write(rows)

    def progress(self) -> dict[str, Any]:
        step, seconds = self._step, time.monotonic() - self._began
        return {"phase": step.phase, "done": step.done, "total": step.total, "seconds": round(seconds, 1)}

    async def _tell(self, step: Step) -> None:
        self._step = step

    async def _ended(self, work: asyncio.Task[Import]) -> Import:
        error = asyncio.CancelledError() if work.cancelled() else work.exception()
        match error:
            case None:
                return work.result()
            case asyncio.CancelledError() | Cancelled():
                return await self._settle(State.CANCELLED, {})
            case DoneBefore():
                async with self.database.connection() as conn:
                    return await imports.get(conn, self.wanted.workspace_id, self.wanted.import_id)
            case TableFlaw():
                return await self._settle(State.FAILED, error.to_json())
            case loading.NotAllGood():
                outcome = {"flaw": "not-all-good", "failed": error.survey.bad}
                return await self._settle(State.FAILED, outcome, keeping=True)
            case asyncpg.DiskFullError() | asyncpg.OutOfMemoryError():
                return await self._settle(State.FAILED, {"flaw": "no-room"})
            case asyncpg.DataError() | asyncpg.IntegrityConstraintViolationError():
                return await self._settle(State.FAILED, {"flaw": "refused", "why": str(error)[:300]})
            case _:
                if self.wanted.attempts >= _TRIES:
                    return await self._settle(
                        State.FAILED, {"flaw": "gave-up", "attempts": self.wanted.attempts}
                    )
                await self._let_go()
                raise error

    async def _settle(self, into: State, outcome: dict[str, Any], *, keeping: bool = False) -> Import:
        async with self.database.transaction() as conn:
            settled = await imports.settle(conn, self.wanted, into, outcome)
            if keeping and settled is not None and self.failed is not None:
                await leftovers.keep(conn, self.wanted, self.failed)
            await unmake(conn, self.wanted.workspace_id, self.wanted.import_id)
            return settled or await imports.get(conn, self.wanted.workspace_id, self.wanted.import_id)

    async def _load(self) -> Import:
        mapping = self.wanted.mapping
        assert mapping is not None
        workspace_id, import_id = self.wanted.workspace_id, self.wanted.import_id
        names = Names(database=self.database, workspace_id=workspace_id, import_id=import_id, mapping=mapping)
        async with self.database.transaction() as conn:
            with reader_loss():
                async with read_table(
                    unpacked(self.source)(), mapping, survey=False, locale=self.wanted.locale
                ) as frames:
                    outcome, change_id = await Loading(
                        conn=conn,
                        actor=self.actor,
                        import_id=import_id,
                        mapping=mapping,
                        origin=Origin(channel_id=self.wanted.channel_id, thread_ts=self.wanted.thread_ts),
                        file_name=self.wanted.file_name,
                        names=names,
                        tell=self._tell,
                        failed=self._hand_back,
                    ).run(frames)
            outcome = replace(outcome, new_people=names.new_people, new_labels=names.new_labels)
            ended = await _finish(conn, self.wanted, outcome, change_id)
            if ended is None:
                raise Cancelled
            if self.failed is not None:
                await leftovers.keep(conn, self.wanted, self.failed)
            if change_id is not None:
                await loading.announce(conn, self.actor, change_id)
        return ended


async def _finish(
    conn: asyncpg.Connection, wanted: Import, outcome: Outcome, change_id: ChangeId | None
) -> Import | None:
    """In the transaction that makes the issues, so that an import is done exactly when they are there."""
    row = await conn.fetchval(
        """
        UPDATE imports SET state = 'done', outcome = $3::text::jsonb, change_id = $4, updated_at = now()
        WHERE workspace_id = $1 AND import_id = $2 AND state = 'running' RETURNING import_id""",
        wanted.workspace_id,
        wanted.import_id,
        json.dumps(outcome.to_json()),
        change_id,
    )
    return None if row is None else await imports.get(conn, wanted.workspace_id, wanted.import_id)


async def at_once(
    database: Database,
    workspace: Workspace,
    actor: Actor,
    source: Source,
    *,
    file_id: str,
    file_name: str,
    adjust: Callable[[Mapping], Mapping] = lambda mapping: mapping,
) -> Import:
    """For programs: the import at its end. A `file_id` that was used before gives that import once more.

    Raises TableFlaw, Forbidden; Busy when another request is at it this moment.
    """
    async with database.transaction() as conn:
        begun = await imports.begin(
            conn, actor, file_id=file_id, file_name=file_name, settings=workspace.settings, by_job=False
        ) or await imports.take_over(conn, actor, file_id)
    if begun.state is State.FAILED and begun.inspection is None:
        raise TableFlaw.from_json(begun.outcome or {})
    if begun.state in imports.ENDED:
        return begun
    try:
        found = await _surveyed_with_title(database, workspace, source)
    except TableFlaw as flaw:
        async with database.connection() as conn:
            await imports.settle(conn, begun, State.FAILED, flaw.to_json())
        raise
    mapping = adjust(found.mapping)
    async with database.transaction() as conn:
        ready = await imports.surveyed(conn, begun, found.inspection, mapping, found.to_json())
        claimed = await imports.claim(conn, await imports.start(conn, actor, ready, by_job=False))
    assert claimed is not None

    async def unseen(_: dict[str, Any]) -> None:
        return

    run = Run(database=database, actor=actor, wanted=claimed, source=source, failed=None, show=unseen)
    return await run.to_the_end()


async def _surveyed_with_title(database: Database, workspace: Workspace, source: Source) -> Found:
    found = await survey(database, workspace, source)
    if not found.mapping.has_title:
        first = ", ".join(found.inspection.header)[:200]
        raise TableFlaw(Flaw.NO_HEADER, line=found.inspection.header_line, first=first)
    return found
