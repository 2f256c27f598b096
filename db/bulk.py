"""One change to many issues: all of them or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import asyncpg

from db import limits, people, workspaces
from db.access import VISIBLE, Action, Actor, require
from db.errors import FieldError, Invalid, LodgeError
from db.ids import ChangeId, IssueId, PersonId, new_uuid
from db.issues import UNSET, Unset
from db.issues.labelling import held, named
from db.issues.linking import check_original
from db.origins import NOWHERE, Origin
from db.recording import Before, once, written_before
from db.states import CloseReason, Priority, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkPatch:
    """What is UNSET stays as it is in each issue; None clears.

    Closing without a reason means completed, and leaves the reason of those that are closed already.
    """

    status: Status | Unset = UNSET
    reason: CloseReason | None = None
    duplicate_of: IssueId | None = None
    assignee_id: PersonId | Unset | None = UNSET
    priority: Priority | Unset | None = UNSET
    add_labels: tuple[str, ...] = ()
    remove_labels: tuple[str, ...] = ()

    def checked(self) -> BulkPatch:
        """Raises Invalid when status, reason and original do not fit together."""
        closing = self.status is Status.CLOSED
        if (self.reason is not None or self.duplicate_of is not None) and not closing:
            message = "only a closed issue has a reason"
            raise Invalid(FieldError(field="close_reason", code="open", message=message))
        if (self.reason is CloseReason.DUPLICATE) != (self.duplicate_of is not None):
            message = "a duplicate, and nothing else, names its original"
            raise Invalid(FieldError(field="duplicate_of", code="required", message=message))
        limits.labels(self.add_labels)
        limits.labels(self.remove_labels)
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWritten:
    """`count` is how many changed: those that were so already are left alone.

    `change_id` is None when all were so already, and nothing was written.
    """

    change_id: ChangeId | None
    count: int
    repeated: bool = False


class BulkStopped(LodgeError):
    """One issue stands in the way, so none was changed.

    `why`: `not_found`, or `duplicate_of_itself`.
    """

    def __init__(self, issue_id: IssueId, why: str) -> None:
        self.issue_id = issue_id
        self.why = why
        super().__init__(f"issue {issue_id} stands in the way: {why}")


# $8 the ids; $9 to $14 what each is to become. What an issue has now is read after its row was locked.
_WANTED: Final[LiteralString] = """
wanted AS MATERIALIZED (
    SELECT i.issue_id, i.status AS was_status, i.close_reason AS was_reason, i.duplicate_of AS was_original,
           i.assignee_id AS was_assignee, i.priority AS was_priority, i.closed_at AS was_closed_at,
           coalesce($9, i.status) AS status,
           CASE WHEN $9 IS NULL THEN i.close_reason
                WHEN $9 = 'closed' THEN coalesce($10, i.close_reason, 'completed') END AS reason,
           CASE WHEN $9 IS NULL OR ($9 = 'closed' AND $10 IS NULL) THEN i.duplicate_of
                ELSE $11::uuid END AS original,
           CASE WHEN $12::boolean THEN s.person_id ELSE i.assignee_id END AS assignee,
           coalesce($14::smallint, i.priority) AS priority{labels}
    FROM issues i
    LEFT JOIN survivor s ON true
    WHERE i.workspace_id = $1 AND i.issue_id = ANY($8::uuid[])
), changed AS MATERIALIZED (
    SELECT * FROM wanted
    WHERE status <> was_status OR reason IS DISTINCT FROM was_reason OR original IS DISTINCT FROM was_original
       OR assignee IS DISTINCT FROM was_assignee OR priority <> was_priority{relabelled}
), """

_SURVIVOR: Final[LiteralString] = """
survivor AS (
    SELECT coalesce(p.merged_into, p.person_id, $13::uuid) AS person_id
    FROM (SELECT $13::uuid AS person_id) given
    LEFT JOIN people p ON p.workspace_id = $1 AND p.person_id = given.person_id
), """

_WRITE: Final[LiteralString] = """
change AS (
    INSERT INTO changes (workspace_id, change_id, actor_id, source, action, request_key, channel_id, thread_ts,
                         summary)
    SELECT $1, $2, $3, $4, 'bulk', $5, $6, $7, jsonb_build_object('count', (SELECT count(*) FROM changed))
    WHERE EXISTS (SELECT FROM changed)
), updated AS (
    UPDATE issues i
    SET status = c.status, close_reason = c.reason, duplicate_of = c.original, assignee_id = c.assignee,
        priority = c.priority, version = i.version + 1, updated_at = greatest(clock_timestamp(), i.updated_at),
        closed_at = CASE WHEN c.status = 'closed' THEN coalesce(i.closed_at, clock_timestamp()) END{marked}
    FROM changed c WHERE i.workspace_id = $1 AND i.issue_id = c.issue_id
    RETURNING i.issue_id, i.version
), event AS (
    INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, version,
                        was_status, was_assignee, was_priority, now_status, now_assignee, now_priority, before, after)
    SELECT $1, $2, c.issue_id, $3, $4, 'edited', u.version,
           was_status, was_assignee, was_priority, status, assignee, priority,
           {before}, {after}
    FROM changed c JOIN updated u USING (issue_id){joined} ORDER BY c.issue_id
), watching AS (
    INSERT INTO watchers (workspace_id, issue_id, person_id)
    SELECT $1, issue_id, assignee FROM changed WHERE assignee IS DISTINCT FROM was_assignee AND assignee IS NOT NULL
    ON CONFLICT DO NOTHING
), pending AS (
    INSERT INTO pending_changes (workspace_id, change_id) SELECT $1, $2 WHERE EXISTS (SELECT FROM changed)
){relabel}
SELECT count(*), enqueue_job('announce', convert_to($1, 'UTF8'), 'announce:' || $1) FROM changed HAVING count(*) > 0"""

# Only what differs, on both sides; and of what is opened again, when it was closed.
_BEFORE: Final[LiteralString] = """
    CASE WHEN status <> was_status THEN jsonb_build_object('status', was_status) ELSE '{}' END
    || CASE WHEN was_status = 'closed' AND status <> 'closed'
       THEN jsonb_build_object('closed_at', was_closed_at) ELSE '{}' END
    || CASE WHEN reason IS DISTINCT FROM was_reason THEN jsonb_build_object('close_reason', was_reason) ELSE '{}' END
    || CASE WHEN original IS DISTINCT FROM was_original
       THEN jsonb_build_object('duplicate_of', was_original) ELSE '{}' END
    || CASE WHEN assignee IS DISTINCT FROM was_assignee
       THEN jsonb_build_object('assignee_id', was_assignee) ELSE '{}' END
    || CASE WHEN priority <> was_priority
       THEN jsonb_build_object('priority', priority_word(was_priority)) ELSE '{}' END"""
_AFTER: Final[LiteralString] = """
    CASE WHEN status <> was_status THEN jsonb_build_object('status', status) ELSE '{}' END
    || CASE WHEN reason IS DISTINCT FROM was_reason THEN jsonb_build_object('close_reason', reason) ELSE '{}' END
    || CASE WHEN original IS DISTINCT FROM was_original
       THEN jsonb_build_object('duplicate_of', original) ELSE '{}' END
    || CASE WHEN assignee IS DISTINCT FROM was_assignee
       THEN jsonb_build_object('assignee_id', assignee) ELSE '{}' END
    || CASE WHEN priority <> was_priority
       THEN jsonb_build_object('priority', priority_word(priority)) ELSE '{}' END"""

_PLAIN: Final[LiteralString] = (
    f"WITH {_SURVIVOR}"
    + _WANTED.format(labels="", relabelled="")
    + _WRITE.format(before=_BEFORE, after=_AFTER, relabel="", marked="", joined="")
)

# $15 the ids of labels to add, $16 of those to remove. Many issues have the same labels: these are put into words
# once.
_NAMES: Final[LiteralString] = """
       (SELECT coalesce(jsonb_agg(l.name ORDER BY lower(l.name)), '[]') FROM labels l
        WHERE l.workspace_id = $1 AND l.label_id = ANY({which}))"""
_LABELLED: Final[LiteralString] = (
    f"WITH {_SURVIVOR}"
    + _WANTED.format(
        labels=""",
           ARRAY(SELECT il.label_id FROM issue_labels il
                 WHERE il.workspace_id = $1 AND il.issue_id = i.issue_id ORDER BY il.label_id) AS was_labels""",
        relabelled=" OR NOT was_labels @> $15::uuid[] OR was_labels && $16::uuid[]",
    )
    + """
named AS MATERIALIZED (
    SELECT was_labels, jsonb_build_object('labels',"""
    + _NAMES.format(which="was_labels")
    + """) AS labels_before, jsonb_build_object('labels',"""
    + _NAMES.format(which="was_labels || $15) AND NOT l.label_id = ANY($16")
    + """) AS labels_after
    FROM (SELECT DISTINCT was_labels FROM changed WHERE NOT was_labels @> $15 OR was_labels && $16) had
), """
    + _WRITE.format(
        before=_BEFORE + " || coalesce(n.labels_before, '{}')",
        after=_AFTER + " || coalesce(n.labels_after, '{}')",
        joined=" LEFT JOIN named n ON n.was_labels = c.was_labels",
        marked=", labelled = i.labelled OR cardinality($15) > 0",
        relabel=""", untagged AS (
    DELETE FROM issue_labels il USING changed c
    WHERE il.workspace_id = $1 AND il.issue_id = c.issue_id AND il.label_id = ANY($16)
), tagged AS (
    INSERT INTO issue_labels (workspace_id, issue_id, label_id)
    SELECT $1, issue_id, label_id FROM changed, unnest($15) label_id WHERE NOT label_id = ANY(was_labels)
    ON CONFLICT DO NOTHING
)""",
    )
)


async def change(
    conn: asyncpg.Connection,
    actor: Actor,
    issue_ids: Sequence[IssueId],
    patch: BulkPatch,
    origin: Origin = NOWHERE,
) -> BulkWritten:
    """Changes up to BULK_MAX issues in one transaction.

    Raises BulkStopped naming the issue that stands in the way, Invalid, Forbidden.
    """
    require(actor, Action.BULK)
    wanted = sorted(set(issue_ids))
    limits.bulk_size(len(wanted))
    if len(wanted) > limits.BULK_FREE:
        workspace = await workspaces.get(conn, actor.workspace_id)
        require(actor, Action.BULK_LARGE, workspace.settings)
    patch = patch.checked()

    async def again(before: Before) -> BulkWritten:
        return BulkWritten(change_id=before.change_id, count=before.summary["count"], repeated=True)

    async def work() -> BulkWritten:
        written = await _change(conn, actor, wanted, patch, origin)
        if not written.count and (before := await written_before(conn, actor, origin, "bulk")) is not None:
            # An identical request was quicker by a moment, and has left nothing to change.
            return await again(before)
        return written

    return await once(conn, actor, "bulk", origin, work, again)


async def _change(
    conn: asyncpg.Connection, actor: Actor, wanted: list[IssueId], patch: BulkPatch, origin: Origin
) -> BulkWritten:
    adds = [label.label_id for label in await held(conn, actor, patch.add_labels)]
    drops = [label.label_id for label in await named(conn, actor, patch.remove_labels)]
    drops = [label_id for label_id in drops if label_id not in adds]
    await _hold(conn, actor, wanted, patch.duplicate_of)
    await _check_original(conn, actor, wanted, patch.duplicate_of)
    await people.require_active(conn, actor, None if patch.assignee_id is UNSET else patch.assignee_id)
    change_id = ChangeId(new_uuid())
    statement = _LABELLED if adds or drops else _PLAIN
    values = _values(actor, wanted, patch, origin, change_id)
    count = await conn.fetchval(statement, *values, *((adds, drops) if adds or drops else ()))
    return BulkWritten(change_id=change_id if count else None, count=count or 0)


async def _hold(
    conn: asyncpg.Connection, actor: Actor, wanted: list[IssueId], original: IssueId | None
) -> None:
    """Locks the issues in the order of ids, so that bulks over the same issues never wait crosswise."""
    rows = await conn.fetch(
        f"""
        SELECT i.issue_id FROM issues i WHERE {VISIBLE} AND i.issue_id = ANY($3::uuid[])
        ORDER BY i.issue_id FOR NO KEY UPDATE""",
        actor.workspace_id,
        actor.sees_only,
        wanted if original is None else sorted({*wanted, original}),
    )
    held = {row["issue_id"] for row in rows}
    for issue_id in wanted:
        if issue_id not in held:
            raise BulkStopped(issue_id, "not_found")


async def _check_original(
    conn: asyncpg.Connection, actor: Actor, wanted: list[IssueId], original_id: IssueId | None
) -> None:
    if original_id is None:
        return
    if original_id in wanted:
        raise BulkStopped(original_id, "duplicate_of_itself")
    await check_original(conn, actor, original_id)


def _values(
    actor: Actor, wanted: list[IssueId], patch: BulkPatch, origin: Origin, change_id: ChangeId
) -> tuple[Any, ...]:
    priority = Priority.NONE if patch.priority is None else patch.priority
    return (
        actor.workspace_id,
        change_id,
        actor.person_id,
        actor.source.value,
        origin.request_key,
        origin.channel_id,
        origin.thread_ts,
        wanted,
        None if patch.status is UNSET else patch.status.value,
        None if patch.reason is None else patch.reason.value,
        patch.duplicate_of,
        patch.assignee_id is not UNSET,
        None if patch.assignee_id is UNSET else patch.assignee_id,
        None if priority is UNSET else priority.value,
    )
