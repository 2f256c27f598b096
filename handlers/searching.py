"""`/issue search words`: full text, best match first."""

from __future__ import annotations

import json
from collections.abc import Hashable
from dataclasses import replace
from uuid import UUID

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import documents, jobs, search
from db.access import Actor
from db.announcements import Batch
from db.batching import Alike
from db.ids import ChangeId, EventId, IssueId, WorkspaceId
from db.query import parse
from handlers.acting import Press, carried, on_press
from handlers.commands import Call, Commands, Reply
from handlers.dates import today_of
from handlers.finding import usage
from handlers.jobs import Job, Worker
from handlers.listing import assignees, seen_alike
from handlers.requesting import Asker
from handlers.saved import expand_terms
from handlers.services import Services
from handlers.views import searching as view
from handlers.words import Words

NAME = "search"
PAGE = 8
# Nobody who goes back is taken further than to this page, whatever the button says: each page before it is a search.
_FURTHEST = 100
# How many events of one change are indexed along with the rest.
_AT_ONCE = 200


class Searching:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._alike: Alike[Hashable, search.SearchPage] = Alike(name="searching")

    async def command(self, call: Call) -> Reply:
        text = await expand_terms(self._services.database, call.asker.actor, call.text.strip())
        return await self._reply(call.asker, view.Turn(text=text), call.words) if text else usage(call, NAME)

    async def turn(self, press: Press) -> None:
        """Next or previous: the search is replaced by its other page."""
        turn = carried(view.Turn.read, press.value)
        if not turn.is_known:
            turn = await self._gone_to(press.asker, turn)
        await press.replace(await self._reply(press.asker, turn, press.words))

    async def _gone_to(self, asker: Asker, wanted: view.Turn) -> view.Turn:
        """From the first page on, or as far as there are pages: a row that was acted on keeps none of the cursors."""
        turn = view.Turn(text=wanted.text)
        while turn.page < min(wanted.page, _FURTHEST):
            cursor = (await self._found(asker.actor, turn)).next_cursor
            if cursor is None:
                break
            turn = turn.next(cursor)
        return turn

    async def _found(self, actor: Actor, turn: view.Turn) -> search.SearchPage:
        key = seen_alike(actor, parse(turn.text)), turn.text, turn.cursor
        return await self._alike.ask(key, lambda: self._search(actor, turn.text, turn.cursor))

    async def _reply(self, asker: Asker, turn: view.Turn, words: Words) -> Reply:
        found = await self._found(asker.actor, turn)
        known = await assignees(self._services, asker, tuple(hit.issue for hit in found.hits))
        return view.page(
            found,
            turn=turn,
            people=known,
            words=words,
            prefix=asker.workspace.key_prefix,
            reader=asker.actor,
            today=today_of(asker.person, self._services.clock()),
        )

    async def _search(self, actor: Actor, text: str, cursor: str | None) -> search.SearchPage:
        async with self._services.database.connection() as conn:
            return await search.search(conn, actor, text, limit=PAGE, cursor=cursor)


async def redraw(press: Press) -> None:
    """The search in which a row was acted on: the same rows, as they are now."""
    drawn = carried(view.Drawn.read, press.block_id)
    if drawn is None:
        return
    asker = press.asker
    async with press.services.database.connection() as conn:
        found = await search.again(conn, asker.actor, drawn.turn.text, drawn.numbers, how=drawn.how)
    known = await assignees(press.services, asker, tuple(hit.issue for hit in found.hits))
    reply = view.page(
        replace(found, next_cursor=drawn.next_cursor),
        turn=drawn.turn,
        people=known,
        words=press.words,
        prefix=asker.workspace.key_prefix,
        reader=asker.actor,
        today=today_of(asker.person, press.services.clock()),
    )
    await press.replace(reply)


async def index(conn: asyncpg.Connection, batch: Batch) -> None:
    """Keeps the full-text index: what was said a moment ago is found.

    An import or a large bulk change is left to a job of its own: cards and notices do not wait for it.
    """
    changes = [change.change_id for change in batch.changes]
    large = await documents.large(conn, batch.workspace_id, changes, than=_AT_ONCE)
    await documents.index_changes(conn, batch.workspace_id, [c for c in changes if c not in large])
    for change_id in sorted(large):
        payload = json.dumps({"workspace_id": batch.workspace_id, "change_id": str(change_id)})
        await jobs.enqueue(conn, "index", payload.encode(), dedupe_key=f"index:{change_id}")


class Indexing:
    """The job for a large change, batch after batch; a killed one begins anew, which changes nothing twice."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, job: Job) -> None:
        wanted = json.loads(job.payload)
        workspace_id, change_id = WorkspaceId(wanted["workspace_id"]), ChangeId(UUID(wanted["change_id"]))
        after: EventId | None = None
        while True:
            async with self._services.database.transaction() as conn:
                after = await documents.index_change(conn, workspace_id, change_id, after=after)
            if after is None:
                return


class Reindexing:
    """The job that a changed workspace language causes; a killed one begins anew, which changes nothing twice."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, job: Job) -> None:
        workspace_id = WorkspaceId(json.loads(job.payload)["workspace_id"])
        after: IssueId | None = None
        while True:
            async with self._services.database.transaction() as conn:
                after = await documents.reindex(conn, workspace_id, after=after, limit=500)
            if after is None:
                return


class Pairing:
    """The job for documents that were written before phrases had an index; it takes up where a killed one stopped."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def run(self, job: Job) -> None:
        workspace_id = WorkspaceId(json.loads(job.payload)["workspace_id"])
        more = True
        while more:
            async with self._services.database.transaction() as conn:
                more = await documents.pair(conn, workspace_id)


def register_jobs(worker: Worker, services: Services) -> None:
    worker.on("index", Indexing(services).run, at_once=1)
    worker.on("reindex", Reindexing(services).run, at_once=1)
    worker.on("pairs", Pairing(services).run, at_once=1)


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    searching = Searching(services)
    commands.add(NAME, searching.command, aliases=("find", "suche"))
    on_press(app, services, view.NEXT, searching.turn)
    on_press(app, services, view.PREVIOUS, searching.turn)
