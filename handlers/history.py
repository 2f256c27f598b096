"""`/issue history LDG-42`: who changed what, when, from where."""

from __future__ import annotations

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import changes, issues, people
from db.issues import Issue
from handlers.acting import Press
from handlers.commands import Call, Commands, Reply
from handlers.finding import by_key, split_key, usage
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import history as view
from handlers.views.changes import people_in
from handlers.words import Words

NAME = "history"


class History:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def command(self, call: Call) -> Reply:
        key, _ = split_key(call.text)
        if key is None:
            return usage(call, NAME)
        async with self._services.database.connection() as conn:
            issue = await by_key(conn, call, key)
            return await self._reply(conn, call.asker, issue, call.words)

    async def pressed(self, press: Press) -> None:
        async with self._services.database.connection() as conn:
            issue = await issues.get(conn, press.asker.actor, press.issue_id)
            reply = await self._reply(conn, press.asker, issue, press.words)
        await press.tell(reply)

    async def _reply(self, conn: asyncpg.Connection, asker: Asker, issue: Issue, words: Words) -> Reply:
        events = await changes.history(conn, asker.actor, issue.issue_id, limit=view.SHOWN + 1)
        wanted = people_in(events)
        known = await people.get_many(conn, asker.actor, list(wanted)) if wanted else {}
        more = len(events) > view.SHOWN
        return view.reply(issue, events, known, words, asker.workspace.key_prefix, more=more)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    commands.add(NAME, History(services).command, aliases=("log", "verlauf"))
