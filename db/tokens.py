"""API tokens. Only a bcrypt hash of the secret is kept; making and checking that hash is the caller's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, LiteralString

import asyncpg

from db.access import Actor, outranks
from db.constraints import domain_errors
from db.errors import FieldError, Invalid
from db.ids import PersonId, WorkspaceId
from db.owned import one, whose
from db.states import Role, Source

NAME_MAX = 50

_COLUMNS = """workspace_id, token_id, name, person_id, role, secret_hash,
    created_at, expires_at, revoked_at, last_used_at"""

# A token can never do more than the person it acts for may do now, and nothing once they, or the app, are gone.
_AS_IT_STANDS = """
    SELECT t.workspace_id, t.token_id, t.name, t.person_id, t.secret_hash, t.created_at, t.expires_at, t.last_used_at,
           CASE WHEN p.role = 'guest' OR t.role = 'guest' THEN 'guest'
                WHEN p.role = 'member' THEN 'member'
                ELSE t.role END AS role,
           coalesce(t.revoked_at, w.uninstalled_at, CASE WHEN NOT p.active THEN now() END) AS revoked_at
    FROM tokens t
    JOIN workspaces w ON w.workspace_id = t.workspace_id
    LEFT JOIN people p ON p.workspace_id = t.workspace_id AND p.person_id = t.person_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token as it is kept; `secret_hash` never leaves the server."""

    workspace_id: WorkspaceId
    token_id: str
    name: str
    person_id: PersonId | None
    role: Role
    secret_hash: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def from_row(cls, row: asyncpg.Record) -> Token:
        return cls(**{**dict(row), "role": Role(row["role"])})

    def __repr__(self) -> str:
        return f"Token({self.token_id!r}, {self.workspace_id!r})"

    def usable(self, now: datetime) -> bool:
        """Neither revoked nor expired at `now`."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    def actor(self) -> Actor:
        return Actor(
            workspace_id=self.workspace_id, person_id=self.person_id, role=self.role, source=Source.API
        )


async def create(
    conn: asyncpg.Connection,
    actor: Actor,
    *,
    token_id: str,
    name: str,
    role: Role,
    secret_hash: str,
    expires_at: datetime | None = None,
    request_key: str | None = None,
) -> Token:
    """Keeps a new token that acts for `actor`. Raises Invalid; Conflict for a request made before."""
    if outranks(role, actor.role):
        message = "a token can do no more than the one who makes it"
        raise Invalid(FieldError(field="role", code="token_role", message=message))
    if not 1 <= len(name) <= NAME_MAX:
        message = f"a token's name has 1 to {NAME_MAX} characters"
        code = "too_long" if name else "required"
        raise Invalid(FieldError(field="name", code=code, message=message, limit=NAME_MAX))
    with domain_errors():
        row = await conn.fetchrow(
            f"""
            INSERT INTO tokens
                (workspace_id, token_id, name, person_id, role, secret_hash, expires_at, request_key)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            RETURNING {_COLUMNS}""",
            actor.workspace_id,
            token_id,
            name,
            actor.person_id,
            role.value,
            secret_hash,
            expires_at,
            request_key,
        )
    return Token.from_row(row)


async def by_id(conn: asyncpg.Connection, token_id: str) -> Token | None:
    """The token of this id, whatever its workspace: this is how a request's workspace becomes known.

    Its role is no higher than its person's is now; it counts as revoked when they have left.
    """
    row = await conn.fetchrow(f"{_AS_IT_STANDS} WHERE t.token_id = $1", token_id)
    return Token.from_row(row) if row is not None else None


async def listed(conn: asyncpg.Connection, actor: Actor) -> tuple[Token, ...]:
    """The actor's own live tokens; all of the workspace's for an admin. Newest first."""
    rows = await conn.fetch(
        f"""
        SELECT {_COLUMNS} FROM tokens
        WHERE workspace_id = $1 AND revoked_at IS NULL AND ($2 OR person_id = $3)
        ORDER BY created_at DESC, token_id LIMIT 100""",
        *whose(actor),
    )
    return tuple(Token.from_row(row) for row in rows)


async def revoke(conn: asyncpg.Connection, actor: Actor, token_id: str) -> Token:
    """Ends a token of the actor's own, or any of the workspace's for an admin. Raises NotFound."""
    row = await conn.fetchrow(
        f"""
        UPDATE tokens SET revoked_at = coalesce(revoked_at, now())
        WHERE workspace_id = $1 AND ($2 OR person_id = $3) AND token_id = $4
        RETURNING {_COLUMNS}""",
        *whose(actor),
        token_id,
    )
    return Token.from_row(one(row, "token", token_id))


async def touch(conn: asyncpg.Connection, workspace_id: WorkspaceId, token_id: str) -> None:
    """Notes that the token was used just now."""
    await conn.execute(
        "UPDATE tokens SET last_used_at = now() WHERE workspace_id = $1 AND token_id = $2",
        workspace_id,
        token_id,
    )


_CLAIM: Final[LiteralString] = """
WITH claimed AS (
    INSERT INTO api_requests (workspace_id, token_id, request_key, digest) VALUES ($1, $2, $3, $4)
    ON CONFLICT (workspace_id, token_id, request_key) DO NOTHING
    RETURNING digest)
SELECT digest FROM claimed
UNION ALL
SELECT digest FROM api_requests WHERE workspace_id = $1 AND token_id = $2 AND request_key = $3
LIMIT 1"""


async def claim_request(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, token_id: str, request_key: str, digest: bytes
) -> bool:
    """Whether `request_key` is new, or was used for the same `digest` (SHA-256 of the request) before."""
    values = (workspace_id, token_id, request_key, digest)
    kept = await conn.fetchval(_CLAIM, *values)
    if kept is None:
        # Claimed by an identical request while ours ran, and so invisible to it; not any more.
        kept = await conn.fetchval(_CLAIM, *values)
    return bool(kept == digest)


async def forget_requests(conn: asyncpg.Connection, before: datetime) -> int:
    """Drops idempotency records older than `before`; returns how many."""
    done = await conn.execute("DELETE FROM api_requests WHERE at < $1", before)
    return int(done.split()[-1])
