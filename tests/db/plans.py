"""The plans that the server makes of what an operation asks."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg


class Plans:
    """Runs statements as the connection would, and keeps their plans; with `run`, what came of each part of them, too.

    Then what a statement changes it changes twice.
    """

    def __init__(self, conn: asyncpg.Connection, *, run: bool = False) -> None:
        self.conn = conn
        self.seen: list[str] = []
        self._how = "ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, BUFFERS OFF" if run else "COSTS OFF"

    async def _explain(self, sql: str, values: tuple[Any, ...]) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH", "UPDATE", "INSERT")):
            rows = await self.conn.fetch(f"EXPLAIN ({self._how}) {sql}", *values)
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

    async def execute(self, sql: str, *values: Any) -> Any:
        await self._explain(sql, values)
        return await self.conn.execute(sql, *values)

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
