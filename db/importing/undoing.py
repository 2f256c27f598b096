"""Takes a whole import back, as long as nobody has worked on what it brought or brought up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, LiteralString

import asyncpg

from db import imports
from db.access import Actor
from db.errors import Conflict, LodgeError
from db.ids import ChangeId, new_uuid
from db.importing.circles import EMPTY, PARTS, Above, leave_out
from db.importing.loading import announce
from db.importing.naming import unmake
from db.imports import Import, State
from db.issues.linking import hold_parents
from db.states import Source
from db.undoing import LATER, bring_back_labels, reverse_known

_NAMED: Final = 20
# Above this nobody's cards are brought up to date one by one, as with the import itself.
_MANY: Final = 1_000


class Touched(LodgeError):
    """Some issues were worked on since. `numbers` are the first few of them, `untouched` how many were not."""

    def __init__(self, numbers: tuple[int, ...], touched: int, untouched: int) -> None:
        self.numbers = numbers
        self.touched = touched
        self.untouched = untouched
        super().__init__(f"{touched} of {touched + untouched} imported issues were worked on since")


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneImport:
    """`reverted` issues had been here before, and are as they were before the import."""

    change_id: ChangeId
    removed: int
    reverted: int
    left: int


async def undo(
    conn: asyncpg.Connection, actor: Actor, wanted: Import, *, leave_touched: bool = False
) -> UndoneImport:
    """Removes the issues of an import and takes back what it changed in others, inside the caller's transaction.

    Raises Touched unless all are as they came, or `leave_touched`; Forbidden; Conflict when there is nothing to undo.
    """
    imports.require_own(actor, wanted)
    held = await conn.fetchval(
        """
        SELECT m.change_id FROM imports m JOIN changes c USING (workspace_id, change_id)
        WHERE workspace_id = $1 AND m.import_id = $2 AND m.state = 'done' AND c.undone_by IS NULL
        FOR UPDATE""",
        wanted.workspace_id,
        wanted.import_id,
    )
    if held is None:
        raise Conflict("import", "undone")
    await conn.execute("SET LOCAL statement_timeout = 0")
    await bring_back_labels(conn, actor, held)
    counts = await _look(conn, actor, wanted, ChangeId(held))
    if counts["touched"] and not leave_touched:
        rows = await conn.fetch(_TOUCHED, _NAMED)
        await conn.execute("DROP TABLE brought, changed")
        raise Touched(
            tuple(each["number"] for each in rows),
            counts["touched"],
            counts["untouched"] + counts["unchanged"],
        )
    source = Source.IMPORT if counts["untouched"] + counts["unchanged"] > _MANY else actor.source
    change_id = await _remove(conn, actor, wanted, ChangeId(held), source)
    if counts["unchanged"]:
        await reverse_known(conn, actor, ChangeId(held), change_id, source)
    await conn.execute(
        "UPDATE imports SET state = $3, updated_at = now() WHERE workspace_id = $1 AND import_id = $2",
        wanted.workspace_id,
        wanted.import_id,
        State.UNDONE.value,
    )
    await unmake(conn, wanted.workspace_id, wanted.import_id)
    await announce(conn, actor, change_id)
    return UndoneImport(
        change_id=change_id,
        removed=counts["untouched"],
        reverted=counts["unchanged"],
        left=counts["touched"],
    )


async def _look(conn: asyncpg.Connection, actor: Actor, wanted: Import, held: ChangeId) -> dict[str, int]:
    """Makes `brought` and `changed`, and counts what of them was touched since and what was not."""
    await conn.execute(
        "CREATE TEMPORARY TABLE brought (issue_id uuid, number bigint, touched boolean) ON COMMIT DROP;"
        "CREATE TEMPORARY TABLE changed (issue_id uuid, number bigint, touched boolean) ON COMMIT DROP"
    )
    if (wanted.outcome or {}).get("updated"):
        await conn.execute(_CHANGED, wanted.workspace_id, held)
        if await conn.fetchval(_MOVES_PARENTS, wanted.workspace_id, held):
            await hold_parents(conn, actor)
        await conn.execute(_HOLD, wanted.workspace_id)
        await conn.execute(_TOUCHED_SINCE, wanted.workspace_id, held)
        await _keep_circles_out(conn, wanted, held)
        await conn.execute("ANALYZE changed")
    await conn.execute(_BROUGHT, wanted.workspace_id, held)
    await conn.execute("ANALYZE brought")
    row = await conn.fetchrow(
        """
        SELECT count(*) FILTER (WHERE b.touched) + (SELECT count(*) FROM changed c WHERE c.touched) AS touched,
               count(*) FILTER (WHERE NOT b.touched) AS untouched,
               (SELECT count(*) FROM changed c WHERE NOT c.touched) AS unchanged
        FROM brought b"""
    )
    return dict(row)


async def _keep_circles_out(conn: asyncpg.Connection, wanted: Import, held: ChangeId) -> None:
    """What had a parent or original that is no more, or stands below it by now, counts as touched."""
    await conn.execute(_LOST, wanted.workspace_id, held)
    await conn.execute(PARTS)
    left_out = 1
    # What stays as it is can stand in the way of others.
    while left_out:
        left_out = 0
        for above in Above:
            if not (await conn.execute(_BACK, wanted.workspace_id, held, _COLUMNS[above])).endswith(" 0"):
                left_out += await leave_out(conn, wanted.workspace_id, above)
                await conn.execute(
                    "UPDATE changed SET touched = true WHERE issue_id IN (SELECT child FROM refused)"
                )
                await conn.execute(EMPTY)
    await conn.execute("DROP TABLE parts, refused")


async def _remove(
    conn: asyncpg.Connection, actor: Actor, wanted: Import, undone: ChangeId, source: Source
) -> ChangeId:
    change_id, workspace = ChangeId(new_uuid()), wanted.workspace_id
    await conn.execute(
        """
        INSERT INTO changes (workspace_id, change_id, actor_id, source, action, channel_id, thread_ts, undoes)
        VALUES ($1, $2, $3, $4, 'undo', $5, $6, $7)""",
        workspace,
        change_id,
        actor.person_id,
        source.value,
        wanted.channel_id,
        wanted.thread_ts,
        undone,
    )
    await conn.execute(
        "UPDATE changes SET undone_by = $3 WHERE workspace_id = $1 AND change_id = $2",
        workspace,
        undone,
        change_id,
    )
    await conn.execute(_DELETE_ISSUES, workspace, change_id, actor.person_id, source.value)
    await conn.execute(
        """
        DELETE FROM issue_labels l USING brought b
        WHERE l.workspace_id = $1 AND l.issue_id = b.issue_id AND NOT b.touched""",
        workspace,
    )
    return change_id


_TOUCHED: Final[LiteralString] = """
SELECT number FROM brought WHERE touched UNION ALL SELECT number FROM changed WHERE touched
ORDER BY number LIMIT $1"""

# Touched: something happened to it after the import and was not taken back, or an issue from elsewhere refers to it
# and goes on to. What happens from here to the commit meets the row lock of the deletion, and finds the issue gone.
_BROUGHT: Final[LiteralString] = """
WITH mine AS MATERIALIZED (
    SELECT issue_id FROM events WHERE workspace_id = $1 AND change_id = $2 AND kind = 'created'
), leaving AS MATERIALIZED (
    SELECT c.issue_id, e.after FROM changed c
    JOIN events e ON e.workspace_id = $1 AND e.issue_id = c.issue_id AND e.change_id = $2 AND e.kind = 'edited'
    WHERE NOT c.touched AND e.after ?| '{parent_id,duplicate_of}'
)
INSERT INTO brought (issue_id, number, touched)
SELECT i.issue_id, i.number,
       EXISTS (SELECT FROM events o JOIN changes c USING (workspace_id, change_id)
               WHERE o.workspace_id = $1 AND o.issue_id = i.issue_id AND o.change_id <> $2
                 AND o.kind NOT IN ('deleted', 'restored') AND c.undone_by IS NULL
                 AND NOT EXISTS (SELECT FROM changes undone WHERE undone.workspace_id = $1
                                 AND undone.change_id = c.undoes AND undone.undone_by = c.change_id))
       OR EXISTS (SELECT FROM issues r
                  WHERE r.workspace_id = $1 AND r.parent_id = i.issue_id AND r.deleted_at IS NULL
                    AND r.issue_id NOT IN (SELECT issue_id FROM mine)
                    AND r.issue_id NOT IN (SELECT issue_id FROM leaving WHERE after ? 'parent_id'))
       OR EXISTS (SELECT FROM issues r
                  WHERE r.workspace_id = $1 AND r.duplicate_of = i.issue_id AND r.deleted_at IS NULL
                    AND r.issue_id NOT IN (SELECT issue_id FROM mine)
                    AND r.issue_id NOT IN (SELECT issue_id FROM leaving WHERE after ? 'duplicate_of'))
FROM mine JOIN issues i ON i.workspace_id = $1 AND i.issue_id = mine.issue_id AND i.deleted_at IS NULL"""

# Those that were here before; of them a later change to the same stands in the way, as it does everywhere.
_CHANGED: Final[LiteralString] = """
INSERT INTO changed (issue_id, number, touched)
SELECT i.issue_id, i.number, false
FROM (SELECT issue_id FROM events WHERE workspace_id = $1 AND change_id = $2 GROUP BY issue_id
      HAVING bool_or(kind IN ('edited', 'commented')) AND NOT bool_or(kind = 'created')) e
JOIN issues i ON i.workspace_id = $1 AND i.issue_id = e.issue_id AND i.deleted_at IS NULL"""
_MOVES_PARENTS: Final[LiteralString] = """
SELECT EXISTS (SELECT FROM events WHERE workspace_id = $1 AND change_id = $2 AND before ? 'parent_id')"""
_HOLD: Final[LiteralString] = """
SELECT FROM issues WHERE workspace_id = $1 AND issue_id IN (SELECT issue_id FROM changed)
ORDER BY issue_id FOR NO KEY UPDATE"""
_TOUCHED_SINCE: Final[LiteralString] = f"""
UPDATE changed SET touched = true
WHERE issue_id IN (SELECT mine.issue_id FROM events mine {LATER}
                   AND mine.issue_id IN (SELECT issue_id FROM changed))"""

_COLUMNS: Final = {Above.PARENT: "parent_id", Above.ORIGINAL: "duplicate_of"}
_BACK: Final[LiteralString] = """
INSERT INTO parts
SELECT e.issue_id, (e.before ->> $3)::uuid FROM events e JOIN changed c USING (issue_id)
WHERE e.workspace_id = $1 AND e.change_id = $2 AND e.kind = 'edited' AND e.before ? $3 AND NOT c.touched"""
_LOST: Final[LiteralString] = """
UPDATE changed c SET touched = true
FROM events e
WHERE e.workspace_id = $1 AND e.change_id = $2 AND e.issue_id = c.issue_id AND e.kind = 'edited'
  AND EXISTS (SELECT FROM issues gone
              WHERE gone.workspace_id = $1 AND gone.deleted_at IS NOT NULL
                AND gone.issue_id IN ((e.before ->> 'parent_id')::uuid, (e.before ->> 'duplicate_of')::uuid))"""

_DELETE_ISSUES: Final[LiteralString] = """
WITH gone AS (
    UPDATE issues i
    SET deleted_at = now(), version = i.version + 1, updated_at = greatest(now(), i.updated_at), labelled = false
    FROM brought b
    WHERE i.workspace_id = $1 AND i.issue_id = b.issue_id AND NOT b.touched AND i.deleted_at IS NULL
    RETURNING i.issue_id, i.version, i.title, i.status, i.assignee_id, i.priority
)
INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version, before,
                    was_status, was_assignee, was_priority)
SELECT $1, $2, issue_id, $3, $4, 'deleted', version, jsonb_build_object('title', title) || coalesce((
           SELECT jsonb_build_object('labels', jsonb_agg(l.name ORDER BY lower(l.name)))
           FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
           WHERE il.workspace_id = $1 AND il.issue_id = gone.issue_id HAVING count(*) > 0), '{}'),
       status, assignee_id, priority
FROM gone"""
