"""Status and priority words of other trackers, beyond what `db.states` takes from people."""

from __future__ import annotations

from typing import Final

from db.errors import Invalid
from db.importing.columns import fold
from db.states import CloseReason, Priority, Status, StatusWord, read_priority, read_status

_OPEN: Final = (Status.OPEN, None)
_DOING: Final = (Status.IN_PROGRESS, None)
_DONE: Final = (Status.CLOSED, CloseReason.COMPLETED)
_DROPPED: Final = (Status.CLOSED, CloseReason.NOT_PLANNED)

_STATUSES: Final[dict[str, StatusWord]] = {
    **dict.fromkeys(
        ("offen", "zu erledigen", "neu", "wiedereroffnet", "eroffnet", "ausgewahlt fur entwicklung"), _OPEN
    ),
    **dict.fromkeys(("a faire", "ouvert", "ouverte", "nouveau", "nouvelle", "rouvert", "reouvert"), _OPEN),
    **dict.fromkeys(("to do", "reopened", "new", "unscheduled", "icebox", "no status"), _OPEN),
    **dict.fromkeys(
        ("in arbeit", "in bearbeitung", "wird ausgefuhrt", "in prufung", "im test", "blockiert"), _DOING
    ),
    **dict.fromkeys(("en cours", "en cours de traitement", "en revue", "en test", "bloque"), _DOING),
    **dict.fromkeys(
        ("in qa", "ready for review", "ready for qa", "ready to merge", "ready for test"), _DOING
    ),
    **dict.fromkeys(("fertig", "erledigt", "geschlossen", "gelost", "abgeschlossen", "behoben"), _DONE),
    **dict.fromkeys(
        ("termine", "terminee", "termine(e)", "ferme", "fermee", "resolu", "resolue", "fini", "corrige"),
        _DONE,
    ),
    **dict.fromkeys(("deployed", "live", "in production"), _DONE),
    **dict.fromkeys(("abgebrochen", "abgelehnt", "wird nicht erledigt", "verworfen"), _DROPPED),
    **dict.fromkeys(("annule", "annulee", "rejete", "refuse", "ne sera pas fait"), _DROPPED),
    "duplikat": (Status.CLOSED, CloseReason.DUPLICATE),
    "doublon": (Status.CLOSED, CloseReason.DUPLICATE),
}

_PRIORITIES: Final[dict[str, Priority]] = {
    **dict.fromkeys(("hochste", "dringend", "kritisch", "blockierend", "sehr hoch"), Priority.URGENT),
    **dict.fromkeys(
        ("la plus elevee", "la plus haute", "urgente", "critique", "bloquante", "bloquant"), Priority.URGENT
    ),
    **dict.fromkeys(("hoch", "schwer", "elevee", "haute", "majeure", "majeur"), Priority.HIGH),
    **dict.fromkeys(("mittel", "moyenne", "moyen", "normale", "med"), Priority.MEDIUM),
    **dict.fromkeys(
        ("niedrig", "niedrigste", "gering", "geringfugig", "faible", "basse", "mineure", "mineur"),
        Priority.LOW,
    ),
    **dict.fromkeys(("la plus faible", "la plus basse", "trivial", "triviale"), Priority.LOW),
    **dict.fromkeys(("keine", "aucune", "undefined", "not set", "none", "no priority", "-"), Priority.NONE),
}

# What a Jira resolution says about a closed issue; anything else means it was done.
_RESOLUTIONS: Final[dict[str, CloseReason]] = {
    **dict.fromkeys(
        ("won't do", "won't fix", "wont fix", "cannot reproduce", "declined", "rejected", "incomplete", "invalid",
         "abandoned", "cancelled", "canceled", "not a bug", "not planned", "not_planned", "obsolete",
         "wird nicht erledigt",
         "wird nicht behoben", "nicht reproduzierbar", "abgelehnt", "ne sera pas corrige", "ne sera pas fait",
         "impossible a reproduire", "refuse", "annule"),
        CloseReason.NOT_PLANNED,
    ),
    **dict.fromkeys(("duplicate", "duplikat", "doublon"), CloseReason.DUPLICATE),
}  # fmt: skip
_UNRESOLVED: Final = frozenset(
    {"", "unresolved", "nicht erledigt", "offen", "non resolu", "none", "-", "null", "reopened"}
)

_CATEGORIES: Final[dict[str, StatusWord]] = {
    **dict.fromkeys(("to do", "new", "zu erledigen", "a faire"), _OPEN),
    **dict.fromkeys(("in progress", "indeterminate", "in arbeit", "en cours"), _DOING),
    **dict.fromkeys(("done", "fertig", "complete", "termine", "terminee", "termine(e)"), _DONE),
}


def status_word(text: str) -> StatusWord | None:
    """What a status word means; None when nobody knows."""
    found = _STATUSES.get(fold(text))
    if found is not None:
        return found
    try:
        return read_status(text)
    except Invalid:
        return None


def priority_word(text: str) -> Priority | None:
    """What a priority word means; None when nobody knows."""
    found = _PRIORITIES.get(fold(text))
    if found is not None:
        return found
    try:
        return read_priority(text)
    except Invalid:
        return None


def resolution_word(text: str) -> CloseReason | None:
    """The reason a resolution gives; None when it says that nothing is resolved."""
    folded = fold(text)
    if folded in _UNRESOLVED:
        return None
    return _RESOLUTIONS.get(folded, CloseReason.COMPLETED)


def category_word(text: str) -> StatusWord | None:
    return _CATEGORIES.get(fold(text))


def is_known_value(text: str) -> bool:
    """Whether a cell is a word for a status or priority: no column is called so."""
    return bool(text) and not text.isdigit() and (status_word(text) or priority_word(text)) is not None
