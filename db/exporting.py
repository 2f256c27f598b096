"""Issues as CSV: everything an import reads back, row by row from a cursor."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Final, LiteralString

import asyncpg

from db.access import Action, Actor, require
from db.importing.cells import guard, join_labels
from db.importing.formats import LODGE_HEADER
from db.query import Query
from db.query.compiler import compile_query
from db.query.resolving import resolve
from db.states import Priority

JOB: Final = "export"
COMMENTS_HEADER: Final = "comments"
_BATCH: Final = 500

_PERSON: Final[LiteralString] = (
    "CASE WHEN {0}.email IS NULL THEN {0}.name ELSE {0}.name || ' <' || {0}.email || '>' END"
)

_ROWS: Final[LiteralString] = f"""
SELECT i.number, i.title, i.description, i.status, i.close_reason, i.priority,
       {_PERSON.format("a")} AS assignee, {_PERSON.format("r")} AS reporter,
       ARRAY(SELECT l.name FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
             WHERE il.workspace_id = i.workspace_id AND il.issue_id = i.issue_id ORDER BY lower(l.name)) AS labels,
       i.due_on, i.created_at, i.updated_at, i.closed_at, d.number AS duplicate_of, p.number AS parent,
       i.external_ref, i.issue_id"""

_COMMENTS: Final[LiteralString] = f""",
       (SELECT json_agg(json_build_object('id', c.comment_id, 'at', c.created_at,
                                          'author', {_PERSON.format("w")}, 'body', c.body)
                        ORDER BY c.created_at, c.comment_id)
        FROM comments c LEFT JOIN people w ON w.workspace_id = c.workspace_id AND w.person_id = c.author_id
        WHERE c.workspace_id = i.workspace_id AND c.issue_id = i.issue_id AND c.deleted_at IS NULL) AS said"""

_FROM: Final[LiteralString] = """
FROM issues i
LEFT JOIN people a ON a.workspace_id = i.workspace_id AND a.person_id = i.assignee_id
LEFT JOIN people r ON r.workspace_id = i.workspace_id AND r.person_id = i.reporter_id
LEFT JOIN issues d ON d.workspace_id = i.workspace_id AND d.issue_id = i.duplicate_of
LEFT JOIN issues p ON p.workspace_id = i.workspace_id AND p.issue_id = i.parent_id
WHERE """


async def export(
    conn: asyncpg.Connection, actor: Actor, query: Query, prefix: str, *, comments: bool = True
) -> AsyncIterator[bytes]:
    """Chunks of CSV in the order of numbers, inside the caller's transaction. Raises Forbidden, QueryError."""
    require(actor, Action.EXPORT)
    resolved = await resolve(conn, actor, query)
    condition = compile_query(resolved, 3)
    statement = _ROWS + (_COMMENTS if comments else "") + _FROM + condition.sql + " ORDER BY i.number"
    await conn.execute("SET LOCAL statement_timeout = 0")
    out = io.StringIO(newline="")
    write = csv.writer(out, lineterminator="\r\n").writerow
    write([*LODGE_HEADER, *([COMMENTS_HEADER] if comments else [])])
    count = 0
    # A name that no other process gives: behind a pooler they share the server's sessions.
    prepared = await conn.prepare(statement, name=f"export_{uuid.uuid4().hex}")
    async for row in prepared.cursor(actor.workspace_id, actor.sees_only, *condition.params, prefetch=_BATCH):
        write([guard(cell) for cell in _cells(row, prefix, comments=comments)])
        count += 1
        if count % _BATCH == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _cells(row: Any, prefix: str, *, comments: bool) -> list[str]:
    cells = [
        f"{prefix}-{row['number']}",
        row["title"],
        row["description"],
        row["status"],
        row["close_reason"] or "",
        Priority(row["priority"]).word,
        row["assignee"] or "",
        row["reporter"] or "",
        join_labels(row["labels"]),
        row["due_on"].isoformat() if row["due_on"] else "",
        _moment(row["created_at"]),
        _moment(row["updated_at"]),
        _moment(row["closed_at"]),
        _key(prefix, row["duplicate_of"]),
        _key(prefix, row["parent"]),
        row["external_ref"] or "",
        str(row["issue_id"]),
    ]
    if comments:
        cells.append(json.dumps(row["said"], ensure_ascii=False) if row["said"] else "")
    return cells


def _moment(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat() if moment else ""


def _key(prefix: str, number: int | None) -> str:
    return f"{prefix}-{number}" if number else ""
