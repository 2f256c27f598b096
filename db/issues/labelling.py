"""Labels by name: found in any case, made on first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from db import limits
from db.access import Actor
from db.ids import LabelId

# What is broken when a label is merged into another between the look at it and its use.
MERGED_AWAY: Final = "issue_label_label_exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    label_id: LabelId
    name: str


async def ensure(conn: asyncpg.Connection, actor: Actor, names: Sequence[str]) -> tuple[Label, ...]:
    """The labels of these names, those that are missing made. Raises Invalid.

    In autocommit, so that a caller's transaction never holds a new name that others wait for; in the
    order of names, so that two callers inside transactions never wait for each other crosswise.
    """
    names = limits.labels(list(names))
    found = await named(conn, actor, names)
    if len(found) < len(names):
        await conn.execute(
            """
            INSERT INTO labels (workspace_id, name)
            SELECT $1, given FROM unnest($2::text[]) given
            WHERE NOT EXISTS (SELECT FROM labels l WHERE l.workspace_id = $1 AND lower(l.name) = lower(given))
            ORDER BY lower(given)
            ON CONFLICT (workspace_id, lower(name)) DO NOTHING""",
            actor.workspace_id,
            names,
        )
        found = await named(conn, actor, names)
    return found


async def held(
    conn: asyncpg.Connection, actor: Actor, names: Sequence[str], *, anew: bool = False
) -> tuple[Label, ...]:
    """As `ensure`, and none of them is merged into another until the caller's transaction ends.

    Of a label that was merged while this waited, the other one is given; or it is made `anew`.
    """
    while names:
        found = await ensure(conn, actor, names)
        rows = await conn.fetch(
            """
            SELECT label_id FROM labels WHERE workspace_id = $1 AND label_id = ANY($2::uuid[])
            ORDER BY label_id FOR KEY SHARE""",
            actor.workspace_id,
            [label.label_id for label in found],
        )
        if len(rows) == len(found):
            return found
        if not anew:
            names = await surviving(conn, actor, names)
    return ()


async def surviving(conn: asyncpg.Connection, actor: Actor, names: Sequence[str]) -> tuple[str, ...]:
    """What labels that were there a moment ago are called now: some were merged into others since."""
    rows = await conn.fetch(
        """
        SELECT lower(summary ->> 'from') AS gone, summary ->> 'into' AS name FROM changes
        WHERE workspace_id = $1 AND change_id > uuid_v7(clock_timestamp() - interval '1 minute')
          AND action = 'merge_labels'
        ORDER BY change_id""",
        actor.workspace_id,
    )
    now = list(names)
    for row in rows:
        now = [row["name"] if name.lower() == row["gone"] else name for name in now]
    return limits.labels(now)


async def named(conn: asyncpg.Connection, actor: Actor, names: Sequence[str]) -> tuple[Label, ...]:
    """Those of them that exist, in any case, by name."""
    rows = await conn.fetch(
        """
        SELECT DISTINCT l.label_id, l.name, lower(l.name) AS folded
        FROM unnest($2::text[]) given
        JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(given)
        ORDER BY folded""",
        actor.workspace_id,
        list(names),
    )
    return tuple(Label(label_id=row["label_id"], name=row["name"]) for row in rows)
