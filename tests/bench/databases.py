"""Databases of the bench, on an embedded server of its own in `.bench/`; kept for the next run."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg

from bot.embedded import EmbeddedPostgres
from db.migrate import known_migrations, migrate
from tests.bench import data

FOLDER = Path(__file__).parents[2] / ".bench" / "postgres"

_SETTINGS = (
    "shared_buffers = '1GB'",
    "max_wal_size = '8GB'",
    "checkpoint_timeout = '30min'",
    "jit = off",
    "max_connections = 200",
)


@contextmanager
def server(folder: Path = FOLDER) -> Iterator[EmbeddedPostgres]:
    """Stopped at the end, unless another process uses it too."""
    made = EmbeddedPostgres(folder)
    try:
        yield made
    finally:
        made.close()


@asynccontextmanager
async def filled(running: EmbeddedPostgres, issues: int) -> AsyncIterator[tuple[str, data.DataSet]]:
    """DSN and contents of a database with so many issues, made when there is none as the code would make it now."""
    name = f"lodge_{issues}"
    admin = await asyncpg.connect(running.dsn())
    try:
        for setting in _SETTINGS:
            await admin.execute(f"ALTER SYSTEM SET {setting}")
        await admin.execute("SELECT pg_reload_conf()")
        if await _mark(admin, name) != _version():
            await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            await admin.execute(f"CREATE DATABASE {name}")
            await _fill(admin, running.dsn(name), issues)
            await admin.execute(f"COMMENT ON DATABASE {name} IS '{_version()}'")
    finally:
        await admin.close()
    conn = await asyncpg.connect(running.dsn(name))
    contents = await data.described(conn)
    await conn.close()
    yield running.dsn(name), contents


async def _fill(admin: asyncpg.Connection, dsn: str, issues: int) -> None:
    """fsync is off meanwhile, and on for what is measured."""
    conn = await asyncpg.connect(dsn)
    await migrate(conn)
    await conn.close()
    await admin.execute("ALTER SYSTEM SET fsync = off")
    await admin.execute("SELECT pg_reload_conf()")
    try:
        await data.generate(dsn, issues=issues)
    finally:
        await admin.execute("ALTER SYSTEM RESET fsync")
        await admin.execute("SELECT pg_reload_conf()")
        await admin.execute("CHECKPOINT")


async def _mark(admin: asyncpg.Connection, name: str) -> str | None:
    mark: str | None = await admin.fetchval(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = $1", name
    )
    return mark


def _version() -> str:
    """Changes with the schema and with what is generated."""
    made = hashlib.sha256(Path(data.__file__).read_bytes())
    for migration in known_migrations():
        made.update(migration.checksum.encode())
    return made.hexdigest()[:16]
