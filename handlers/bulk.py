"""`/issue bulk`: many issues in one change, by a form or in one line; all of them or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import asyncpg
from slack_bolt.async_app import AsyncApp

from db import bulk, limits, listing, search
from db.access import Action, require
from db.bulk import BulkPatch, BulkStopped, BulkWritten
from db.errors import Invalid
from db.ids import IssueId, SlackUserId
from db.issues import Issue
from db.query import Query, parse
from db.query.lexer import MAX_LENGTH
from handlers.acting import Outcome, Place, Press, Submission, on_options, on_press, on_submit, origin_of
from handlers.bulkline import VERBS, BulkLine, read_line
from handlers.commands import Call, Commands, Reply
from handlers.creating import field_errors, find_person
from handlers.deleting import Deleting, named
from handlers.finding import by_key
from handlers.requesting import Asker
from handlers.saved import expand
from handlers.services import Services
from handlers.views import bulk as view
from handlers.views.blocks import Json
from handlers.views.confirming import confirmation
from handlers.views.listing import CHANGE
from handlers.words import Mrkdwn, Words

NAME = "bulk"


class Bulk:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._deleting = Deleting(services)

    async def command(self, call: Call) -> Reply | None:
        """Begins with a verb: a line. Otherwise a query, for the form."""
        require(call.asker.actor, Action.BULK)
        if (away := named(call.text)) is not None:
            return await self._deleting.command(replace(call, text=" ".join(away)))
        line = read_line(call.text)
        if line is None:
            place = Place(channel_id=call.channel_id, response_url=call.response_url)
            return await call.opening(self._form(call.asker, call.text, place, call.words))
        if line.unreadable or not line.keys:
            text = line.unreadable or call.text
            return Reply(text=call.words("bulk-unreadable", text=text, command=call.command))
        async with self._services.database.connection() as conn:
            found = [await by_key(conn, call, key) for key in line.keys]
        patch = await self._patch(call.asker, line)
        keys = {issue.issue_id: issue.key(call.asker.workspace.key_prefix) for issue in found}
        try:
            return await self._change(call.asker, list(keys), patch, call.words)
        except BulkStopped as stopped:
            return Reply(text=_stopped(stopped, keys, call.words))

    async def _patch(self, asker: Asker, line: BulkLine) -> BulkPatch:
        patch = line.patch
        if line.assignee is None:
            return patch
        person = await find_person(self._services, asker, line.assignee)
        return BulkPatch(assignee_id=person.person_id)

    async def of_list(self, press: Press) -> None:
        """The form for all that a list shows, on this page or another."""
        require(press.asker.actor, Action.BULK)
        await press.opening(self._form(press.asker, press.value, press.place, press.words))

    async def _form(self, asker: Asker, text: str, place: Place, words: Words) -> Json | Reply:
        async with self._services.database.connection() as conn:
            query = parse(await expand(conn, asker.actor, text) or "-status:closed")
            count = await listing.count(conn, asker.actor, query)
            first = await _first(conn, asker, query)
        if not first.items:
            return Reply(text=words("bulk-none-match"))
        return view.form(
            first.items,
            count,
            words,
            query=query.text(),
            everything=_as_a_whole(text, query.text(), count),
            prefix=asker.workspace.key_prefix,
            metadata=place.metadata(),
        )

    async def submit(self, sent: Submission) -> Outcome:
        chosen = view.read(sent.view)
        if not chosen.changes_something:
            return Outcome(errors={view.STATUS: sent.words.plain("bulk-no-change")})
        if not chosen.everything and not chosen.keys:
            return Outcome(errors={view.ISSUES: sent.words.plain("bulk-no-issues")})
        async with self._services.database.connection() as conn:
            ids = list(chosen.keys)
            if chosen.everything:
                ids = await _all_of(conn, sent.asker, sent.metadata["q"])
        if len(ids) > limits.BULK_MAX:
            text = sent.words.plain("bulk-too-many", count=len(ids), limit=limits.BULK_MAX)
            return Outcome(errors={view.SCOPE: text})
        patch = chosen.patch
        if chosen.assignee is not None:
            workspace_id = sent.asker.actor.workspace_id
            person = await self._services.directory.person(workspace_id, SlackUserId(chosen.assignee))
            patch = view.assigned(patch, person.person_id)
        try:
            return Outcome(then=await self._change(sent.asker, ids, patch, sent.words))
        except Invalid as error:
            return Outcome(errors=field_errors(error, sent))
        except BulkStopped as stopped:
            return Outcome(errors={view.ISSUES: _stopped(stopped, chosen.keys, sent.words)})

    async def _change(self, asker: Asker, ids: Sequence[IssueId], patch: BulkPatch, words: Words) -> Reply:
        """Raises BulkStopped."""
        async with self._services.database.transaction() as conn:
            written = await bulk.change(conn, asker.actor, ids, patch, origin_of(asker))
        self._services.bell.ring()
        return _done(written, words)


def _stopped(stopped: BulkStopped, keys: Mapping[IssueId, str], words: Words) -> Mrkdwn:
    """`keys` of what was named; of all that a query finds, nobody named one."""
    key = keys.get(stopped.issue_id) or words.plain("bulk-one")
    why = words.plain(f"bulk-why-{stopped.why.replace('_', '-')}")
    return words("bulk-stopped", key=key, why=why)


def _as_a_whole(asked: str, query: str, count: listing.Count) -> bool:
    """Whether all that matches may be changed: a query was given, can be read again, and finds not too many."""
    return bool(asked.strip()) and len(query) <= MAX_LENGTH and count.value <= limits.BULK_MAX


def _done(written: BulkWritten, words: Words) -> Reply:
    text = words("bulk-done", count=written.count)
    return Reply(text=text, blocks=confirmation(text, words=words, change_id=written.change_id))


async def _first(conn: asyncpg.Connection, asker: Asker, query: Query) -> listing.Page:
    """Looked further for where the first page was broken off before anything was found."""
    page = await listing.page(conn, asker.actor, query, limit=view.SHOWN)
    while not page.items and page.broken_off:
        page = await listing.page(conn, asker.actor, query, limit=view.SHOWN, cursor=page.next_cursor)
    return page


async def _all_of(conn: asyncpg.Connection, asker: Asker, text: str) -> list[IssueId]:
    """Everything the query finds, up to one more than can be changed at once."""
    query = parse(text)
    found: list[IssueId] = []
    cursor: str | None = None
    while len(found) <= limits.BULK_MAX:
        page = await listing.page(conn, asker.actor, query, limit=listing.MAX_PAGE, cursor=cursor)
        found += [issue.issue_id for issue in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


async def issue_choices(asker: Asker, typed: str, services: Services) -> list[Json]:
    """Issues whose key or title is like what is typed; the newest changed without it."""
    text = " ".join(typed.split())
    async with services.database.connection() as conn:
        found = await _like(conn, asker, text)
    return [view.issue_option(issue, asker.workspace.key_prefix) for issue in found]


async def _like(conn: asyncpg.Connection, asker: Asker, text: str) -> Sequence[Issue]:
    """A search that cannot be read finds nothing: it is only half typed."""
    if text:
        try:
            hits = (await search.search(conn, asker.actor, text, limit=20)).hits
        except Invalid:
            return ()
        return [hit.issue for hit in hits]
    page = await listing.page(conn, asker.actor, parse(""), limit=20)
    return page.items


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    changing = Bulk(services)
    # A label can read like a key: `label LDG-42 sev-1`.
    commands.add(NAME, changing.command, aliases=("batch",), for_many=VERBS - {"label", "labels"})
    on_press(app, services, CHANGE, changing.of_list)
    on_submit(app, services, view.CALLBACK, changing.submit)
    on_options(app, services, view.CHOICES, issue_choices)
