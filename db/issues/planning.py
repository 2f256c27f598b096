"""Works out what a patch changes in an issue: pure, no database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Any
from uuid import UUID

from db import limits
from db.errors import FieldError, Invalid
from db.issues.draft import UNSET, IssuePatch
from db.issues.record import Issue
from db.recording import Dims
from db.states import CloseReason, Priority, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`wanted` is the issue as it is to be, but for version and times. Both sides name only what changes."""

    wanted: Issue
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.before)

    @property
    def was(self) -> dict[str, Any]:
        """As the event tells it: of what is opened again also when it was closed, for it to be closed as of then when
        that is undone."""
        if self.before.get("status") != Status.CLOSED.value:
            return self.before
        return {**self.before, "closed_at": told(self.wanted.closed_at)}


FIELDS = (
    "title",
    "description",
    "status",
    "close_reason",
    "duplicate_of",
    "parent_id",
    "priority",
    "assignee_id",
    "due_on",
    "external_ref",
    "labels",
)


def plan(issue: Issue, patch: IssuePatch) -> Plan:
    """What is to change. Raises Invalid when status, reason and original do not fit together."""
    values = patch.sent()
    if values.get("description", UNSET) is None:
        values["description"] = ""
    if values.get("priority", UNSET) is None:
        values["priority"] = Priority.NONE
    values.update(_closing(issue, values))
    values["labels"] = _labels(issue, values)
    wanted = replace(issue, **values)
    if {name.lower() for name in wanted.labels} == {name.lower() for name in issue.labels}:
        wanted = replace(wanted, labels=issue.labels)
    changed = [name for name in FIELDS if getattr(issue, name) != getattr(wanted, name)]
    return Plan(
        wanted=wanted,
        before={name: told(getattr(issue, name)) for name in changed},
        after={name: told(getattr(wanted, name)) for name in changed},
    )


def _labels(issue: Issue, values: dict[str, Any]) -> tuple[str, ...]:
    wanted = list(values.get("labels", issue.labels))
    present = {name.lower() for name in wanted}
    wanted += [name for name in values.pop("add_labels", ()) if name.lower() not in present]
    gone = {name.lower() for name in values.pop("remove_labels", ())}
    return limits.labels([name for name in wanted if name.lower() not in gone])


def _closing(issue: Issue, values: dict[str, Any]) -> dict[str, Any]:
    """Status, reason and original, made to agree."""
    status = values.get("status", issue.status)
    reason = values.get("close_reason", UNSET)
    original = values.get("duplicate_of", UNSET)
    if status is not Status.CLOSED:
        if reason is not UNSET and reason is not None:
            raise Invalid(
                FieldError(field="close_reason", code="open", message="only a closed issue has a reason")
            )
        if original is not UNSET and original is not None:
            raise Invalid(
                FieldError(field="duplicate_of", code="open", message="only a closed issue has an original")
            )
        return {"close_reason": None, "duplicate_of": None}
    if reason is UNSET or reason is None:
        reason = _reason_unsaid(issue, original)
    if reason is not CloseReason.DUPLICATE:
        if original is not UNSET and original is not None:
            message = "only a duplicate has an original"
            raise Invalid(FieldError(field="duplicate_of", code="not_duplicate", message=message))
        return {"close_reason": reason, "duplicate_of": None}
    original = issue.duplicate_of if original is UNSET else original
    if original is None:
        message = "say which issue it duplicates"
        raise Invalid(FieldError(field="duplicate_of", code="required", message=message))
    if original == issue.issue_id:
        message = "an issue cannot be a duplicate of itself"
        raise Invalid(FieldError(field="duplicate_of", code="itself", message=message))
    return {"close_reason": reason, "duplicate_of": original}


def _reason_unsaid(issue: Issue, original: Any) -> CloseReason:
    if original is not UNSET and original is not None:
        return CloseReason.DUPLICATE
    return issue.close_reason or CloseReason.COMPLETED


def told(value: Any) -> Any:
    """A field's value as events hold it."""
    if isinstance(value, Priority):
        return value.word
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def dims(issue: Issue) -> Dims:
    """What reports count this issue by."""
    return Dims(status=issue.status.value, assignee=issue.assignee_id, priority=issue.priority.value)
