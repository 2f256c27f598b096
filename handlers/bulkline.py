"""`close LDG-1 LDG-2`, `assign @ada LDG-1`, `label +bug -ui LDG-1`: a bulk change in one line."""

from __future__ import annotations

from dataclasses import dataclass, field

from db.bulk import BulkPatch
from db.errors import Invalid
from db.states import CloseReason, Status, read_priority, read_reason, read_status
from handlers.commands import KEY
from handlers.labelling import read_change
from handlers.oneline import Somebody

VERBS = frozenset({"close", "reopen", "start", "status", "assign", "unassign", "priority", "label", "labels"})
_NOBODY = frozenset({"nobody", "none", "niemand"})


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkLine:
    """`unreadable` is the part that says no change; `assignee` is still to be looked up."""

    keys: tuple[str, ...] = ()
    patch: BulkPatch = field(default_factory=BulkPatch)
    assignee: Somebody | None = None
    unreadable: str | None = None


def read_line(text: str) -> BulkLine | None:
    """None when it does not begin with a verb."""
    verb, _, rest = text.strip().partition(" ")
    if verb.lower() not in VERBS:
        return None
    tokens = [token for token in rest.replace(",", " ").split() if token]
    keys = tuple(dict.fromkeys(token.upper() for token in tokens if KEY.fullmatch(token)))
    said = " ".join(token for token in tokens if not KEY.fullmatch(token))
    try:
        return _read(verb.lower(), said, keys)
    except Invalid:
        return BulkLine(keys=keys, unreadable=said)


def _read(verb: str, said: str, keys: tuple[str, ...]) -> BulkLine:
    match verb:
        case "close":
            reason = read_reason(said.removeprefix("as ")) if said else CloseReason.COMPLETED
            if reason is CloseReason.DUPLICATE:
                return BulkLine(keys=keys, unreadable=said)
            return BulkLine(keys=keys, patch=BulkPatch(status=Status.CLOSED, reason=reason))
        case "status":
            status, why = read_status(said)
            return BulkLine(keys=keys, patch=BulkPatch(status=status, reason=why))
        case "priority":
            return BulkLine(keys=keys, patch=BulkPatch(priority=read_priority(said.lstrip("!"))))
        case "assign" | "unassign":
            return _read_assignee("nobody" if verb == "unassign" else said, keys)
        case "label" | "labels":
            return _read_labels(said, keys)
        case _ if said:
            return BulkLine(keys=keys, unreadable=said)
        case _:
            status = Status.OPEN if verb == "reopen" else Status.IN_PROGRESS
            return BulkLine(keys=keys, patch=BulkPatch(status=status))


def _read_assignee(said: str, keys: tuple[str, ...]) -> BulkLine:
    if said.lower().lstrip("@") in _NOBODY:
        return BulkLine(keys=keys, patch=BulkPatch(assignee_id=None))
    if not said:
        return BulkLine(keys=keys, unreadable=said)
    if said.startswith("<@"):
        return BulkLine(keys=keys, assignee=Somebody(slack_user_id=said[2:].rstrip(">")))
    return BulkLine(keys=keys, assignee=Somebody(name=said.lstrip("@")))


def _read_labels(said: str, keys: tuple[str, ...]) -> BulkLine:
    change = read_change(said)
    if change is None or change.replacement is not None:
        return BulkLine(keys=keys, unreadable=said)
    patch = BulkPatch(add_labels=tuple(change.add), remove_labels=tuple(change.remove))
    return BulkLine(keys=keys, patch=patch)
