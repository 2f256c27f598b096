"""`/issue watch LDG-42`, `/issue unwatch LDG-42`, and the buttons that do the same."""

from __future__ import annotations

import asyncpg

from db import issues, mutes, spent, watchers
from db.issues import Issue
from handlers.acting import Press
from handlers.commands import Call, Reply
from handlers.finding import by_key, split_key, usage
from handlers.requesting import Asker
from handlers.services import Services
from handlers.showing import draw_again
from handlers.views import notices as view
from handlers.words import Words


class Watching:
    """Who unwatches an issue hears nothing of it, also when it is theirs or names them, until they watch it."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def watch(self, call: Call) -> Reply:
        return await self._set(call, "watch", on=True)

    async def unwatch(self, call: Call) -> Reply:
        return await self._set(call, "unwatch", on=False)

    async def watch_pressed(self, press: Press) -> None:
        await self._pressed(press, on=True)

    async def mute_pressed(self, press: Press) -> None:
        await self._pressed(press, on=False)

    async def _pressed(self, press: Press, *, on: bool) -> None:
        async with self._services.database.transaction() as conn:
            issue = await issues.get(conn, press.asker.actor, press.issue_id)
            await _turn(conn, press.asker, issue, on=on)
        await draw_again(press, issue)
        await press.tell(_done(issue, press.asker.workspace.key_prefix, press.words, on=on))

    async def _set(self, call: Call, name: str, *, on: bool) -> Reply:
        key, _ = split_key(call.text)
        if key is None:
            return usage(call, name)
        async with self._services.database.transaction() as conn:
            issue = await by_key(conn, call, key)
            await _turn(conn, call.asker, issue, on=on)
        return _done(issue, call.asker.workspace.key_prefix, call.words, on=on)


async def _turn(conn: asyncpg.Connection, asker: Asker, issue: Issue, *, on: bool) -> None:
    """A request that comes again, when the person has thought otherwise since, changes nothing."""
    if await spent.first(conn, asker.actor.workspace_id, asker.request_key):
        turn = watchers.watch if on else mutes.mute
        await turn(conn, asker.actor, issue.issue_id)


def _done(issue: Issue, prefix: str, words: Words, *, on: bool) -> Reply:
    return view.watched(issue, words, prefix) if on else view.muted(issue, words, prefix)
