"""The fixed vocabularies, and the words people use for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from enum import IntEnum, StrEnum

from db.errors import FieldError, Invalid


class Status(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class CloseReason(StrEnum):
    COMPLETED = "completed"
    NOT_PLANNED = "not_planned"
    DUPLICATE = "duplicate"


class Priority(IntEnum):
    """Smaller is more pressing; stored as the number."""

    URGENT = 1
    HIGH = 2
    MEDIUM = 3
    LOW = 4
    NONE = 5

    @property
    def word(self) -> str:
        return self.name.lower()


class Role(StrEnum):
    ADMIN = "admin"
    MEMBER = "member"
    GUEST = "guest"


class Source(StrEnum):
    SLACK = "slack"
    API = "api"
    WEBHOOK = "webhook"
    IMPORT = "import"
    SYSTEM = "system"


StatusWord = tuple[Status, CloseReason | None]

_OPEN = (Status.OPEN, None)
_DOING = (Status.IN_PROGRESS, None)
_DONE = (Status.CLOSED, CloseReason.COMPLETED)
_DROPPED = (Status.CLOSED, CloseReason.NOT_PLANNED)
_DUPLICATE = (Status.CLOSED, CloseReason.DUPLICATE)

# Keys are as `_squeeze` leaves them: lower case, no spaces, dashes or apostrophes.
_STATUS_WORDS: dict[str, StatusWord] = {
    **dict.fromkeys(
        (
            "open",
            "opened",
            "reopen",
            "reopened",
            "new",
            "todo",
            "backlog",
            "triage",
            "inbox",
            "ready",
            "unstarted",
        ),
        _OPEN,
    ),
    **dict.fromkeys(("selectedfordevelopment", "planned", "accepted", "unassigned", "unresolved"), _OPEN),
    **dict.fromkeys(
        ("inprogress", "progress", "doing", "started", "wip", "active", "working", "assigned"), _DOING
    ),
    **dict.fromkeys(
        ("inreview", "review", "codereview", "testing", "qa", "intesting", "indevelopment"), _DOING
    ),
    **dict.fromkeys(("blocked", "onhold", "waiting", "pending"), _DOING),
    **dict.fromkeys(
        ("closed", "close", "done", "complete", "completed", "resolved", "fixed", "finished"), _DONE
    ),
    **dict.fromkeys(("merged", "shipped", "released", "verified", "delivered"), _DONE),
    **dict.fromkeys(
        ("notplanned", "wontdo", "wontfix", "cancelled", "canceled", "rejected", "declined"), _DROPPED
    ),
    **dict.fromkeys(("invalid", "cannotreproduce", "abandoned", "obsolete", "stale", "archived"), _DROPPED),
    **dict.fromkeys(("duplicate", "duplicated", "dupe", "duplicateof"), _DUPLICATE),
    # As they are called in German.
    **dict.fromkeys(("offen", "neu", "zuerledigen"), _OPEN),
    **dict.fromkeys(("inarbeit", "inbearbeitung", "begonnen"), _DOING),
    **dict.fromkeys(("geschlossen", "erledigt", "fertig", "gelöst", "behoben"), _DONE),
    **dict.fromkeys(("nichtgeplant", "verworfen", "abgelehnt", "abgebrochen"), _DROPPED),
    "duplikat": _DUPLICATE,
}

_PRIORITY_WORDS: dict[str, Priority] = {
    **dict.fromkeys(
        ("urgent", "highest", "critical", "blocker", "p0", "1", "asap", "emergency"), Priority.URGENT
    ),
    **dict.fromkeys(("high", "major", "important", "p1", "2"), Priority.HIGH),
    **dict.fromkeys(("medium", "normal", "moderate", "p2", "3"), Priority.MEDIUM),
    **dict.fromkeys(("low", "minor", "lowest", "trivial", "p3", "p4", "4"), Priority.LOW),
    **dict.fromkeys(("none", "no", "nopriority", "unset", "0", "5", "5none", "unprioritized"), Priority.NONE),
    # As they are called in German.
    "dringend": Priority.URGENT,
    **dict.fromkeys(("hoch", "wichtig"), Priority.HIGH),
    "mittel": Priority.MEDIUM,
    "niedrig": Priority.LOW,
    **dict.fromkeys(("keine", "keinepriorität"), Priority.NONE),
}

_SHOWN_STATUS = ("open", "in progress", "closed", "completed", "not planned", "duplicate")


def _squeeze(text: str) -> str:
    return re.sub(r"[\s_\-'’./]+", "", text.strip().casefold())


def read_status(text: str) -> tuple[Status, CloseReason | None]:
    """The status a word means, with its reason when closed. Raises Invalid naming the nearest valid word."""
    found = _STATUS_WORDS.get(_squeeze(text))
    if found is None:
        raise _unknown("status", text, _STATUS_WORDS, _SHOWN_STATUS)
    return found


def read_reason(text: str) -> CloseReason:
    """The close reason a word means. Raises Invalid naming the nearest valid word."""
    found = _STATUS_WORDS.get(_squeeze(text), (None, None))[1]
    if found is None:
        reasons = [word for word, (_, reason) in _STATUS_WORDS.items() if reason is not None]
        raise _unknown("reason", text, reasons, ("completed", "not planned", "duplicate"))
    return found


def read_priority(text: str) -> Priority:
    """The priority a word or number means. Raises Invalid naming the nearest valid word."""
    found = _PRIORITY_WORDS.get(_squeeze(text))
    if found is None:
        raise _unknown("priority", text, _PRIORITY_WORDS, tuple(p.word for p in Priority))
    return found


def _unknown(field: str, text: str, words: Iterable[str], shown: tuple[str, ...]) -> Invalid:
    word = _squeeze(text)
    near = get_close_matches(word, [_squeeze(s) for s in shown], n=1, cutoff=0.7)
    near = near or get_close_matches(word, list(words), n=1, cutoff=0.5)
    given, suggestion = text.strip()[:50], _spoken(near[0], shown) if near else ""
    hint = f"; did you mean “{suggestion}”?" if near else "."
    message = f"“{given}” is not a {field}{hint} Known: {', '.join(shown)}"
    return Invalid(
        FieldError(field=field, code="unknown", message=message, value=given, suggestion=suggestion)
    )


def _spoken(word: str, shown: tuple[str, ...]) -> str:
    return next((s for s in shown if _squeeze(s) == word), word)
