"""What a body says, whoever sent it: things that are open or closed, with what an issue needs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from db import limits
from db.errors import LodgeError
from db.states import CloseReason, Priority

TITLE_MAX = limits.TITLE_MAX
_SEVERITIES = {
    **dict.fromkeys(("critical", "fatal", "page", "emergency", "disaster"), Priority.URGENT),
    **dict.fromkeys(("error", "high", "major"), Priority.HIGH),
    **dict.fromkeys(("warning", "warn", "average", "medium"), Priority.MEDIUM),
    **dict.fromkeys(("info", "debug", "low", "minor", "notice"), Priority.LOW),
}


# The time of an end that nothing comes after.
FOR_GOOD: Final = datetime(9999, 1, 1, tzinfo=UTC)


class Unreadable(LodgeError):
    """The body does not say what an issue needs. `code` names the message for people; `what` is the odd part."""

    def __init__(self, code: str, what: object = "") -> None:
        self.code = code
        self.what = limits.clean(str(what))[:200]
        super().__init__(f"{code} {self.what}".strip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One thing in a body. `key` is the sender's name for it; None: it is new whenever it comes.

    `at` is the sender's time, by which older news are known; None: what comes last counts.
    `occurs`: open with a later time is a new occurrence, and opens an issue that people have closed.
    `persists`: it is said again and again for as long as it is so, whatever `at` says.
    `follows`: title, description and labels are as they are there, so that what is changed there is changed here;
    `edited`: they have just been.
    """

    key: str | None
    is_open: bool
    title: str
    description: str = ""
    priority: Priority = Priority.NONE
    labels: tuple[str, ...] = ()
    at: datetime | None = None
    reason: CloseReason = CloseReason.COMPLETED
    external_ref: str | None = None
    occurs: bool = False
    persists: bool = False
    follows: bool = False
    edited: bool = False

    @property
    def words(self) -> str | None:
        """By which it is known whether title or description have changed, where they are followed."""
        return (
            hashlib.sha256(f"{self.title}\0{self.description}".encode()).hexdigest() if self.follows else None
        )


def severity(text: object) -> Priority:
    return _SEVERITIES.get(str(text or "").strip().lower(), Priority.NONE)


def fitted(title: object, fallback: str) -> str:
    """A title within its limit."""
    line = limits.line(str(title or "")) or fallback
    return line if len(line) <= TITLE_MAX else line[: TITLE_MAX - 1].rstrip() + "…"


def cut(text: str) -> str:
    """A description within its limit."""
    cleaned = limits.clean(text)
    return cleaned if len(cleaned) <= limits.TEXT_MAX else cleaned[: limits.TEXT_MAX - 1] + "…"


def fitting_labels(names: list[Any]) -> tuple[str, ...]:
    """Without what cannot be a label."""
    lines = (limits.line(str(name)) for name in names if isinstance(name, (str, int)))
    return tuple(dict.fromkeys(line for line in lines if 1 <= len(line) <= limits.LABEL_MAX))[:20]


def moment(value: object) -> datetime | None:
    """An ISO 8601 time, or seconds or milliseconds since 1970. None for none, and for the year 1 that Go calls zero."""
    if isinstance(value, bool) or value in (None, ""):
        return None
    try:
        if isinstance(value, (int, float)) or str(value).replace(".", "", 1).isdigit():
            seconds = float(str(value))
            return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        found = datetime.fromisoformat(str(value))
        if found.year == 1:
            return None
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        raise Unreadable("no-time", value) from None


def table(value: object, name: str) -> dict[str, Any]:
    """Raises Unreadable for anything but an object."""
    if not isinstance(value, dict):
        raise Unreadable("missing", name)
    return value


def listed(value: object) -> list[dict[str, Any]]:
    """The objects in a list; what is neither is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
