"""Which tracker a file comes from, told by its header, and what each column then holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from db.importing.columns import MANY, Field, fold, guess


class Format(StrEnum):
    JIRA = "jira"
    LINEAR = "linear"
    GITLAB = "gitlab"
    GITHUB = "github"
    LODGE = "lodge"
    PLAIN = "plain"


# In the order of writing; `exporting` writes these and `formats` knows its own by them.
LODGE_HEADER: Final = (
    "key", "title", "description", "status", "reason", "priority", "assignee", "reporter", "labels", "due_on",
    "created_at", "updated_at", "closed_at", "duplicate_of", "parent", "external_ref", "issue_id",
)  # fmt: skip

# For each tracker, names of which one of every group must be there.
_SIGNS: Final[dict[Format, tuple[tuple[str, ...], ...]]] = {
    Format.LODGE: (("key",), ("title",), ("due_on",), ("external_ref",), ("issue_id",)),
    Format.JIRA: (
        ("summary", "zusammenfassung", "résumé"),
        (
            "issue key", "clé de ticket", "clé de demande", "vorgangsschlüssel", "schlüssel", "issue type",
            "type de ticket", "type de demande", "vorgangstyp",
        ),
    ),
    Format.LINEAR: (("id",), ("team",), ("title",), ("status",), ("priority",), ("creator", "assignee")),
    Format.GITLAB: (("issue id", "iid"), ("title",), ("state",), ("author username", "url", "confidential")),
    Format.GITHUB: (("title",), ("number", "linked pull requests", "repository"), ("state", "status", "assignees")),
}  # fmt: skip

_LINEAR: Final[dict[str, Field | None]] = {
    "id": Field.REFERENCE, "completed": Field.CLOSED, "canceled": Field.CLOSED, "started": None,
    "archived": None, "duplicate of": Field.DUPLICATE_OF, "parent issue": Field.PARENT, "project": None, "uuid": None,
}  # fmt: skip
_GITLAB: Final[dict[str, Field | None]] = {
    "author": Field.REPORTER, "assignee": Field.ASSIGNEE, "locked": None, "type": None,
}  # fmt: skip
_JIRA: Final[dict[str, Field | None]] = {
    # `Issue id` is a number that nobody has seen, but `Parent` and `Parent id` can name it.
    "issue id": Field.TRACKER_ID, "vorgangs-id": Field.TRACKER_ID, "creator": None, "ersteller": None,
    "createur": None,
    "autor": Field.REPORTER, "cle de demande": Field.REFERENCE, "parent": Field.PARENT, "parent key": Field.PARENT,
    "votes": None, "project name": None, "url": None,
}  # fmt: skip
_GITHUB: Final[dict[str, Field | None]] = {"number": Field.REFERENCE, "milestone": None, "repository": None}
# Columns that stand back for others which say the same better.
_BETTER: Final[dict[str, tuple[str, ...]]] = {
    "parent": ("parent key",), "parent id": ("parent key", "parent iid", "parent"), "issue id": ("iid",),
}  # fmt: skip
_LODGE: Final[dict[str, Field | None]] = {
    "key": Field.REFERENCE, "external ref": Field.OLD_REFERENCE, "issue id": Field.ISSUE_ID,
}  # fmt: skip
_OVERRIDES: Final[dict[Format, dict[str, Field | None]]] = {
    Format.LINEAR: _LINEAR,
    Format.GITLAB: _GITLAB,
    Format.JIRA: _JIRA,
    Format.GITHUB: _GITHUB,
    Format.LODGE: _LODGE,
    Format.PLAIN: {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """`columns[i]` is what column i holds, None when it is left out."""

    format: Format
    columns: tuple[Field | None, ...]


def recognise(header: Sequence[str]) -> Recognised:
    names = {fold(name) for name in header}
    found = next((f for f, signs in _SIGNS.items() if _shows(names, signs)), Format.PLAIN)
    return Recognised(format=found, columns=_columns(found, header))


def _shows(names: set[str], signs: tuple[tuple[str, ...], ...]) -> bool:
    return all(any(fold(name) in names for name in group) for group in signs)


def _columns(found: Format, header: Sequence[str]) -> tuple[Field | None, ...]:
    overrides = _OVERRIDES[found]
    names = [fold(name) for name in header]
    wanted = [
        None
        if any(better in names for better in _BETTER.get(name, ()))
        else overrides[name]
        if name in overrides
        else guess(name)
        for name in names
    ]
    if found is Format.LINEAR:
        return tuple(wanted)
    taken: set[Field] = set()
    columns: list[Field | None] = []
    for field in wanted:
        columns.append(None if field in taken else field)
        # Linear tells completed and cancelled apart; elsewhere a second column of a field is another thing.
        if field is not None and field not in MANY:
            taken.add(field)
    return tuple(columns)


def header_id(header: Sequence[str]) -> str:
    """The same for every file with these columns: what a mapping is remembered by."""
    kept = [fold(name) for name in header if guess(name) is not Field.FAILURE]
    return hashlib.blake2b("\x1f".join(kept).encode(), digest_size=16).hexdigest()


_DATA: Final = re.compile(r"\d+|\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}.*|[^@\s]+@[^@\s]+\.\w+|https?://\S+")


def looks_like_data(header: Sequence[str], is_value: Callable[[str], bool]) -> bool:
    """Whether the first row holds values rather than names: then the file has no header."""
    if any(guess(name) for name in header):
        return False
    values = [name for name in header if name]
    told = any(_DATA.fullmatch(name) or len(name) > 80 or is_value(name) for name in values)
    return told or len(values) < len(header) or len(values) < 2


_ISSUE_URL: Final = re.compile(
    r"https?://[^/]+/(?P<project>.+?)/(?:-/)?(?:issues|work_items|pull)/(?P<number>\d+)/?"
)


def reference_from_url(url: str) -> str | None:
    """`owner/name#12` from the address of an issue on GitHub or GitLab."""
    found = _ISSUE_URL.match(url)
    return f"{found['project']}#{found['number']}" if found else None
