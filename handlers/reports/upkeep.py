"""Keeps the kept numbers right: makes the first book of a workspace, and checks all of them every night."""

from __future__ import annotations

import logging

from db import rollups
from db.ids import WorkspaceId
from db.rollups import REBUILD_JOB
from handlers.jobs import Job, Worker
from handlers.services import Services

_log = logging.getLogger(__name__)
_NIGHTLY = "17 2 * * *"


class Upkeep:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def rebuild(self, job: Job) -> None:
        async with self._services.database.connection() as conn:
            await rollups.rebuild(conn, WorkspaceId(job.payload.decode()))

    async def check(self) -> None:
        """Says loudly what was wrong: a wrong number is a fault of ours, even after it is repaired."""
        async with self._services.database.connection() as conn:
            for workspace_id in await rollups.workspaces(conn):
                found = await rollups.check_and_repair(conn, workspace_id)
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


def register_upkeep(worker: Worker, services: Services) -> None:
    upkeep = Upkeep(services)
    worker.on(REBUILD_JOB, upkeep.rebuild, at_once=1)
    worker.every("check reports", _NIGHTLY, upkeep.check)
