"""How the database is reached: directly, or through a pooler such as PgBouncer, which takes some things away.

In session mode a pooler takes nothing but the settings given at connecting. In transaction mode every
transaction may run in another server process: what belongs to a session (LISTEN, prepared statements,
session locks) is not there. Which of these it is shows by asking, so that nobody has to say it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Final

import asyncpg

# Rounds of asking two connections for their server process in turn. In session mode each always has its own.
_ROUNDS: Final = 4
# Seconds that the second connection may wait for a server process before its absence is taken for an answer.
_PATIENCE = 3.0


# What the server says of types that asyncpg does not know, by the numbers it was asked for.
Types = dict[frozenset[int], list[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`direct` leads past the pooler. `settings`: whether settings may be given at connecting. `types`: what was
    learned of the database's own types, by whichever connection met them first."""

    dsn: str = field(repr=False)
    direct: str | None = field(default=None, repr=False)
    pooled: bool = False
    sessions: bool = True
    prepared: bool = True
    settings: bool = True
    types: Types = field(default_factory=dict, repr=False, compare=False)

    @property
    def session_dsn(self) -> str | None:
        """Where a session can be had; None where there is none."""
        return self.direct or (self.dsn if self.sessions else None)

    def options(self, settings: dict[str, str]) -> dict[str, Any]:
        """What connecting takes beside the DSN."""
        # Every pooler knows application_name and timezone and gives them to whichever process it is.
        carried = {
            name: value
            for name, value in settings.items()
            if self.settings or name in ("application_name", "timezone")
        }
        options: dict[str, Any] = {
            "server_settings": carried,
            "connection_class": type("Connection", (_Learning,), {"types": self.types}),
        }
        if not self.prepared:
            # Statements without a name, parsed each time: PgBouncer carries others from 1.21 on only.
            options["statement_cache_size"] = 0
        return options


class _Learning(asyncpg.Connection):  # type: ignore[misc]  # asyncpg publishes no types
    """Asks for a type once for all connections of a route: the server takes longer for that than for most requests,
    and who comes upon a new connection waited for it."""

    types: Types

    async def _introspect_types(
        self, typeoids: Iterable[int], timeout: float | None
    ) -> tuple[list[Any], Any]:
        wanted = frozenset(typeoids)
        known = self.types.get(wanted)
        if known is not None:
            # In the place of the statement that would have asked: one that was in nobody's way.
            return known, _ASKED_BEFORE
        found, statement = await super()._introspect_types(wanted, timeout)
        self.types[wanted] = found
        return found, statement

    async def reload_schema_state(self) -> None:
        self.types.clear()
        await super().reload_schema_state()


_ASKED_BEFORE: Final = SimpleNamespace(name="asked before")


def as_route(dsn: str | Route) -> Route:
    return dsn if isinstance(dsn, Route) else Route(dsn=dsn)


async def find_route(dsn: str, *, direct: str | None = None, settings: dict[str, str] | None = None) -> Route:
    """Asks the server what stands between. Raises what asyncpg raises."""
    wanted = settings or {}
    accepted = True
    try:
        conn = await asyncpg.connect(dsn, statement_cache_size=0, server_settings=wanted)
    except asyncpg.ProtocolViolationError:
        # "unsupported startup parameter": PgBouncer knows few, and refuses the others unless told to ignore them.
        accepted = False
        conn = await asyncpg.connect(dsn, statement_cache_size=0)
    try:
        if await _process(conn) == conn.get_server_pid():
            return Route(dsn=dsn, direct=direct)
        sessions = await _keeps_its_process(conn, dsn)
        prepared = sessions or await _carries_statements(conn)
    finally:
        await conn.close()
    return Route(dsn=dsn, direct=direct, pooled=True, sessions=sessions, prepared=prepared, settings=accepted)


async def _process(conn: asyncpg.Connection) -> int:
    """The server process that answers; a pooler makes up the one it tells at connecting."""
    return int(await conn.fetchval("SELECT pg_backend_pid()"))


async def _keeps_its_process(conn: asyncpg.Connection, dsn: str) -> bool:
    mine: set[int] = set()
    theirs: set[int] = set()
    try:
        other = await asyncpg.connect(dsn, statement_cache_size=0, timeout=_PATIENCE)
        try:
            for _ in range(_ROUNDS):
                mine.add(await _process(conn))
                theirs.add(int(await other.fetchval("SELECT pg_backend_pid()", timeout=_PATIENCE)))
        finally:
            await other.close()
    except TimeoutError:
        # No second one is to be had: a statement more for each query is the safe guess.
        return False
    return len(mine) == len(theirs) == 1 and mine != theirs


async def _carries_statements(conn: asyncpg.Connection) -> bool:
    """Whether named statements are kept by the pooler, which gives them names of its own at the server."""
    name = f"lodge_{uuid.uuid4().hex}"
    async with conn.transaction():
        statement = await conn.prepare("SELECT 1", name=name)
        found = await conn.fetchval("SELECT count(*) FROM pg_prepared_statements WHERE name = $1", name)
        del statement
        # asyncpg closes what is no longer used with the next statement; here it is still the same process.
        await conn.fetchval("SELECT 1")
    return int(found) == 0
