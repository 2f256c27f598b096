"""All that is somebody's, as they are now: what they have, wait for and answer for."""

from __future__ import annotations

from typing import Final, LiteralString

import asyncpg

from db.ids import PersonId, WorkspaceId

# In each: $1 workspace, $2 whose it is, $3 whose it becomes. Changes and events say who it was then, and stay.
_MOVES: Final[tuple[LiteralString, ...]] = (
    "UPDATE issues SET assignee_id = $3 WHERE workspace_id = $1 AND assignee_id = $2",
    "UPDATE issues SET reporter_id = $3 WHERE workspace_id = $1 AND reporter_id = $2",
    "UPDATE comments SET author_id = $3 WHERE workspace_id = $1 AND author_id = $2",
    """INSERT INTO watchers (workspace_id, issue_id, person_id)
       SELECT workspace_id, issue_id, $3 FROM watchers WHERE workspace_id = $1 AND person_id = $2
       ON CONFLICT DO NOTHING""",
    "DELETE FROM watchers WHERE workspace_id = $1 AND person_id = $2 AND person_id <> $3",
    """INSERT INTO mutes (workspace_id, issue_id, person_id, since)
       SELECT workspace_id, issue_id, $3, since FROM mutes WHERE workspace_id = $1 AND person_id = $2
       ON CONFLICT DO NOTHING""",
    "DELETE FROM mutes WHERE workspace_id = $1 AND person_id = $2 AND person_id <> $3",
    """INSERT INTO awaited (workspace_id, person_id, issue_id, comment_id, since)
       SELECT workspace_id, $3, issue_id, comment_id, since FROM awaited WHERE workspace_id = $1 AND person_id = $2
       ON CONFLICT DO NOTHING""",
    "DELETE FROM awaited WHERE workspace_id = $1 AND person_id = $2 AND person_id <> $3",
    """UPDATE saved_queries q
       SET owner_id = $3,
           name = CASE WHEN EXISTS (SELECT FROM saved_queries o WHERE o.workspace_id = $1 AND o.owner_id = $3
                                    AND lower(o.name) = lower(q.name))
                  THEN left(name, 40) || ' ' || left(saved_query_id::text, 8) ELSE name END
       WHERE workspace_id = $1 AND owner_id = $2""",
    "UPDATE tokens SET person_id = $3 WHERE workspace_id = $1 AND person_id = $2",
    "UPDATE webhooks SET owner_id = $3 WHERE workspace_id = $1 AND owner_id = $2",
    "UPDATE outgoing_webhooks SET owner_id = $3 WHERE workspace_id = $1 AND owner_id = $2",
    "UPDATE subscriptions SET owner_id = $3 WHERE workspace_id = $1 AND owner_id = $2",
    "UPDATE schedules SET owner_id = $3 WHERE workspace_id = $1 AND owner_id = $2",
    "UPDATE imports SET asked_by = $3 WHERE workspace_id = $1 AND asked_by = $2",
    """UPDATE notices n SET person_id = $3
       WHERE workspace_id = $1 AND person_id = $2 AND NOT EXISTS (
           SELECT FROM notices o WHERE o.workspace_id = $1 AND o.person_id = $3 AND o.issue_id = n.issue_id)""",
    "DELETE FROM notices WHERE workspace_id = $1 AND person_id = $2 AND person_id <> $3",
    """UPDATE homes SET person_id = $3
       WHERE workspace_id = $1 AND person_id = $2
         AND NOT EXISTS (SELECT FROM homes o WHERE o.workspace_id = $1 AND o.person_id = $3)""",
    "DELETE FROM homes WHERE workspace_id = $1 AND person_id = $2 AND person_id <> $3",
    # What comes next is told in a message of its own.
    "DELETE FROM told WHERE workspace_id = $1 AND person_id IN ($2, $3)",
    "UPDATE people SET merged_into = $3 WHERE workspace_id = $1 AND (merged_into = $2 OR person_id = $2)",
)


async def hand_over(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, from_id: PersonId, into_id: PersonId
) -> None:
    """From a person who is another from now on, in the transaction that merges the two."""
    for statement in _MOVES:
        await conn.execute(statement, workspace_id, from_id, into_id)
