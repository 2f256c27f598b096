"""Who wants to hear about an issue. Watching is nobody's change to the issue: it leaves no event."""

from __future__ import annotations

import asyncpg

from db.access import VISIBLE, Actor
from db.constraints import domain_errors
from db.errors import FieldError, Invalid
from db.ids import IssueId, PersonId
from db.issues.reading import get


async def of_issue(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> tuple[PersonId, ...]:
    """Empty also for an issue that this actor may not see."""
    rows = await conn.fetch(
        f"""
        SELECT w.person_id FROM watchers w JOIN issues i USING (workspace_id, issue_id)
        WHERE {VISIBLE} AND i.issue_id = $3 ORDER BY w.person_id""",
        actor.workspace_id,
        actor.sees_only,
        issue_id,
    )
    return tuple(row["person_id"] for row in rows)


async def watch(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> bool:
    """The actor hears about it from now on, muted or not; False when they watched it. Raises NotFound, Invalid."""
    await get(conn, actor, issue_id)
    with domain_errors():
        done = await conn.execute(
            """
            WITH loud AS (
                DELETE FROM mutes WHERE workspace_id = $1 AND issue_id = $2 AND person_id = $3
            )
            INSERT INTO watchers (workspace_id, issue_id, person_id) VALUES ($1, $2, $3)
            ON CONFLICT DO NOTHING""",
            actor.workspace_id,
            issue_id,
            listener(actor),
        )
    return bool(done == "INSERT 0 1")


def listener(actor: Actor) -> PersonId:
    """Who is to hear of an issue, or not to. Raises Invalid for a program."""
    if actor.person_id is None:
        raise Invalid(
            FieldError(field="person", code="required", message="only a person can be told of an issue")
        )
    return actor.person_id
