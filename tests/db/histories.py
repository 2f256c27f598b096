"""Random histories of a workspace, written as the operations of `db` write them, but at any time in the past."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from db.ids import ChangeId, WorkspaceId, new_uuid

START = datetime(2025, 1, 1, tzinfo=UTC)
REASONS = ("completed", "not_planned")


async def workspace(conn: asyncpg.Connection, name: str = "T0", zone: str = "Europe/Berlin") -> WorkspaceId:
    await conn.execute("SELECT create_workspace($1, 'Test')", name)
    await conn.execute("UPDATE workspaces SET timezone = $2 WHERE workspace_id = $1", name, zone)
    return WorkspaceId(name)


class History:
    """Writes changes; each is pending until `fold_some` or the announce job takes it."""

    def __init__(self, conn: asyncpg.Connection, workspace_id: WorkspaceId, seed: int) -> None:
        self.conn = conn
        self.workspace_id = workspace_id
        self.random = random.Random(seed)
        self.people: list[UUID] = []
        self.labels: list[UUID] = []
        self.issues: list[UUID] = []
        self.now = START

    async def populate(self, people: int = 4, labels: int = 4) -> None:
        for number in range(people):
            self.people.append(
                await self.conn.fetchval(
                    "INSERT INTO people (workspace_id, name) VALUES ($1, $2) RETURNING person_id",
                    self.workspace_id,
                    f"Person {number}",
                )
            )
        for number in range(labels):
            self.labels.append(
                await self.conn.fetchval(
                    "INSERT INTO labels (workspace_id, name) VALUES ($1, $2) RETURNING label_id",
                    self.workspace_id,
                    f"label-{number}",
                )
            )

    def pass_time(self) -> None:
        hours = self.random.choice((0.001, 0.5, 3, 20, 70, 400))
        self.now += timedelta(hours=self.random.random() * hours)

    async def step(self) -> None:
        """One change: to one issue, or in bulk."""
        self.pass_time()
        what = self.random.choices(
            ("create", "import", "edit", "bulk", "labels", "delete", "restore"), (30, 2, 40, 5, 10, 3, 3)
        )[0]
        if what == "create" or not self.issues:
            await self.change([self._new(self.now)])
        elif what == "import":
            await self.change([self._new(self._long_ago()) for _ in range(self.random.randint(1, 20))])
        elif what == "bulk":
            chosen = self.random.sample(self.issues, min(len(self.issues), self.random.randint(2, 15)))
            new = self._edit()
            await self.change([{"issue_id": issue, **new} for issue in chosen])
        else:
            issue = self.random.choice(self.issues)
            ways: dict[str, Callable[[], dict[str, Any]]] = {
                "edit": self._edit,
                "labels": lambda: {
                    "labels": self.random.sample(self.labels, self.random.randint(0, len(self.labels)))
                },
                "delete": lambda: {"deleted_at": self.now},
                "restore": lambda: {"deleted_at": None},
            }
            await self.change([{"issue_id": issue, **ways[what]()}])

    async def change(self, parts: list[dict[str, Any]]) -> ChangeId:
        """One change of some issues, in a transaction of its own."""
        change_id = ChangeId(new_uuid())
        async with self.conn.transaction():
            await self.conn.execute(
                "INSERT INTO changes (workspace_id, change_id, source, action, at) VALUES ($1, $2, 'system', 'x', $3)",
                self.workspace_id,
                change_id,
                self.now,
            )
            for part in parts:
                await self._apply(change_id, dict(part))
            await self.conn.execute(
                "INSERT INTO pending_changes (workspace_id, change_id) VALUES ($1, $2)",
                self.workspace_id,
                change_id,
            )
        return change_id

    async def take_pending(self, most: int) -> list[ChangeId]:
        rows = await self.conn.fetch(
            """
            DELETE FROM pending_changes p USING (
                SELECT change_id FROM pending_changes WHERE workspace_id = $1 ORDER BY random() LIMIT $2
            ) t WHERE p.workspace_id = $1 AND p.change_id = t.change_id RETURNING p.change_id""",
            self.workspace_id,
            most,
        )
        return [row["change_id"] for row in rows]

    def _long_ago(self) -> datetime:
        return self.now - timedelta(days=self.random.random() * 400)

    def _new(self, created: datetime) -> dict[str, Any]:
        new: dict[str, Any] = {
            "created_at": created,
            "priority": self.random.randint(1, 5),
            "assignee_id": self.random.choice([None, *self.people]),
            "labels": self.random.sample(self.labels, self.random.randint(0, 2)),
        }
        if created < self.now and self.random.random() < 0.6:
            new |= {"status": "closed", "closed_at": created + (self.now - created) * self.random.random()}
        return new

    def _edit(self) -> dict[str, Any]:
        status = self.random.choice(("open", "in_progress", "closed", "closed"))
        everything: dict[str, Any] = {
            "assignee_id": self.random.choice([None, *self.people]),
            "priority": self.random.randint(1, 5),
            "status": status,
        }
        chosen = self.random.sample(sorted(everything), self.random.randint(1, 3))
        new = {name: everything[name] for name in chosen}
        if "status" in new:
            new["closed_at"] = self.now if status == "closed" else None
        return new

    async def _apply(self, change_id: ChangeId, new: dict[str, Any]) -> None:
        labels = new.pop("labels", None)
        issue_id = new.pop("issue_id", None)
        before: Any = None
        if issue_id is None:
            issue_id = new_uuid()
            self.issues.append(issue_id)
            await self.conn.execute(
                """
                INSERT INTO issues (workspace_id, issue_id, number, title, created_at, updated_at, reporter_id)
                VALUES ($1, $2, next_number($1), 'An issue', $3, $3, $4)""",
                self.workspace_id,
                issue_id,
                new.pop("created_at"),
                [None, *self.people][len(self.issues) % (len(self.people) + 1)],
            )
        else:
            before = await self.conn.fetchrow(
                "SELECT * FROM issues WHERE workspace_id = $1 AND issue_id = $2", self.workspace_id, issue_id
            )
            if before["status"] == "closed" and new.get("status") == "closed":
                new.pop("closed_at")
        row = await self._set(issue_id, new)
        if labels is not None:
            await self._label(issue_id, labels)
        await self.conn.execute(
            """
            INSERT INTO events (workspace_id, change_id, issue_id, source, kind, at,
                                was_status, now_status, was_assignee, now_assignee)
            VALUES ($1, $2, $3, 'system', $4, $5, $6, $7, $8, $9)""",
            self.workspace_id,
            change_id,
            issue_id,
            "edited" if before else "created",
            self.now,
            before and before["status"],
            row["status"],
            before and before["assignee_id"],
            row["assignee_id"],
        )

    async def _set(self, issue_id: UUID, new: dict[str, Any]) -> Any:
        for name, value in new.items():
            if name in ("assignee_id", "priority", "deleted_at"):
                await self.conn.execute(
                    f"UPDATE issues SET {name} = $3 WHERE workspace_id = $1 AND issue_id = $2",
                    self.workspace_id,
                    issue_id,
                    value,
                )
        if "status" in new:
            closed = new["status"] == "closed"
            await self.conn.execute(
                """
                UPDATE issues SET status = $3, close_reason = CASE WHEN $4 THEN coalesce(close_reason, 'completed') END,
                       closed_at = CASE WHEN $4 THEN coalesce($5, closed_at) END
                WHERE workspace_id = $1 AND issue_id = $2""",
                self.workspace_id,
                issue_id,
                new["status"],
                closed,
                new.get("closed_at"),
            )
        return await self.conn.fetchrow(
            "SELECT * FROM issues WHERE workspace_id = $1 AND issue_id = $2", self.workspace_id, issue_id
        )

    async def _label(self, issue_id: UUID, labels: list[UUID]) -> None:
        await self.conn.execute(
            "DELETE FROM issue_labels WHERE workspace_id = $1 AND issue_id = $2", self.workspace_id, issue_id
        )
        await self.conn.executemany(
            "INSERT INTO issue_labels (workspace_id, issue_id, label_id) VALUES ($1, $2, $3)",
            [(self.workspace_id, issue_id, label) for label in labels],
        )
