"""The vocabulary of the query language: field names, their other names, and what `is:` stands for."""

from __future__ import annotations

import re
from typing import Final

from db.errors import Invalid
from db.query.terms import ChoiceField, DateField, EmptyField, PersonField, RefField, SortKey
from db.states import CloseReason, Priority, Source, Status, read_priority, read_reason, read_status

LABEL: Final = "label"
IS: Final = "is"
NO: Final = "no"
HAS: Final = "has"
SORT: Final = "sort"

OTHER_NAMES: Final = {
    "state": "status",
    "prio": "priority",
    "owner": "assignee",
    "assigned": "assignee",
    "author": "reporter",
    "creator": "reporter",
    "by": "reporter",
    "watching": "watcher",
    "commented": "commenter",
    "awaited": "waiting",
    "labels": "label",
    "tag": "label",
    "tags": "label",
    "opened": "created",
    "changed": "updated",
    "number": "key",
    "external": "ref",
    "duplicate": "duplicate-of",
    "order": "sort",
    "without": "no",
    "with": "has",
    "resolution": "reason",
}

FIELDS: Final = (
    *ChoiceField,
    *PersonField,
    LABEL,
    *DateField,
    *RefField,
    IS,
    NO,
    HAS,
    SORT,
)

STATUSES: Final = (*Status, *CloseReason)
CHOICES: Final[dict[ChoiceField, tuple[str, ...]]] = {
    ChoiceField.STATUS: STATUSES,
    ChoiceField.PRIORITY: tuple(p.word for p in Priority),
    ChoiceField.REASON: tuple(CloseReason),
    ChoiceField.SOURCE: tuple(Source),
}

IS_WORDS: Final = ("open", "closed", "overdue", "unassigned", "mine", "duplicate", "waiting")

MINE: Final = ("me", "myself", "mine", "@me")
NONE_WORDS: Final = ("none", "nobody", "unassigned", "no-one", "nothing")

_SORT_NAMES: Final = {
    "number": SortKey.NUMBER,
    "newest": SortKey.CREATED,
    "recent": SortKey.UPDATED,
    "rank": SortKey.RELEVANCE,
    "score": SortKey.RELEVANCE,
    **{str(key): key for key in SortKey},
}
SORTS: Final = tuple(str(key) for key in SortKey)


def read_field(name: str) -> str | None:
    """The canonical name of a field."""
    name = name.casefold().replace("_", "-")
    name = OTHER_NAMES.get(name, name)
    return name if name in FIELDS else None


def read_choice(field: ChoiceField, text: str) -> str | None:
    """A canonical value of `field`, or None."""
    word = re.sub(r"[\s\-]+", "_", text.strip().casefold())
    try:
        if field is ChoiceField.PRIORITY:
            return read_priority(text).word
        if field is ChoiceField.REASON:
            return read_reason(text).value
        if field is ChoiceField.STATUS and word not in STATUSES:
            status, reason = read_status(text)
            return reason.value if reason else status.value
    except Invalid:
        return None
    return word if word in CHOICES[field] else None


def read_empty(text: str) -> EmptyField | None:
    name = text.strip().casefold().replace("_", "-")
    name = OTHER_NAMES.get(name, name).removesuffix("s")
    return EmptyField(name) if name in tuple(EmptyField) else None


def read_sort(text: str) -> tuple[SortKey, bool] | None:
    """The key, and whether the order is the reverse of what people look for first."""
    word = text.strip().casefold().replace("_", "-")
    reverse = word.startswith("-")
    word = word.removeprefix("-").removeprefix("+")
    rising = word.endswith("-asc")
    falling = word.endswith("-desc")
    name = word.removesuffix("-asc").removesuffix("-desc")
    key = _SORT_NAMES.get(OTHER_NAMES.get(name, name)) or _SORT_NAMES.get(name)
    if key is None or (key is SortKey.RELEVANCE and (reverse or rising)):
        return None
    if rising or falling:
        reverse = rising == (key in (SortKey.UPDATED, SortKey.CREATED, SortKey.PRIORITY))
    return key, reverse
