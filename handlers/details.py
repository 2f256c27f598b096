"""`/issue priority LDG-42 high`, `/issue due LDG-42 friday`: one detail of an issue, without the form."""

from __future__ import annotations

from typing import Final

from slack_bolt.async_app import AsyncApp

from db.issues import IssuePatch
from db.states import read_priority
from handlers.acting import origin_of
from handlers.commands import Call, Commands, Reply
from handlers.dates import read_day, today_of
from handlers.finding import split_key, usage
from handlers.services import Services
from handlers.views import happened
from handlers.views.confirming import confirmation

PRIORITY: Final = "priority"
DUE: Final = "due"
_NO_DAY: Final = frozenset({"none", "never", "no", "nie", "kein", "keine", "-"})


class Details:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def priority(self, call: Call) -> Reply:
        key, rest = split_key(call.text)
        if key is None or not rest.strip():
            return usage(call, PRIORITY)
        patch = IssuePatch(priority=read_priority(rest.strip().lstrip("!")))
        return await self._change(call, key, "priority", patch)

    async def due(self, call: Call) -> Reply:
        key, rest = split_key(call.text)
        text = rest.strip().strip('"“”„')
        if key is None or not text:
            return usage(call, DUE)
        day = None
        if text.lower() not in _NO_DAY:
            day = read_day(text, today_of(call.asker.person, self._services.clock()))
            if day is None:
                return Reply(text=call.words("due-unreadable", text=text[:100]))
        return await self._change(call, key, "due_on", IssuePatch(due_on=day))

    async def _change(self, call: Call, key: str, field: str, patch: IssuePatch) -> Reply:
        written = await self._services.amending.edit(call.asker.actor, key, patch, origin_of(call.asker))
        self._services.bell.ring()
        issue = written.issue
        key = issue.key(call.asker.workspace.key_prefix)
        if written.change_id is None:
            return Reply(text=call.words("edited-nothing", key=key))
        what = happened.line(issue, [field], None, {}, call.words)
        text = call.words("reaction-done", key=key, what=what)
        return Reply(text=text, blocks=confirmation(text, words=call.words, change_id=written.change_id))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    details = Details(services)
    commands.add(PRIORITY, details.priority, aliases=("prio", "priorität"))
    commands.add(DUE, details.due, aliases=("deadline", "fällig"))
