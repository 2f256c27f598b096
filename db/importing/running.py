"""The second pass over a file: making issues of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, Final

import asyncpg

from db import housekeeping, imports
from db.access import Actor
from db.errors import Busy, LodgeError, Unavailable
from db.ids import ChangeId
from db.importing import leftovers, loading
from db.importing.finding import Found, reader_loss, survey
from db.importing.loading import DoneBefore, Loading, NamesGone, Outcome, Step
from db.importing.mapping import Mapping
from db.importing.naming import Names, unmake
from db.importing.problems import Flaw, TableFlaw
from db.importing.process import Source, read_table, unpacked
from db.importing.reasons import Wording
from db.imports import Import, State
from db.origins import Origin
from db.pool import Database
from db.workspaces import Workspace

_WATCH_EVERY: Final = 0.5
_TRIES: Final = 3


class Cancelled(LodgeError):
    """Somebody pressed Cancel; nothing was written."""


class Interrupted(LodgeError):
    """This process is to stop; nothing was written, and another goes on from the beginning."""


@dataclass(slots=True, kw_only=True)
class Run:
    """One import, run to its end. `failed` takes the rows to hand back, which are kept with the outcome; without it
    they are for nobody. `show` is called as it goes on. `wording` is for these rows: without it their
    reasons are codes."""

    database: Database
    actor: Actor
    wanted: Import
    source: Source
    failed: BinaryIO | None
    show: Callable[[dict[str, Any]], Awaitable[None]]
    stopping: Callable[[], bool] = lambda: False
    wording: Wording = field(default_factory=dict)
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
        ended = await self._ended(work)
        if ended.state is State.DONE and ended.outcome is not None:
            await self._look_anew(ended.outcome)
        return ended

    async def _stop(self, work: asyncio.Task[Import]) -> None:
        if not work.done():
            work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    async def _let_go(self) -> None:
        # Without a database whoever comes next has to wait until it has been silent for a while.
        with contextlib.suppress(Busy, Unavailable, OSError, asyncpg.PostgresError):
            async with self.database.connection() as conn:
                await imports.let_go(conn, self.wanted)

    async def _look_anew(self, outcome: dict[str, Any]) -> None:
        """What comes next, a newer file perhaps, is planned for what is there by now. Never a reason to fail: the
        issues are there, and autovacuum looks too."""
        created = outcome["created"]
        added = dict.fromkeys(("issues", "imported_issues", "events", "issue_labels"), created)
        with contextlib.suppress(Busy, Unavailable, OSError, asyncpg.PostgresError):
            async with self.database.connection() as conn:
                await housekeeping.analyze_grown(conn, {**added, "comments": outcome["comments"]})

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
        for _ in range(_TRIES - 1):
            try:
                return await self._attempt()
            except NamesGone:
                # Whoever takes names away does so once; the rows to hand back are written anew.
                if self.failed is not None:
                    self.failed.seek(0)
                    self.failed.truncate()
        return await self._attempt()

    async def _attempt(self) -> Import:
        mapping = self.wanted.mapping
        assert mapping is not None
        workspace_id, import_id = self.wanted.workspace_id, self.wanted.import_id
        names = Names(database=self.database, workspace_id=workspace_id, import_id=import_id, mapping=mapping)
        async with self.database.transaction() as conn:
            with reader_loss():
                async with read_table(
                    unpacked(self.source)(), mapping, survey=False, wording=self.wording
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
