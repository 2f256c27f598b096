"""Where a report is made: one snapshot of the database, and the cheapest source that answers its questions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import asyncpg

from db.access import Actor
from db.query import Query
from db.reports.choosing import Chosen, choose
from db.reports.kept import Kept
from db.reports.naming import Naming
from db.reports.scanned import Scanned
from db.reports.sifted import Sifted
from db.reports.sifting import sieve
from db.reports.source import Source
from db.rollups.folding import MERGING

# So many issues that wait to be folded can be counted beside the kept numbers; a scan is quicker than more.
MOST_PENDING: Final = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a report is made with, inside its snapshot."""

    conn: asyncpg.Connection
    actor: Actor
    zone: ZoneInfo
    source: Source
    chosen: Chosen

    def naming(self, open_now: int) -> Naming:
        """`open_now`: how many issues the report has found open."""
        sifted = self.source if isinstance(self.source, Sifted) else None
        return Naming(self.conn, self.actor, self.chosen, self.zone, sifted=sifted, open_now=open_now)


@asynccontextmanager
async def desk(conn: asyncpg.Connection, actor: Actor, query: Query | None) -> AsyncIterator[Desk]:
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        state = await _state(conn, actor)
        zone = ZoneInfo(state["zone"])
        chosen = await choose(conn, actor, query)
        source = await _source(conn, actor, chosen, zone, state)
        yield Desk(conn=conn, actor=actor, zone=zone, source=source, chosen=chosen)


async def _state(conn: asyncpg.Connection, actor: Actor) -> Any:
    """`usable`: there is a book, and no merge of labels or people that it has not taken in."""
    return await conn.fetchrow(
        f"""
        SELECT coalesce(b.timezone, w.timezone) AS zone,
               b.workspace_id IS NOT NULL AND NOT b.labels_moved AND NOT {MERGING} AS usable,
               (SELECT count(*) FROM (SELECT FROM rollup_waiting WHERE workspace_id = $1 LIMIT $2) first) AS pending
        FROM workspaces w LEFT JOIN rollup_books b USING (workspace_id) WHERE workspace_id = $1""",
        actor.workspace_id,
        MOST_PENDING + 1,
    )


async def _source(
    conn: asyncpg.Connection, actor: Actor, chosen: Chosen, zone: ZoneInfo, state: Any
) -> Source:
    """The sums; for a query or a guest the counted issues, one by one; the issues themselves where neither will do."""
    if state["usable"] and state["pending"] <= MOST_PENDING:
        if actor.sees_only is None and not chosen.resolved.query.terms:
            return Kept(conn, actor.workspace_id)
        sifting = await sieve(conn, chosen.resolved, zone)
        if sifting is not None:
            if sifting.candidates is not None:
                # A plan made once for all does not know how many candidates there are, and looks through all of
                # them for each row.
                await conn.execute("SET LOCAL plan_cache_mode = force_custom_plan")
            return Sifted(conn, actor, sifting, pending=state["pending"] > 0)
    return Scanned(conn, actor, zone, chosen.many)
