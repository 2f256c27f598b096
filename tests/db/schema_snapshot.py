"""`db/schema.sql`: what all migrations together make of an empty database, for people to read.

`python -m tests.db.schema_snapshot --write` renews it (`make schema`).
"""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import asyncpg

from bot.embedded import EmbeddedPostgres
from db.migrate import migrate

SNAPSHOT = Path(__file__).parents[2] / "db" / "schema.sql"

# What pg_dump says of itself, of its version and of one session's settings, not of the schema.
_NOISE = re.compile(r"^(--.*|SET .*|SELECT pg_catalog\.set_config.*|\\(un)?restrict .*)$")


def dump(server: EmbeddedPostgres, database: str) -> str:
    """The schema of `database` in pg_dump's words, less comments and session settings."""
    command = [
        str(server.binaries / "pg_dump"),
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        f"--dbname={server.dsn(database)}",
    ]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kept = [line for line in text.splitlines() if not _NOISE.match(line)]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip() + "\n"


async def _migrated(dsn: str) -> None:
    conn = await asyncpg.connect(dsn)
    await migrate(conn)
    await conn.close()


def current(version: int = 18) -> str:
    """What the migrations make of an empty database."""
    with tempfile.TemporaryDirectory(prefix="lodge-schema-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", version=version)
        try:
            asyncio.run(_migrated(server.dsn()))
            return dump(server, "postgres")
        finally:
            server.close()


if __name__ == "__main__":
    if "--write" in sys.argv:
        SNAPSHOT.write_text(current(), encoding="utf-8")
    else:
        sys.stdout.write(current())
