"""Keeps the full-text index: what an issue and its comments say, and the words a workspace uses.

Run by jobs after the fact. Everything is worked out anew from the issue as it is, so that doing it twice,
or again after a crash, changes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any, Final, LiteralString

import asyncpg

from db.ids import ChangeId, EventId, IssueId, WorkspaceId
from db.vocabulary import learnable, shapes

_COMMENT_CHARACTERS = 100_000

# What may have changed an issue's words: no edit of its other fields, and these are most of what is done in bulk.
_OF_WORDS: Final[LiteralString] = "(kind <> 'edited' OR after ?| '{title,description}')"


async def index_changes(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, change_ids: Sequence[ChangeId]
) -> int:
    """Indexes the issues whose words these changes touched, in the caller's transaction; returns how many differ."""
    rows = await conn.fetch(
        f"""
        SELECT DISTINCT issue_id FROM events
        WHERE workspace_id = $1 AND change_id = ANY ($2::uuid[]) AND {_OF_WORDS}
        """,
        workspace_id,
        list(change_ids),
    )
    return await index_issues(conn, workspace_id, [row["issue_id"] for row in rows])


async def large(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, change_ids: Sequence[ChangeId], *, than: int
) -> set[ChangeId]:
    """Those of the changes that have more than `than` events, without counting them all."""
    rows = await conn.fetch(
        """
        SELECT c.change_id FROM unnest($2::uuid[]) AS c (change_id)
        WHERE EXISTS (SELECT FROM events e WHERE e.workspace_id = $1 AND e.change_id = c.change_id OFFSET $3)
        """,
        workspace_id,
        list(change_ids),
        than,
    )
    return {row["change_id"] for row in rows}


async def index_change(
    conn: asyncpg.Connection,
    workspace_id: WorkspaceId,
    change_id: ChangeId,
    *,
    after: EventId | None = None,
    limit: int = 200,
) -> EventId | None:
    """One batch of what a large change touched; returns where the next begins, or None when all is done."""
    rows = await conn.fetch(
        f"""
        SELECT event_id, issue_id FROM events
        WHERE workspace_id = $1 AND change_id = $2 AND event_id > $3 AND {_OF_WORDS} ORDER BY event_id LIMIT $4
        """,
        workspace_id,
        change_id,
        after or 0,
        limit,
    )
    await index_issues(conn, workspace_id, dict.fromkeys(row["issue_id"] for row in rows))
    return EventId(rows[-1]["event_id"]) if len(rows) == limit else None


async def index_issues(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, issue_ids: Iterable[IssueId]
) -> int:
    """Writes the documents of these issues where they differ, and learns their words; returns how many differ."""
    ids = list(issue_ids)
    if not ids:
        return 0
    # One at a time in a workspace, held to the end of the transaction: of two that index the same issue, the
    # later one must read what the earlier one could not see yet.
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('lodge index ' || $1, 0))", workspace_id
    )
    rows = await conn.fetch(_WRITE, workspace_id, ids, _COMMENT_CHARACTERS)
    await _learn(conn, workspace_id, [row["issue_id"] for row in rows])
    return len(rows)


# Not one INSERT that updates on conflict: the trigger would work out the pairs of words of every document before it is
# known to be there already, and once more where it differs.
_WRITE: Final[LiteralString] = """
WITH gone AS (
    DELETE FROM issue_documents d USING issues i
    WHERE d.workspace_id = $1 AND d.issue_id = ANY ($2::uuid[])
      AND i.workspace_id = $1 AND i.issue_id = d.issue_id AND i.deleted_at IS NOT NULL
), made AS MATERIALIZED (
    SELECT i.issue_id, i.number, w.search_config AS config,
           issue_document(w.search_config, i.workspace_id, i.number, i.title, i.description, c.said) AS document
    FROM issues i
    JOIN workspaces w ON w.workspace_id = i.workspace_id
    CROSS JOIN LATERAL (
        SELECT left(string_agg(c.body, E'\n' ORDER BY c.created_at DESC), $3) AS said FROM comments c
        WHERE c.workspace_id = i.workspace_id AND c.issue_id = i.issue_id AND c.deleted_at IS NULL
    ) c
    WHERE i.workspace_id = $1 AND i.issue_id = ANY ($2::uuid[]) AND i.deleted_at IS NULL
), changed AS (
    UPDATE issue_documents d SET config = made.config, document = made.document FROM made
    WHERE d.workspace_id = $1 AND d.issue_id = made.issue_id
      AND (d.document <> made.document OR d.config <> made.config)
    RETURNING d.issue_id
), added AS (
    INSERT INTO issue_documents (workspace_id, issue_id, number, config, document)
    SELECT $1, made.issue_id, made.number, made.config, made.document FROM made
    WHERE NOT EXISTS (SELECT FROM issue_documents d WHERE d.workspace_id = $1 AND d.issue_id = made.issue_id)
    RETURNING issue_id
)
SELECT issue_id FROM changed UNION ALL SELECT issue_id FROM added"""


async def reindex(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, *, after: IssueId | None = None, limit: int = 500
) -> IssueId | None:
    """One batch of a whole workspace; returns where the next begins, or None when all is done."""
    rows = await conn.fetch(
        """
        SELECT issue_id FROM issues
        WHERE workspace_id = $1 AND ($2::uuid IS NULL OR issue_id > $2) ORDER BY issue_id LIMIT $3
        """,
        workspace_id,
        after,
        limit,
    )
    await index_issues(conn, workspace_id, [row["issue_id"] for row in rows])
    return rows[-1]["issue_id"] if len(rows) == limit else None


async def pair(conn: asyncpg.Connection, workspace_id: WorkspaceId, *, limit: int = 200) -> bool:
    """One batch of documents that have no pairs of words yet; whether there may be more."""
    # As who indexes, so that the two never wait for each other's rows.
    await conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('lodge index ' || $1, 0))", workspace_id
    )
    written: int = await conn.fetchval(
        """
        WITH lacking AS MATERIALIZED (
            SELECT issue_id FROM issue_documents WHERE workspace_id = $1 AND pairs IS NULL ORDER BY issue_id LIMIT $2
        ), written AS (
            UPDATE issue_documents d SET pairs = document_pairs(d.document, d.workspace_id, d.number)
            FROM lacking WHERE d.workspace_id = $1 AND d.issue_id = lacking.issue_id
            RETURNING d.issue_id
        )
        SELECT count(*) FROM written
        """,
        workspace_id,
        limit,
    )
    return written == limit


async def _learn(conn: asyncpg.Connection, workspace_id: WorkspaceId, ids: list[IssueId]) -> None:
    if not ids:
        return
    # Every word as it is written, in as many issues as it is in.
    rows = await conn.fetch(
        """
        SELECT said.word, count(*) AS issues, s.popularity
        FROM (
            SELECT DISTINCT written.issue_id, word
            FROM (
                SELECT issue_id, title || ' ' || description AS text FROM issues
                WHERE workspace_id = $1 AND issue_id = ANY ($2::uuid[])
                UNION ALL
                SELECT issue_id, body FROM comments
                WHERE workspace_id = $1 AND issue_id = ANY ($2::uuid[]) AND deleted_at IS NULL
            ) written
            CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector('simple', written.text))) AS word
        ) said
        LEFT JOIN search_words s ON s.workspace_id = $1 AND s.word = said.word
        GROUP BY said.word, s.popularity
        """,
        workspace_id,
        ids,
    )
    raised = sorted((row["word"], level) for row in rows if (level := _level(row)) is not None)
    if raised:
        await learn(conn, workspace_id, raised)


def _level(row: Any) -> int | None:
    """The new popularity of a word, or None when it stays: it doubles for each step, so steps get rare."""
    if not learnable(row["word"]):
        return None
    seen, known = row["issues"], row["popularity"]
    if known is None:
        return int(seen).bit_length() - 1
    chance: float = seen / 2**known
    if random.random() >= chance:  # noqa: S311 - a statistic, not a secret
        return None
    return int(known) + max(1, int(chance).bit_length() - 1)


async def learn(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, words: Sequence[tuple[str, int]]
) -> None:
    """Adds words with their popularity, or raises it."""
    shaped = [shapes(workspace_id, word) for word, _ in words]
    await conn.execute(
        """
        INSERT INTO search_words AS s (workspace_id, word, popularity, shapes)
        SELECT $1, new.word, new.popularity, shaped.shapes
        FROM unnest($2::text[], $3::smallint[]) WITH ORDINALITY AS new (word, popularity, place)
        JOIN (
            SELECT owner, array_agg(shape) AS shapes
            FROM unnest($4::bigint[], $5::bigint[]) AS t (shape, owner) GROUP BY owner
        ) shaped ON shaped.owner = new.place
        ON CONFLICT (workspace_id, word) DO UPDATE SET popularity = greatest(s.popularity, excluded.popularity)
        """,
        workspace_id,
        [word for word, _ in words],
        [level for _, level in words],
        [shape for one in shaped for shape in one],
        [place for place, one in enumerate(shaped, start=1) for _ in one],
    )
