"""What happened to an issue, in one quiet line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from db.ids import PersonId
from db.issues import Issue
from handlers.views.people import People, mention, who
from handlers.views.states import day, priority_of, status_of
from handlers.words import Mrkdwn, Words

# What a thread is told of, in this order; the rest the card shows.
_TOLD = ("status", "assignee_id", "priority", "title", "due_on")
# Whether an issue is deleted, as a field of it that changes.
DELETED = "deleted"
RESTORED = "restored"
# What a channel hears aloud that wants to hear of changes of state.
STATES = frozenset({"status", DELETED, RESTORED})
_AWAY = {DELETED: True, RESTORED: False}


def as_change(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Mapping[str, Any]:
    """An event, by kind and fields, with its issue's coming and going as one of them."""
    if kind not in _AWAY:
        return {"before": before, "after": after}
    away = _AWAY[kind]
    return {"before": {**before, DELETED: not away}, "after": {**after, DELETED: away}}


def fields(events: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The fields that several changes, one after another, really changed: there and back is nothing."""
    first: dict[str, Any] = {}
    last: dict[str, Any] = {}
    for event in events:
        for name, value in event["before"].items():
            first.setdefault(name, value)
        last.update(event["after"])
    moved = {name for name in last if name not in first or first[name] != last[name]}
    told = tuple(name for name in _TOLD if name in moved)
    if DELETED in moved:
        # What else was done to it is over with it.
        return (DELETED,) if last[DELETED] else (RESTORED, *told)
    return told


def line(
    issue: Issue, names: Sequence[str], actor_id: PersonId | None, people: People, words: Words
) -> Mrkdwn:
    """`Ada: in progress, assigned to Grace`, as the issue stands now."""
    told = [_told(issue, name, people, words) for name in names]
    said = Mrkdwn(", ".join(told))
    actor = people.get(actor_id) if actor_id is not None else None
    if actor is None:
        return said
    return words("happened-by", who=mention(actor, words), what=said)


def many(count: int, what: Mrkdwn | None, actor_id: PersonId | None, people: People, words: Words) -> Mrkdwn:
    """`Ada changed 400 issues of this channel: completed`; without `what` they were changed differently."""
    actor = people.get(actor_id) if actor_id is not None else None
    said = words("happened-many", count=count)
    if what is not None:
        said = words("happened-many-what", count=count, what=what)
    return said if actor is None else words("happened-by", who=mention(actor, words), what=said)


def _told(issue: Issue, name: str, people: People, words: Words) -> Mrkdwn:
    match name:
        case "deleted" | "restored":
            return words(f"happened-{name}")
        case "status":
            return status_of(issue, words)
        case "assignee_id" if issue.assignee_id is None:
            return words("happened-unassigned")
        case "assignee_id":
            return words("happened-assigned", who=who(issue.assignee_id, people, words))
        case "priority":
            return words("happened-priority", priority=priority_of(issue.priority, words))
        case "title":
            return words("happened-renamed", title=issue.title)
        case _ if issue.due_on is None:
            return words("happened-no-due")
        case _:
            return words("happened-due", date=day(issue.due_on, words))
