"""What leaves no change behind and comes again, however late: a request is known by its person, news by its time."""

from __future__ import annotations

from typing import Final

import asyncpg

from db.access import Actor
from db.ids import SlackUserId, WorkspaceId

_KEY: Final = "asked"
_TOLD: Final = "told"
# So many of one person's are remembered.
REMEMBERED: Final = 24


async def is_first(conn: asyncpg.Connection, actor: Actor, request_key: str | None) -> bool:
    """Notes the actor's request in the caller's transaction, and holds back their others until that ends.

    False: it was noted before. What has no key, or no person behind it, is always the first.
    """
    if request_key is None or actor.person_id is None:
        return True
    status = await conn.execute(
        """
        UPDATE people SET settings = settings || jsonb_build_object($3::text, (
            SELECT coalesce(jsonb_agg(kept.key ORDER BY kept.place), '[]') FROM (
                SELECT key, place FROM jsonb_array_elements(coalesce(settings -> $3, '[]') || to_jsonb($4::text))
                     WITH ORDINALITY AS each (key, place)
                ORDER BY place DESC LIMIT $5
            ) kept))
        WHERE workspace_id = $1 AND person_id = $2 AND NOT coalesce(settings -> $3 ? $4, false)
        """,
        actor.workspace_id,
        actor.person_id,
        _KEY,
        request_key,
        REMEMBERED,
    )
    return bool(status == "UPDATE 1")


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
        _TOLD,
        at,
    )
    return row is None or not row["late"]
