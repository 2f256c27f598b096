"""The issues and people that reports name: short lists, each read from the front of an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final, LiteralString
from zoneinfo import ZoneInfo

import asyncpg

from db.access import Actor
from db.ids import IssueId, LabelId, PersonId, WorkspaceId
from db.reports.choosing import Chosen
from db.reports.numbers import NamedIssue, Span, Who
from db.reports.periods import midnight
from db.reports.sifted import Sifted
from db.states import Priority

# A constant of the statements: a plan made once for all is a good one only when it knows how few are asked for.
MOST: Final = 5
# So many are read one by one sooner than five of them are found among all others.
FEW: Final = 1_000

_NAMED: Final[LiteralString] = """
    SELECT i.issue_id, i.number, i.title, i.priority, i.created_at, i.updated_at, i.closed_at, i.due_on,
           i.assignee_id, p.name, p.slack_user_id
    FROM (SELECT i.* FROM """

# Read one by one: kept apart, so that no index of the order is walked for them.
_AMONG: Final[LiteralString] = (
    "(SELECT * FROM issues WHERE workspace_id = $1 AND issue_id = ANY ($2::uuid[]) OFFSET 0) i"
)

_ASSIGNEE: Final[LiteralString] = """) i
    LEFT JOIN people p ON p.workspace_id = i.workspace_id AND p.person_id = i.assignee_id
    ORDER BY """


class Naming:
    """Lists of at most MOST issues each, of those the actor sees and the query chooses."""

    def __init__(
        self,
        conn: asyncpg.Connection,
        actor: Actor,
        chosen: Chosen,
        zone: ZoneInfo,
        *,
        sifted: Sifted | None,
        open_now: int,
    ) -> None:
        """`open_now`: how many that are chosen are open."""
        self._conn = conn
        self._actor = actor
        self._chosen = chosen
        self._zone = zone
        self._sifted = sifted
        self._are_few = open_now <= FEW
        self._each_planned = False
        self._few: list[IssueId] | None = None

    async def oldest(self) -> tuple[NamedIssue, ...]:
        order: LiteralString = "i.created_at, i.issue_id"
        found = await self._sifted.oldest(MOST) if self._sifted is not None and not self._are_few else None
        return await self._open(order) if found is None else await self._among(found, order)

    async def stalest(self) -> tuple[NamedIssue, ...]:
        order: LiteralString = "i.updated_at, i.issue_id"
        since = self._chosen.since
        if since is None:
            return await self._open(order)
        # No issue was touched before it was created: the front of the index is older than all that are asked for.
        return await self._open(order, "i.updated_at >= $3", since)

    async def pressing(self) -> tuple[NamedIssue, ...]:
        """Urgent and high ones, the most pressing first."""
        order: LiteralString = "(-i.priority) DESC, i.updated_at DESC, i.issue_id DESC"
        return await self._open(order, "(-i.priority) >= -2")

    async def overdue(self, today: date) -> tuple[NamedIssue, ...]:
        due: LiteralString = "coalesce(i.due_on, 'infinity'::date)"
        return await self._open(due + ", i.issue_id", due + " < $3", today)

    async def newest(self, span: Span) -> tuple[NamedIssue, ...]:
        """Created in these days and still open."""
        order: LiteralString = "i.created_at DESC, i.issue_id DESC"
        found = None
        if self._sifted is not None and not self._are_few:
            found = await self._sifted.newest(span, MOST)
        if found is not None:
            return await self._among(found, order)
        within: LiteralString = "i.created_at >= $3 AND i.created_at < $4"
        return await self._open(order, within, *self._instants(span))

    async def finished(self, span: Span) -> tuple[NamedIssue, ...]:
        """Closed in these days, the last first. Of those closed at once it does not matter which: to order them, too,
        all of a large change would be read."""
        order: LiteralString = "i.closed_at DESC"
        found = await self._sifted.finished(span, MOST) if self._sifted is not None else None
        if found is not None:
            return await self._among(found, order)
        return await self._walk(order, "i.closed_at >= $3 AND i.closed_at < $4", *self._instants(span))

    def _instants(self, span: Span) -> tuple[datetime, datetime]:
        return midnight(span.start, self._zone), midnight(span.end, self._zone)

    async def _open(
        self, order: LiteralString, which: LiteralString = "true", *values: Any
    ) -> tuple[NamedIssue, ...]:
        few = await self._few_open()
        if few is not None:
            return await self._among(few, order, which, *values)
        return await self._walk(order, "NOT i.is_closed AND " + which, *values)

    async def _few_open(self) -> list[IssueId] | None:
        """All open ones that are chosen, where these are few: to come upon them on the way through all others would
        take long."""
        if self._few is None and self._sifted is not None and self._are_few:
            self._few = await self._sifted.all_open()
        return self._few

    async def _walk(self, order: LiteralString, which: LiteralString, *values: Any) -> tuple[NamedIssue, ...]:
        """Along the index of that order."""
        known_many = self._sifted is not None and not self._are_few
        choose = self._chosen.few_of_many if known_many else self._chosen.few
        chosen = choose(3 + len(values))
        if chosen.params and not self._each_planned:
            # A plan made once for all does not know how many issues the query chooses, and gathers and sorts those of
            # a whole period where the front of an index would soon give five.
            await self._conn.execute("SET LOCAL plan_cache_mode = force_custom_plan")
            self._each_planned = True
        rows = await self._conn.fetch(
            f"{_NAMED} issues i WHERE ({chosen.sql}) AND {which}"
            f" ORDER BY {order} LIMIT {MOST:d} {_ASSIGNEE} {order}",
            self._actor.workspace_id,
            self._actor.sees_only,
            *values,
            *chosen.params,
        )
        return tuple(_issue(r, self._zone) for r in rows)

    async def _among(
        self, issues: Sequence[IssueId], order: LiteralString, which: LiteralString = "true", *values: Any
    ) -> tuple[NamedIssue, ...]:
        """Of these, which are known to be chosen."""
        rows = await self._conn.fetch(
            f"{_NAMED} {_AMONG} WHERE {which} ORDER BY {order} LIMIT {MOST:d} {_ASSIGNEE} {order}",
            self._actor.workspace_id,
            issues,
            *values,
        )
        return tuple(_issue(r, self._zone) for r in rows)


def _issue(row: Any, zone: ZoneInfo) -> NamedIssue:
    """Its moments as the workspace reads them, so that the day they are shown as is the day they are counted on."""
    assignee = None
    if row["assignee_id"] is not None:
        assignee = Who(person_id=row["assignee_id"], name=row["name"], slack_user_id=row["slack_user_id"])
    return NamedIssue(
        issue_id=row["issue_id"],
        number=row["number"],
        title=row["title"],
        priority=Priority(row["priority"]),
        assignee=assignee,
        created_at=row["created_at"].astimezone(zone),
        updated_at=row["updated_at"].astimezone(zone),
        closed_at=row["closed_at"].astimezone(zone) if row["closed_at"] else None,
        due_on=row["due_on"],
    )


async def names_of_people(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, ids: Iterable[PersonId]
) -> dict[PersonId, Who]:
    rows = await conn.fetch(
        "SELECT person_id, name, slack_user_id FROM people WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[])",
        workspace_id,
        list(ids),
    )
    return {
        r["person_id"]: Who(person_id=r["person_id"], name=r["name"], slack_user_id=r["slack_user_id"])
        for r in rows
    }


async def survivors(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, ids: Iterable[PersonId]
) -> dict[PersonId, PersonId]:
    """Who of them is somebody else by now, and whom each was merged into."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await conn.fetch(
        """
        SELECT person_id, merged_into FROM people
        WHERE workspace_id = $1 AND person_id = ANY ($2::uuid[]) AND merged_into IS NOT NULL""",
        workspace_id,
        wanted,
    )
    return {r["person_id"]: r["merged_into"] for r in rows}


async def names_of_labels(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, ids: Iterable[LabelId]
) -> dict[LabelId, str]:
    rows = await conn.fetch(
        "SELECT label_id, name FROM labels WHERE workspace_id = $1 AND label_id = ANY ($2::uuid[])",
        workspace_id,
        list(ids),
    )
    return {r["label_id"]: r["name"] for r in rows}
