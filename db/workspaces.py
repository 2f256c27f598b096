"""A Slack team that has Lodge."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString
from zoneinfo import available_timezones

import asyncpg

from db.access import Action, Actor, require
from db.errors import FieldError, Invalid, NotFound
from db.ids import WorkspaceId
from db.rollups.folding import ask_for_rebuild


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """`settings["policy"]` says which role bulk_large, import, tokens... need (see db.access)."""

    workspace_id: WorkspaceId
    name: str
    key_prefix: str
    search_config: str
    timezone: str
    settings: dict[str, Any]


_COLUMNS: Final[LiteralString] = (
    "workspace_id, name, key_prefix, search_config::text AS search_config, timezone, settings"
)


def _read(row: Any) -> Workspace:
    return Workspace(**dict(row.items()))


async def ensure(conn: asyncpg.Connection, workspace_id: WorkspaceId, name: str = "") -> Workspace:
    """The workspace, made when it is new."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM workspaces WHERE workspace_id = $1", workspace_id)
    if row is None:
        await conn.execute("SELECT create_workspace($1, $2)", workspace_id, name)
        return await get(conn, workspace_id)
    return _read(row)


async def get(conn: asyncpg.Connection, workspace_id: WorkspaceId) -> Workspace:
    """Raises NotFound."""
    row = await conn.fetchrow(f"SELECT {_COLUMNS} FROM workspaces WHERE workspace_id = $1", workspace_id)
    if row is None:
        raise NotFound("workspace", workspace_id)
    return _read(row)


async def search_configs(conn: asyncpg.Connection) -> tuple[str, ...]:
    """The text search configurations that PostgreSQL brings along here, by name."""
    rows = await conn.fetch(
        "SELECT cfgname FROM pg_ts_config WHERE cfgnamespace = 'pg_catalog'::regnamespace ORDER BY cfgname"
    )
    return tuple(row["cfgname"] for row in rows)


async def update_settings(
    conn: asyncpg.Connection,
    actor: Actor,
    *,
    name: str | None = None,
    key_prefix: str | None = None,
    search_config: str | None = None,
    timezone: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Workspace:
    """Changes what is given; `settings` is merged key by key, and a value of None removes its key.

    Raises Forbidden, Invalid.
    """
    current = await get(conn, actor.workspace_id)
    require(actor, Action.SETTINGS, current.settings)
    _check_prefix(key_prefix)
    _check_timezone(timezone)
    try:
        row = await conn.fetchrow(
            f"""
            UPDATE workspaces
            SET name = coalesce($2, name), key_prefix = coalesce($3, key_prefix),
                search_config = coalesce($4::text::regconfig, search_config),
                timezone = coalesce($5, timezone),
                settings = jsonb_strip_nulls(settings || $6::text::jsonb)
            WHERE workspace_id = $1
            RETURNING {_COLUMNS}""",
            actor.workspace_id,
            name,
            key_prefix,
            search_config,
            timezone,
            json.dumps(dict(settings or {})),
        )
    except asyncpg.UndefinedObjectError as error:
        message = f"“{search_config}” is not a text search configuration of this database"
        raise Invalid(FieldError(field="search_config", code="unknown", message=message)) from error
    if row["timezone"] != current.timezone:
        # Every day begins at another moment.
        await ask_for_rebuild(conn, actor.workspace_id)
    return _read(row)


async def command(conn: asyncpg.Connection) -> str | None:
    """What the app's command is called; None before it was heard, and where it is called as it always was."""
    name: str | None = await conn.fetchval(
        "SELECT settings ->> 'command' FROM workspaces WHERE settings ? 'command' LIMIT 1"
    )
    return name


async def call_command(conn: asyncpg.Connection, name: str) -> bool:
    """In all workspaces: it is the app's. Written when the app's manifest was changed, and never else.

    False: there is no workspace yet.
    """
    await conn.execute(
        """
        UPDATE workspaces SET settings = settings || jsonb_build_object('command', $1::text)
        WHERE settings ->> 'command' IS DISTINCT FROM $1""",
        name,
    )
    return await command(conn) is not None


async def note_charts_refused(conn: asyncpg.Connection, workspace_id: WorkspaceId, now: datetime) -> None:
    """Slack did not take its own charts there; `settings["charts_refused_at"]` says when."""
    await conn.execute(
        """
        UPDATE workspaces SET settings = settings || jsonb_build_object('charts_refused_at', $2::text)
        WHERE workspace_id = $1""",
        workspace_id,
        now.isoformat(),
    )


def _check_prefix(prefix: str | None) -> None:
    if prefix is not None and not re.fullmatch(r"[A-Z][A-Z0-9]{0,9}", prefix):
        message = "takes 1 to 10 capital letters and digits, a letter first"
        raise Invalid(FieldError(field="key_prefix", code="malformed", message=message))


def _check_timezone(timezone: str | None) -> None:
    if timezone is not None and timezone not in available_timezones():
        message = f"“{timezone}” is not a time zone like Europe/Berlin"
        raise Invalid(FieldError(field="timezone", code="unknown", message=message))
