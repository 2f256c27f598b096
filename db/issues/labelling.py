"""Labels by name: found in any case, made on first use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from db import limits
from db.access import Actor
from db.ids import LabelId


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
