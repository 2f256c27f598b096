"""The plans that the server makes of what an operation asks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg


class Plans:
    """Runs statements as the connection would, and keeps their plans."""

    def __init__(self, conn: asyncpg.Connection) -> None:
        self.conn = conn
        self.seen: list[str] = []

    async def _explain(self, sql: str, values: tuple[Any, ...]) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH")):
            rows = await self.conn.fetch(f"EXPLAIN (COSTS OFF) {sql}", *values)
            self.seen.append("\n".join(row[0] for row in rows))

    async def fetch(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, values)
        return await self.conn.fetch(sql, *values)

    async def fetchrow(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, values)
        return await self.conn.fetchrow(sql, *values)

    async def fetchval(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, values)
        return await self.conn.fetchval(sql, *values)

    def transaction(self, **options: Any) -> Any:
        return self.conn.transaction(**options)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Plans]:
        """As a database that has this one connection."""
        yield self

    @property
    def text(self) -> str:
        return "\n".join(self.seen)


def assert_no_table_read(plans: Plans) -> None:
    read = set(re.findall(r"Seq Scan on (\w+)", plans.text))
    assert not read & {"issues", "issue_documents", "comments", "events"}, plans.text
