"""A workspace, somebody in it, and imports run to their end."""

from __future__ import annotations

import io
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from db import imports, people, workspaces
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.importing import finding, leftovers
from db.importing.process import Source
from db.importing.running import Run
from db.imports import Import, State
from db.pool import Database
from db.states import Role
from db.states import Source as From
from db.workspaces import Workspace
from handlers.views.imports import row_wording
from handlers.words import words
from tests.db.importing.tables import source_of


@dataclass(slots=True, kw_only=True)
class Desk:
    database: Database
    workspace: Workspace
    actor: Actor
    shown: list[dict[str, Any]] = field(default_factory=list)

    async def begin(self, name: str = "issues.csv") -> Import:
        async with self.database.transaction() as conn:
            begun = await imports.begin(conn, self.actor, file_id=f"F{uuid.uuid4().hex}", file_name=name)
        assert begun is not None
        return begun

    async def ready(self, source: Source, **changes: Any) -> Import:
        """Read, and waiting for the button."""
        begun = await self.begin()
        found = await finding.survey(self.database, self.workspace, source)
        mapping = replace(found.mapping, **changes)
        async with self.database.transaction() as conn:
            await imports.surveyed(conn, begun, found.inspection, mapping, found.to_json())
            return await imports.get(conn, begun.workspace_id, begun.import_id)

    async def claimed(self, source: Source, **changes: Any) -> Import:
        ready = await self.ready(source, **changes)
        async with self.database.transaction() as conn:
            started = await imports.start(conn, self.actor, ready)
            claimed = await imports.claim(conn, started)
        assert claimed is not None
        return claimed

    def run(self, wanted: Import, source: Source, **options: Any) -> Run:
        async def show(progress: dict[str, Any]) -> None:
            self.shown.append(progress)

        return Run(
            database=self.database,
            actor=self.actor,
            wanted=wanted,
            source=source,
            failed=io.BytesIO(),
            **{"show": show, "wording": row_wording(words("en")), **options},
        )

    async def handed_back(self, ended: Import) -> bytes:
        """The rows that were kept with the outcome."""
        rows = io.BytesIO()
        async with self.database.connection() as conn:
            await leftovers.copy(conn, ended, rows)
        return rows.getvalue()

    async def load(self, data: bytes | str, **changes: Any) -> Import:
        """All of it: read, started, run."""
        source = source_of(data)
        ended = await self.run(await self.claimed(source, **changes), source).to_the_end()
        assert ended.state is State.DONE, ended.outcome
        return ended

    async def rows(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        async with self.database.connection() as conn:
            return [tuple(row) for row in await conn.fetch(sql, *arguments)]

    async def count(self, table: str) -> int:
        return int((await self.rows(f"SELECT count(*) FROM {table}"))[0][0])


MakeDesk = Callable[[str], Awaitable[Desk]]


@pytest.fixture
async def make_desk(database: Database) -> MakeDesk:
    async def make(workspace_id: str) -> Desk:
        async with database.transaction() as conn:
            workspace = await workspaces.ensure(conn, WorkspaceId(workspace_id), "Harbour")
            person = await people.ensure_slack(
                conn, workspace.workspace_id, SlackUserId("U1"), name="Ada Lovelace", email="ada@example.com"
            )
        actor = Actor(
            workspace_id=workspace.workspace_id,
            person_id=person.person_id,
            role=Role.MEMBER,
            source=From.SLACK,
        )
        return Desk(database=database, workspace=workspace, actor=actor)

    return make


@pytest.fixture
async def desk(make_desk: MakeDesk) -> Desk:
    return await make_desk("T0HARBOUR")
