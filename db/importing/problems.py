"""What can be wrong with a table as a whole, and with one of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from db.errors import LodgeError


class Flaw(StrEnum):
    """Why a file cannot be imported at all. Words for each are in the locales, as `import-flaw-<value>`."""

    EMPTY = "empty"
    HEADER_ONLY = "header-only"
    NO_HEADER = "no-header"
    HTML = "html"
    WORKBOOK = "workbook"
    WORKBOOK_BROKEN = "workbook-broken"
    WORKBOOK_TOO_LARGE = "workbook-too-large"
    BINARY = "binary"
    ENCODING = "encoding"
    UNCLOSED_QUOTE = "unclosed-quote"
    CELL_TOO_LARGE = "cell-too-large"
    LINE_TOO_LONG = "line-too-long"
    TOO_MANY_COLUMNS = "too-many-columns"
    TOO_MANY_VALUES = "too-many-values"
    GONE = "gone"
    CUT_OFF = "cut-off"
    FORBIDDEN = "forbidden"
    TOO_LARGE = "too-large"


class Reason(StrEnum):
    """Why a row cannot become an issue. Words for each are in the locales, as `import-row-<value>`."""

    RAGGED = "ragged"
    RAGGED_LINES = "ragged-lines"
    UNCLOSED_QUOTE = "unclosed-quote"
    NO_TITLE = "no-title"
    TITLE_TOO_LONG = "title-too-long"
    TEXT_TOO_LONG = "text-too-long"
    COMMENT_TOO_LONG = "comment-too-long"
    UNKNOWN_STATUS = "unknown-status"
    UNKNOWN_PRIORITY = "unknown-priority"
    LABEL_TOO_LONG = "label-too-long"
    TOO_MANY_LABELS = "too-many-labels"
    BAD_DATE = "bad-date"
    NO_SUCH_DAY = "no-such-day"
    OTHER_DATE_ORDER = "other-date-order"
    REFERENCE_TOO_LONG = "reference-too-long"
    PERSON_TOO_LONG = "person-too-long"


class TableFlaw(LodgeError):
    """The file cannot be imported. `line` is where, counted from 1 as an editor does."""

    def __init__(self, flaw: Flaw, *, line: int | None = None, **details: Any) -> None:
        self.flaw = flaw
        self.line = line
        self.details = details
        super().__init__(f"{flaw} {line or ''} {details or ''}".strip())

    def to_json(self) -> dict[str, Any]:
        return {"flaw": self.flaw.value, "line": self.line, "details": self.details}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> TableFlaw:
        return cls(Flaw(data["flaw"]), line=data["line"], **data["details"])


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """One row that cannot be imported: `line` is its first physical line, `details` what the words need."""

    line: int
    reason: Reason
    details: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"line": self.line, "reason": self.reason.value, "details": self.details}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> RowProblem:
        return cls(line=data["line"], reason=Reason(data["reason"]), details=data["details"])


class BadRow(Exception):
    """Raised while a row is converted."""

    def __init__(self, reason: Reason, **details: Any) -> None:
        self.reason = reason
        self.details = details
        super().__init__(reason.value)
