"""Words for what went wrong: what it was, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

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
from handlers.views.blocks import truncate
from handlers.words import Mrkdwn, Words

# What people call by a name, which they may have misspelt; anything else was there when they were shown it.
_NAMED: Final = frozenset({"issue", "label", "person", "report", "saved-query"})
# Of what somebody typed, so much tells what it was.
_REF_MAX: Final = 100
_FIELD_ERROR_MAX: Final = 2_000
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Deactivated(LodgeError):
    """A deactivated person asked."""


class Automaton(Invalid):
    """A bot, where only a person can be meant."""

    def __init__(self) -> None:
        super().__init__(FieldError(field="assignee_id", code="bot", message="this is a bot"))


class Garbled(LodgeError):
    """What a button carries cannot be read: it is of a version that wrote something else there."""


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
        case Garbled():
            return words("error-garbled")
        case NotFound():
            kind = _slug(error.kind)
            if kind not in _NAMED or not error.ref or _ID.fullmatch(error.ref):
                return words("error-gone", kind=kind)
            return words("error-not-found", kind=kind, ref=truncate(error.ref, _REF_MAX))
        case Forbidden():
            return words("error-forbidden", needs=_slug(error.needs))
        case Conflict():
            return words("error-conflict", kind=_slug(error.kind), ref=truncate(error.ref, _REF_MAX))
        case Invalid():
            return Mrkdwn("\n".join(explain_field(each, words) for each in error.errors))
        case LodgeError():
            return words("error-refused", why=str(error))
        case _:
            return words("error-unexpected", reference=reference)


def _slug(text: str) -> str:
    """As the catalogues can tell it from others."""
    return re.sub(r"[^a-z]+", "-", text.lower())


def explain_field(error: FieldError, words: Words) -> Mrkdwn:
    """A catalogue words it by `field-<field>-<code>` or `field-<code>`; `limit` and `value` are there to use."""
    code, field = error.code.replace("_", "-"), error.field.replace("_", "-").replace(" ", "-")
    for message_id in (f"field-{field}-{code}", f"field-{code}"):
        if words.has(message_id):
            said = words(message_id, field=error.field, limit=error.limit or 0, value=error.value)
            break
    else:
        said = words("error-refused", why=f"{error.field}: {error.message}")
    if not error.suggestion:
        return said
    return Mrkdwn(f"{said} {words('field-suggestion', suggestion=error.suggestion)}")


def at_fields(
    error: Invalid, view: Mapping[str, Any], words: Words, *, blocks: Mapping[str, str] | None = None
) -> dict[str, Mrkdwn]:
    """By block of a form: each at its field, and what is of no field there at the first.

    `blocks`: those of fields that the form has by another name.
    """
    shown = [block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input"]
    # A block id can carry a version after the field's name.
    by_field = {block_id.partition("@")[0]: block_id for block_id in shown}
    placed: dict[str, Mrkdwn] = {}
    for each in error.errors if shown else ():
        at = by_field.get((blocks or {}).get(each.field, each.field), shown[0])
        said = f"{placed[at]} {explain_field(each, words)}" if at in placed else explain_field(each, words)
        placed[at] = Mrkdwn(said[:_FIELD_ERROR_MAX])
    return placed
