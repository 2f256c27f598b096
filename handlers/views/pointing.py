"""What is said to whoever filed an issue in one line, where open ones may say the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from db.access import Actor
from db.ids import IssueId
from db.issues import Issue
from handlers.views.blocks import Json, button, section, truncate
from handlers.views.cards import More, is_open
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, escape

SAME: Final = "issue_same"


def hint(issue: Issue, found: Sequence[Issue], words: Words, prefix: str, reader: Actor) -> Reply:
    """Each with the way to close the new one as its duplicate, for whoever may close one."""
    text = words("pointing-head", key=issue.key(prefix))
    blocks: list[Json] = [section(text)]
    for original in found:
        line = Mrkdwn(f"*{original.key(prefix)}* {escape(truncate(original.title, 120))}")
        value = f"{original.issue_id}:{issue.issue_id}"
        same = button(words.plain("pointing-same"), SAME, value) if is_open(More.CLOSE_AS, reader) else None
        blocks.append(section(line, accessory=same))
    return Reply(text=text, blocks=blocks)


def read(value: str) -> tuple[IssueId, IssueId]:
    """The one that was there, and the one that repeats it."""
    original, _, issue = value.partition(":")
    return IssueId(UUID(original)), IssueId(UUID(issue))
