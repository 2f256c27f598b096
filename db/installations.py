"""Where the app is installed by OAuth. Tokens come and go sealed; what opens them is not kept here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, LiteralString

import asyncpg

from db import workspaces
from db.ids import SlackUserId, WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptInstallation:
    """`workspace_id` is the team's id, or the organisation's for an org-wide install."""

    workspace_id: WorkspaceId
    name: str
    enterprise_id: str | None
    sealed_token: bytes = field(repr=False)
    bot_user_id: SlackUserId
    bot_id: str | None
    installed_at: datetime
    # Of a token that ends: what the next one is had for, and when.
    sealed_refresh: bytes | None = field(default=None, repr=False)
    expires_at: datetime | None = None


_COLUMNS: Final[LiteralString] = (
    "workspace_id, w.name, n.enterprise_id, n.sealed_token, n.bot_user_id, n.bot_id, n.installed_at,"
    " n.sealed_refresh, n.expires_at"
)


async def save(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    name: str,
    *,
    sealed_token: bytes,
    bot_user_id: SlackUserId,
    bot_id: str | None,
    enterprise_id: str | None = None,
    scopes: Sequence[str] = (),
    installer_id: str | None = None,
    sealed_refresh: bytes | None = None,
    expires_at: datetime | None = None,
) -> None:
    """Installed, or installed again: a workspace that was gone comes back with all its data."""
    await workspaces.ensure(conn, workspace_id, name)
    await conn.execute(
        """
        WITH revived AS (
            UPDATE workspaces SET uninstalled_at = NULL, name = coalesce(nullif($8, ''), name)
            WHERE workspace_id = $1
        )
        INSERT INTO installations
            (workspace_id, enterprise_id, sealed_token, bot_user_id, bot_id, scopes, installer_id,
             sealed_refresh, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $9, $10)
        ON CONFLICT (workspace_id) DO UPDATE
            SET enterprise_id = excluded.enterprise_id, sealed_token = excluded.sealed_token,
                bot_user_id = excluded.bot_user_id, bot_id = excluded.bot_id, scopes = excluded.scopes,
                installer_id = excluded.installer_id, sealed_refresh = excluded.sealed_refresh,
                expires_at = excluded.expires_at, installed_at = now(), removed_at = NULL
        """,
        workspace_id,
        enterprise_id,
        sealed_token,
        bot_user_id,
        bot_id,
        list(scopes),
        installer_id,
        name,
        sealed_refresh,
        expires_at,
    )


async def find(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> KeptInstallation | None:
    """None where the app never was, or is no more."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM installations n JOIN workspaces w USING (workspace_id)
        WHERE workspace_id = $1 AND n.removed_at IS NULL""",
        workspace_id,
    )
    return None if row is None else KeptInstallation(**dict(row))


async def hold(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> KeptInstallation | None:
    """The same, kept from others until the end of the caller's transaction."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM installations n JOIN workspaces w USING (workspace_id)
        WHERE workspace_id = $1 AND n.removed_at IS NULL FOR UPDATE OF n""",
        workspace_id,
    )
    return None if row is None else KeptInstallation(**dict(row))


async def renew(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    *,
    sealed_token: bytes,
    sealed_refresh: bytes,
    expires_at: datetime,
) -> None:
    """Another token in the place of one that ends; the installation stays as it is."""
    await conn.execute(
        """
        UPDATE installations SET sealed_token = $2, sealed_refresh = $3, expires_at = $4
        WHERE workspace_id = $1 AND removed_at IS NULL""",
        workspace_id,
        sealed_token,
        sealed_refresh,
        expires_at,
    )


async def ending(conn: asyncpg.Connection, before: datetime) -> tuple[WorkspaceId, ...]:
    """Workspaces whose token ends before that moment, the first first."""
    rows = await conn.fetch(
        "SELECT workspace_id FROM installations WHERE expires_at < $1 ORDER BY expires_at", before
    )
    return tuple(row["workspace_id"] for row in rows)


async def disable(conn: asyncpg.Connection, workspace_id: WorkspaceId, as_of: datetime) -> bool:
    """The app is gone since `as_of`: forgets its token, keeps the data. False when it was installed after that."""
    return bool(
        await conn.fetchval(
            """
            WITH gone AS (
                UPDATE installations
                SET removed_at = now(), sealed_token = NULL, sealed_refresh = NULL, expires_at = NULL
                WHERE workspace_id = $1 AND removed_at IS NULL AND installed_at <= $2
                RETURNING workspace_id
            )
            UPDATE workspaces w SET uninstalled_at = now() FROM gone
            WHERE w.workspace_id = gone.workspace_id
            RETURNING true
            """,
            workspace_id,
            as_of,
        )
    )


async def every_sealed(conn: asyncpg.Connection) -> tuple[tuple[WorkspaceId, bytes], ...]:
    """Every token that is kept, for sealing them by a new key."""
    rows = await conn.fetch(
        """
        SELECT workspace_id, sealed FROM installations, unnest(ARRAY[sealed_token, sealed_refresh]) AS sealed
        WHERE sealed IS NOT NULL ORDER BY workspace_id"""
    )
    return tuple((row["workspace_id"], row["sealed"]) for row in rows)


async def reseal(conn: asyncpg.Connection, workspace_id: WorkspaceId, old: bytes, new: bytes) -> None:
    """Unless it has changed meanwhile."""
    await conn.execute(
        """
        UPDATE installations
        SET sealed_token = CASE WHEN sealed_token = $2 THEN $3 ELSE sealed_token END,
            sealed_refresh = CASE WHEN sealed_refresh = $2 THEN $3 ELSE sealed_refresh END
        WHERE workspace_id = $1 AND $2 IN (sealed_token, sealed_refresh)""",
        workspace_id,
        old,
        new,
    )


async def gone_since(conn: asyncpg.Connection, before: datetime) -> tuple[WorkspaceId, ...]:
    """Workspaces whose app went before that moment, and has not come back."""
    rows = await conn.fetch("SELECT workspace_id FROM installations WHERE removed_at < $1", before)
    return tuple(row["workspace_id"] for row in rows)


async def remove_workspace(conn: asyncpg.Connection, workspace_id: WorkspaceId, before: datetime) -> bool:
    """Deletes everything of it, for good; in the caller's transaction, which may take long.

    False when it has been installed again.
    """
    still_gone = await conn.fetchval(
        "SELECT true FROM installations WHERE workspace_id = $1 AND removed_at < $2 FOR UPDATE",
        workspace_id,
        before,
    )
    if not still_gone:
        return False
    await conn.execute("SET LOCAL statement_timeout = 0")
    await conn.execute("SELECT remove_workspace($1)", workspace_id)
    return True


async def put_state(conn: asyncpg.Connection, digest: bytes, expires_at: datetime) -> None:
    await conn.execute("INSERT INTO oauth_states (digest, expires_at) VALUES ($1, $2)", digest, expires_at)


async def take_state(conn: asyncpg.Connection, digest: bytes, now: datetime) -> bool:
    """Whether it was given out, has not been used, and is in time; from now on it has been used."""
    expires_at = await conn.fetchval(
        "DELETE FROM oauth_states WHERE digest = $1 RETURNING expires_at", digest
    )
    return expires_at is not None and bool(expires_at > now)


async def forget_states(conn: asyncpg.Connection, before: datetime) -> None:
    await conn.execute("DELETE FROM oauth_states WHERE expires_at < $1", before)
