"""Words for what went wrong: what it was, and what to do next."""

from __future__ import annotations

from db.errors import (
    Busy,
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    LodgeError,
    NotFound,
    Unavailable,
)
from handlers.words import Mrkdwn, Words


class Deactivated(LodgeError):
    """A deactivated person asked."""


class NotInstalled(LodgeError):
    """The app is not installed in this workspace."""


def expected(error: Exception) -> bool:
    """Whether the person can do something about it; anything else is a fault of ours."""
    return isinstance(error, LodgeError) and not isinstance(error, Unavailable)


def explain(error: Exception, words: Words, reference: str) -> Mrkdwn:
    match error:
        case Busy():
            return words("error-busy")
        case Unavailable():
            return words("error-away", reference=reference)
        case Deactivated():
            return words("error-deactivated")
        case NotInstalled():
            return words("error-not-installed")
        case NotFound():
            return words("error-not-found", kind=error.kind, ref=error.ref)
        case Forbidden():
            return words("error-forbidden", needs=error.needs)
        case Conflict():
            return words("error-conflict", kind=error.kind, ref=error.ref)
        case Invalid():
            return Mrkdwn("\n".join(explain_field(each, words) for each in error.errors))
        case LodgeError():
            return words("error-refused", why=str(error))
        case _:
            return words("error-unexpected", reference=reference)


def explain_field(error: FieldError, words: Words) -> Mrkdwn:
    """A catalogue may word a field's error itself: `field-<code>`, with `field` and `limit` to use."""
    message_id = f"field-{error.code.replace('_', '-')}"
    if words.has(message_id):
        return words(message_id, field=error.field, limit=error.limit or 0)
    return words("error-refused", why=f"{error.field}: {error.message}")
