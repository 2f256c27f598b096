"""What a person wants an issue to be: a new one, or changes to one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import Enum
from typing import Any, Final

from db import limits
from db.errors import FieldError, Invalid
from db.ids import ChangeId, IssueId, PersonId
from db.issues.record import Issue
from db.states import CloseReason, Priority, Status


class _Unset(Enum):
    """The mark of a field that is to stay as it is. None clears instead."""

    UNSET = "unset"


UNSET: Final = _Unset.UNSET
Unset = _Unset


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDraft:
    """A new issue. The reporter is the actor unless `reporter_id` says otherwise."""

    title: str
    description: str = ""
    status: Status = Status.OPEN
    priority: Priority = Priority.NONE
    assignee_id: PersonId | None = None
    reporter_id: PersonId | None = None
    labels: tuple[str, ...] = ()
    due_on: date | None = None
    parent_id: IssueId | None = None
    external_ref: str | None = None

    def checked(self) -> IssueDraft:
        """Cleaned and within limits. Raises Invalid with every field that is not."""
        if self.status is Status.CLOSED:
            raise Invalid(FieldError(field="status", code="closed", message="a new issue cannot be closed"))
        problems: list[FieldError] = []
        title = _collect(problems, limits.title, self.title)
        description = _collect(problems, limits.description, self.description) if self.description else ""
        labels = _collect(problems, limits.labels, self.labels) if self.labels else ()
        external_ref = _collect(problems, limits.external_ref, self.external_ref or None)
        if problems:
            raise Invalid(*problems)
        if (title, description, labels, external_ref) == (
            self.title,
            self.description,
            self.labels,
            self.external_ref,
        ):
            return self
        return replace(self, title=title, description=description, labels=labels, external_ref=external_ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuePatch:
    """Changes to one issue: a field left UNSET stays, None clears it.

    Closing takes `close_reason` (completed unless said) and, for a duplicate, `duplicate_of`.
    `labels` replaces them all; `add_labels` and `remove_labels` go by what the issue has when they are applied.
    """

    title: str | Unset = UNSET
    description: str | Unset | None = UNSET
    status: Status | Unset = UNSET
    close_reason: CloseReason | Unset | None = UNSET
    duplicate_of: IssueId | Unset | None = UNSET
    priority: Priority | Unset | None = UNSET
    assignee_id: PersonId | Unset | None = UNSET
    due_on: date | Unset | None = UNSET
    parent_id: IssueId | Unset | None = UNSET
    external_ref: str | Unset | None = UNSET
    labels: tuple[str, ...] | Unset = UNSET
    add_labels: tuple[str, ...] | Unset = UNSET
    remove_labels: tuple[str, ...] | Unset = UNSET

    def sent(self) -> dict[str, Any]:
        """The fields that are to change, by name."""
        values = {name: getattr(self, name) for name in _PATCH_FIELDS}
        return {name: value for name, value in values.items() if value is not UNSET}

    def checked(self) -> IssuePatch:
        """Cleaned and within limits. Raises Invalid with every field that is not."""
        problems: list[FieldError] = []
        values = {
            name: _collect(problems, _CHECKS[name], value) if name in _CHECKS else value
            for name, value in self.sent().items()
        }
        if problems:
            raise Invalid(*problems)
        return IssuePatch(**values)


_PATCH_FIELDS: Final = tuple(f.name for f in fields(IssuePatch))


def _collect(problems: list[FieldError], check: Callable[[Any], Any], value: Any) -> Any:
    if value is None:
        return None
    try:
        return check(value)
    except Invalid as invalid:
        problems.extend(invalid.errors)
        return value


_CHECKS: Final[dict[str, Callable[[Any], Any]]] = {
    "title": limits.title,
    "description": limits.description,
    "labels": limits.labels,
    "add_labels": limits.labels,
    "remove_labels": limits.labels,
    "external_ref": lambda value: limits.external_ref(value) if value else None,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """`repeated`: this request was done before and nothing was written now.

    `change_id` is None when the edit would have changed nothing, and so nothing was written.
    """

    issue: Issue
    change_id: ChangeId | None
    repeated: bool = False
