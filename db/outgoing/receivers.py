"""The outgoing webhooks of a workspace: made, listed, switched on and off, and deleted by their owner or an admin."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, LiteralString

import asyncpg

from db import spent
from db.access import Actor
from db.constraints import domain_errors
from db.errors import FieldError, Invalid
from db.ids import PersonId, WorkspaceId
from db.owned import one, whose

NAME_MAX: Final = 50
URL_MAX: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A program that is told. `off_at`: since then it is not, because it did not listen for long."""

    workspace_id: WorkspaceId
    webhook_id: str
    name: str
    url: str
    owner_id: PersonId
    sealed_secret: bytes = field(repr=False)
    off_at: datetime | None


_COLUMNS: Final[LiteralString] = (
    "r.workspace_id, r.webhook_id, r.name, r.url, r.owner_id, r.sealed_secret, r.off_at"
)
# A receiver is its owner's; an admin answers for all of them.
_OWN: Final[LiteralString] = "r.workspace_id = $1 AND ($2 OR r.owner_id = $3)"


async def create(
    conn: asyncpg.Connection,
    actor: Actor,
    *,
    webhook_id: str,
    name: str,
    url: str,
    sealed_secret: bytes,
    request_key: str | None = None,
) -> Receiver:
    """In the caller's transaction. Raises Invalid; Conflict for a request made before, also if its webhook is gone."""
    errors = [
        FieldError(
            field=each, code="too_long" if text else "required", message=f"1 to {most} characters", limit=most
        )
        for each, text, most in (("name", name, NAME_MAX), ("url", url, URL_MAX))
        if not 1 <= len(text) <= most
    ]
    if errors:
        raise Invalid(*errors)
    with domain_errors():
        row = await conn.fetchrow(
            f"""
            INSERT INTO outgoing_webhooks AS r
                (workspace_id, webhook_id, name, url, owner_id, sealed_secret, request_key)
            VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {_COLUMNS}""",
            actor.workspace_id,
            webhook_id,
            name,
            url,
            actor.person_id,
            sealed_secret,
            request_key,
        )
    await spent.refuse(conn, actor.workspace_id, request_key)
    return Receiver(**dict(row))


async def listed(conn: asyncpg.Connection, actor: Actor) -> tuple[Receiver, ...]:
    """The actor's own; all of the workspace's for an admin. Newest first."""
    rows = await conn.fetch(
        f"SELECT {_COLUMNS} FROM outgoing_webhooks r WHERE {_OWN} ORDER BY r.created_at DESC, r.webhook_id LIMIT 100",
        *whose(actor),
    )
    return tuple(Receiver(**dict(row)) for row in rows)


async def mine(conn: asyncpg.Connection, actor: Actor, webhook_id: str) -> Receiver:
    """Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM outgoing_webhooks r WHERE {_OWN} AND r.webhook_id = $4",
        *whose(actor),
        webhook_id,
    )
    return Receiver(**dict(one(row, "webhook", webhook_id)))


async def delete(conn: asyncpg.Connection, actor: Actor, webhook_id: str) -> Receiver:
    """With all that was still to be said. Raises NotFound."""
    row = await conn.fetchrow(
        f"""
        WITH gone AS (
            DELETE FROM outgoing_webhooks r WHERE {_OWN} AND r.webhook_id = $4 RETURNING {_COLUMNS}, r.request_key
        ), {spent.REMEMBERED}
        SELECT {_COLUMNS} FROM gone r""",
        *whose(actor),
        webhook_id,
    )
    return Receiver(**dict(one(row, "webhook", webhook_id)))


async def switch_on(conn: asyncpg.Connection, actor: Actor, webhook_id: str) -> Receiver:
    """From now on it is told again. Raises NotFound."""
    row = await conn.fetchrow(
        f"UPDATE outgoing_webhooks r SET off_at = NULL WHERE {_OWN} AND r.webhook_id = $4 RETURNING {_COLUMNS}",
        *whose(actor),
        webhook_id,
    )
    return Receiver(**dict(one(row, "webhook", webhook_id)))


async def listening(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> tuple[str, ...]:
    """Whom to tell: those that are on, and whose owner is still somebody who may see every issue."""
    rows = await conn.fetch(
        """
        SELECT r.webhook_id FROM outgoing_webhooks r
        JOIN people p ON p.workspace_id = r.workspace_id AND p.person_id = r.owner_id
        WHERE r.workspace_id = $1 AND r.off_at IS NULL AND p.active AND p.role <> 'guest'
        ORDER BY r.webhook_id""",
        workspace_id,
    )
    return tuple(row["webhook_id"] for row in rows)


async def receiver(conn: asyncpg.Connection, workspace_id: WorkspaceId, webhook_id: str) -> Receiver | None:
    """None when it is off, deleted, or the app is gone."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM outgoing_webhooks r
        JOIN workspaces w ON w.workspace_id = r.workspace_id AND w.uninstalled_at IS NULL
        WHERE r.workspace_id = $1 AND r.webhook_id = $2 AND r.off_at IS NULL""",
        workspace_id,
        webhook_id,
    )
    return None if row is None else Receiver(**dict(row))


async def switch_off(conn: asyncpg.Connection, to: Receiver, outcome: str) -> bool:
    """What still waits has failed. False when it was off already."""
    off = await conn.fetchval(
        """
        UPDATE outgoing_webhooks SET off_at = now()
        WHERE workspace_id = $1 AND webhook_id = $2 AND off_at IS NULL RETURNING true""",
        to.workspace_id,
        to.webhook_id,
    )
    await conn.execute(
        """
        UPDATE outgoing_sends SET state = 'failed', outcome = coalesce(outcome, $3), settled_at = now()
        WHERE workspace_id = $1 AND webhook_id = $2 AND state = 'waiting'""",
        to.workspace_id,
        to.webhook_id,
        outcome,
    )
    return bool(off)
