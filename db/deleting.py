"""Deleting issues, and what is still known of those that are deleted. The way back is `changes.undo`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, LiteralString

import asyncpg

from db import limits, workspaces
from db.access import Action, Actor, may_delete, require
from db.errors import Forbidden, NotFound
from db.ids import ChangeId, IssueId, PersonId, WorkspaceId
from db.issues import COLUMNS, Issue, read_issue
from db.issues.reading import read_key
from db.origins import NOWHERE, Origin
from db.recording import Before, Dims, EventDraft, once, record, written_before

ACTION: Final = "delete"
# The events by which an issue goes, and comes back.
EVENTS: Final = frozenset({"deleted", "restored"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """`count` is how many were deleted now: those that were so already are left alone.

    `change_id` is None when all were, and nothing was written.
    """

    change_id: ChangeId | None
    count: int
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """An issue as it was when it was deleted; `change_id` is what did that.

    `action` is what that was to begin with: delete, also where a deletion that was taken back was done again; else
    what was taken back by it.
    """

    issue: Issue
    change_id: ChangeId
    action: str
    by: PersonId | None
    at: datetime

    @property
    def on_purpose(self) -> bool:
        """And not as what came of something that was undone."""
        return self.action == ACTION


# What a change was to begin with: one that takes another back is of its kind, and so is one that does it again.
_MEANT: Final[LiteralString] = """coalesce((
        SELECT coalesce(first.action, undone.action) FROM changes undone
        LEFT JOIN changes first ON first.workspace_id = undone.workspace_id AND first.change_id = undone.undoes
        WHERE undone.workspace_id = c.workspace_id AND undone.change_id = c.undoes
    ), c.action)"""

# The same that `VISIBLE` says of issues that are there.
_GONE: Final[LiteralString] = f"""
SELECT {COLUMNS}, d.change_id, d.actor_id, d.at, d.action
FROM issues i CROSS JOIN LATERAL (
    SELECT e.change_id, e.actor_id, e.at, {_MEANT} AS action
    FROM events e JOIN changes c USING (workspace_id, change_id)
    WHERE e.workspace_id = $1 AND e.issue_id = i.issue_id AND e.kind = 'deleted'
    ORDER BY e.event_id DESC LIMIT 1) d
WHERE i.workspace_id = $1 AND i.deleted_at IS NOT NULL
  AND ($2::uuid IS NULL OR i.reporter_id = $2 OR i.assignee_id = $2)"""


def _read_gone(row: Any) -> Gone:
    return Gone(
        issue=read_issue(row),
        change_id=row["change_id"],
        action=row["action"],
        by=row["actor_id"],
        at=row["at"],
    )


async def delete(
    conn: asyncpg.Connection, actor: Actor, issue_ids: Sequence[IssueId], origin: Origin = NOWHERE
) -> Deleted:
    """Deletes up to DELETE_MAX issues in one change, or none: an admin any, anybody else what they filed.

    Raises NotFound, Forbidden, Invalid.
    """
    wanted = sorted(set(issue_ids))
    limits.delete_size(len(wanted))
    if len(wanted) > limits.BULK_FREE:
        workspace = await workspaces.get(conn, actor.workspace_id)
        require(actor, Action.BULK_LARGE, workspace.settings)

    async def again(before: Before) -> Deleted:
        return Deleted(change_id=before.change_id, count=before.summary["count"], repeated=True)

    async def work() -> Deleted:
        there = await _hold(conn, actor, wanted)
        if there:
            return Deleted(
                change_id=await _write(conn, actor, there, origin),
                count=len(there),
            )
        if (before := await written_before(conn, actor, origin, ACTION)) is not None:
            # An identical request was quicker by a moment, and has left nothing to delete.
            return await again(before)
        return Deleted(change_id=None, count=0)

    return await once(conn, actor, ACTION, origin, work, again)


async def _hold(conn: asyncpg.Connection, actor: Actor, wanted: list[IssueId]) -> list[IssueId]:
    """Those that are there; locked in the order of ids, so that two never wait crosswise."""
    rows = await conn.fetch(
        """
        SELECT i.issue_id, i.reporter_id, i.deleted_at IS NULL AS there FROM issues i
        WHERE i.workspace_id = $1 AND i.issue_id = ANY($3::uuid[])
          AND ($2::uuid IS NULL OR i.reporter_id = $2 OR i.assignee_id = $2)
        ORDER BY i.issue_id FOR NO KEY UPDATE""",
        actor.workspace_id,
        actor.sees_only,
        wanted,
    )
    found = {row["issue_id"] for row in rows}
    for issue_id in wanted:
        if issue_id not in found:
            raise NotFound("issue", issue_id)
    there = [row for row in rows if row["there"]]
    if not all(may_delete(actor, reporter_id=row["reporter_id"]) for row in there):
        raise Forbidden(ACTION, "whoever filed it, or an admin")
    return [row["issue_id"] for row in there]


async def _write(
    conn: asyncpg.Connection, actor: Actor, there: Sequence[IssueId], origin: Origin
) -> ChangeId:
    """Everything else stays as it is, for whoever takes it back."""
    rows = await conn.fetch(
        """
        UPDATE issues
        SET deleted_at = clock_timestamp(), version = version + 1, updated_at = greatest(clock_timestamp(), updated_at)
        WHERE workspace_id = $1 AND issue_id = ANY($2::uuid[])
        RETURNING issue_id, version, status, assignee_id, priority""",
        actor.workspace_id,
        there,
    )
    events = [
        EventDraft(
            issue_id=row["issue_id"],
            kind="deleted",
            version=row["version"],
            was=Dims(status=row["status"], assignee=row["assignee_id"], priority=row["priority"]),
        )
        for row in sorted(rows, key=lambda row: str(row["issue_id"]))
    ]
    return await record(conn, actor, ACTION, origin, events, summary={"count": len(events)})


async def gone(conn: asyncpg.Connection, actor: Actor, issue_ids: Sequence[IssueId]) -> dict[IssueId, Gone]:
    """Those of them that are deleted by now, and that this actor could see before."""
    rows = await conn.fetch(
        f"{_GONE} AND i.issue_id = ANY($3::uuid[])",
        actor.workspace_id,
        actor.sees_only,
        list(issue_ids),
    )
    return {row["issue_id"]: _read_gone(row) for row in rows}


async def on_purpose(
    conn: asyncpg.Connection, actor: Actor, issue_ids: Sequence[IssueId]
) -> dict[IssueId, Issue]:
    """Those of `gone` that somebody deleted as such: where a filing was undone, there never was anything to tell of."""
    found = await gone(conn, actor, issue_ids)
    return {issue_id: each.issue for issue_id, each in found.items() if each.on_purpose}


async def purposely(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, change_ids: Collection[ChangeId]
) -> frozenset[ChangeId]:
    """Those of these changes that deleted issues as such, be it once more, or brought such issues back."""
    if not change_ids:
        return frozenset()
    rows = await conn.fetch(
        f"""
        SELECT c.change_id FROM changes c
        WHERE c.workspace_id = $1 AND c.change_id = ANY($2::uuid[]) AND {_MEANT} = $3""",
        workspace_id,
        list(change_ids),
        ACTION,
    )
    return frozenset(row["change_id"] for row in rows)


async def gone_by_key(conn: asyncpg.Connection, actor: Actor, ref: str) -> Gone:
    """The deleted issue of Lodge's own key. Raises NotFound, also for an issue that is there."""
    prefix, number = read_key(ref)
    row = await conn.fetchrow(
        f"""{_GONE} AND i.number = $3
        AND ($4::text IS NULL OR upper($4) = (SELECT key_prefix FROM workspaces WHERE workspace_id = $1))""",
        actor.workspace_id,
        actor.sees_only,
        number,
        prefix,
    )
    if row is None:
        raise NotFound("issue", ref.strip())
    return _read_gone(row)
