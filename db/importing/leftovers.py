"""Rows that an import could not take, kept with what came of it until they are back in Slack."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import BinaryIO, Final

import asyncpg

from db.imports import Import
from db.jobs import enqueue

JOB: Final = "import-leftovers"
KEPT: Final = timedelta(days=7)
_PART: Final = 1 << 20


async def keep(conn: asyncpg.Connection, wanted: Import, rows: BinaryIO) -> None:
    """In the transaction that ends the import: whoever is there afterwards hands them back."""
    rows.seek(0)
    number = 0
    while part := rows.read(_PART):
        number += 1
        await conn.execute(
            "INSERT INTO import_leftovers (workspace_id, import_id, part, rows) VALUES ($1, $2, $3, $4)",
            wanted.workspace_id,
            wanted.import_id,
            number,
            part,
        )
    if number:
        payload = {"workspace_id": wanted.workspace_id, "import_id": str(wanted.import_id)}
        await enqueue(conn, JOB, json.dumps(payload).encode())


async def copy(conn: asyncpg.Connection, wanted: Import, into: BinaryIO) -> int:
    """Writes them to a file, and returns how many bytes they are; 0 when they have been handed back."""
    size = 0
    number = 1
    while True:
        part = await conn.fetchval(
            "SELECT rows FROM import_leftovers WHERE workspace_id = $1 AND import_id = $2 AND part = $3",
            wanted.workspace_id,
            wanted.import_id,
            number,
        )
        if part is None:
            return size
        size += into.write(part)
        number += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The file in Slack that holds the rows. `age` is since Slack was asked to share it, or was about to be."""

    file_id: str
    age: timedelta


async def offered(conn: asyncpg.Connection, wanted: Import) -> Offered | None:
    """What an attempt before this one came to."""
    row = await conn.fetchrow(
        """
        SELECT file_id, clock_timestamp() - offered_at AS age FROM import_leftovers
        WHERE workspace_id = $1 AND import_id = $2 AND part = 1 AND file_id IS NOT NULL""",
        wanted.workspace_id,
        wanted.import_id,
    )
    return None if row is None else Offered(file_id=row["file_id"], age=row["age"])


async def offer(
    conn: asyncpg.Connection, wanted: Import, file_id: str, *, instead_of: str | None = None
) -> bool:
    """To be told before Slack is asked to share the file; False: somebody else has offered one meanwhile."""
    done = await conn.execute(
        """
        UPDATE import_leftovers SET file_id = $3, offered_at = clock_timestamp()
        WHERE workspace_id = $1 AND import_id = $2 AND part = 1 AND file_id IS NOT DISTINCT FROM $4""",
        wanted.workspace_id,
        wanted.import_id,
        file_id,
        instead_of,
    )
    return not done.endswith(" 0")


async def forget(conn: asyncpg.Connection, wanted: Import) -> None:
    """They have arrived."""
    await conn.execute(
        "DELETE FROM import_leftovers WHERE workspace_id = $1 AND import_id = $2",
        wanted.workspace_id,
        wanted.import_id,
    )


async def forget_old(conn: asyncpg.Connection) -> int:
    """Those that Slack would not take for days."""
    done = await conn.execute("DELETE FROM import_leftovers WHERE written_at < now() - $1::interval", KEPT)
    return int(done.rpartition(" ")[2])
