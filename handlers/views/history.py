"""The history of an issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from db.events import Event
from db.ids import CommentId, EventId, IssueId
from db.issues import Issue
from db.states import Source
from handlers.views.blocks import Json, actions, button, context, section
from handlers.views.changes import Related, details, sentences
from handlers.views.drawn import read_number
from handlers.views.excerpts import line
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words

OLDER: Final = "history_older"
NEWEST: Final = "history_newest"
# A message has fifty blocks, and whoever reads it one screen.
SHOWN: Final = 20
COMMENT_MAX: Final = 120
_VIA: Final = {
    Source.API: "history-via-api",
    Source.WEBHOOK: "history-via-webhook",
    Source.IMPORT: "history-via-import",
}
_HOW: Final = {"undo": "history-undo", "bulk": "history-bulk"}


def comments_in(events: Sequence[Event]) -> list[CommentId]:
    """Those whose words are shown."""
    return [id_ for event in events if (id_ := _spoken(event)) is not None]


def _spoken(event: Event) -> CommentId | None:
    named = event.after.get("comment_id") if event.kind == "commented" else None
    return CommentId(UUID(named)) if named else None


def reply(
    issue: Issue,
    events: Sequence[Event],
    people: People,
    words: Words,
    prefix: str,
    *,
    related: Related,
    comments: Mapping[CommentId, str],
    before: EventId | None,
) -> Reply:
    """`events` are the newest first, one more than is shown where there are more; `before`: the page before's last."""
    key = issue.key(prefix)
    head = words("history-head", key=key, title=issue.title)
    blocks: list[Json] = [section(head)]
    for event in events[:SHOWN]:
        said = sentences(event, people, words, related=related, prefix=prefix)
        if event.kind == "created":
            said += details(event, people, words, related=related, prefix=prefix)
        comment_id = _spoken(event)
        if comment_id is not None and (body := comments.get(comment_id)):
            said = [words("history-comment", said=said[0], text=line(body, COMMENT_MAX))]
        told = "  ·  ".join([*said, *_where(event, words)])
        blocks.append(context(Mrkdwn(f"{moment(event.at)}  {told}")))
    if not events:
        blocks.append(context(words("history-end" if before else "history-empty", key=key)))
    if turns := _turns(issue.issue_id, events, before, words):
        blocks.append(actions(*turns))
    return Reply(text=head, blocks=blocks)


def _where(event: Event, words: Words) -> list[Mrkdwn]:
    """How and from where it was done, as far as that says more than who."""
    said = [words(_HOW[event.action])] if event.action in _HOW else []
    if event.actor_id is not None and event.source in _VIA:
        said.append(words(_VIA[event.source]))
    if event.channel_id is not None and event.channel_id.startswith("C"):
        said.append(words("history-in", channel=Mrkdwn(f"<#{event.channel_id}>")))
    return said


def _turns(issue_id: IssueId, events: Sequence[Event], before: EventId | None, words: Words) -> list[Json]:
    turns = []
    if before is not None:
        turns.append(button(words.plain("history-newest"), NEWEST, str(issue_id)))
    if len(events) > SHOWN:
        last = events[SHOWN - 1].event_id
        turns.append(button(words.plain("history-older"), OLDER, f"{issue_id}:{last}"))
    return turns


def read_turn(value: str) -> tuple[IssueId, EventId | None]:
    issue_id, _, before = value.partition(":")
    return IssueId(UUID(issue_id)), EventId(read_number(before)) if before else None
