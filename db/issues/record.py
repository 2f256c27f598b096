"""An issue as it is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, LiteralString

from db.ids import IssueId, PersonId, WorkspaceId
from db.states import CloseReason, Priority, Source, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    workspace_id: WorkspaceId
    issue_id: IssueId
    number: int
    title: str
    description: str
    status: Status
    close_reason: CloseReason | None
    duplicate_of: IssueId | None
    parent_id: IssueId | None
    priority: Priority
    assignee_id: PersonId | None
    reporter_id: PersonId | None
    due_on: date | None
    external_ref: str | None
    labels: tuple[str, ...]
    version: int
    source: Source
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None

    def key(self, prefix: str) -> str:
        """What people call it: `LDG-42`."""
        return f"{prefix}-{self.number}"


# For a SELECT whose issues table is called i; `read_issue` takes the row.
COLUMNS: Final[LiteralString] = """
    i.workspace_id, i.issue_id, i.number, i.title, i.description, i.status, i.close_reason, i.duplicate_of,
    i.parent_id, i.priority, i.assignee_id, i.reporter_id, i.due_on, i.external_ref, i.version, i.source,
    i.created_at, i.updated_at, i.closed_at,
    ARRAY(SELECT l.name FROM issue_labels il JOIN labels l USING (workspace_id, label_id)
          WHERE il.workspace_id = i.workspace_id AND il.issue_id = i.issue_id
          ORDER BY lower(l.name)) AS labels"""


def read_issue(row: Any) -> Issue:
    """From a row that has `COLUMNS`."""
    reason = row["close_reason"]
    return Issue(
        workspace_id=row["workspace_id"],
        issue_id=row["issue_id"],
        number=row["number"],
        title=row["title"],
        description=row["description"],
        status=Status(row["status"]),
        close_reason=None if reason is None else CloseReason(reason),
        duplicate_of=row["duplicate_of"],
        parent_id=row["parent_id"],
        priority=Priority(row["priority"]),
        assignee_id=row["assignee_id"],
        reporter_id=row["reporter_id"],
        due_on=row["due_on"],
        external_ref=row["external_ref"],
        labels=tuple(row["labels"]),
        version=row["version"],
        source=Source(row["source"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        closed_at=row["closed_at"],
    )
