"""`Login fails on Safari @ada +bug !high due:friday`: an issue in one line, and what in it cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from db import limits
from db.errors import Invalid
from db.states import Priority, read_priority
from handlers.commands import typed
from handlers.dates import read_day
from handlers.words import Mrkdwn, Words, unescape

# A quotation is one token, so that what looks like a mark inside it is not read as one.
_TOKEN = re.compile(
    r"""due:(?:"[^"]*"|“[^”]*”|\S+)|"[^"]*"|“[^”]*”|„[^“”]*[“”]|<[^<>\s][^<>]*>\S*|\S+""", re.IGNORECASE
)
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>[,.:;]?")
_NAME = re.compile(r"@([\w][\w.\-']*)")
_LABEL = re.compile(r"\+([^\W\d_].*)")
_PRIORITY = re.compile(r"!([^\W\d_]\w*|p[0-4])", re.IGNORECASE)
_DUE = re.compile(r"due:[\"“]?([^\"”]*)[\"”]?", re.IGNORECASE)
_CHANNEL = re.compile(r"<#[A-Z0-9]+\|([^<>]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """An assignee as typed: by Slack id, or by a name that is still to be looked up."""

    slack_user_id: str | None = None
    name: str | None = None


@dataclass(slots=True, kw_only=True)
class OneLine:
    """`problems` say what could not be read; while there is one, nothing is to be created."""

    title: str = ""
    # As Slack sent it, formatting and all.
    description: str = ""
    assignees: list[Somebody] = field(default_factory=list)
    unassigned: bool = False
    labels: list[str] = field(default_factory=list)
    priority: Priority | None = None
    due_on: date | None = None
    problems: list[Mrkdwn] = field(default_factory=list)


def read(raw: str, today: date, words: Words) -> OneLine:
    """`raw` is the text as Slack sent it. What follows the first line is the description."""
    first, _, rest = raw.strip().partition("\n")
    line = OneLine(description=rest.strip())
    kept = [token for token in _tokens(first) if not _take(token, line, today, words)]
    line.title = _title(kept)
    if not line.title:
        line.problems.append(words("oneline-no-title"))
    if len(line.assignees) > 1 or (line.assignees and line.unassigned):
        line.problems.append(words("oneline-many-assignees"))
    return line


def _tokens(text: str) -> Iterator[str]:
    return (found[0] for found in _TOKEN.finditer(text))


def _title(tokens: list[str]) -> str:
    text = typed(_CHANNEL.sub(r"#\1", " ".join(tokens))).strip()
    quoted = len(text) > 2 and text[0] in '"“„' and text[-1] in '"”“' and len(tokens) == 1
    return text[1:-1].strip() if quoted else text


def _take(token: str, line: OneLine, today: date, words: Words) -> bool:
    """Whether `token` said something about the issue, instead of being a word of its title."""
    if found := _MENTION.fullmatch(token):
        line.assignees.append(Somebody(slack_user_id=found[1]))
    elif found := _NAME.fullmatch(token):
        _take_name(found[1].rstrip("."), line)
    elif found := _LABEL.fullmatch(token):
        _take_labels(unescape(found[1]), line, words)
    elif found := _PRIORITY.fullmatch(token):
        _take_priority(found[1], line, words)
    elif found := _DUE.fullmatch(token):
        _take_due(unescape(found[1]), line, today, words)
    else:
        return False
    return True


def _take_name(name: str, line: OneLine) -> None:
    if name.lower() in ("nobody", "none", "niemand"):
        line.unassigned = True
    else:
        line.assignees.append(Somebody(name=name))


def _take_labels(names: str, line: OneLine, words: Words) -> None:
    for name in filter(None, (part.strip() for part in names.split(","))):
        if len(name) > limits.LABEL_MAX:
            line.problems.append(words("oneline-long-label", label=name[:30], limit=limits.LABEL_MAX))
        elif name.lower() not in (label.lower() for label in line.labels):
            line.labels.append(name)


def _take_priority(word: str, line: OneLine, words: Words) -> None:
    try:
        priority = read_priority(word)
    except Invalid:
        line.problems.append(words("oneline-priority", word=word))
        return
    if line.priority not in (None, priority):
        line.problems.append(words("oneline-many-priorities"))
    line.priority = priority


def _take_due(text: str, line: OneLine, today: date, words: Words) -> None:
    if text.lower() in ("", "none", "never", "nie"):
        return
    day = _read_day(text, today)
    if day is None:
        line.problems.append(words("oneline-due", text=text))
    line.due_on = day


@lru_cache(maxsize=512)
def _read_day(text: str, today: date) -> date | None:
    return read_day(text, today)
