"""A bot that is killed at any step of an import leaves nothing half done; another goes on, and says so."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.playground import LocalSlack
from bot.playground.people import Person
from db import imports, people, workspaces
from db.access import Actor
from db.ids import ChannelId, MessageTs, SlackUserId, WorkspaceId
from db.imports import Import, State
from db.pool import Database
from db.states import Role
from tests.faults.test_scheduled_posts import replica
from tests.faults.whole import until
from tests.scenarios.conftest import said

MANIFEST = Path(__file__).parents[2] / "manifest.yml"
ROWS = 40_000
BAD = 3
AGAIN = "Attempt 2: the one before was interrupted and left nothing behind"
# Longer than anything here waits: whoever meets it is killed meanwhile.
STUCK = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Harbour:
    """One file in one channel, and the import it began."""

    database: Database
    db_url: str
    slack: LocalSlack
    ada: Person
    actor: Actor
    begun: Import
    ts: str

    async def reaches(self, wanted: Callable[[Import], bool]) -> Import:
        """Asks the database, which is all that a killed process leaves behind."""
        async with asyncio.timeout(120):
            while True:
                async with self.database.connection() as conn:
                    found = await imports.get(conn, self.begun.workspace_id, self.begun.import_id)
                if wanted(found):
                    return found
                await asyncio.sleep(0.02)

    async def press(self) -> None:
        ready = await self.reaches(lambda found: found.state is State.READY)
        async with self.database.transaction() as conn:
            await imports.start(conn, self.actor, ready)

    @asynccontextmanager
    async def held_up(self) -> AsyncIterator[None]:
        """The last thing an import writes cannot be written meanwhile: whoever runs it gets so far and no further."""
        async with self.database.transaction() as conn:
            # A transaction that does nothing is ended after a minute otherwise.
            await conn.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            await conn.execute("LOCK TABLE import_leftovers IN SHARE ROW EXCLUSIVE MODE")
            yield

    async def count(self, table: str) -> int:
        async with self.database.connection() as conn:
            return int(await conn.fetchval(f"SELECT count(*) FROM {table}"))

    async def shows(self, text: str) -> Any:
        return await self.ada.expect_message(
            "general", lambda m: text in said(m), thread_ts=self.ts, timeout=120
        )

    def was_shown(self, text: str) -> bool:
        return any(text in str(call.args) for call in self.slack.calls_of("chat.update"))


@pytest.fixture
async def harbour(database: Database, db_url: str) -> AsyncIterator[Harbour]:
    async with LocalSlack(manifest=MANIFEST, rate_limits="off") as slack:
        ada = slack.person("ada")
        rows = "".join(f'P-{n},Issue {n},open,"bug,ui"\n' for n in range(ROWS))
        bad = "".join(f"B-{n},Bad {n},purple,\n" for n in range(BAD))
        ts = await ada.upload("general", "issues.csv", f"key,title,status,labels\n{bad}{rows}".encode())
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
        yield Harbour(database=database, db_url=db_url, slack=slack, ada=ada, actor=actor, begun=begun, ts=ts)


def a_replica(harbour: Harbour) -> AbstractAsyncContextManager[asyncio.subprocess.Process]:
    """One that nobody takes to be dead for being slow: an import may keep a small machine busy."""
    return replica(harbour.slack, harbour.db_url, heartbeat=300)


async def dies(process: asyncio.subprocess.Process, harbour: Harbour) -> None:
    if process.returncode is None:
        process.kill()
        await process.wait()
    async with harbour.database.connection() as conn:
        # The clocks by which it loses its jobs and its import, moved on.
        await conn.execute(
            "UPDATE pgqueuer SET heartbeat = now() - interval '1 hour' WHERE status = 'picked'"
        )
        await conn.execute(
            "UPDATE imports SET updated_at = now() - interval '1 hour' WHERE state = 'running'"
        )


def is_done(found: Import) -> bool:
    assert found.state is not State.FAILED, found.outcome
    return found.state is State.DONE


@pytest.mark.faults
async def test_killed_while_it_looks_at_the_file_it_looks_again_and_says_so(harbour: Harbour) -> None:
    asked = harbour.slack.faults.add(method="files.info", slow=STUCK)
    async with a_replica(harbour) as first:
        await until(lambda: asked.hits)
        await dies(first, harbour)
    async with a_replica(harbour):
        ready = await harbour.reaches(lambda found: found.state is State.READY)
        await harbour.shows(f"{ROWS:,} issues to import")
    assert ready.attempts == 2
    assert harbour.was_shown(AGAIN)
    assert await harbour.count("issues") == 0
    assert len(harbour.slack.calls_of("chat.postMessage")) == 1


@pytest.mark.faults
@pytest.mark.parametrize("phase", ["reading", "writing"])
async def test_killed_while_it_runs_it_begins_anew_and_says_so(harbour: Harbour, phase: str) -> None:
    async with a_replica(harbour) as first:
        async with harbour.held_up():
            await harbour.press()
            await harbour.reaches(
                lambda found: (
                    found.state is State.RUNNING
                    and (phase == "reading" or found.progress.get("phase") == phase)
                )
            )
            first.kill()
            await first.wait()
        await dies(first, harbour)
    assert await harbour.count("issues") == 0
    async with a_replica(harbour):
        done = await harbour.reaches(is_done)
        await harbour.shows(f"{ROWS:,} issues imported")
    assert (done.attempts, (done.outcome or {})["created"]) == (2, ROWS)
    assert harbour.was_shown(AGAIN)
    assert await harbour.count("issues") == ROWS
    assert await harbour.count("changes") == 1
    assert await harbour.count("labels") == 2


@pytest.mark.faults
async def test_killed_after_the_commit_another_tells_what_came_of_it(harbour: Harbour) -> None:
    async with a_replica(harbour) as first:
        async with harbour.held_up():
            await harbour.press()
            await harbour.reaches(lambda found: found.progress.get("phase") == "writing")
            harbour.slack.faults.add(method="chat.update", slow=STUCK, times=None)
        await harbour.reaches(is_done)
        await dies(first, harbour)
    harbour.slack.faults.clear()
    async with a_replica(harbour):
        await harbour.shows(f"{ROWS:,} issues imported")
    assert await harbour.count("issues") == ROWS
    assert await harbour.count("changes") == 1


@pytest.mark.faults
async def test_killed_before_the_failed_rows_are_back_another_brings_them(harbour: Harbour) -> None:
    stuck = harbour.slack.faults.add(method="files.getUploadURLExternal", slow=STUCK)
    async with a_replica(harbour) as first:
        await harbour.press()
        await harbour.reaches(is_done)
        await until(lambda: stuck.hits)
        await dies(first, harbour)
    assert await harbour.count("import_leftovers") == 1
    async with a_replica(harbour):
        back = await harbour.shows(f"These {BAD} rows were not imported")
        async with asyncio.timeout(120):
            while await harbour.count("import_leftovers"):
                await asyncio.sleep(0.02)
    content = harbour.slack.state.contents[back["files"][0]["id"]].decode()
    assert [row[0] for row in csv.reader(io.StringIO(content))] == ["key", *[f"B-{n}" for n in range(BAD)]]
