"""What an operator does from the command line, on the database alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import asyncpg

from bot.embedded import EmbeddedPostgres, default_folder
from bot.settings import Settings
from db import rollups, tokens, workspaces
from db.access import Actor
from db.errors import LodgeError, NotFound
from db.ids import WorkspaceId
from db.migrate import Migration, applied_checksums, known_migrations, migrate, outstanding
from db.pool import Database, look, open_database
from db.states import Role, Source
from handlers.api.secrets import make_secret


class UnknownWorkspace(LodgeError):
    """Nobody has used Lodge there yet."""

    def __init__(self, workspace: str) -> None:
        super().__init__(f"no workspace {workspace}: it is known once somebody has typed /issue there")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """The settings' database with one connection or two; an embedded server is started when none is named."""
    server: EmbeddedPostgres | None = None
    dsn = settings.database_url
    if dsn is None:
        server = await asyncio.to_thread(EmbeddedPostgres, default_folder(settings.data))
        dsn = server.dsn()
    try:
        database = await open_database(
            await look(dsn, direct=settings.direct_database_url), min_size=1, max_size=2
        )
        try:
            yield database
        finally:
            await database.close()
    finally:
        if server is not None:
            await asyncio.to_thread(server.close)


async def migrate_database(settings: Settings) -> list[Migration]:
    """Applies what is outstanding and returns it. Raises MigrationError, Unavailable."""
    async with opened(settings) as database, database.connection() as conn:
        return await migrate(conn)


class Outdated(LodgeError):
    """The database is not up to date: run `lodge migrate` first."""


async def require_up_to_date(conn: asyncpg.Connection) -> None:
    """What is only looked at is not migrated unasked. Raises Outdated."""
    if outstanding(known_migrations(), await applied_checksums(conn)):
        raise Outdated


async def host_of(conn: asyncpg.Connection, workspace: str) -> Actor:
    """Who acts for one that sits at the machine itself. Raises UnknownWorkspace."""
    workspace_id = WorkspaceId(workspace)
    try:
        await workspaces.get(conn, workspace_id)
    except NotFound as error:
        raise UnknownWorkspace(workspace) from error
    return Actor(workspace_id=workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)


async def create_token(
    settings: Settings, *, workspace: str, name: str, role: str, lifetime: timedelta | None
) -> str:
    """The text of a new token that acts for no person. Raises UnknownWorkspace."""
    secret = await asyncio.to_thread(make_secret)
    async with opened(settings) as database, database.connection() as conn:
        await migrate(conn)
        await tokens.create(
            conn,
            await host_of(conn, workspace),
            token_id=secret.token_id,
            name=name,
            role=Role(role),
            secret_hash=secret.secret_hash,
            expires_at=datetime.now(UTC) + lifetime if lifetime else None,
        )
    return secret.text


async def revoke_token(settings: Settings, token_id: str) -> None:
    """Ends a token of any workspace. Raises NotFound."""
    async with opened(settings) as database, database.connection() as conn:
        token = await tokens.by_id(conn, token_id)
        if token is None:
            raise NotFound("token", token_id)
        actor = Actor(workspace_id=token.workspace_id, person_id=None, role=Role.ADMIN, source=Source.SYSTEM)
        await tokens.revoke(conn, actor, token_id)


async def check_rollups(settings: Settings, only: list[str] | None, say: Callable[[str], None]) -> int:
    """1 when something was wrong; it is right then. Raises NotFound for an unknown workspace."""
    status = 0
    async with opened(settings) as database, database.connection() as conn:
        await require_up_to_date(conn)
        for workspace_id in await _chosen(conn, only):
            say(f"{workspace_id}: comparing, {await _issues(conn, workspace_id):,} issues ...")
            found = await rollups.check_and_repair(conn, workspace_id)
            for wrong in found:
                say(f"{workspace_id}: {wrong.what} {wrong.of}: kept {wrong.kept}, counted {wrong.scanned}")
            say(f"{workspace_id}: {'made anew' if found else 'as a full count has it'}")
            status = 1 if found else status
    return status


async def rebuild_rollups(settings: Settings, only: list[str] | None, say: Callable[[str], None]) -> int:
    """Raises NotFound for an unknown workspace."""
    async with opened(settings) as database, database.connection() as conn:
        await require_up_to_date(conn)
        for workspace_id in await _chosen(conn, only):
            say(f"{workspace_id}: counting {await _issues(conn, workspace_id):,} issues ...")
            began = time.monotonic()
            await rollups.rebuild(conn, workspace_id, progress=partial(_say_how_far, say, workspace_id))
            say(f"{workspace_id}: made anew in {time.monotonic() - began:.0f} s")
    return 0


def _say_how_far(say: Callable[[str], None], workspace_id: WorkspaceId, done: int, of: int) -> None:
    if done < of:
        say(f"{workspace_id}: {done * 100 // of} % counted")


async def _issues(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> int:
    """So that whoever waits knows for how much."""
    number: int = await conn.fetchval("SELECT count(*) FROM issues WHERE workspace_id = $1", workspace_id)
    return number


async def _chosen(conn: asyncpg.Connection, only: list[str] | None) -> tuple[WorkspaceId, ...]:
    every = await rollups.workspaces(conn)
    for name in only or ():
        if name not in every:
            raise NotFound("workspace", name)
    return tuple(WorkspaceId(name) for name in only) if only else every
