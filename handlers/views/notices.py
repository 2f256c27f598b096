"""Direct messages about issues, and the form of what one wants to be told of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any, Final
from uuid import UUID

from db.access import Actor
from db.ids import IssueId
from db.issues import Issue
from db.notices import Notice
from db.people import Person
from db.preferences import NoticeKind, Preferences, Rhythm, read
from handlers.views import happened
from handlers.views.blocks import (
    OPTIONS_MAX,
    Json,
    actions,
    button,
    checkboxes,
    context,
    input_block,
    modal,
    multi_static_select,
    option,
    overflow,
    section,
    static_select,
)
from handlers.views.cards import MORE, More, is_open
from handlers.views.excerpts import cut, line
from handlers.views.markdown import to_plain
from handlers.views.people import People, mention, who
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, escape

CALLBACK: Final = "notify_form"
OPEN: Final = "notify_open"
# How the blocks of a message about one issue begin.
NOTICE: Final = "notice"
UNWATCH: Final = "notify_unwatch"
WATCH: Final = "notify_watch"
KINDS: Final = "kinds"
RHYTHM: Final = "rhythm"
QUIET_FROM: Final = "quiet_from"
QUIET_TO: Final = "quiet_to"
MUTED: Final = "muted"

# So many issues are told of one by one; of the others, how many there are.
DIGEST_MAX: Final = 15
_EXCERPT: Final = 300
_LINE_EXCERPT: Final = 120

News = tuple[Issue, Notice]


def changed(notice: Notice) -> tuple[str, ...]:
    return happened.fields([{"before": notice.before, "after": notice.after}])


def is_deleted(notice: Notice) -> bool:
    """Whether the last thing that it tells is that the issue was deleted."""
    return notice.after.get(happened.DELETED) is True


def is_news(notice: Notice) -> bool:
    """Whether anything is left to tell: there and back is nothing."""
    return bool(changed(notice) or notice.said or notice.comments or NoticeKind.MENTIONED in notice.kinds)


def message(news: Sequence[News], person: Person, people: People, words: Words, prefix: str) -> Json:
    """The arguments of the message: about one issue, or the digest of several."""
    if len(news) == 1:
        return _single(*news[0], person, people, words, prefix)
    return _digest(news, person, people, words, prefix)


def _single(issue: Issue, notice: Notice, person: Person, people: People, words: Words, prefix: str) -> Json:
    text = Mrkdwn("\n".join(_lines(issue, notice, person, people, words, prefix)))
    excerpt = cut(notice.said, _EXCERPT) if notice.said else None
    gone = is_deleted(notice)
    menu = overflow(MORE, [_choice(more, issue, words) for more in _offered(issue, person)])
    at = f"{NOTICE}:{issue.issue_id}:{issue.version}"
    blocks = [section(text, accessory=None if gone else menu, block_id=at)]
    blocks += [excerpt] if excerpt else []
    enough = button(words.plain("notice-unwatch"), UNWATCH, str(issue.issue_id))
    blocks.append(actions(*([] if gone else [enough]), button(words.plain("notice-settings"), OPEN)))
    said = escape(to_plain(notice.said or "")[:_EXCERPT])
    return {"text": Mrkdwn(f"{text} {said}".strip()), "blocks": blocks, "unfurl_links": False}


def _offered(issue: Issue, person: Person) -> list[More]:
    actor = Actor(workspace_id=person.workspace_id, person_id=person.person_id, role=person.role)
    next_ = More.CLOSE if issue.closed_at is None else More.REOPEN
    return [more for more in (More.SHOW, More.COMMENT, next_) if is_open(more, actor)]


def _choice(more: More, issue: Issue, words: Words) -> Json:
    return option(words.plain(f"more-{more.value}"), f"{more.value}:{issue.issue_id}")


def _lines(
    issue: Issue, notice: Notice, person: Person, people: People, words: Words, prefix: str
) -> list[Mrkdwn]:
    """What happened, most personal first."""
    key, names = issue.key(prefix), list(changed(notice))
    lines: list[Mrkdwn] = []
    teller = _teller(notice, people)
    if NoticeKind.ASSIGNED in notice.kinds and issue.assignee_id == person.person_id:
        names = [name for name in names if name != "assignee_id"]
        if teller is None:
            lines.append(words("notice-assigned-by-nobody", key=key, title=issue.title))
        else:
            lines.append(words("notice-assigned", who=mention(teller, words), key=key, title=issue.title))
    if names:
        what = happened.line(issue, names, teller.person_id if teller else None, people, words)
        lines.append(words("notice-changed", key=key, title=issue.title, what=what) if not lines else what)
    lines += _said(issue, notice, people, words, key)
    return lines


def _said(issue: Issue, notice: Notice, people: People, words: Words, key: str) -> list[Mrkdwn]:
    author = who(notice.said_by, people, words) if notice.said_by else words("notice-a-program")
    if NoticeKind.MENTIONED in notice.kinds:
        named = words("notice-mentioned", who=author, key=key, title=issue.title)
        # A description can name somebody, too, and then all comments are others.
        others = notice.comments - (notice.said_in is not None)
        return [named, *([words("notice-more", more=others)] if others > 0 else [])]
    if notice.comments and notice.said is None:
        return [words("notice-comments-unsaid", count=notice.comments, key=key, title=issue.title)]
    if notice.comments > 1:
        return [words("notice-comments", who=author, count=notice.comments, key=key, title=issue.title)]
    if notice.comments:
        return [words("notice-commented", who=author, key=key, title=issue.title)]
    return []


def _teller(notice: Notice, people: People) -> Person | None:
    """The one who did it all; None when it was several people, or a program."""
    if len(notice.actors) != 1:
        return None
    (only,) = notice.actors
    return people.get(only) if only is not None else None


def _digest(news: Sequence[News], person: Person, people: People, words: Words, prefix: str) -> Json:
    head = words("notice-digest", count=len(news))
    blocks = [section(Mrkdwn(f"*{head}*"))]
    for issue, notice in news[:DIGEST_MAX]:
        lines = _lines(issue, notice, person, people, words, prefix)
        if notice.said:
            lines.append(_quote(notice.said))
        blocks.append(section(Mrkdwn("\n".join(lines))))
    if len(news) > DIGEST_MAX:
        blocks.append(context(words("notice-digest-more", count=len(news) - DIGEST_MAX)))
    blocks.append(actions(button(words.plain("notice-settings"), OPEN)))
    return {"text": head, "blocks": blocks, "unfurl_links": False}


def _quote(said: str) -> Mrkdwn:
    return Mrkdwn(f">{line(said, _LINE_EXCERPT)}")


# -- watching, and muting


def watched(issue: Issue, words: Words, prefix: str) -> Reply:
    """With the way back."""
    said = words("watch-done", key=issue.key(prefix), title=issue.title)
    back = button(words.plain("notice-unwatch"), UNWATCH, str(issue.issue_id))
    return Reply(text=said, blocks=[section(said), actions(back)])


def muted(issue: Issue, words: Words, prefix: str) -> Reply:
    """With the way back."""
    said = words("unwatch-done", key=issue.key(prefix), title=issue.title)
    back = button(words.plain("notice-watch"), WATCH, str(issue.issue_id))
    return Reply(text=said, blocks=[section(said), actions(back)])


# -- the form


def form(person: Person, words: Words, metadata: Json, muted: Sequence[Issue] = (), prefix: str = "") -> Json:
    """`muted`: of what they hear nothing."""
    chosen = read(person.settings)
    kinds = {kind: option(words.plain(f"notify-kind-{kind.value}"), kind.value) for kind in NoticeKind}
    rhythms = {
        rhythm: option(words.plain(f"notify-rhythm-{rhythm.value}"), rhythm.value) for rhythm in Rhythm
    }
    initial = [kinds[kind] for kind in NoticeKind if kind in chosen.kinds]
    begin, end = chosen.quiet or (None, None)
    label = words.plain("notify-rhythm")
    return modal(
        CALLBACK,
        words.plain("notify-title"),
        [
            input_block(
                words.plain("notify-kinds"),
                checkboxes(KINDS, list(kinds.values()), initial=initial),
                KINDS,
                optional=True,
            ),
            input_block(
                label,
                static_select(RHYTHM, label, list(rhythms.values()), initial=rhythms[chosen.rhythm]),
                RHYTHM,
            ),
            input_block(
                words.plain("notify-quiet-from"), _clock(QUIET_FROM, begin), QUIET_FROM, optional=True
            ),
            input_block(
                words.plain("notify-quiet-to"),
                _clock(QUIET_TO, end),
                QUIET_TO,
                optional=True,
                hint=words.plain("notify-quiet-hint", zone=person.timezone),
            ),
            *([_mutes(muted, words, prefix)] if muted else []),
            context(words("notify-digest-hint")),
        ],
        submit=words.plain("form-save"),
        close=words.plain("form-cancel"),
        metadata=metadata,
    )


def _mutes(muted: Sequence[Issue], words: Words, prefix: str) -> Json:
    label = words.plain("notify-muted")
    options = [option(f"{each.key(prefix)} {each.title}", str(each.issue_id)) for each in muted[:OPTIONS_MAX]]
    choice = multi_static_select(MUTED, label, options, initial=options)
    return input_block(label, choice, MUTED, optional=True, hint=words.plain("notify-muted-hint"))


def read_unmuted(view: Mapping[str, Any]) -> list[IssueId]:
    """Those that the form offered as muted, and that were taken out."""
    offered = {
        each["value"]
        for block in view["blocks"]
        if block["block_id"] == MUTED
        for each in block["element"]["options"]
    }
    chosen = view["state"]["values"].get(MUTED, {}).get(MUTED, {}).get("selected_options") or ()
    return [IssueId(UUID(each)) for each in sorted(offered - {each["value"] for each in chosen})]


def _clock(action_id: str, initial: time | None) -> Json:
    clock: Json = {"type": "timepicker", "action_id": action_id}
    if initial is not None:
        clock["initial_time"] = f"{initial:%H:%M}"
    return clock


def read_form(view: Mapping[str, Any]) -> Preferences | None:
    """None: quiet hours have a beginning or an end, not both, or nothing between them."""
    values = view["state"]["values"]
    chosen = values[KINDS][KINDS].get("selected_options") or ()
    begin = values[QUIET_FROM][QUIET_FROM].get("selected_time")
    end = values[QUIET_TO][QUIET_TO].get("selected_time")
    if bool(begin) != bool(end) or (begin and begin == end):
        return None
    return Preferences(
        kinds=frozenset(NoticeKind(each["value"]) for each in chosen),
        rhythm=Rhythm(values[RHYTHM][RHYTHM]["selected_option"]["value"]),
        quiet=(time.fromisoformat(begin), time.fromisoformat(end)) if begin and end else None,
    )


def summary(chosen: Preferences, person: Person, words: Words) -> Mrkdwn:
    if not chosen.kinds:
        return words("notify-saved-nothing")
    said = words("notify-saved", when=words.plain(f"notify-told-{chosen.rhythm.value}"))
    if chosen.quiet is None:
        return said
    begin, end = chosen.quiet
    quiet = words("notify-saved-quiet", begin=f"{begin:%H:%M}", end=f"{end:%H:%M}", zone=person.timezone)
    return Mrkdwn(f"{said} {quiet}")
