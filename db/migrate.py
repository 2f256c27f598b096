"""Applies `migrations/NNNN_name.sql`, in order, each in a transaction of its own.

The database remembers every file's version and checksum. Two replicas that start together take turns
by an advisory lock, held for one transaction at a time: behind a pooler nothing else is sure to be kept.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

import asyncpg

from db.errors import LodgeError

# Any constant will do, as long as every version of Lodge uses the same one.
_LOCK = 0x10D6E
# The oldest server that is supported, and tested with.
OLDEST_SERVER = 16
_FILE = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")

_BOOK = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version    integer PRIMARY KEY,
    name       text NOT NULL,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


class MigrationError(LodgeError):
    """The database and the migration files do not fit together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file. `checksum` is the hexadecimal SHA-256 of its text with newlines as `\\n`."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def known_migrations() -> list[Migration]:
    """The files shipped with this code, lowest version first. Raises MigrationError on a gap or a stray name."""
    found: list[Migration] = []
    for entry in files("db").joinpath("migrations").iterdir():
        if not entry.name.endswith(".sql"):
            continue
        match = _FILE.match(entry.name)
        if match is None:
            raise MigrationError(f"{entry.name}: a migration is named NNNN_name.sql")
        sql = entry.read_text(encoding="utf-8").replace("\r\n", "\n")
        found.append(Migration(version=int(match[1]), name=match[2], sql=sql))
    found.sort(key=lambda migration: migration.version)
    check_sequence(found)
    return found


def check_sequence(migrations: list[Migration]) -> None:
    """Raises MigrationError unless versions run 1, 2, 3... with neither gap nor repeat."""
    for expected, migration in enumerate(migrations, start=1):
        if migration.version != expected:
            raise MigrationError(
                f"migration {migration.version:04}_{migration.name}.sql stands where "
                f"{expected:04} should be: there is a gap or a repeated number"
            )


async def applied_checksums(conn: asyncpg.Connection) -> dict[int, str]:
    """Version to checksum of what this database has seen; empty for a new database."""
    if await conn.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return {}
    rows = await conn.fetch("SELECT version, checksum FROM schema_migrations")
    return {row["version"]: row["checksum"] for row in rows}


def outstanding(migrations: list[Migration], applied: dict[int, str]) -> list[Migration]:
    """What is still to be applied. Raises MigrationError when the past was edited or is newer than this code."""
    newest = max((m.version for m in migrations), default=0)
    ahead = sorted(version for version in applied if version > newest)
    if ahead:
        raise MigrationError(
            f"the database is at version {ahead[-1]}, newer than this code ({newest}): "
            "start a newer version of Lodge"
        )
    todo: list[Migration] = []
    for migration in migrations:
        seen = applied.get(migration.version)
        if seen is None:
            todo.append(migration)
        elif todo:
            raise MigrationError(f"the database lacks version {todo[0].version} but has {migration.version}")
        elif seen != migration.checksum:
            raise MigrationError(
                f"{migration.version:04}_{migration.name}.sql was edited after it was applied: "
                "restore it, and put the change into a new migration"
            )
    return todo


async def server_version(conn: asyncpg.Connection) -> int:
    """The major one, as the server behind a pooler says it."""
    return int(await conn.fetchval("SELECT current_setting('server_version_num')")) // 10_000


async def migrate(conn: asyncpg.Connection, migrations: list[Migration] | None = None) -> list[Migration]:
    """Brings the database up to date and returns what was applied. Raises MigrationError."""
    if migrations is None:
        migrations = known_migrations()
    check_sequence(migrations)
    version = await server_version(conn)
    if version < OLDEST_SERVER:
        raise MigrationError(f"PostgreSQL {version} is too old: Lodge needs {OLDEST_SERVER} or newer")
    if not outstanding(migrations, await applied_checksums(conn)):
        return []
    applied: list[Migration] = []
    while (migration := await _next(conn, migrations)) is not None:
        applied.append(migration)
    return applied


async def _next(conn: asyncpg.Connection, migrations: list[Migration]) -> Migration | None:
    """Applies the lowest that is outstanding, unless another replica was quicker; None when there is none."""
    async with conn.transaction():
        # Waiting for one's turn, and building an index, may take longer than any request of a person.
        await conn.execute("SET LOCAL statement_timeout = 0")
        await conn.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
        await conn.execute(_BOOK)
        todo = outstanding(migrations, await applied_checksums(conn))
        if not todo:
            return None
        await _apply(conn, todo[0])
        return todo[0]


async def _apply(conn: asyncpg.Connection, migration: Migration) -> None:
    try:
        # A migration must rather fail than queue up behind a long transaction with everyone behind it.
        await conn.execute("SET LOCAL lock_timeout = '10s'")
        await conn.execute(migration.sql)
        await conn.execute(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
            migration.version,
            migration.name,
            migration.checksum,
        )
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{migration.version:04}_{migration.name}.sql: {error}") from error
