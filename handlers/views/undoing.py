"""What an undo came to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from db.changes import Touched, UndoBlocked, Undone
from db.deleting import Gone
from db.ids import IssueId
from db.issues import Issue
from handlers.views.blocks import truncate
from handlers.views.changes import TITLE_MAX, sentences
from handlers.views.confirming import confirmation
from handlers.views.people import People
from handlers.views.replies import Reply
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words, escape

SHOWN = 5


def undone(done: Undone, touched: Sequence[Touched], people: People, words: Words, prefix: str) -> Reply:
    """Says what was done by it, and has its own way back: undoing an undo does the change again.

    `touched`: the first of what it did, at most `SHOWN`.
    """
    lines: list[str] = [words("undone-before") if done.repeated else words("undone", count=done.count)]
    for each in touched:
        title = escape(truncate(each.title, TITLE_MAX))
        what = "  ·  ".join([title, *sentences(each.event, people, words)])
        lines.append(f"• *{prefix}-{each.number}*  {what}")
    if done.count > len(touched) > 0:
        lines.append(words("undo-more", count=done.count - len(touched)))
    text = Mrkdwn("\n".join(lines))
    return Reply(text=text, blocks=confirmation(text, words=words, change_id=done.change_id))


def blocked(
    error: UndoBlocked,
    concerned: Mapping[IssueId, Issue],
    gone: Mapping[IssueId, Gone],
    people: People,
    words: Words,
    prefix: str,
) -> Reply:
    """What happened on top since, by whom: to issues that are there, and to such as are deleted."""
    lines: list[str] = [words("undo-blocked")]
    for event in error.blockers[:SHOWN]:
        away = gone.get(event.issue_id)
        issue = away.issue if away is not None else concerned.get(event.issue_id)
        key = issue.key(prefix) if issue is not None else "–"
        what = "  ·  ".join(sentences(event, people, words))
        lines.append(f"• *{key}*  {what}  {moment(event.at)}")
    if len(error.blockers) > SHOWN:
        lines.append(words("undo-more", count=len(error.blockers) - SHOWN))
    seen = [concerned[event.issue_id] for event in error.blockers if event.issue_id in concerned]
    if seen:
        lines.append(words("undo-blocked-next", key=seen[0].key(prefix)))
    elif gone:
        lines.append(words("undo-blocked-gone", key=next(iter(gone.values())).issue.key(prefix)))
    return Reply(text=Mrkdwn("\n".join(lines)))
