"""What somebody chose last when they filed an issue in a channel: a form begins with it the next time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import asyncpg

from db.access import Actor
from db.ids import ChannelId, SlackUserId

# Of a person's own changes, so many are looked through.
_LOOKED_THROUGH: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`assignee` is left out when they are gone by now."""

    assignee: SlackUserId | None
    labels: tuple[str, ...]


async def last_in(conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId) -> Choices:
    """Labels that are gone are left out too."""
    row = await conn.fetchrow(
        """
        SELECT p.slack_user_id, ARRAY(
                   SELECT l.name FROM jsonb_array_elements_text(e.after -> 'labels') AS chosen (name)
                   JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(chosen.name)
                   ORDER BY lower(l.name)) AS labels
        FROM (
            SELECT change_id FROM (
                SELECT change_id, channel_id, action FROM changes
                WHERE workspace_id = $1 AND actor_id = $2 ORDER BY change_id DESC LIMIT $4
            ) own
            WHERE channel_id = $3 AND action = 'create' ORDER BY change_id DESC LIMIT 1
        ) last
        JOIN events e ON e.workspace_id = $1 AND e.change_id = last.change_id AND e.kind = 'created'
        LEFT JOIN people p ON p.workspace_id = $1 AND p.active AND p.person_id = (e.after ->> 'assignee_id')::uuid
        """,
        actor.workspace_id,
        actor.person_id,
        channel_id,
        _LOOKED_THROUGH,
    )
    if row is None:
        return Choices(assignee=None, labels=())
    return Choices(assignee=row["slack_user_id"], labels=tuple(row["labels"]))
