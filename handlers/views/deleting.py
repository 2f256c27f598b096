"""Asks before issues are deleted, and says that they were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.changes import Touched
from db.deleting import Gone
from db.ids import ChangeId, IssueId
from db.issues import Issue
from handlers.views.blocks import Json, actions, button, context, modal, section, truncate
from handlers.views.cards import Card
from handlers.views.changes import TITLE_MAX
from handlers.views.confirming import confirmation, undo_button
from handlers.views.people import People, mention
from handlers.views.replies import Reply
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words, escape

CALLBACK: Final = "issue_delete_form"
DELETE: Final = "issue_delete"
KEEP: Final = "issue_keep"
# So many are named; of the others, how many there are.
SHOWN: Final = 10


def question(issues: Sequence[Issue], words: Words, prefix: str) -> Reply:
    """Its buttons delete them, or not."""
    text = _asked(issues, words, prefix)
    value = "".join(issue.issue_id.hex for issue in issues)
    blocks = [
        section(text),
        context(words("delete-means", count=len(issues))),
        actions(
            button(words.plain("delete-button"), DELETE, value, style="danger"),
            button(words.plain("form-cancel"), KEEP),
        ),
    ]
    return Reply(text=text, blocks=blocks)


def form(issue: Issue, words: Words, prefix: str, metadata: Json) -> Json:
    """The same where one issue is looked at."""
    text = _asked([issue], words, prefix)
    return modal(
        CALLBACK,
        words.plain("delete-form-title", key=issue.key(prefix)),
        [section(text), context(words("delete-means", count=1))],
        submit=words.plain("delete-button"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def read(value: str) -> tuple[IssueId, ...]:
    """The issues that a button of the question carries. Raises ValueError."""
    return tuple(IssueId(UUID(value[at : at + 32])) for at in range(0, len(value), 32))


def _asked(issues: Sequence[Issue], words: Words, prefix: str) -> Mrkdwn:
    if len(issues) == 1:
        (only,) = issues
        return words("delete-ask", key=only.key(prefix), title=truncate(only.title, TITLE_MAX))
    lines: list[str] = [words("delete-ask-many", count=len(issues))]
    lines += [_line(issue.key(prefix), issue.title) for issue in issues[:SHOWN]]
    return Mrkdwn("\n".join([*lines, *_more(len(issues), words)]))


def done(
    deleted: Sequence[Touched],
    count: int,
    change_id: ChangeId | None,
    words: Words,
    prefix: str,
    *,
    replace: bool = False,
) -> Reply:
    """`deleted`: the first of them, at most `SHOWN`. `change_id` is None where they were deleted before."""
    if change_id is None:
        return Reply(text=words("delete-before"), replace=replace)
    if count == 1 and deleted:
        (only,) = deleted
        title = truncate(only.title, TITLE_MAX)
        text = words("delete-done", key=f"{prefix}-{only.number}", title=title)
    else:
        lines: list[str] = [words("delete-done-many", count=count)]
        lines += [_line(f"{prefix}-{each.number}", each.title) for each in deleted]
        text = Mrkdwn("\n".join([*lines, *_more(count, words)]))
    return Reply(text=text, blocks=confirmation(text, words=words, change_id=change_id), replace=replace)


def _line(key: str, title: str) -> str:
    return f"• *{escape(key)}*  {escape(truncate(title, TITLE_MAX))}"


def _more(count: int, words: Words) -> list[str]:
    return [words("undo-more", count=count - SHOWN)] if count > SHOWN else []


def refused(issue: Issue, people: People, words: Words, prefix: str) -> Reply:
    """Who can, instead."""
    reporter = people.get(issue.reporter_id) if issue.reporter_id is not None else None
    if reporter is None:
        return Reply(text=words("delete-admins-only", key=issue.key(prefix)))
    return Reply(text=words("delete-not-yours", key=issue.key(prefix), who=mention(reporter, words)))


def farewell(gone: Gone, people: People, words: Words, prefix: str, *, button_too: bool = True) -> Card:
    """In place of the card of an issue that was deleted on purpose: without what it said, but with the way back."""
    by = people.get(gone.by) if gone.by is not None else None
    key = Mrkdwn(f"~{escape(gone.issue.key(prefix))}~")
    when = moment(gone.at)
    if by is None:
        text = words("card-deleted", key=key, when=when)
    else:
        text = words("card-deleted-by", key=key, when=when, who=mention(by, words))
    back = actions(undo_button(gone.change_id, words), block_id=f"gone:{gone.change_id}")
    return Card(text=text, blocks=[context(text), *([back] if button_too else [])])
