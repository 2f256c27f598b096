"""`/issue assign LDG-42 @ada`: who works on it."""

from __future__ import annotations

from slack_bolt.async_app import AsyncApp

from db.ids import IssueId
from db.issues import IssuePatch, Written
from db.people import Person
from handlers.acting import Press, on_press, origin_of
from handlers.commands import Call, Commands, Reply
from handlers.creating import find_person
from handlers.finding import split_key, usage
from handlers.oneline import Somebody
from handlers.requesting import Asker
from handlers.services import Services
from handlers.showing import after
from handlers.views.cards import ASSIGN_ME
from handlers.views.confirming import confirmation
from handlers.views.people import mention
from handlers.words import Mrkdwn, Words

NAME = "assign"
_NOBODY = ("nobody", "none", "no-one", "noone", "niemand", "-")


class Assigning:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        key, rest = split_key(call.text)
        name = rest.strip()
        if key is None or not name:
            return usage(call, NAME)
        assignee = await self._person(call, name)
        written = await self._assign(call.asker, key, assignee)
        self._services.bell.ring()
        text = _said(written.issue.key(call.asker.workspace.key_prefix), assignee, call.words)
        return Reply(text=text, blocks=confirmation(text, words=call.words, change_id=written.change_id))

    async def unassign(self, call: Call) -> Reply:
        key, _ = split_key(call.text)
        if key is None:
            return usage(call, "unassign")
        written = await self._assign(call.asker, key, None)
        self._services.bell.ring()
        text = _said(written.issue.key(call.asker.workspace.key_prefix), None, call.words)
        return Reply(text=text, blocks=confirmation(text, words=call.words, change_id=written.change_id))

    async def _assign(self, asker: Asker, issue: IssueId | str, assignee: Person | None) -> Written:
        """`issue`: its id, or its key."""
        patch = IssuePatch(assignee_id=assignee.person_id if assignee else None)
        return await self._services.amending.edit(asker.actor, issue, patch, origin_of(asker))

    async def _person(self, call: Call, name: str) -> Person | None:
        if name.lower().lstrip("@") in _NOBODY:
            return None
        if name.startswith("<@"):
            return await find_person(
                self._services, call.asker, Somebody(slack_user_id=name[2:].rstrip("> "))
            )
        return await find_person(self._services, call.asker, Somebody(name=name.lstrip("@")))

    async def assign_me(self, press: Press) -> None:
        await self._press(press, press.asker.person)

    async def unassign_pressed(self, press: Press) -> None:
        await self._press(press, None)

    async def _press(self, press: Press, assignee: Person | None) -> None:
        written = await self._assign(press.asker, press.issue_id, assignee)
        key = written.issue.key(press.asker.workspace.key_prefix)
        await after(press, written.issue, _said(key, assignee, press.words), written.change_id)


def _said(key: str, assignee: Person | None, words: Words) -> Mrkdwn:
    if assignee is None:
        return words("unassigned", key=key)
    return words("assigned", key=key, who=mention(assignee, words))


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    assigning = Assigning(services)
    commands.add(NAME, assigning.command, aliases=("give", "zuweisen"))
    commands.add("unassign", assigning.unassign)
    on_press(app, services, ASSIGN_ME, assigning.assign_me)
