"""The connection pool: bounded, and quick to say that it is busy."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from types import TracebackType
from typing import Any, Final

import asyncpg

from db.errors import Busy, Startup, Unavailable
from db.route import Route, as_route, find_route

# Errors of a connection that could not be made, or that broke: the server is away, not the statement wrong.
_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)
# What a statement on a connection that broke raises, beside.
_BROKEN = (*_AWAY, asyncpg.InterfaceError, asyncpg.InternalClientError)


# Seconds until somebody who found no connection free is told so.
ACQUIRE_WITHIN = 2.0

# Seconds. Who closes has waited already for those who use it.
_CLOSE_WITHIN = 5.0


class Database:
    """Hands out connections of one pool.

    `acquire_timeout` is in seconds: a caller that waits longer for a free connection gets `Busy`
    instead of hanging; a server that cannot be reached is `Unavailable`.
    """

    def __init__(self, pool: asyncpg.Pool, *, acquire_timeout: float | None = None) -> None:
        self.pool = pool
        self.acquire_timeout = ACQUIRE_WITHIN if acquire_timeout is None else acquire_timeout

    def connection(self) -> Lent:
        """A connection in autocommit: each statement is its own transaction. Entering raises Busy, Unavailable."""
        return Lent(self)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection inside one transaction: all that is done with it commits together. Raises Busy, Unavailable."""
        async with self.connection() as conn, conn.transaction():
            yield conn

    async def close(self) -> None:
        """Waits for what is under way, but not for a server that does not answer."""
        try:
            async with asyncio.timeout(_CLOSE_WITHIN):
                await self.pool.close()
        except TimeoutError:
            self.pool.terminate()


class Lent:
    """A connection of the pool, for as long as it is entered. A class, for it is entered more often than all else:
    a generator in its place costs three times as much."""

    __slots__ = ("_conn", "_database")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._conn: asyncpg.Connection | None = None

    async def __aenter__(self) -> asyncpg.Connection:
        pool = self._database.pool
        try:
            # A timer for each of the many that need not wait would cost more than the waiting.
            patience = None if pool.get_idle_size() else self._database.acquire_timeout
            self._conn = await pool.acquire(timeout=patience)
        except (TimeoutError, asyncpg.TooManyConnectionsError) as error:
            raise Busy from error
        except _AWAY as error:
            raise Unavailable from error
        return self._conn

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        # What the caller does beside its queries may raise OSError too; that says nothing about the server.
        gone = error is not None and isinstance(error, _BROKEN) and _gone(self._conn)
        # Shielded from cancellation inside asyncpg.
        await self._database.pool.release(self._conn)
        if gone:
            raise Unavailable from error


def _gone(conn: asyncpg.Connection) -> bool:
    """Whether the connection broke; the pool takes a broken one back at once, and then it cannot be asked."""
    try:
        return bool(conn.is_closed())
    except asyncpg.InterfaceError:
        return True


async def _prepare(conn: asyncpg.Connection) -> None:
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
    await conn.set_type_codec("json", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)


async def _keep(_: asyncpg.Connection) -> None:
    """asyncpg's own reset costs a round trip at every release; nobody here leaves anything in a session.

    A transaction left open, and listeners, are ended by asyncpg all the same.
    """


# For every pool: how a connection is given back.
GIVEN_BACK: Final[dict[str, Any]] = {"reset": _keep}


def _settings(statement_timeout: float = 30.0) -> dict[str, str]:
    return {
        "application_name": "lodge",
        "timezone": "UTC",
        "statement_timeout": f"{int(statement_timeout * 1000)}",
        "idle_in_transaction_session_timeout": "60000",
        "jit": "off",
    }


@contextmanager
def _told(variable: str) -> Iterator[None]:
    """Raises Startup for what will not mend by itself, Unavailable for what may."""
    try:
        yield
    except (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise Startup([f"{variable}: the server says: {error}"]) from error
    except (*_AWAY, asyncpg.TooManyConnectionsError, TimeoutError) as error:
        raise Unavailable(f"the database cannot be reached: {error}") from error


async def look(dsn: str, *, direct: str | None = None) -> Route:
    """What stands between here and the server, and what it lets through.

    `direct` is a second DSN, past a pooler. Raises Unavailable, Startup.
    """
    with _told("DATABASE_URL"):
        route = await find_route(dsn, direct=direct, settings=_settings())
    if direct is not None:
        with _told("LODGE_DIRECT_DATABASE_URL"):
            past = await find_route(direct, settings=_settings())
        if not past.sessions:
            problem = (
                "LODGE_DIRECT_DATABASE_URL leads through a pooler in transaction mode: "
                "give the address of PostgreSQL itself, or unset it"
            )
            raise Startup([problem])
    return route


async def open_database(
    dsn: str | Route,
    *,
    min_size: int = 2,
    max_size: int = 16,
    acquire_timeout: float | None = None,
    statement_timeout: float = 30.0,
) -> Database:
    """Connects. Timeouts in seconds. Raises Unavailable when the server cannot be reached,
    Startup when it refuses the user, the password or the database."""
    route = as_route(dsn)
    with _told("DATABASE_URL"):
        pool = await asyncpg.create_pool(
            route.dsn,
            min_size=min_size,
            max_size=max_size,
            init=_prepare,
            **GIVEN_BACK,
            **route.options(_settings(statement_timeout)),
        )
    return Database(pool, acquire_timeout=acquire_timeout)
