"""One statement over the rows of `rollup_issues`: its condition, its parameters, and where its rows come from."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final, LiteralString

import asyncpg

from db.access import Actor
from db.query.fragments import Parameters
from db.reports.numbers import Span
from db.reports.sifting import Sieve
from db.rollups.spans import day_number

# Issues that changes still to be folded have touched are taken as they stand instead.
_PENDING: Final[LiteralString] = """
WITH touched AS MATERIALIZED (SELECT issue_id FROM rollup_touched WHERE workspace_id = $1),
standing AS MATERIALIZED (
    SELECT n.* FROM touched t,
    LATERAL (SELECT * FROM rollup_now n WHERE n.workspace_id = $1 AND n.issue_id = t.issue_id OFFSET 0) n
)"""

_DAYS: Final[LiteralString] = "unnest({}::integer[], {}::integer[]) WITH ORDINALITY AS s (first, stop, place)"


class Asking:
    """One statement: its condition, its parameters, and where its rows come from."""

    def __init__(self, conn: asyncpg.Connection, actor: Actor, sieve: Sieve, pending: bool) -> None:
        self._conn = conn
        self._actor = actor
        self._sieve = sieve
        self._pending = pending
        self._parameters = Parameters(3)
        self.fill = self._parameters.fill

    # Each is put together where it is asked for: a statement has to name all of its parameters.
    @cached_property
    def _condition(self) -> str:
        return self._sieve.condition(self._parameters)

    @cached_property
    def _open(self) -> str:
        """The open issues that are chosen."""
        labelled = self._sieve.labelled()
        if labelled is None:
            return f"rollup_issues i WHERE {self._condition} AND i.is_open"
        issues = self._sieve.open_with(labelled, self._parameters)
        return f"({issues}) i WHERE {self._sieve.condition(self._parameters, less=labelled)}"

    def rows(self, columns: str, which: str) -> str:
        return self._and_pending(f"rollup_issues i WHERE {self._condition}", columns, which)

    def open(self, columns: str, which: str = "true") -> str:
        """As `rows`, of open issues."""
        return self._and_pending(self._open, columns, which, "i.is_open")

    def _and_pending(self, source: str, columns: str, which: str, state: str = "true") -> str:
        kept = f"SELECT {columns} FROM {source} AND {which}"
        if not self._pending:
            return kept
        return (
            f"{kept} AND i.issue_id NOT IN (SELECT issue_id FROM touched)"
            f" UNION ALL SELECT {columns} FROM standing i WHERE {self._condition} AND {state} AND {which}"
        )

    def closed_in(self, span: Span, columns: str) -> str:
        return self.rows(columns, self.inside("i.closed_day", span))

    def inside(self, day: LiteralString, span: Span) -> str:
        first = self.fill("{}::integer", day_number(span.start))
        stop = self.fill("{}::integer", day_number(span.end))
        return f"{day} >= {first} AND {day} < {stop}"

    def days(self, spans: Sequence[Span]) -> str:
        return self.fill(
            _DAYS, [day_number(span.start) for span in spans], [day_number(span.end) for span in spans]
        )

    async def fetch(self, sql: str) -> list[Any]:
        statement = f"{_PENDING} SELECT * FROM ({sql}) answer" if self._pending else sql
        rows: list[Any] = await self._conn.fetch(
            statement, self._actor.workspace_id, self._actor.sees_only, *self._parameters.values
        )
        return rows
