"""Events as sentences: `Ada closed it: Completed`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from db.events import Event
from db.ids import IssueId, PersonId
from db.issues import Issue
from db.states import CloseReason, Priority, Source, Status
from handlers.views.blocks import truncate
from handlers.views.people import People, who
from handlers.views.states import day, priority_of, status_word
from handlers.words import Mrkdwn, Words, code

Related = Mapping[IssueId, Issue]

# Fields that name another issue.
_LINKS = ("parent_id", "duplicate_of")
# A history is many sentences in one message.
TITLE_MAX = 100
LABELS_MAX = 10
_BY_PROGRAM = {
    Source.IMPORT: "change-by-import",
    Source.API: "change-by-api",
    Source.WEBHOOK: "change-by-webhook",
    Source.SYSTEM: "change-by-system",
}
_KINDS = {
    "created": "change-created",
    "commented": "change-commented",
    "comment_edited": "change-comment-edited",
    "comment_deleted": "change-comment-deleted",
    "comment_restored": "change-comment-restored",
    "deleted": "change-deleted",
    "restored": "change-restored",
}


def people_in(events: Sequence[Event]) -> set[PersonId]:
    """Everyone whose name the sentences need."""
    found = {event.actor_id for event in events if event.actor_id is not None}
    for event in events:
        if assignee := event.after.get("assignee_id"):
            found.add(PersonId(UUID(assignee)))
    return found


def issues_in(events: Sequence[Event]) -> set[IssueId]:
    """Every other issue that the sentences can name."""
    return {IssueId(UUID(event.after[name])) for event in events for name in _LINKS if event.after.get(name)}


def sentences(
    event: Event, people: People, words: Words, *, related: Related | None = None, prefix: str = ""
) -> list[Mrkdwn]:
    """One for each thing the event changed. Issues it refers to are named where they are given (see `issues_in`)."""
    actor = _actor(event, people, words)
    if event.kind in _KINDS:
        return [words(_KINDS[event.kind], who=actor)]
    said: list[Mrkdwn] = []
    for name in event.after:
        if name in _LINKS:
            said += _link(name, event, actor, words, related or {}, prefix)
        else:
            said += _field(name, event, actor, people, words)
    return said


def details(
    event: Event, people: People, words: Words, *, related: Related | None = None, prefix: str = ""
) -> list[Mrkdwn]:
    """What a new issue came with."""
    actor = _actor(event, people, words)
    said: list[Mrkdwn] = []
    for name in ("priority", "assignee_id", "due_on", "labels"):
        if event.after.get(name):
            said += _field(name, event, actor, people, words)
    if event.after.get("parent_id"):
        said += _link("parent_id", event, actor, words, related or {}, prefix)
    return said


def change_line(events: Sequence[Event], *, key: str, people: People, words: Words) -> Mrkdwn | None:
    """All of it on one line; None when there is nothing to say."""
    said = [sentence for event in events for sentence in sentences(event, people, words)]
    return Mrkdwn(f"*{key}*  " + "  ·  ".join(said)) if said else None


def _actor(event: Event, people: People, words: Words) -> Mrkdwn:
    if event.actor_id is None and event.source in _BY_PROGRAM:
        return words(_BY_PROGRAM[event.source])
    return who(event.actor_id, people, words) if event.actor_id is not None else words("person-unknown")


def _field(name: str, event: Event, actor: Mrkdwn, people: People, words: Words) -> list[Mrkdwn]:
    was, now = event.before.get(name), event.after[name]
    match name:
        case "title":
            return [words("change-title", who=actor, **{"from": truncate(str(was), TITLE_MAX)})]
        case "description":
            return [words("change-description", who=actor)]
        case "status":
            return [_status(event, actor, words)]
        case "close_reason" if "status" not in event.after and now is not None:
            return [words("change-closed", who=actor, to=_state("closed", now, words))]
        case "close_reason":
            return []
        case "assignee_id" if now is None:
            return [words("change-unassigned", who=actor)]
        case "assignee_id":
            return [words("change-assignee", who=actor, to=who(PersonId(UUID(now)), people, words))]
        case "priority":
            return [words("change-priority", who=actor, to=priority_of(Priority[now.upper()], words))]
        case "due_on":
            return [_due(now, actor, words)]
        case "labels":
            return _labels(was or [], now or [], actor, words)
        case "external_ref":
            return [_reference(now, actor, words)]
        case _:
            return [words("change-other", who=actor, what=name.replace("_", " "))]


def _link(
    name: str, event: Event, actor: Mrkdwn, words: Words, related: Related, prefix: str
) -> list[Mrkdwn]:
    now = event.after[name]
    if now is None:
        return [words("change-parent-none", who=actor)] if name == "parent_id" else []
    other = related.get(IssueId(UUID(now)))
    if name == "parent_id":
        key = other.key(prefix) if other is not None else words.plain("change-some-issue")
        return [words("change-parent", who=actor, key=key)]
    return [words("change-original", key=other.key(prefix))] if other is not None else []


def _status(event: Event, actor: Mrkdwn, words: Words) -> Mrkdwn:
    was, now = event.before.get("status"), event.after["status"]
    reason = event.after.get("close_reason")
    if now == Status.CLOSED:
        return words("change-closed", who=actor, to=_state(now, reason, words))
    if was == Status.CLOSED:
        return words("change-reopened", who=actor)
    return words(
        "change-status",
        who=actor,
        to=_state(now, None, words),
        **{"from": _state(was or Status.OPEN, event.before.get("close_reason"), words)},
    )


def _due(now: str | None, actor: Mrkdwn, words: Words) -> Mrkdwn:
    if now is None:
        return words("change-due-none", who=actor)
    return words("change-due", who=actor, to=day(date.fromisoformat(now), words))


def _reference(now: str | None, actor: Mrkdwn, words: Words) -> Mrkdwn:
    if now is None:
        return words("change-ref-none", who=actor)
    return words("change-ref", who=actor, ref=now)


def _state(status: str, reason: str | None, words: Words) -> str:
    return status_word(Status(status), CloseReason(reason) if reason else None, words)


def _labels(was: Sequence[str], now: Sequence[str], actor: Mrkdwn, words: Words) -> list[Mrkdwn]:
    said = []
    if added := [name for name in now if name not in was]:
        said.append(words("change-labels-added", who=actor, labels=_tags(added)))
    if removed := [name for name in was if name not in now]:
        said.append(words("change-labels-removed", who=actor, labels=_tags(removed)))
    return said


def _tags(names: Sequence[str]) -> Mrkdwn:
    return Mrkdwn(" ".join(code(name) for name in names[:LABELS_MAX]))
