"""An issue as a message: in a channel, in full, or on one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache
from typing import Final, assert_never

from db.access import Action, Actor, may_delete, offers
from db.ids import PersonId
from db.issues import Issue
from db.states import Priority, Status
from handlers.views.blocks import (
    OVERFLOW_MAX,
    Json,
    actions,
    button,
    context,
    option,
    overflow,
    rich_text,
    section,
    truncate,
)
from handlers.views.excerpts import cut
from handlers.views.people import People, who
from handlers.views.states import day, moment, priority_of, status_of
from handlers.words import Mrkdwn, Words, clean, code, escape

ASSIGN_ME = "issue_assign_me"
START = "issue_start"
CLOSE = "issue_close"
REOPEN = "issue_reopen"
COMMENT = "issue_comment"
EDIT = "issue_edit"
MORE = "issue_more"

EXCERPT = 300
LONG_EXCERPT = 2800
LABELS_SHOWN = 12
# Slack refuses messages of more than about 13,000 characters in all, so that a row must be short.
ROW_TITLE_MAX = 150


class CardStyle(Enum):
    """`block_id` of a card's buttons begins with `card:<style>`, so that a press knows what to redraw."""

    CHANNEL = "channel"
    FULL = "full"
    LINE = "line"


class More(Enum):
    """What the menu of a card offers; the option's value is `<this>:<issue id>`."""

    SHOW = "show"
    HISTORY = "history"
    POST = "post"
    ASSIGN_ME = "assign"
    START = "start"
    CLOSE = "close"
    CLOSE_AS = "close_as"
    REOPEN = "reopen"
    COMMENT = "comment"
    EDIT = "edit"
    UNASSIGN = "unassign"
    MUTE = "mute"
    WATCH = "watch"
    FOLLOW = "follow"
    DELETE = "delete"


# What somebody must be allowed to, for a choice to be open to them; the others are open to whoever sees the issue.
_NEEDS: Final[Mapping[More, Action]] = {
    More.ASSIGN_ME: Action.EDIT,
    More.UNASSIGN: Action.EDIT,
    More.START: Action.EDIT,
    More.CLOSE: Action.EDIT,
    More.CLOSE_AS: Action.EDIT,
    More.REOPEN: Action.EDIT,
    More.EDIT: Action.EDIT,
    More.COMMENT: Action.COMMENT,
}


def is_open(more: More, actor: Actor | None) -> bool:
    """Whether `actor`, who alone reads it, may choose that; None where many read it."""
    needed = _NEEDS.get(more)
    return needed is None or offers(actor, needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    text: str
    blocks: list[Json]


def card(
    issue: Issue,
    *,
    people: People,
    words: Words,
    prefix: str,
    labels: Sequence[str] | None = None,
    style: CardStyle = CardStyle.CHANNEL,
    duplicate_key: str | None = None,
    mute: bool | None = None,
    reader: Actor | None = None,
) -> Card:
    """`people` has the assignee and the reporter; `labels` are the issue's own unless given.

    `reader`: who alone sees it, and is offered what they may do; None where many do. `mute`: whether they hear nothing
    of it.
    """
    key = issue.key(prefix)
    shown = issue.labels if labels is None else tuple(labels)
    text = words("card-text", key=key, title=issue.title, status=status_of(issue, words))
    match style:
        case CardStyle.LINE:
            shown_row = row(issue, people=people, words=words, prefix=prefix, actor=reader)
            return Card(text=text, blocks=[shown_row])
        case CardStyle.CHANNEL | CardStyle.FULL:
            excerpt = EXCERPT if style is CardStyle.CHANNEL else LONG_EXCERPT
            description = cut(issue.description, excerpt)
            blocks = [
                title_block(key, issue.title),
                context(_facts(issue, shown, people, words, duplicate_key)),
                *([description] if description else []),
                context(_footer(issue, people, words)),
                *([context(words("card-mute"))] if mute else []),
                buttons(issue, words, style, mute=mute, reader=reader),
            ]
            return Card(text=text, blocks=blocks)
    assert_never(style)


def title_block(key: str, title: str) -> Json:
    """Rich text shows a title letter by letter, whatever is in it."""
    bold = {"bold": True}
    elements = [
        {"type": "text", "text": key, "style": bold | {"code": True}},
        {"type": "text", "text": f"  {clean(title)}", "style": bold},
    ]
    return rich_text({"type": "rich_text_section", "elements": elements})


def gone(words: Words) -> Card:
    """In place of the card of an issue that was taken back."""
    text = words("card-gone")
    return Card(text=text, blocks=[context(text)])


def _facts(
    issue: Issue, labels: Sequence[str], people: People, words: Words, duplicate_key: str | None
) -> Mrkdwn:
    facts: list[str] = [status_of(issue, words)]
    if duplicate_key:
        facts[0] += f" ({escape(duplicate_key)})"
    if issue.priority is not Priority.NONE:
        facts.append(priority_of(issue.priority, words))
    facts.append(words("card-assignee", who=who(issue.assignee_id, people, words)))
    if issue.due_on:
        facts.append(words("card-due", date=day(issue.due_on, words)))
    facts += [code(name) for name in labels[:LABELS_SHOWN]]
    if len(labels) > LABELS_SHOWN:
        facts.append(words("card-more-labels", count=len(labels) - LABELS_SHOWN))
    return Mrkdwn("  ·  ".join(facts))


def _footer(issue: Issue, people: People, words: Words) -> Mrkdwn:
    reporter = who(issue.reporter_id, people, words)
    filed = words("card-filed", who=reporter, when=moment(issue.created_at))
    if issue.closed_at is None:
        return filed
    return Mrkdwn(f"{filed}  ·  {words('card-closed', when=moment(issue.closed_at))}")


def buttons(
    issue: Issue,
    words: Words,
    style: CardStyle,
    *,
    mute: bool | None = None,
    reader: Actor | None = None,
) -> Json:
    """Only what makes sense in the issue's state. The version in the block's id makes every redraw a new block."""
    value = str(issue.issue_id)
    if issue.status is Status.CLOSED:
        steps = [More.REOPEN]
    else:
        begin = [More.START] if issue.status is Status.OPEN else []
        steps = [More.ASSIGN_ME, *begin, More.CLOSE]
    elements = [
        _button(each, words, value) for each in (*steps, More.COMMENT, More.EDIT) if is_open(each, reader)
    ]
    elements.append(overflow(MORE, _more(issue, words, style, mute, reader)))
    return actions(*elements, block_id=f"card:{style.value}:{value}:{issue.version}")


_BUTTONS: Final = {
    More.REOPEN: ("button-reopen", REOPEN),
    More.ASSIGN_ME: ("button-assign-me", ASSIGN_ME),
    More.START: ("button-start", START),
    More.CLOSE: ("button-close", CLOSE),
    More.COMMENT: ("button-comment", COMMENT),
    More.EDIT: ("button-edit", EDIT),
}


def _button(step: More, words: Words, value: str) -> Json:
    label, action_id = _BUTTONS[step]
    return button(words.plain(label), action_id, value, style="primary" if step is More.CLOSE else None)


def _more(
    issue: Issue, words: Words, style: CardStyle, mute: bool | None, reader: Actor | None
) -> list[Json]:
    offered = [More.SHOW if style is CardStyle.CHANNEL else More.POST, More.HISTORY]
    if issue.status is not Status.CLOSED:
        offered.append(More.CLOSE_AS)
        if issue.assignee_id is not None:
            offered.append(More.UNASSIGN)
    offered.append(_attention(issue, mute, reader))
    # Where there is no room for it, it stands in the form of "Close as", too.
    if reader is None or may_delete(reader, reporter_id=issue.reporter_id):
        offered.append(More.DELETE)
    return _choices(offered, issue, words, reader)


def _attention(issue: Issue, mute: bool | None, reader: Actor | None) -> More:
    """Who hears of it anyhow can mute it; who has nothing to do with it can begin to hear of it."""
    if mute:
        return More.WATCH
    concerned = reader is not None and reader.person_id in (issue.assignee_id, issue.reporter_id)
    return More.MUTE if mute is False and concerned else More.FOLLOW


def _choices(offered: Sequence[More], issue: Issue, words: Words, actor: Actor | None) -> list[Json]:
    issue_id = str(issue.issue_id)
    open_ = [more for more in offered if is_open(more, actor)]
    return [_choice(more, words) | {"value": f"{more.value}:{issue_id}"} for more in open_[:OVERFLOW_MAX]]


@cache
def _choice(more: More, words: Words) -> Json:
    """But for the issue it is about: lists are full of them."""
    return option(words.plain(f"more-{more.value}"), more.value)


def row(
    issue: Issue,
    *,
    people: People,
    words: Words,
    prefix: str,
    place: str = "row",
    reader: PersonId | None = None,
    actor: Actor | None = None,
    today: date | None = None,
) -> Json:
    """One issue in a list, with its most likely next steps. `place` tells several lists of one view apart.

    `reader`: who sees it. They need not be told of what is theirs, nor be offered to take it. `actor`: who alone
    sees it, and is offered what they may do; None where many do. `today`: where they are; None where the row stays for
    longer.
    """
    facts: list[str] = [status_of(issue, words)]
    if issue.priority is not Priority.NONE:
        facts.append(priority_of(issue.priority, words))
    if issue.assignee_id is None:
        facts.append(words("card-unassigned"))
    elif issue.assignee_id != reader:
        facts.append(who(issue.assignee_id, people, words))
    if issue.due_on:
        late = today is not None and issue.due_on < today and issue.status is not Status.CLOSED
        facts.append(words("card-overdue" if late else "card-due", date=day(issue.due_on, words)))
    facts += [code(name) for name in issue.labels[:4]]
    text = Mrkdwn(
        f"*{escape(issue.key(prefix))}*  {escape(truncate(issue.title, ROW_TITLE_MAX))}\n{'  ·  '.join(facts)}"
    )
    if issue.status is Status.CLOSED:
        offered = [More.SHOW, More.REOPEN, More.COMMENT]
    else:
        begin = [More.START] if issue.status is Status.OPEN else []
        take = [] if reader is not None and issue.assignee_id == reader else [More.ASSIGN_ME]
        offered = [More.SHOW, *take, *begin, More.COMMENT, More.CLOSE, More.EDIT]
    menu = overflow(MORE, _choices(offered, issue, words, actor))
    return section(text, accessory=menu, block_id=f"{place}:{issue.issue_id}:{issue.version}")
