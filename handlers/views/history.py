"""The history of an issue."""

from __future__ import annotations

from collections.abc import Sequence

from db.events import Event
from db.issues import Issue
from handlers.views.blocks import Json, context, section
from handlers.views.changes import sentences
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words

# Ten lines fit into a context block; a message has fifty blocks.
SHOWN = 20


def reply(
    issue: Issue, events: Sequence[Event], people: People, words: Words, prefix: str, *, more: bool
) -> Reply:
    """`events` are the newest first; `more` says that older ones are left out."""
    key = issue.key(prefix)
    head = words("history-head", key=key, title=issue.title)
    blocks: list[Json] = [section(head)]
    for event in events[:SHOWN]:
        said = "  ·  ".join(sentences(event, people, words))
        blocks.append(context(Mrkdwn(f"{moment(event.at)}  {said}")))
    if not events:
        blocks.append(context(words("history-empty", key=key)))
    elif more:
        blocks.append(context(words("history-older")))
    return Reply(text=head, blocks=blocks)
