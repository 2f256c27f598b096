"""`/issue watch LDG-42`, `/issue unwatch LDG-42`, and the button of a message about an issue that ends them."""

from __future__ import annotations

from db import issues, watchers
from handlers.acting import Press
from handlers.commands import Call, Reply
from handlers.finding import by_key, split_key, usage
from handlers.services import Services


class Watching:
    def __init__(self, services: Services) -> None:
        self._services = services

    async def watch(self, call: Call) -> Reply:
        return await self._set(call, "watch", on=True)

    async def unwatch(self, call: Call) -> Reply:
        return await self._set(call, "unwatch", on=False)

    async def enough(self, press: Press) -> None:
        async with self._services.database.transaction() as conn:
            issue = await issues.get(conn, press.asker.actor, press.issue_id)
            await watchers.unwatch(conn, press.asker.actor, issue.issue_id)
        key = issue.key(press.asker.workspace.key_prefix)
        await press.tell(Reply(text=press.words("unwatch-done", key=key, title=issue.title)))

    async def _set(self, call: Call, name: str, *, on: bool) -> Reply:
        key, _ = split_key(call.text)
        if key is None:
            return usage(call, name)
        async with self._services.database.transaction() as conn:
            issue = await by_key(conn, call, key)
            turn = watchers.watch if on else watchers.unwatch
            await turn(conn, call.asker.actor, issue.issue_id)
        shown = issue.key(call.asker.workspace.key_prefix)
        return Reply(text=call.words(f"{name}-done", key=shown, title=issue.title))
