"""A bot that is killed in the middle of an import leaves nothing; another one begins anew and says so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.playground import LocalSlack
from db import imports, people, workspaces
from db.access import Actor
from db.ids import ChannelId, MessageTs, SlackUserId, WorkspaceId
from db.imports import Import, State
from db.pool import Database
from db.states import Role
from tests.faults.test_scheduled_posts import replica
from tests.scenarios.conftest import said

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
ROWS = 40_000


async def reaches(database: Database, wanted: Import, *states: State, phase: str | None = None) -> Import:
    """Asks the database, which is all that a killed process leaves behind."""
    async with asyncio.timeout(120):
        while True:
            async with database.connection() as conn:
                found = await imports.get(conn, wanted.workspace_id, wanted.import_id)
            if found.state in states and (phase is None or found.progress.get("phase") == phase):
                return found
            await asyncio.sleep(0.05)


@pytest.mark.faults
async def test_an_import_survives_the_death_of_whoever_runs_it(database: Database, db_url: str) -> None:
    async with LocalSlack(manifest=MANIFEST, rate_limits="off") as slack:
        ada = slack.person("ada")
        data = "key,title,status,labels\n" + "".join(f'P-{n},Issue {n},open,"bug,ui"\n' for n in range(ROWS))
        ts = await ada.upload("general", "issues.csv", data.encode())
        [file] = [each for each in slack.state.files.values() if each.name == "issues.csv"]
        async with database.transaction() as conn:
            workspace = await workspaces.ensure(conn, WorkspaceId(slack.team_id), "Harbour")
            person = await people.ensure_slack(
                conn, workspace.workspace_id, SlackUserId(ada.user.id), name="Ada", email="ada@example.com"
            )
            actor = Actor(workspace_id=workspace.workspace_id, person_id=person.person_id, role=Role.MEMBER)
            begun = await imports.begin(
                conn,
                actor,
                file_id=file.id,
                file_name=file.name,
                channel_id=ChannelId(slack.channel("general").id),
                thread_ts=MessageTs(ts),
            )
        assert begun is not None
        async with replica(slack, db_url) as first:
            ready = await reaches(database, begun, State.READY)
            async with database.transaction() as conn:
                await imports.start(conn, actor, ready)
            await reaches(database, begun, State.RUNNING, phase="writing")
            first.kill()
            await first.wait()
        async with database.connection() as conn:
            assert await conn.fetchval("SELECT count(*) FROM issues") == 0
        async with replica(slack, db_url):
            done = await reaches(database, begun, State.DONE, State.FAILED)
            await ada.expect_message(
                "general", lambda m: "40,000 issues imported" in said(m), thread_ts=ts, timeout=30
            )
        assert (done.state, done.attempts, (done.outcome or {})["created"]) == (State.DONE, 2, ROWS)
        shown = [str(call.args) for call in slack.calls_of("chat.update")]
        assert any(
            "Attempt 2: the one before was interrupted and left nothing behind" in text for text in shown
        )
    async with database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM issues") == ROWS
        assert await conn.fetchval("SELECT count(*) FROM changes") == 1
