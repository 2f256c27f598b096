"""A minimal FastAPI service that does the bare statement for the same. Prints its port.

No tokens, no history, nothing told to anybody: what an API of issues costs at the least when written this way.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import asyncpg
import uvicorn
from fastapi import FastAPI, HTTPException, Query, Request
from pydantic import BaseModel, Field

WORKSPACE = os.environ.get("BENCH_WORKSPACE", "")
PREFIX = "LDG"

Status = Literal["open", "in_progress", "closed"]
Priority = Literal["urgent", "high", "medium", "low"]

COLUMNS = """issue_id AS id, $2::text || '-' || number AS key, title, description, status, close_reason, duplicate_of,
    parent_id, (ARRAY['urgent', 'high', 'medium', 'low'])[priority] AS priority, assignee_id, reporter_id, due_on,
    external_ref, version, created_at, updated_at, closed_at,
    ARRAY(SELECT l.name FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
          WHERE il.workspace_id = i.workspace_id AND il.issue_id = i.issue_id ORDER BY lower(l.name)) AS labels"""
INSERT = f"""
INSERT INTO issues AS i (workspace_id, issue_id, number, title, description, status, priority, assignee_id,
                         reporter_id, due_on, source)
VALUES ($1, $3, next_number($1), $4, $5, $6::text, $7, $8, $9, $10, 'api') RETURNING {COLUMNS}"""
UPDATE = f"""
UPDATE issues AS i SET title = coalesce($4, title), status = coalesce($5::text, status),
       priority = coalesce($6, priority), version = version + 1, updated_at = clock_timestamp()
WHERE workspace_id = $1 AND issue_id = $3 AND deleted_at IS NULL RETURNING {COLUMNS}"""
LIST = f"""
SELECT {COLUMNS} FROM issues i
WHERE workspace_id = $1 AND NOT is_closed AND deleted_at IS NULL
  AND ($3::timestamptz IS NULL OR (updated_at, issue_id) < ($3, $4))
ORDER BY updated_at DESC, issue_id DESC LIMIT $5"""
ONE = f"""
SELECT {COLUMNS},
    (SELECT coalesce(json_agg(json_build_object('id', comment_id, 'issue_id', issue_id, 'author_id', author_id,
                'reply_to', reply_to, 'body', body, 'created_at', created_at, 'edited_at', edited_at)
                ORDER BY created_at, comment_id), '[]')
     FROM (SELECT * FROM comments c WHERE c.workspace_id = $1 AND c.issue_id = $3 AND c.deleted_at IS NULL
           ORDER BY created_at DESC, comment_id DESC LIMIT 20) c) AS comments
FROM issues i WHERE workspace_id = $1 AND issue_id = $3 AND deleted_at IS NULL"""


class IssueIn(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=255)]
    description: Annotated[str, Field(max_length=40_000)] = ""
    status: Literal["open", "in_progress"] = "open"
    priority: Priority | None = None
    assignee_id: UUID | None = None
    reporter_id: UUID | None = None
    due_on: date | None = None


class IssueChange(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    status: Status | None = None
    priority: Priority | None = None


class IssueOut(BaseModel):
    id: UUID
    key: str
    title: str
    description: str
    status: Status
    close_reason: str | None
    duplicate_of: UUID | None
    parent_id: UUID | None
    priority: Priority | None
    assignee_id: UUID | None
    reporter_id: UUID | None
    due_on: date | None
    external_ref: str | None
    labels: list[str]
    version: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


class CommentOut(BaseModel):
    id: UUID
    issue_id: UUID
    author_id: UUID | None
    reply_to: UUID | None
    body: str
    created_at: datetime
    edited_at: datetime | None


class IssueDetailOut(IssueOut):
    comments: list[CommentOut]


class IssuePage(BaseModel):
    items: list[IssueOut]
    next_cursor: str | None


RANKS = {"urgent": 1, "high": 2, "medium": 3, "low": 4, None: 5}


async def _prepare(conn: asyncpg.Connection) -> None:
    await conn.set_type_codec("json", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"], init=_prepare) as pool:
        app.state.pool = pool
        yield


def create() -> FastAPI:
    app = FastAPI(lifespan=lifespan)

    @app.post("/issues", status_code=201, response_model=IssueOut)
    async def create_issue(request: Request, sent: IssueIn) -> Any:
        return dict(
            await request.app.state.pool.fetchrow(
                INSERT, WORKSPACE, PREFIX, uuid4(), sent.title, sent.description, sent.status,
                RANKS[sent.priority], sent.assignee_id, sent.reporter_id, sent.due_on,
            )
        )  # fmt: skip

    @app.get("/issues", response_model=IssuePage)
    async def list_issues(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=100)] = 50,
        cursor: Annotated[str | None, Query(max_length=100)] = None,
    ) -> Any:
        at, after = (None, None)
        if cursor is not None:
            moment, _, text = cursor.partition("~")
            at, after = datetime.fromisoformat(moment), UUID(text)
        rows = await request.app.state.pool.fetch(LIST, WORKSPACE, PREFIX, at, after, limit + 1)
        items = [dict(row) for row in rows[:limit]]
        more = len(rows) > limit
        following = f"{items[-1]['updated_at'].isoformat()}~{items[-1]['id']}" if more else None
        return {"items": items, "next_cursor": following}

    @app.get("/issues/{issue_id}", response_model=IssueDetailOut)
    async def show_issue(request: Request, issue_id: UUID) -> Any:
        row = await request.app.state.pool.fetchrow(ONE, WORKSPACE, PREFIX, issue_id)
        if row is None:
            raise HTTPException(404)
        return dict(row)

    @app.patch("/issues/{issue_id}", response_model=IssueOut)
    async def change_issue(request: Request, issue_id: UUID, sent: IssueChange) -> Any:
        values = sent.model_dump(exclude_unset=True)
        rank = RANKS[sent.priority] if "priority" in values else None
        row = await request.app.state.pool.fetchrow(
            UPDATE, WORKSPACE, PREFIX, issue_id, values.get("title"), values.get("status"), rank
        )
        if row is None:
            raise HTTPException(404)
        return dict(row)

    return app


async def main() -> None:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(create(), loop="uvloop", http="httptools", log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    print(listener.getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
