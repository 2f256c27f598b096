"""What the words of a row amount to: open, in progress, or closed and why."""

from __future__ import annotations

from db.importing import vocabulary
from db.importing.formats import Format
from db.importing.mapping import STATUS_CHOICES, Mapping
from db.importing.problems import BadRow, Reason
from db.states import CloseReason, Status


def read_state(
    mapping: Mapping, status: str, resolution: str, category: str, closed: bool
) -> tuple[str, str | None]:
    """The status and reason that a row's words amount to. Raises BadRow for a word nobody knows."""
    word = status.strip()
    chosen = mapping.statuses.get(word)
    resolved = vocabulary.resolution_word(resolution) if resolution else None
    if chosen is not None:
        found = STATUS_CHOICES[chosen]
    elif mapping.format is Format.JIRA and (
        known := vocabulary.category_word(category) if category else None
    ):
        found = known
    elif mapping.format is Format.JIRA and (closed or resolved):
        found = (Status.CLOSED, CloseReason.COMPLETED)
    elif not word:
        found = (Status.CLOSED, CloseReason.COMPLETED) if closed else (Status.OPEN, None)
    else:
        known = vocabulary.status_word(word)
        if known is None:
            raise BadRow(Reason.UNKNOWN_STATUS, value=word[:60])
        found = known
    state, reason = found
    if state is Status.CLOSED:
        reason = resolved if resolved not in (None, CloseReason.COMPLETED) else _more_telling(word, reason)
    return state.value, None if reason is None else reason.value


def _more_telling(word: str, reason: CloseReason | None) -> CloseReason:
    """`Won't do` says more than that it is closed."""
    said = vocabulary.status_word(word) if word else None
    return (said[1] if said and said[1] else None) or reason or CloseReason.COMPLETED
