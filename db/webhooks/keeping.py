"""The webhooks of a workspace: made, listed, rotated and deleted by their owner or an admin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, LiteralString

import asyncpg

from db import spent
from db.access import Actor
from db.constraints import domain_errors
from db.errors import FieldError, Invalid
from db.ids import ChannelId, PersonId, WorkspaceId
from db.owned import one, whose

NAME_MAX: Final = 50


class Kind(StrEnum):
    """Whose bodies it understands. GENERIC: by the hook's own mapping."""

    GENERIC = "generic"
    ALERTMANAGER = "alertmanager"
    SENTRY = "sentry"
    GITHUB = "github"


class Auth(StrEnum):
    """How a sender shows that it knows the secret: by signing the body, or by sending it."""

    HMAC = "hmac"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True, kw_only=True)
class HookDraft:
    """`mapping` is of use to a generic one only."""

    name: str
    kind: Kind
    auth: Auth
    channel_id: ChannelId | None = None
    mapping: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """`failed` counts the deliveries that could not be understood and are kept."""

    workspace_id: WorkspaceId
    webhook_id: str
    name: str
    kind: Kind
    auth: Auth
    owner_id: PersonId
    channel_id: ChannelId | None
    sealed_secret: bytes = field(repr=False)
    mapping: dict[str, Any]
    failed: int = 0


_COLUMNS: Final[LiteralString] = (
    "h.workspace_id, h.webhook_id, h.name, h.kind, h.auth, h.owner_id, h.channel_id, h.sealed_secret, h.mapping"
)
# A hook is its owner's; an admin answers for all of them.
_OWN: Final[LiteralString] = "h.workspace_id = $1 AND ($2 OR h.owner_id = $3)"


def _read(row: asyncpg.Record) -> Hook:
    return Hook(**{**dict(row), "kind": Kind(row["kind"]), "auth": Auth(row["auth"])})


async def create(
    conn: asyncpg.Connection,
    actor: Actor,
    draft: HookDraft,
    *,
    webhook_id: str,
    sealed_secret: bytes,
    request_key: str | None = None,
) -> Hook:
    """In the caller's transaction. Raises Invalid; Conflict for a request made before, also if its webhook is gone."""
    if not 1 <= len(draft.name) <= NAME_MAX:
        code = "too_long" if draft.name else "required"
        message = f"a webhook's name has 1 to {NAME_MAX} characters"
        raise Invalid(FieldError(field="name", code=code, message=message, limit=NAME_MAX))
    with domain_errors():
        row = await conn.fetchrow(
            f"""
            INSERT INTO webhooks AS h
                (workspace_id, webhook_id, name, kind, auth, owner_id, channel_id, sealed_secret, mapping, request_key)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10)
            RETURNING {_COLUMNS}""",
            actor.workspace_id,
            webhook_id,
            draft.name,
            draft.kind.value,
            draft.auth.value,
            actor.person_id,
            draft.channel_id,
            sealed_secret,
            json.dumps(dict(draft.mapping)),
            request_key,
        )
    await spent.refuse(conn, actor.workspace_id, request_key)
    return _read(row)


async def by_id(conn: asyncpg.Connection, webhook_id: str) -> Hook | None:
    """Whatever its workspace: this is how a delivery's workspace becomes known. None where the app is gone."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM webhooks h
        JOIN workspaces w ON w.workspace_id = h.workspace_id AND w.uninstalled_at IS NULL
        WHERE h.webhook_id = $1""",
        webhook_id,
    )
    return None if row is None else _read(row)


async def listed(conn: asyncpg.Connection, actor: Actor) -> tuple[Hook, ...]:
    """The actor's own; all of the workspace's for an admin. Newest first."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS}, (
            SELECT count(*) FROM webhook_arrivals a
            WHERE a.workspace_id = h.workspace_id AND a.webhook_id = h.webhook_id AND a.state = 'failed'
        ) AS failed
        FROM webhooks h WHERE {_OWN} ORDER BY h.created_at DESC, h.webhook_id LIMIT 100""",
        *whose(actor),
    )
    return tuple(_read(row) for row in rows)


async def mine(conn: asyncpg.Connection, actor: Actor, webhook_id: str) -> Hook:
    """Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM webhooks h WHERE {_OWN} AND h.webhook_id = $4", *whose(actor), webhook_id
    )
    return _read(one(row, "webhook", webhook_id))


async def rotate(conn: asyncpg.Connection, actor: Actor, webhook_id: str, sealed_secret: bytes) -> Hook:
    """The old secret is worth nothing from now on. Raises NotFound."""
    row = await conn.fetchrow(
        f"UPDATE webhooks h SET sealed_secret = $5 WHERE {_OWN} AND h.webhook_id = $4 RETURNING {_COLUMNS}",
        *whose(actor),
        webhook_id,
        sealed_secret,
    )
    return _read(one(row, "webhook", webhook_id))


async def delete(conn: asyncpg.Connection, actor: Actor, webhook_id: str) -> Hook:
    """Its issues stay. Raises NotFound."""
    row = await conn.fetchrow(
        f"""
        WITH gone AS (
            DELETE FROM webhooks h WHERE {_OWN} AND h.webhook_id = $4 RETURNING {_COLUMNS}, h.request_key
        ), {spent.REMEMBERED}
        SELECT {_COLUMNS} FROM gone h""",
        *whose(actor),
        webhook_id,
    )
    return _read(one(row, "webhook", webhook_id))
