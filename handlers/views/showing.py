"""A card in full: with the last comments, and who watches."""

from __future__ import annotations

from collections.abc import Sequence

from db.comments import Comment
from db.issues import IssueDetail
from handlers.views.blocks import Json, context, divider, modal
from handlers.views.cards import Card
from handlers.views.excerpts import line
from handlers.views.people import People, who
from handlers.views.states import moment
from handlers.words import Mrkdwn, Words

SHOWN = 3
EXCERPT = 500


def with_comments(shown: Card, detail: IssueDetail, words: Words) -> list[Json]:
    """The buttons stay last."""
    if not detail.comments:
        return shown.blocks
    *facts, buttons = shown.blocks
    last = detail.comments[-SHOWN:]
    more = detail.more_comments or len(detail.comments) > len(last)
    head = words("show-comments-last" if more else "show-comments")
    lines = [context(head), *(_comment(each, detail.people, words) for each in last)]
    return [*facts, divider(), *lines, buttons]


def sheet(key: str, blocks: Sequence[Json], words: Words) -> Json:
    """The card to read where no message can be: without its buttons, which the row it was opened from has."""
    shown = [block for block in blocks if block["type"] != "actions"]
    return modal("issue_sheet", key, shown, close=words.plain("form-close"))


def _comment(comment: Comment, people: People, words: Words) -> Json:
    text = line(comment.body, EXCERPT)
    return context(Mrkdwn(f"{who(comment.author_id, people, words)} {moment(comment.created_at)}\n{text}"))
