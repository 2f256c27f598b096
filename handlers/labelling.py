"""`/issue label LDG-42 +bug -ui` adds and removes; `=bug,ui` replaces them all."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from slack_bolt.async_app import AsyncApp

from db import labels
from handlers.acting import origin_of
from handlers.commands import Call, Commands, Reply
from handlers.finding import by_key, split_key, usage
from handlers.services import Services
from handlers.views.confirming import confirmation
from handlers.words import Mrkdwn, code

NAME = "label"
_ITEM = re.compile(r"""([+\-–=]?)(?:"([^"]+)"|“([^”]+)”|([^\s,]+))""")


@dataclass(slots=True)
class LabelChange:
    """`replacement` is None unless all labels are to be replaced."""

    add: list[str] = field(default_factory=list)
    remove: list[str] = field(default_factory=list)
    replacement: list[str] | None = None


def read_change(text: str) -> LabelChange | None:
    """None when it cannot be read: nothing said, or both a replacement and a difference."""
    change = LabelChange()
    text = text.strip()
    if text.startswith("="):
        change.replacement = [name for name in _names(text[1:]) if name]
        return None if re.search(r"(?:^|\s)[+\-]\S", text[1:]) else change
    sign = "+"
    for found in _ITEM.finditer(text):
        sign = found[1] or sign
        name = found[2] or found[3] or found[4]
        if sign == "=":
            return None
        (change.add if sign == "+" else change.remove).append(name)
    return change if change.add or change.remove else None


def _names(text: str) -> list[str]:
    return [found[2] or found[3] or found[4] for found in _ITEM.finditer(text)]


class Labelling:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        key, rest = split_key(call.text)
        change = read_change(rest) if key else None
        if key is None or change is None:
            return usage(call, NAME)
        actor, origin = call.asker.actor, origin_of(call.asker)
        async with self._services.database.connection() as conn:
            issue = await by_key(conn, call, key)
            if change.replacement is not None:
                written = await labels.replace(conn, actor, issue.issue_id, change.replacement, origin)
            else:
                written = await labels.add_remove(
                    conn, actor, issue.issue_id, change.add, change.remove, origin
                )
        self._services.bell.ring()
        key, now = written.issue.key(call.asker.workspace.key_prefix), written.issue.labels
        text = _said(key, now, call) if written.change_id else _same(key, now, change, call)
        return Reply(text=text, blocks=confirmation(text, words=call.words, change_id=written.change_id))


def _same(key: str, now: tuple[str, ...], change: LabelChange, call: Call) -> Mrkdwn:
    """Nothing changed: what was to go was not there, or all of it was so already."""
    if change.remove:
        gone = Mrkdwn(" ".join(code(name) for name in change.remove[:10]))
        return call.words("labels-not-there", key=key, labels=gone, command=call.command)
    return call.words("labels-same", said=_said(key, now, call))


def _said(key: str, now: tuple[str, ...], call: Call) -> Mrkdwn:
    if not now:
        return call.words("labels-none", key=key)
    return call.words("labels-now", key=key, labels=Mrkdwn(" ".join(code(name) for name in now)))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    commands.add(NAME, Labelling(services).command, aliases=("labels", "tag"))
