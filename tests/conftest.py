"""Every test gets a database of its own, cloned from one migrated template."""

from __future__ import annotations

import asyncio
import gc
import os
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from bot.embedded import EmbeddedPostgres
from bot.process import settle_memory
from db.migrate import migrate
from db.pool import Database, open_database
from db.route import Route, Types
from handlers import pointing
from tests import patience
from tests.places import place

# The last keeps statistics, and with them plans, as a test made them.
_SETTINGS = ("fsync = off", "full_page_writes = off", "autovacuum = off")

# Copies of one database number their types alike.
_TYPES: Types = {}

patience.of_everybody()
# The same examples every time, however slow the machine is; LODGE_RANDOM=1 tries others.
settings.register_profile(
    "lodge",
    deadline=None,
    derandomize="LODGE_RANDOM" not in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("lodge")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Files that wait long come first, then those with many tests: none is begun when all others are through.

    `--dist loadfile` hands files out in this order if `--no-loadscope-reorder` is given. What asks no server is
    left out where one of another version is tried.
    """
    if "LODGE_TEST_POSTGRES" in os.environ:
        asking = [item for item in items if "server_dsn" in getattr(item, "fixturenames", ())]
        config.hook.pytest_deselected(items=sorted(set(items) - set(asking), key=lambda item: item.nodeid))
        items[:] = asking
    sizes = Counter(item.path for item in items)
    items.sort(key=lambda item: (_rank(item), -sizes[item.path], item.path))


def pytest_collection() -> None:
    """What is imported and collected stays: looking for what can go would find nothing, again and again."""
    gc.disable()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Nor is it looked through while the tests run."""
    gc.enable()
    if session.items:
        settle_memory()


def _rank(item: pytest.Item) -> int:
    return next((rank for rank, mark in enumerate(("faults", "browser")) if item.get_closest_marker(mark)), 9)


def with_database(dsn: str, name: str) -> str:
    """The same server, another database."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest.fixture(autouse=True)
def nobody_is_pointed_to_duplicates(monkeypatch: pytest.MonkeyPatch) -> None:
    """That comes unasked, and a moment later: not into what a test looks at that is about something else."""
    monkeypatch.setattr(pointing, "AFTER", 3600.0)


@pytest.fixture(scope="session")
def server_dsn() -> Iterator[str]:
    """A server for the whole run: LODGE_TEST_DATABASE_URL, or an embedded one of version LODGE_TEST_POSTGRES (18)."""
    given = os.environ.get("LODGE_TEST_DATABASE_URL")
    if given:
        yield given
        return
    version = int(os.environ.get("LODGE_TEST_POSTGRES", "18"))
    with place() as folder:
        server = EmbeddedPostgres(folder / "postgres", version=version)
        asyncio.run(_set_up(server.dsn()))
        yield server.dsn()
        server.close()


async def _set_up(dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    for setting in _SETTINGS:
        await conn.execute(f"ALTER SYSTEM SET {setting}")
    await conn.execute("SELECT pg_reload_conf()")
    await conn.close()


@pytest.fixture(scope="session")
def template(server_dsn: str) -> str:
    """The name of a migrated, empty database that nobody is connected to."""
    name = f"template_{uuid.uuid4().hex[:12]}"

    async def build() -> None:
        conn = await asyncpg.connect(server_dsn)
        await conn.execute(f"CREATE DATABASE {name}")
        await conn.close()
        fresh = await asyncpg.connect(with_database(server_dsn, name))
        await migrate(fresh)
        await fresh.close()

    asyncio.run(build())
    return name


def filled_template(
    server_dsn: str, template: str, fill: Callable[[asyncpg.Connection], Awaitable[None]]
) -> str:
    """The name of a copy of `template` with what `fill` puts there. A module whose tests all begin with it has this
    as its own `template`, and fills once."""
    name = f"template_{uuid.uuid4().hex[:12]}"

    async def build() -> None:
        conn = await asyncpg.connect(server_dsn)
        await conn.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        await conn.close()
        opened = await open_database(with_database(server_dsn, name), min_size=1, max_size=1)
        async with opened.connection() as fresh:
            await fill(fresh)
        await opened.close()

    asyncio.run(build())
    return name


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clerk(server_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Who makes the databases of all tests of this process, and drops them."""
    conn = await asyncpg.connect(server_dsn)
    yield conn
    await conn.close()


@pytest_asyncio.fixture(loop_scope="session")
async def db_url(server_dsn: str, template: str, clerk: asyncpg.Connection) -> AsyncIterator[str]:
    """DSN of a fresh, migrated database."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    await clerk.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield with_database(server_dsn, name)
    await clerk.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture(loop_scope="session")
async def empty_db_url(server_dsn: str, clerk: asyncpg.Connection) -> AsyncIterator[str]:
    """DSN of a database that was never migrated."""
    name = f"empty_{uuid.uuid4().hex[:12]}"
    await clerk.execute(f"CREATE DATABASE {name}")
    yield with_database(server_dsn, name)
    await clerk.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(db_url: str) -> AsyncIterator[Database]:
    """An open `Database` on a fresh database."""
    opened = await open_database(Route(dsn=db_url, types=_TYPES), min_size=1, max_size=8)
    yield opened
    await opened.close()


@pytest.fixture
async def conn(database: Database) -> AsyncIterator[asyncpg.Connection]:
    """One autocommit connection of `database`."""
    async with database.connection() as connection:
        yield connection
