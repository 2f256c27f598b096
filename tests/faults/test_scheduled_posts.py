"""Replicas die at any moment, answers of Slack get lost: each due report is posted exactly once."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from bot.playground import LocalSlack
from db import issues, workspaces
from db.access import Actor
from db.ids import WorkspaceId
from db.issues import IssueDraft
from db.pool import open_database
from db.states import Role
from tests.scenarios.conftest import said

ROOT = Path(__file__).parents[2]
# LODGE_FAULT_RUNS=1000 for a thousand.
RUNS = int(os.environ.get("LODGE_FAULT_RUNS", "30"))
CHANNELS = max(6, RUNS // 10)
REPLICAS = 3
KILLS = 6
PATIENCE = 600 + 10 * RUNS


@asynccontextmanager
async def replica(
    slack: LocalSlack, dsn: str, *, heartbeat: float = 2
) -> AsyncIterator[asyncio.subprocess.Process]:
    """One that can be killed; it serves when this yields."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.faults.replica",
        dsn,
        slack.api_url,
        slack.bot_token,
        slack.signing_secret,
        str(heartbeat),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        assert await asyncio.wait_for(process.stdout.readline(), 120) == b"ready\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


class Fleet:
    """Keeps a place for each replica; one that dies is started again."""

    def __init__(self, slack: LocalSlack, dsn: str) -> None:
        self._slack = slack
        self._dsn = dsn
        self._running: list[asyncio.subprocess.Process] = []
        self._places: list[asyncio.Task[None]] = []
        self.over = False

    async def _place(self) -> None:
        while not self.over:
            async with replica(self._slack, self._dsn) as process:
                self._running.append(process)
                await process.wait()
                self._running.remove(process)

    async def start(self) -> None:
        self._places = [asyncio.create_task(self._place()) for _ in range(REPLICAS)]
        while len(self._running) < REPLICAS:
            await asyncio.sleep(0.05)

    def kill_one(self, chance: random.Random) -> None:
        if self._running:
            chance.choice(self._running).kill()

    def kill_all(self) -> None:
        for process in self._running:
            process.kill()

    async def stop(self) -> None:
        self.over = True
        for place in self._places:
            place.cancel()
        await asyncio.gather(*self._places, return_exceptions=True)


async def channels(slack: LocalSlack) -> list[str]:
    ada, bot = slack.person("ada"), slack.state.installations[slack.team_id].bot_user_id
    made = []
    for number in range(CHANNELS):
        channel = await ada.create_channel(f"reports-{number}")
        await ada.invite(channel["id"], bot)
        made.append(str(channel["id"]))
    return made


async def make_due(
    dsn: str, team: str, places: list[str], count: int = RUNS, query: str | None = None
) -> None:
    conn = await asyncpg.connect(dsn)
    await conn.execute("SELECT create_workspace($1, 'Test')", team)
    owner = await conn.fetchval(
        "INSERT INTO people (workspace_id, name) VALUES ($1, 'Ada') RETURNING person_id", team
    )
    await conn.execute(
        """
        INSERT INTO schedules (workspace_id, owner_id, report, query, period, channel_id, recurrence, timezone,
                               next_due_at)
        SELECT $1, $2, 'aging', coalesce($5, 'key:' || n), '7d', ($4::text[])[1 + n % cardinality($4::text[])],
               'cron 0 0 29 2 *', 'UTC', now() - interval '1 second'
        FROM generate_series(1, $3) n""",
        team,
        owner,
        count,
        places,
        query,
    )
    await conn.close()


async def have_pictures(dsn: str, team: str) -> None:
    """There is something to draw, and no charts of Slack's own."""
    database = await open_database(dsn, min_size=1, max_size=1)
    workspace_id = WorkspaceId(team)
    async with database.connection() as conn:
        await workspaces.ensure(conn, workspace_id, "Test")
        author = Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN)
        await issues.create(conn, author, IssueDraft(title="Something to count"))
        await workspaces.note_charts_refused(conn, workspace_id, datetime.now(UTC))
    await database.close()


async def unfinished(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    count: int = await conn.fetchval(
        "SELECT count(*) FROM schedules s WHERE NOT EXISTS (SELECT FROM report_runs r"
        " WHERE r.schedule_id = s.schedule_id AND r.state = 'posted')"
    )
    await conn.close()
    return count


@pytest.mark.faults
@pytest.mark.timeout(PATIENCE + 120)
async def test_each_due_report_is_posted_exactly_once(db_url: str) -> None:
    chance = random.Random(6)
    manifest = ROOT / "manifest.yml"
    async with LocalSlack(manifest=manifest, rate_limits="off") as slack:
        places = await channels(slack)
        fleet = Fleet(slack, db_url)
        await fleet.start()
        try:
            lost = slack.faults.add(method="chat.postMessage", drop="after", times=5, skip=3)
            slack.faults.add(method="chat.postMessage", drop="before", times=3, skip=9)
            slack.faults.add(method="chat.postMessage", status=500, times=3, skip=15)
            await make_due(db_url, slack.team_id, places)
            began = time.monotonic()
            for _ in range(KILLS):
                await asyncio.sleep(chance.uniform(0.5, 3))
                fleet.kill_one(chance)
            while await unfinished(db_url):
                assert time.monotonic() - began < PATIENCE, await unfinished(db_url)
                await asyncio.sleep(0.5)
        finally:
            await fleet.stop()
        ada = slack.person("ada")
        texts = [said(m) for place in places for m in ada.messages(place) if "Scheduled by" in said(m)]
    assert lost.hits == 5
    posted = Counter(n for n in range(1, RUNS + 1) for text in texts if f"`key:{n}`" in text)
    assert posted == Counter(range(1, RUNS + 1))


@pytest.mark.faults
@pytest.mark.timeout(PATIENCE + 120)
async def test_a_report_whose_pictures_were_uploaded_when_all_died_is_posted_exactly_once(
    db_url: str,
) -> None:
    async with LocalSlack(manifest=ROOT / "manifest.yml", rate_limits="off") as slack:
        places = (await channels(slack))[:3]
        fleet = Fleet(slack, db_url)
        await fleet.start()
        try:
            await have_pictures(db_url, slack.team_id)
            await make_due(db_url, slack.team_id, places, len(places), query="")
            # Whoever has uploaded one waits here for Slack to get it ready.
            unready = slack.faults.add(method="files.info", slow=5.0, times=None)
            await slack.until(lambda: slack.calls_of("files.completeUploadExternal"), timeout=PATIENCE)
            fleet.kill_all()
            slack.faults.remove(unready.id)
            async with asyncio.timeout(PATIENCE):
                while await unfinished(db_url):
                    await asyncio.sleep(0.2)
        finally:
            await fleet.stop()
        ada = slack.person("ada")
        posted = [[m for m in ada.messages(place) if m.get("bot_id")] for place in places]
    assert len(slack.calls_of("files.completeUploadExternal")) > len(places)
    assert [len(messages) for messages in posted] == [1] * len(places)
    shown = [[b["type"] for b in messages[0]["blocks"]].count("image") for messages in posted]
    assert max(shown) <= 1
