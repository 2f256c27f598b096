"""Reads one issue."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, LiteralString

import asyncpg

from db.access import VISIBLE, Actor
from db.errors import NotFound
from db.ids import IssueId
from db.issues.record import COLUMNS, Issue, read_issue

_KEY: Final = re.compile(r"(?:([A-Za-z][A-Za-z0-9]{0,9})-|#)?([0-9]{1,18})")

# What a statement about many issues calls `asked`: each by its id or, unless that is given, by its own key.
MEANT: Final[LiteralString] = """
    i.workspace_id = asked.workspace_id AND i.deleted_at IS NULL
    AND i.issue_id = coalesce(asked.issue_id, (
        SELECT own.issue_id FROM issues own
        WHERE own.workspace_id = asked.workspace_id AND own.number = asked.number
          AND (asked.prefix IS NULL OR upper(asked.prefix) = (
              SELECT w.key_prefix FROM workspaces w WHERE w.workspace_id = asked.workspace_id))))
    AND (asked.sees_only IS NULL OR asked.sees_only IN (i.reporter_id, i.assignee_id))"""


async def get(conn: asyncpg.Connection, actor: Actor, issue_id: IssueId) -> Issue:
    """Raises NotFound, also for what this actor may not see."""
    row = await conn.fetchrow(
        f"SELECT {COLUMNS} FROM issues i WHERE {VISIBLE} AND i.issue_id = $3",
        actor.workspace_id,
        actor.sees_only,
        issue_id,
    )
    if row is None:
        raise NotFound("issue", issue_id)
    return read_issue(row)


async def get_many(
    conn: asyncpg.Connection, actor: Actor, issue_ids: Sequence[IssueId]
) -> dict[IssueId, Issue]:
    """Those of them that exist and may be seen."""
    rows = await conn.fetch(
        f"SELECT {COLUMNS} FROM issues i WHERE {VISIBLE} AND i.issue_id = ANY($3::uuid[])",
        actor.workspace_id,
        actor.sees_only,
        list(issue_ids),
    )
    return {row["issue_id"]: read_issue(row) for row in rows}


async def by_number(conn: asyncpg.Connection, actor: Actor, number: int) -> Issue:
    """The issue people call PREFIX-number. Raises NotFound."""
    row = await conn.fetchrow(
        f"SELECT {COLUMNS} FROM issues i WHERE {VISIBLE} AND i.number = $3",
        actor.workspace_id,
        actor.sees_only,
        number,
    )
    if row is None:
        raise NotFound("issue", number)
    return read_issue(row)


def read_key(ref: str) -> tuple[str | None, int | None]:
    """The prefix and the number that a key has, if it is one of Lodge's own making."""
    match = _KEY.fullmatch(ref.strip())
    return (match[1], int(match[2])) if match else (None, None)


async def by_ref(conn: asyncpg.Connection, actor: Actor, ref: str) -> Issue:
    """The issue of a key: `LDG-42`, `ldg-42`, `#42`, `42`, or the key it had in another tracker. Raises NotFound.

    Lodge's own key wins over an imported one that reads the same.
    """
    prefix, number = read_key(ref)
    row = await conn.fetchrow(
        f"""
        SELECT {COLUMNS} FROM issues i
        WHERE {VISIBLE} AND i.issue_id = coalesce(
            (SELECT own.issue_id FROM issues own
             WHERE own.workspace_id = $1 AND own.number = $3
               AND ($4::text IS NULL OR upper($4) = (SELECT key_prefix FROM workspaces WHERE workspace_id = $1))),
            (SELECT other.issue_id FROM issues other
             WHERE other.workspace_id = $1 AND other.external_ref IS NOT NULL
               AND lower(other.external_ref) = lower($5) AND other.deleted_at IS NULL
             ORDER BY other.issue_id LIMIT 1))""",
        actor.workspace_id,
        actor.sees_only,
        number,
        prefix,
        ref.strip(),
    )
    if row is None:
        raise NotFound("issue", ref.strip())
    return read_issue(row)
