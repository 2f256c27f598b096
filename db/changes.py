"""Changes: what somebody did, the history of an issue, and taking a change back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

import asyncpg

from db import events
from db.access import VISIBLE, Action, Actor, may
from db.errors import Forbidden, LodgeError, NotFound
from db.events import Event, read_event
from db.ids import ChangeId, EventId, IssueId, PersonId
from db.issues.linking import hold_parents
from db.origins import NOWHERE, Origin
from db.recording import Before, once
from db.states import Source
from db.undoing import ACTIONS, blockers, bring_back_labels, reverse


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing somebody did. `undoes` is the change that this one took back; `undone_by` the one that took it back."""

    change_id: ChangeId
    actor_id: PersonId | None
    source: Source
    action: str
    at: datetime
    summary: dict[str, Any]
    undoes: ChangeId | None
    undone_by: ChangeId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """`undid` is the change that was taken back, `change_id` the one that did it, `count` how many issues that touched.

    `repeated`: it had been taken back before, and nothing was written now.
    """

    undid: Change
    change_id: ChangeId
    issue_ids: tuple[IssueId, ...]
    count: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What a change did to one issue; the issue may be deleted by now."""

    event: Event
    number: int
    title: str


class UndoBlocked(LodgeError):
    """Something has changed on top since.

    `blockers` are the events in the way, oldest first, at most ten: who (`actor_id`), what (`fields`), which issue.
    """

    def __init__(self, change: Change, blockers: tuple[Event, ...]) -> None:
        self.change = change
        self.blockers = blockers
        super().__init__(f"change {change.change_id} has others on top of it")


class NothingToUndo(LodgeError):
    """There is no change of this person that could be taken back."""


_COLUMNS: Final[LiteralString] = (
    "c.change_id, c.actor_id, c.source, c.action, c.at, c.summary, c.undoes, c.undone_by"
)


def _read(row: Any) -> Change:
    return Change(
        change_id=row["change_id"],
        actor_id=row["actor_id"],
        source=Source(row["source"]),
        action=row["action"],
        at=row["at"],
        summary=row["summary"],
        undoes=row["undoes"],
        undone_by=row["undone_by"],
    )


async def history(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_id: IssueId,
    *,
    limit: int = 20,
    before: EventId | None = None,
) -> tuple[Event, ...]:
    """What happened to an issue, newest first; `before` is the last one of the page before. Raises NotFound."""
    rows = await conn.fetch(
        f"""
        SELECT {events.COLUMNS} FROM events e
        JOIN changes c USING (workspace_id, change_id)
        JOIN issues i USING (workspace_id, issue_id)
        WHERE {VISIBLE} AND e.workspace_id = $1 AND e.issue_id = $3 AND ($4::bigint IS NULL OR e.event_id < $4)
        ORDER BY e.event_id DESC LIMIT $5""",
        actor.workspace_id,
        actor.sees_only,
        issue_id,
        before,
        limit,
    )
    if not rows and before is None:
        raise NotFound("issue", issue_id)
    return tuple(read_event(row) for row in rows)


async def get(conn: asyncpg.Connection, actor: Actor, change_id: ChangeId) -> Change:
    """One's own, or for members anybody's. Raises NotFound."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM changes c
        WHERE c.workspace_id = $1 AND c.change_id = $2 AND ($3::uuid IS NULL OR c.actor_id = $3)""",
        actor.workspace_id,
        change_id,
        actor.sees_only,
    )
    if row is None:
        raise NotFound("change", change_id)
    return _read(row)


async def touched(
    conn: asyncpg.Connection, actor: Actor, change_id: ChangeId, *, limit: int
) -> tuple[Touched, ...]:
    """The first of what a change did, of issues that the actor may see, or could before they were deleted."""
    rows = await conn.fetch(
        f"""
        SELECT {events.COLUMNS}, i.number, i.title FROM events e
        JOIN changes c USING (workspace_id, change_id)
        JOIN issues i USING (workspace_id, issue_id)
        WHERE e.workspace_id = $1 AND e.change_id = $3
          AND ($2::uuid IS NULL OR i.reporter_id = $2 OR i.assignee_id = $2)
        ORDER BY e.event_id LIMIT $4""",
        actor.workspace_id,
        actor.sees_only,
        change_id,
        limit,
    )
    return tuple(Touched(event=read_event(row), number=row["number"], title=row["title"]) for row in rows)


async def last_of(conn: asyncpg.Connection, actor: Actor) -> Change | None:
    """The newest change of this person that can be taken back and was not; an undo counts as one."""
    row = await conn.fetchrow(
        f"""
        SELECT {_COLUMNS} FROM changes c
        WHERE c.workspace_id = $1 AND c.actor_id = $2 AND c.undone_by IS NULL AND c.action = ANY($3::text[])
        ORDER BY c.change_id DESC LIMIT 1""",
        actor.workspace_id,
        actor.person_id,
        list(ACTIONS),
    )
    return None if row is None else _read(row)


async def undo(
    conn: asyncpg.Connection, actor: Actor, change_id: ChangeId | None = None, origin: Origin = NOWHERE
) -> Undone:
    """Takes back a change, or the actor's last one. Undoing an undo does the change again.

    One's own changes, or as admin anybody's. Raises UndoBlocked, NothingToUndo, NotFound, Forbidden.
    """

    async def again(before: Before) -> Undone:
        written = await get(conn, actor, before.change_id)
        assert written.undoes is not None
        undid = await get(conn, actor, written.undoes)
        return Undone(
            undid=undid,
            change_id=before.change_id,
            issue_ids=before.issue_ids,
            count=before.summary["count"],
            repeated=True,
        )

    async def work() -> Undone:
        return await _undo(conn, actor, change_id, origin)

    return await once(conn, actor, "undo", origin, work, again)


async def _undo(conn: asyncpg.Connection, actor: Actor, change_id: ChangeId | None, origin: Origin) -> Undone:
    target = await last_of(conn, actor) if change_id is None else await get(conn, actor, change_id)
    if target is None:
        raise NothingToUndo
    if (actor.person_id is None or target.actor_id != actor.person_id) and not may(actor, Action.MODERATE):
        raise Forbidden("undo", "whoever made the change, or an admin")
    if target.action not in ACTIONS:
        raise NothingToUndo
    target = await _hold(conn, actor, await _origin_of(conn, actor, target))
    if target.undone_by is not None:
        return await _done_before(conn, actor, target)
    # Labels, then parents, then issues, as in `edit`: nobody waits crosswise.
    await bring_back_labels(conn, actor, target.change_id)
    if await conn.fetchval(_MOVES_PARENTS, actor.workspace_id, target.change_id):
        await hold_parents(conn, actor)
    await _hold_issues(conn, actor, target.change_id)
    in_the_way = await blockers(conn, actor, target.change_id)
    if in_the_way:
        raise UndoBlocked(target, in_the_way)
    undoing, issue_ids, count = await reverse(conn, actor, target.change_id, origin)
    await conn.execute(
        """
        UPDATE changes SET undone_by = CASE WHEN change_id = $2 THEN $3::uuid END
        WHERE workspace_id = $1 AND change_id IN ($2, $4)""",
        actor.workspace_id,
        target.change_id,
        undoing,
        target.undoes,
    )
    await _tell_import(conn, actor, target)
    return Undone(undid=target, change_id=undoing, issue_ids=issue_ids, count=count)


_MOVES_PARENTS: Final[LiteralString] = """
SELECT EXISTS (SELECT FROM events WHERE workspace_id = $1 AND change_id = $2 AND before ? 'parent_id')"""


async def _tell_import(conn: asyncpg.Connection, actor: Actor, target: Change) -> None:
    """The import that was taken back, or brought again, knows of it."""
    await conn.execute(
        """
        UPDATE imports m
        SET state = CASE WHEN c.undone_by IS NULL THEN 'done' ELSE 'undone' END, updated_at = now()
        FROM changes c
        WHERE m.workspace_id = $1 AND m.change_id IN ($2, $3) AND m.state IN ('done', 'undone')
          AND c.workspace_id = $1 AND c.change_id = m.change_id""",
        actor.workspace_id,
        target.change_id,
        target.undoes,
    )


async def _origin_of(conn: asyncpg.Connection, actor: Actor, change: Change) -> Change:
    """A change done again by undoing its undo is the change itself."""
    if change.undoes is None:
        return change
    undone = await get(conn, actor, change.undoes)
    return change if undone.undoes is None else await get(conn, actor, undone.undoes)


async def _hold(conn: asyncpg.Connection, actor: Actor, change: Change) -> Change:
    """Locked, so that of two undos at once the second sees what the first has done."""
    row = await conn.fetchrow(
        f"SELECT {_COLUMNS} FROM changes c WHERE workspace_id = $1 AND change_id = $2 FOR NO KEY UPDATE",
        actor.workspace_id,
        change.change_id,
    )
    return _read(row)


async def _done_before(conn: asyncpg.Connection, actor: Actor, target: Change) -> Undone:
    assert target.undone_by is not None
    rows = await conn.fetch(
        "SELECT issue_id FROM events WHERE workspace_id = $1 AND change_id = $2 ORDER BY event_id",
        actor.workspace_id,
        target.undone_by,
    )
    found = tuple(row["issue_id"] for row in rows)
    return Undone(
        undid=target, change_id=target.undone_by, issue_ids=found[:100], count=len(found), repeated=True
    )


async def _hold_issues(conn: asyncpg.Connection, actor: Actor, change_id: ChangeId) -> None:
    await conn.execute(
        """
        SELECT FROM issues
        WHERE workspace_id = $1
          AND issue_id IN (SELECT issue_id FROM events WHERE workspace_id = $1 AND change_id = $2)
        ORDER BY issue_id FOR NO KEY UPDATE""",
        actor.workspace_id,
        change_id,
    )
