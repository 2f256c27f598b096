"""Queries under a name: a person's own, and those of the whole workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import asyncpg

from db import limits
from db.access import Action, Actor, require
from db.errors import Conflict, FieldError, Forbidden, Invalid, NotFound
from db.ids import PersonId
from db.origins import NOWHERE, Origin
from db.query.parser import parse
from db.query.resolving import Found
from db.query.terms import Query
from db.recording import Before, once, record

NAME_MAX: Final = 50
_KEPT_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """`owner_id` None: everybody's."""

    saved_query_id: UUID
    owner_id: PersonId | None
    name: str
    text: str
    created_at: datetime

    @property
    def query(self) -> Query:
        return parse(self.text)


_COLUMNS: Final[LiteralString] = "saved_query_id, owner_id, name, query, created_at"


def _read(row: Any) -> SavedQuery:
    return SavedQuery(
        saved_query_id=row["saved_query_id"],
        owner_id=row["owner_id"],
        name=row["name"],
        text=row["query"],
        created_at=row["created_at"],
    )


async def save(
    conn: asyncpg.Connection,
    actor: Actor,
    name: str,
    query: Query,
    *,
    shared: bool = False,
    anew: bool = False,
    instead_of: SavedQuery | None = None,
    origin: Origin = NOWHERE,
) -> SavedQuery:
    """Keeps a query, in place of one of the same name and owner, and of the one that it is kept `instead_of`.

    Raises Invalid, Forbidden; Conflict with `anew` for a name that is taken.
    """
    _may_write(actor, shared)
    name = _checked(name)

    async def again(before: Before) -> SavedQuery:
        return _read(_typed(before.summary))

    async def work() -> SavedQuery:
        if anew:
            await _require_free(conn, actor, name, shared)
        if instead_of is not None:
            await remove(conn, actor, instead_of.name, shared=instead_of.owner_id is None)
        saved = await _save(conn, actor, name, query, shared)
        told = {
            "saved_query_id": str(saved.saved_query_id),
            "owner_id": None if saved.owner_id is None else str(saved.owner_id),
            "name": saved.name,
            "query": saved.text,
            "created_at": saved.created_at.isoformat(),
        }
        await record(conn, actor, "save_query", origin, (), summary=told)
        return saved

    return await once(conn, actor, "save_query", origin, work, again)


async def _save(conn: asyncpg.Connection, actor: Actor, name: str, query: Query, shared: bool) -> SavedQuery:
    row = await conn.fetchrow(
        f"""
        INSERT INTO saved_queries (workspace_id, owner_id, name, query)
        SELECT $1, $2::uuid, $3, $4
        WHERE $5 > (SELECT count(*) FROM saved_queries
                    WHERE workspace_id = $1 AND owner_id IS NOT DISTINCT FROM $2 AND lower(name) <> lower($3))
        ON CONFLICT (workspace_id, owner_id, lower(name)) DO UPDATE SET name = excluded.name, query = excluded.query
        RETURNING {_COLUMNS}
        """,
        actor.workspace_id,
        None if shared else actor.person_id,
        name,
        query.text(),
        _KEPT_MAX,
    )
    if row is None:
        message = f"there are {_KEPT_MAX} saved queries already"
        raise Invalid(FieldError(field="name", code="saved_too_many", message=message, limit=_KEPT_MAX))
    return _read(row)


async def _require_free(conn: asyncpg.Connection, actor: Actor, name: str, shared: bool) -> None:
    taken = await conn.fetchval(
        """
        SELECT name FROM saved_queries
        WHERE workspace_id = $1 AND owner_id IS NOT DISTINCT FROM $2 AND lower(name) = lower($3)
        """,
        actor.workspace_id,
        None if shared else actor.person_id,
        name,
    )
    if taken is not None:
        raise Conflict("saved query", taken)


async def remove(conn: asyncpg.Connection, actor: Actor, name: str, *, shared: bool = False) -> None:
    """Raises NotFound, Forbidden."""
    _may_write(actor, shared)
    gone = await conn.fetchval(
        """
        DELETE FROM saved_queries
        WHERE workspace_id = $1 AND owner_id IS NOT DISTINCT FROM $2 AND lower(name) = lower($3)
        RETURNING saved_query_id
        """,
        actor.workspace_id,
        None if shared else actor.person_id,
        limits.line(name),
    )
    if gone is None:
        raise NotFound("saved query", name)


async def get(conn: asyncpg.Connection, actor: Actor, name: str) -> SavedQuery:
    """One's own before everybody's of the same name. Raises NotFound."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM saved_queries
        WHERE workspace_id = $1 AND (owner_id = $2 OR owner_id IS NULL) AND lower(name) = lower($3)
        ORDER BY owner_id NULLS LAST LIMIT 1
        """,
        actor.workspace_id,
        actor.person_id,
        limits.line(name),
    )
    if row is None:
        raise NotFound("saved query", name)
    return _read(row)


async def available(conn: asyncpg.Connection, actor: Actor) -> tuple[SavedQuery, ...]:
    """One's own, then everybody's, each by name."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM saved_queries
        WHERE workspace_id = $1 AND (owner_id = $2 OR owner_id IS NULL)
        ORDER BY owner_id IS NULL, lower(name)
        """,
        actor.workspace_id,
        actor.person_id,
    )
    return tuple(map(_read, rows))


def of_found(found: Found) -> tuple[SavedQuery, ...]:
    """As `available`, from what was looked up with the names in queries."""
    return tuple(_read(_typed(row)) for row in found.saved)


def _typed(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that went through JSON."""
    return {
        **row,
        "saved_query_id": UUID(row["saved_query_id"]),
        "owner_id": UUID(row["owner_id"]) if row["owner_id"] else None,
        "created_at": datetime.fromisoformat(row["created_at"]),
    }


def _may_write(actor: Actor, shared: bool) -> None:
    if shared:
        require(actor, Action.EDIT)
    elif actor.person_id is None:
        raise Forbidden("save query", "person")


def _checked(name: str) -> str:
    name = limits.line(name)
    if not name:
        raise Invalid(FieldError(field="name", code="required", message="a saved query needs a name"))
    if len(name) > NAME_MAX:
        message = f"a name has at most {NAME_MAX} characters"
        raise Invalid(FieldError(field="name", code="too_long", message=message, limit=NAME_MAX))
    return name
