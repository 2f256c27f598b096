"""What an undo came to."""

from __future__ import annotations

from collections.abc import Mapping

from db.changes import UndoBlocked, Undone
from db.ids import IssueId
from db.issues import Issue
from handlers.views.changes import sentences
from handlers.views.confirming import confirmation
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words

SHOWN = 5


def undone(done: Undone, words: Words) -> Reply:
    """With its own way back: undoing an undo does the change again."""
    text = words("undone-before") if done.repeated else words("undone", count=done.count)
    return Reply(text=text, blocks=confirmation(text, words=words, change_id=done.change_id))


def blocked(
    error: UndoBlocked, concerned: Mapping[IssueId, Issue], people: People, words: Words, prefix: str
) -> Reply:
    """What happened on top since, by whom."""
    lines: list[str] = [words("undo-blocked")]
    for event in error.blockers[:SHOWN]:
        issue = concerned.get(event.issue_id)
        key = issue.key(prefix) if issue is not None else "–"
        what = "  ·  ".join(sentences(event, people, words))
        lines.append(f"• *{key}*  {what}  {moment(event.at)}")
    if len(error.blockers) > SHOWN:
        lines.append(words("undo-blocked-more", count=len(error.blockers) - SHOWN))
    seen = [concerned[event.issue_id] for event in error.blockers if event.issue_id in concerned]
    if seen:
        lines.append(words("undo-blocked-next", key=seen[0].key(prefix)))
    return Reply(text=Mrkdwn("\n".join(lines)))
