"""What an issue refers to: the original it repeats, and the issue it is a part of."""

from __future__ import annotations

from typing import Final

import asyncpg

from db.access import VISIBLE, Actor
from db.errors import FieldError, Invalid, NotFound
from db.ids import IssueId
from db.issues.reading import get

# So many issues may stand above one another: as many are walked to see that none is above itself.
DEPTH_MAX: Final = 100


async def hold_parents(conn: asyncpg.Connection, actor: Actor) -> None:
    """One at a time gives issues of a workspace a parent, until the transaction ends.

    Row locks would not do: of three people at once, each can close a part of a circle that none of them sees.
    """
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('parents:' || $1, 0))", actor.workspace_id
    )


async def check_original(conn: asyncpg.Connection, actor: Actor, original_id: IssueId | None) -> None:
    """Raises Invalid unless it is an issue that repeats no other."""
    if original_id is None:
        return
    try:
        original = await get(conn, actor, original_id)
    except NotFound as missing:
        message = "there is no such issue here"
        raise Invalid(FieldError(field="duplicate_of", code="unknown", message=message)) from missing
    if original.duplicate_of is not None:
        message = f"#{original.number} is a duplicate itself: name its original"
        value = f"#{original.number}"
        raise Invalid(FieldError(field="duplicate_of", code="chain", message=message, value=value))


async def check_parent(
    conn: asyncpg.Connection, actor: Actor, issue_id: IssueId, parent_id: IssueId | None
) -> None:
    """Raises Invalid unless it can stand above the issue. Parents are held (see `hold_parents`)."""
    if parent_id is None:
        return
    rows = await conn.fetch(
        f"""
        WITH RECURSIVE above (issue_id, parent_id) AS (
            SELECT i.issue_id, i.parent_id FROM issues i WHERE {VISIBLE} AND i.issue_id = $3
            UNION
            SELECT p.issue_id, p.parent_id FROM above a
            JOIN issues p ON p.workspace_id = $1 AND p.issue_id = a.parent_id
        )
        SELECT issue_id FROM above LIMIT $4""",
        actor.workspace_id,
        actor.sees_only,
        parent_id,
        DEPTH_MAX,
    )
    if not rows:
        message = "there is no such issue here"
        raise Invalid(FieldError(field="parent_id", code="unknown", message=message))
    if any(row["issue_id"] == issue_id for row in rows):
        message = "an issue cannot be below itself"
        raise Invalid(FieldError(field="parent_id", code="cycle", message=message))
    if len(rows) == DEPTH_MAX:
        message = f"at most {DEPTH_MAX} issues can stand above one another"
        raise Invalid(FieldError(field="parent_id", code="too_deep", message=message, limit=DEPTH_MAX))
