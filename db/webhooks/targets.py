"""What a sender calls its things, and the issues that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from db.ids import IssueId
from db.webhooks.keeping import Hook


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was last heard of one thing; all None for a new one.

    `words` is a digest of title and description; it and `labels` are None also where these are not followed.
    """

    issue_id: IssueId | None = None
    is_open: bool | None = None
    as_of: datetime | None = None
    words: str | None = None
    labels: tuple[str, ...] | None = None


async def hold(conn: asyncpg.Connection, hook: Hook, target_key: str) -> Target:
    """Until the caller's transaction ends nobody else decides about it."""
    row = await conn.fetchrow(
        """
        INSERT INTO webhook_targets AS t (workspace_id, webhook_id, target_key) VALUES ($1, $2, $3)
        ON CONFLICT (workspace_id, webhook_id, target_key) DO UPDATE SET target_key = t.target_key
        RETURNING issue_id, is_open, as_of, words, labels""",
        hook.workspace_id,
        hook.webhook_id,
        target_key,
    )
    return Target(**{**dict(row), "labels": None if row["labels"] is None else tuple(row["labels"])})


async def note(conn: asyncpg.Connection, hook: Hook, target_key: str, target: Target) -> None:
    """What was heard just now."""
    await conn.execute(
        """
        UPDATE webhook_targets SET issue_id = $4, is_open = $5, as_of = $6, words = $7, labels = $8
        WHERE workspace_id = $1 AND webhook_id = $2 AND target_key = $3""",
        hook.workspace_id,
        hook.webhook_id,
        target_key,
        target.issue_id,
        target.is_open,
        target.as_of,
        target.words,
        target.labels,
    )
