"""Requests that leave no change behind: one that comes again, however late, is known by its person."""

from __future__ import annotations

from typing import Final

import asyncpg

from db.access import Actor

_KEY: Final = "asked"
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
