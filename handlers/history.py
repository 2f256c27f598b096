"""`/issue history LDG-42`: who changed what, when, from where."""

from __future__ import annotations

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import announcements, changes, issues, people
from db.ids import EventId
from db.issues import Issue
from handlers.acting import Press, carried, on_press
from handlers.commands import Call, Commands, Reply
from handlers.finding import by_key, split_key, usage
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import history as view
from handlers.views.changes import issues_in, people_in
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

    async def turn(self, press: Press) -> None:
        """Another page in place of this one."""
        issue_id, before = carried(view.read_turn, press.value)
        async with self._services.database.connection() as conn:
            issue = await issues.get(conn, press.asker.actor, issue_id)
            reply = await self._reply(conn, press.asker, issue, press.words, before)
        await press.replace(reply)

    async def _reply(
        self,
        conn: asyncpg.Connection,
        asker: Asker,
        issue: Issue,
        words: Words,
        before: EventId | None = None,
    ) -> Reply:
        events = await changes.history(conn, asker.actor, issue.issue_id, limit=view.SHOWN + 1, before=before)
        wanted, linked, said = people_in(events), issues_in(events), view.comments_in(events)
        return view.reply(
            issue,
            events,
            await people.get_many(conn, asker.actor, list(wanted)) if wanted else {},
            words,
            asker.workspace.key_prefix,
            related=await issues.get_many(conn, asker.actor, list(linked)) if linked else {},
            comments=await announcements.spoken(conn, asker.actor.workspace_id, said) if said else {},
            before=before,
        )


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    history = History(services)
    commands.add(NAME, history.command, aliases=("log", "verlauf"))
    on_press(app, services, view.OLDER, history.turn)
    on_press(app, services, view.NEWEST, history.turn)
