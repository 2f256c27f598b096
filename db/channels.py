"""How the bot behaves in one channel."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import asyncpg

from db.access import Action, Actor, require
from db.errors import FieldError, Invalid
from db.ids import ChannelId, WorkspaceId

EMOJI_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """`broadcast`: changes of state are said in the channel too. `silent`: other changes are said nowhere, the
    card alone shows them. `condensed`: cards of one line.

    `previews`: issues named in chat are shown. `reactions`: those to a card act on its issue. `emoji` makes a
    message an issue; None: the workspace's.
    """

    broadcast: bool = False
    silent: bool = False
    condensed: bool = False
    previews: bool = False
    reactions: bool = False
    emoji: str | None = None


USUAL: Final = ChannelSettings()


async def settings_of(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channels: Sequence[ChannelId]
) -> dict[ChannelId, ChannelSettings]:
    """Of those channels where something was set."""
    rows = await conn.fetch(
        """
        SELECT channel_id, settings FROM channel_settings
        WHERE workspace_id = $1 AND channel_id = ANY ($2::text[])
        """,
        workspace_id,
        list(channels),
    )
    return {row["channel_id"]: _read(row["settings"]) for row in rows}


async def settings(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, channel_id: ChannelId
) -> ChannelSettings:
    return (await settings_of(conn, workspace_id, [channel_id])).get(channel_id, USUAL)


async def keep(
    conn: asyncpg.Connection, actor: Actor, channel_id: ChannelId, chosen: ChannelSettings
) -> None:
    """Raises Forbidden, Invalid."""
    require(actor, Action.SUBSCRIBE)
    if chosen.emoji is not None and len(chosen.emoji) > EMOJI_MAX:
        message = f"the name of an emoji has at most {EMOJI_MAX} characters"
        raise Invalid(FieldError(field="emoji", code="too_long", message=message, limit=EMOJI_MAX))
    await conn.execute(
        """
        INSERT INTO channel_settings (workspace_id, channel_id, settings) VALUES ($1, $2, $3::text::jsonb)
        ON CONFLICT (workspace_id, channel_id) DO UPDATE SET settings = excluded.settings
        """,
        actor.workspace_id,
        channel_id,
        json.dumps(asdict(chosen)),
    )


def _read(kept: dict[str, Any]) -> ChannelSettings:
    return ChannelSettings(
        broadcast=bool(kept.get("broadcast")),
        silent=bool(kept.get("silent")),
        condensed=bool(kept.get("condensed")),
        previews=bool(kept.get("previews")),
        reactions=bool(kept.get("reactions")),
        emoji=kept.get("emoji"),
    )
