"""Keeps the kept numbers right: makes the first book of a workspace, counts large changes step by step, and checks
all of it every night."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

import asyncpg

from db import jobs, outbox, rollups, standing
from db.access import Actor
from db.errors import Unavailable
from db.ids import ChannelId, WorkspaceId
from db.outbox import Outgoing
from db.rollups import BACKLOG_JOB, REBUILD_JOB, Difference
from db.states import Role, Source
from handlers.jobs import Again, Job, Worker
from handlers.services import Services
from handlers.words import words

_log = logging.getLogger(__name__)
_NIGHTLY = "17 2 * * *"
# Until it is looked again whether a rebuild, which may take minutes, is over.
_MEANWHILE = timedelta(seconds=2)


class Upkeep:
    def __init__(self, worker: Worker, services: Services) -> None:
        self._worker = worker
        self._services = services

    async def rebuild(self, job: Job) -> None:
        async with self._services.database.connection() as conn:
            # Labels that are merged from now on ask for a rebuild of their own.
            await jobs.open_dedupe(conn, job.id)
            workspace_id = WorkspaceId(job.payload.decode())
            began = time.monotonic()
            _log.info("the numbers of reports are being counted", extra={"workspace_id": workspace_id})
            await rollups.rebuild(conn, workspace_id)
            took = round(time.monotonic() - began, 1)
            _log.info(
                "the numbers of reports are counted", extra={"workspace_id": workspace_id, "seconds": took}
            )

    async def catch_up(self, job: Job) -> None:
        """Step by step: each is kept, whatever becomes of the worker."""
        workspace_id = WorkspaceId(job.payload.decode())
        async with self._services.database.connection() as conn:
            await jobs.open_dedupe(conn, job.id)
        more = True
        while more:
            if self._worker.stopping:
                raise Again(timedelta(0))
            async with self._services.database.transaction() as conn:
                if not await rollups.take_turn_if_free(conn, workspace_id):
                    raise Again(_MEANWHILE)
                more = await rollups.fold_backlog(conn, workspace_id)

    async def call_forgotten(self) -> None:
        """For a backlog whose job failed too often."""
        async with self._services.database.connection() as conn:
            for workspace_id in await rollups.behind(conn):
                await jobs.enqueue(
                    conn, BACKLOG_JOB, workspace_id.encode(), dedupe_key=f"{BACKLOG_JOB}:{workspace_id}"
                )

    async def check(self) -> None:
        """Says loudly what was wrong: a wrong number is a fault of ours, even after it is repaired. A workspace whose
        numbers cannot be checked leaves the others their turn."""
        async with self._services.database.connection() as conn:
            every = await rollups.workspaces(conn)
        errors = []
        for workspace_id in every:
            try:
                await self._check(workspace_id)
            except Unavailable:
                raise
            except Exception as error:
                error.add_note(f"while the numbers of workspace {workspace_id} were checked")
                errors.append(error)
        self._services.bell.ring()
        if errors:
            raise ExceptionGroup("numbers of reports could not be checked", errors)

    async def _check(self, workspace_id: WorkspaceId) -> None:
        async with self._services.database.connection() as conn:
            found = await rollups.check_and_repair(conn, workspace_id)
            if found:
                report_repairs(workspace_id, found)
                await _tell_admins(conn, workspace_id, len(found))


def report_repairs(workspace_id: WorkspaceId, found: Sequence[Difference]) -> None:
    for difference in found:
        _log.error(
            "a kept number was wrong and has been rebuilt",
            extra={
                "workspace_id": workspace_id,
                "what": difference.what,
                "of": difference.of,
                "kept": difference.kept,
                "scanned": difference.scanned,
            },
        )


async def _tell_admins(conn: asyncpg.Connection, workspace_id: WorkspaceId, count: int) -> None:
    system = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
    told = [
        Outgoing(
            channel_id=ChannelId(admin.slack_user_id),
            payload={"text": words(admin.locale)("report-repaired", count=count)},
        )
        for admin in await standing.admins(conn, system)
        if admin.slack_user_id is not None
    ]
    async with conn.transaction():
        await outbox.put(conn, workspace_id, told)


def register_upkeep(worker: Worker, services: Services) -> None:
    upkeep = Upkeep(worker, services)
    worker.on(REBUILD_JOB, upkeep.rebuild, at_once=1)
    worker.on(BACKLOG_JOB, upkeep.catch_up, at_once=1)
    worker.repeat("count large changes", 60.0, upkeep.call_forgotten)
    worker.every("check reports", _NIGHTLY, upkeep.check)
