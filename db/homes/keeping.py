"""Who has opened App Home, and what they saw there last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg

from db.ids import PersonId, SlackUserId, WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """`state` is the view's metadata."""

    person_id: PersonId
    state: dict[str, Any]


async def seen_since(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, ago: timedelta, limit: int
) -> tuple[Home, ...]:
    """Homes that were opened or used within `ago`, the latest first."""
    rows = await conn.fetch(
        """
        SELECT person_id, state FROM homes
        WHERE workspace_id = $1 AND seen_at > now() - $2::interval
        ORDER BY seen_at DESC LIMIT $3
        """,
        workspace_id,
        ago,
        limit,
    )
    return tuple(Home(person_id=row["person_id"], state=row["state"]) for row in rows)


async def of_person(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, person_id: PersonId
) -> tuple[Home, SlackUserId] | None:
    """With the person's Slack id; None for whoever never opened it, or is gone."""
    row = await conn.fetchrow(
        """
        SELECT h.person_id, h.state, p.slack_user_id FROM homes h JOIN people p USING (workspace_id, person_id)
        WHERE h.workspace_id = $1 AND h.person_id = $2 AND p.active AND p.slack_user_id IS NOT NULL
        """,
        workspace_id,
        person_id,
    )
    if row is None:
        return None
    return Home(person_id=row["person_id"], state=row["state"]), row["slack_user_id"]


async def forget_old(conn: asyncpg.Connection, older_than: timedelta) -> None:
    """Of those who have not come for long nothing need be kept."""
    await conn.execute("DELETE FROM homes WHERE seen_at < now() - $1::interval", older_than)
