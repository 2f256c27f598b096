"""What Slack tells of people, each time with when that was: what comes late says nothing new."""

from __future__ import annotations

from typing import Final

import asyncpg

from db.ids import SlackUserId, WorkspaceId

_KEY: Final = "told"


async def is_newest(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, slack_user_id: SlackUserId, at: str
) -> bool:
    """Notes when Slack last told of somebody. False: it has told of something later before.

    Whoever is not known yet has never been told of.
    """
    row = await conn.fetchrow(
        """
        WITH known AS (
            SELECT person_id, (settings ->> $3::text)::numeric AS last FROM people
            WHERE workspace_id = $1 AND slack_user_id = $2 FOR NO KEY UPDATE
        ), noted AS (
            UPDATE people p SET settings = settings || jsonb_build_object($3::text, $4::text) FROM known
            WHERE p.workspace_id = $1 AND p.person_id = known.person_id
              AND (known.last IS NULL OR known.last < $4::text::numeric)
        )
        SELECT last > $4::text::numeric AS late FROM known
        """,
        workspace_id,
        slack_user_id,
        _KEY,
        at,
    )
    return row is None or not row["late"]
