"""How a file's columns and words become issues: guessed first, then changed by the person, then remembered."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from db.importing.columns import Field
from db.importing.dates import DateOrder
from db.importing.formats import Format
from db.states import CloseReason, Priority, Status, StatusWord


class Existing(StrEnum):
    """What happens to rows that were imported before."""

    SKIP = "skip"
    UPDATE = "update"


# Choices for one person of the file, besides the id of a person of the workspace.
NEW_PERSON: Final = "new"
NOBODY: Final = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """`statuses` and `priorities` are keyed by the file's own words, `people` by its own names.

    `unmatched` is for people of whom `people` says nothing: NEW_PERSON or NOBODY. Times without a zone
    are read in `timezone`. `encoding` is there when a person named it.
    """

    format: Format
    columns: tuple[Field | None, ...]
    order: DateOrder | None = None
    statuses: MappingOf[str, str] = field(default_factory=dict)
    priorities: MappingOf[str, int] = field(default_factory=dict)
    people: MappingOf[str, str] = field(default_factory=dict)
    unmatched: str = NEW_PERSON
    existing: Existing = Existing.SKIP
    all_or_nothing: bool = False
    timezone: str = "UTC"
    separator: str | None = None
    encoding: str | None = None

    def positions(self, wanted: Field) -> tuple[int, ...]:
        return tuple(index for index, column in enumerate(self.columns) if column is wanted)

    @property
    def has_title(self) -> bool:
        return Field.TITLE in self.columns

    @property
    def has_links(self) -> bool:
        """Whether rows can name others."""
        return Field.PARENT in self.columns or Field.DUPLICATE_OF in self.columns

    @property
    def names_are_full(self) -> bool:
        """Lodge writes full names: there nobody goes by a handle."""
        return self.format is Format.LODGE

    @property
    def times_in_utc(self) -> bool:
        """GitLab and GitHub write UTC, whatever the workspace's zone."""
        return self.format in (Format.GITLAB, Format.GITHUB, Format.LINEAR, Format.LODGE)

    def to_json(self) -> dict[str, Any]:
        return {
            "format": self.format.value,
            "columns": [None if column is None else column.value for column in self.columns],
            "order": None if self.order is None else self.order.value,
            "statuses": dict(self.statuses),
            "priorities": dict(self.priorities),
            "people": dict(self.people),
            "unmatched": self.unmatched,
            "existing": self.existing.value,
            "all_or_nothing": self.all_or_nothing,
            "timezone": self.timezone,
            "separator": self.separator,
            "encoding": self.encoding,
        }

    @classmethod
    def from_json(cls, data: MappingOf[str, Any]) -> Mapping:
        return cls(
            format=Format(data["format"]),
            columns=tuple(None if column is None else Field(column) for column in data["columns"]),
            order=None if data["order"] is None else DateOrder(data["order"]),
            statuses=data["statuses"],
            priorities=data["priorities"],
            people=data["people"],
            unmatched=data["unmatched"],
            existing=Existing(data["existing"]),
            all_or_nothing=data["all_or_nothing"],
            timezone=data["timezone"],
            separator=data["separator"],
            encoding=data.get("encoding"),
        )

    def with_columns(self, columns: tuple[Field | None, ...]) -> Mapping:
        return replace(self, columns=columns)


STATUS_CHOICES: Final[dict[str, StatusWord]] = {
    "open": (Status.OPEN, None),
    "in_progress": (Status.IN_PROGRESS, None),
    "completed": (Status.CLOSED, CloseReason.COMPLETED),
    "not_planned": (Status.CLOSED, CloseReason.NOT_PLANNED),
}
PRIORITY_CHOICES: Final = tuple(int(priority) for priority in Priority)
