"""Lodge behind PgBouncer: in transaction mode a session is nobody's, and two server connections serve everybody."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from bot.doctor.storage import database as look_at_database
from bot.playground import LocalSlack
from bot.process import Options, Process, running
from bot.settings import Settings
from bot.worker import Pace
from db import cards
from db.errors import Startup
from db.ids import ChannelId
from db.migrate import known_migrations
from db.pool import look
from db.route import Route
from tests.faults.pooler import Pooler, pooler
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.dropping import START, as_csv, drop
from tests.settings import settings_for

pytestmark = pytest.mark.faults
MANIFEST = Path(__file__).parents[2] / "manifest.yml"
CLIENTS = 16
# Slower than any step of a test waits: what comes sooner was heard, not polled.
DEAF = Pace(poll=timedelta(minutes=10), deaf_poll=timedelta(seconds=0.5))


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    async with LocalSlack(manifest=MANIFEST, rate_limits="off") as local:
        yield local


@pytest.fixture
async def bouncer(db_url: str) -> AsyncIterator[Pooler]:
    async with pooler(db_url) as opened:
        yield opened


@asynccontextmanager
async def served(
    slack: LocalSlack, dsn: str, *, direct: str | None = None, pace: Pace = DEAF
) -> AsyncIterator[Lodge]:
    settings = settings_for(slack, dsn, direct_database_url=direct)
    async with running(settings, Options(pace=pace)) as process:
        slack.request_url = f"{process.url}/slack/events"
        yield Lodge(slack=slack, process=process)
        await slack.settled()


async def ready(process: Process) -> dict[str, str]:
    async with aiohttp.ClientSession() as http, http.get(f"{process.url}/readyz") as answer:
        parts: dict[str, str] = (await answer.json())["parts"]
        return parts


async def test_what_stands_between_is_recognised(db_url: str) -> None:
    assert await look(db_url) == Route(dsn=db_url)
    async with pooler(db_url) as transactions:
        route = await look(transactions.dsn)
        assert (route.pooled, route.sessions, route.session_dsn) == (True, False, None)
        assert route.prepared == (transactions.version >= (1, 24))
        assert (await look(transactions.dsn, direct=db_url)).session_dsn == db_url
        with pytest.raises(Startup, match="LODGE_DIRECT_DATABASE_URL"):
            await look(db_url, direct=transactions.dsn)
    async with pooler(db_url, mode="session", size=20) as opened:
        route = await look(opened.dsn)
        assert (route.pooled, route.sessions, route.prepared) == (True, True, True)


async def test_recognised_also_when_servers_are_used_in_turn_or_are_only_one(db_url: str) -> None:
    for size, more in ((8, "server_round_robin = 1"), (1, "")):
        async with pooler(db_url, size=size, more=more) as opened:
            # Several at once, so that it has several to choose from.
            clients = await asyncio.gather(
                *(asyncpg.connect(opened.dsn, statement_cache_size=0) for _ in range(size))
            )
            await asyncio.gather(*(client.fetchval("SELECT pg_sleep(0.05)") for client in clients))
            for _ in range(5):
                assert not (await look(opened.dsn)).sessions
            for client in clients:
                await client.close()


async def test_an_empty_database_is_migrated_by_two_replicas_through_two_connections(
    slack: LocalSlack, empty_db_url: str
) -> None:
    async with (
        pooler(empty_db_url) as opened,
        served(slack, opened.dsn) as one,
        served(slack, opened.dsn) as two,
    ):
        assert set((await ready(one.process)).values()) == set((await ready(two.process)).values()) == {"ok"}
        async with one.process.services.database.connection() as conn:
            applied = await conn.fetch("SELECT version FROM schema_migrations ORDER BY 1")
        assert [row["version"] for row in applied] == [m.version for m in known_migrations()]


async def test_sixteen_people_at_once_through_two_connections(
    slack: LocalSlack, bouncer: Pooler, db_url: str
) -> None:
    people = ("ada", "grace", "margaret")
    async with served(slack, bouncer.dsn) as lodge:
        assert set((await ready(lodge.process)).values()) == {"ok"}
        rounds = [
            lodge.person(people[number % len(people)]).slash(
                "general", f"/issue new Issue {number} +bug !high"
            )
            for number in range(CLIENTS * 4)
        ]
        for start in range(0, len(rounds), CLIENTS):
            await asyncio.gather(*rounds[start : start + CLIENTS])
        await slack.settled()
        listed = said(await lodge.ask("ada", "list label:bug"))
        assert "Issue 63" in listed
        direct = await asyncpg.connect(db_url)
        assert await direct.fetchval("SELECT count(*) FROM issues") == CLIENTS * 4
        # The two of PgBouncer, and this one.
        used = await direct.fetchval(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        assert used <= 3
        await direct.close()


@pytest.mark.parametrize("past", [False, True], ids=["one address", "with a direct address"])
async def test_a_card_follows_its_issue_at_once(
    slack: LocalSlack, bouncer: Pooler, db_url: str, past: bool
) -> None:
    async with served(slack, bouncer.dsn, direct=db_url if past else None) as lodge:
        ada = lodge.person("ada")
        await lodge.ask("ada", "new Followed")
        async with lodge.process.services.database.connection() as conn:
            issue_id, workspace_id = await conn.fetchrow("SELECT issue_id, workspace_id FROM issues")
        async with lodge.process.services.database.transaction() as conn:
            await cards.ask(conn, workspace_id, issue_id, ChannelId(slack.channel("general").id))
        lodge.process.services.bell.ring()
        await ada.expect_message("general", lambda m: m.get("bot_id") and "Followed" in said(m), timeout=60)
        await lodge.ask("grace", "close LDG-1")
        await ada.expect_message(
            "general", lambda m: m.get("bot_id") and re.search("(?i)closed", said(m)), timeout=60
        )


async def test_an_import_and_exports_go_through_it(slack: LocalSlack, bouncer: Pooler) -> None:
    rows = 3000
    async with served(slack, bouncer.dsn) as lodge:
        table = [("title", "labels", "status"), *((f"Row {n}", "bug,ui", "open") for n in range(rows))]
        thread = await drop(lodge, as_csv(table))
        await thread.press(await thread.shows("3,000 issues to import"), START)
        await thread.shows("3,000 issues imported")
        # Two at once: what a statement is called must not be taken twice in one session of the server.
        for name in ("ada", "grace"):
            await lodge.person(name).slash("general", "/issue export")
        for name in ("ada", "grace"):
            person = lodge.person(name)
            await person.expect_message(person.dm(), lambda m: m.get("files"), timeout=60)
        async with lodge.process.services.database.connection() as conn:
            assert await conn.fetchval("SELECT count(*) FROM issues") == rows


async def test_schedules_run_without_a_session(slack: LocalSlack, bouncer: Pooler, db_url: str) -> None:
    async with served(slack, bouncer.dsn) as lodge:
        await lodge.ask("ada", "new Late")
        conn = await asyncpg.connect(db_url)
        await conn.execute(
            """
            INSERT INTO schedules (workspace_id, owner_id, report, query, period, channel_id, recurrence, timezone,
                                   next_due_at)
            SELECT workspace_id, person_id, 'aging', '', '7d', $1, 'monthly 1 00:00', 'UTC',
                   now() - interval '1 second'
            FROM people LIMIT 1""",
            slack.channel("general").id,
        )
        await conn.close()
        await lodge.person("ada").expect_message("general", lambda m: "Scheduled by" in said(m), timeout=60)


async def test_doctor_knows_it_and_says_what_to_set(bouncer: Pooler, db_url: str) -> None:
    settings = Settings(database_url=bouncer.dsn)
    found = [finding async for finding in look_at_database(settings)]
    told = {finding.part: finding for finding in found}
    assert "transaction mode" in told["pooler"].text
    assert "LODGE_DIRECT_DATABASE_URL" in (told["pooler"].mend or "")
    assert "ALTER ROLE" in (told["pooler settings"].mend or "")
    past = [
        finding
        async for finding in look_at_database(Settings(database_url=bouncer.dsn, direct_database_url=db_url))
    ]
    assert next(finding for finding in past if finding.part == "pooler").mend is None
