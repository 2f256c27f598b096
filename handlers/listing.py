"""`/issue list [query]` and `mine`: one page, with next and previous."""

from __future__ import annotations

import time
from collections.abc import Hashable
from typing import Final

from slack_bolt.async_app import AsyncApp

from db import listing
from db.access import Actor
from db.batching import Alike
from db.issues import Issue
from db.query import Query, parse
from db.query.terms import ME, People, When
from handlers.acting import Press, carried, on_press
from handlers.commands import Call, Commands, Reply
from handlers.dates import today_of
from handlers.requesting import Asker
from handlers.saved import meant
from handlers.services import Services
from handlers.views import listing as view
from handlers.views.people import People as Known
from handlers.words import Words

LIST = "list"
MINE = "mine"
OPEN = "-status:closed"
_MINE_TOO: Final = ("my", "meine")
PAGE = 8
# Seconds that "about so many" holds: what was told from a sample is no truer when it is told again.
_ABOUT: Final = 60.0
_MOST_KEPT: Final = 1_000


class Listing:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._told: dict[tuple[Hashable, str], tuple[float, listing.Count]] = {}
        self._alike: Alike[Hashable, tuple[listing.Page, listing.Count]] = Alike(name="listing")

    async def list(self, call: Call) -> Reply:
        """Without a query: all that is not closed."""
        if call.text.strip().casefold() in (MINE, *_MINE_TOO):
            # The command of that name is meant, and not the word: `search` looks for words.
            text = f"assignee:me {OPEN}"
        else:
            text = await meant(self._services.database, call.asker.actor, call.text)
        return await self._reply(call.asker, text or OPEN, None, call.words, call.command)

    async def mine(self, call: Call) -> Reply:
        text = await meant(self._services.database, call.asker.actor, call.text)
        query = f"assignee:me {text or OPEN}"
        return await self._reply(call.asker, query, None, call.words, call.command)

    async def turn(self, press: Press) -> None:
        """Next or previous: the list is replaced by its other page."""
        text, cursor = view.read_turn(press.value)
        await press.replace(await self._reply(press.asker, text, cursor, press.words, press.words.command))

    async def _reply(self, asker: Asker, text: str, cursor: str | None, words: Words, command: str) -> Reply:
        query: Query = parse(text)
        key = seen_alike(asker.actor, query), query.text(), cursor
        page, count = await self._alike.ask(key, lambda: self._read(asker.actor, query, cursor))
        known = await assignees(self._services, asker, page.items)
        return view.page(
            page,
            count,
            text=query.text(),
            people=known,
            words=words,
            prefix=asker.workspace.key_prefix,
            command=command,
            reader=asker.actor,
            today=today_of(asker.person, self._services.clock()),
        )

    async def _read(
        self, actor: Actor, query: Query, cursor: str | None
    ) -> tuple[listing.Page, listing.Count]:
        # The order changes nothing about how many there are.
        key, now = (seen_alike(actor, query), Query(terms=query.terms).text()), time.monotonic()
        until, known = self._told.get(key, (now, None))
        async with self._services.database.connection() as conn:
            if known is not None and not known.exact and now < until:
                return await listing.page(conn, actor, query, limit=PAGE, cursor=cursor), known
            rare = known is not None and known.exact
            page, count = await listing.page_and_count(
                conn, actor, query, limit=PAGE, cursor=cursor, rare=rare
            )
        if len(self._told) >= _MOST_KEPT:
            self._told.clear()
        self._told[key] = now + _ABOUT, count
        return page, count


def seen_alike(actor: Actor, query: Query) -> Hashable:
    """By what those are known who all see the same: the workspace, unless it depends on the one who asks."""
    own = actor.sees_only is not None or any(
        isinstance(term, When) or (isinstance(term, People) and ME in term.names) for term in query.terms
    )
    return actor if own else actor.workspace_id


async def redraw(press: Press) -> None:
    """The list in which a row was acted on: the same rows, as they are now."""
    drawn = carried(view.Drawn.read, press.block_id)
    if drawn is None:
        return
    asker = press.asker
    query, rows = parse(drawn.text), parse(f"key:{','.join(map(str, drawn.numbers))}")
    async with press.services.database.connection() as conn:
        found = await listing.page(conn, asker.actor, rows, limit=len(drawn.numbers))
    known = await assignees(press.services, asker, found.items)
    items = sorted(found.items, key=lambda issue: drawn.numbers.index(issue.number))
    # Where the acted one stands now, the list may go on elsewhere.
    steady = [issue for issue in items if issue.issue_id != press.issue_id]
    page = listing.Page(
        items=tuple(items),
        next_cursor=listing.cursor_at(asker.actor, query, steady[-1])
        if steady and drawn.more_after
        else None,
        previous_cursor=listing.cursor_at(asker.actor, query, steady[0], backwards=True)
        if steady and drawn.more_before
        else None,
    )
    reply = view.page(
        page,
        drawn.count,
        text=drawn.text,
        people=known,
        words=press.words,
        prefix=asker.workspace.key_prefix,
        command=press.words.command,
        reader=asker.actor,
        today=today_of(asker.person, press.services.clock()),
    )
    await press.replace(reply)


async def assignees(services: Services, asker: Asker, items: tuple[Issue, ...]) -> Known:
    return await services.directory.people(asker, {issue.assignee_id for issue in items})


def register(app: AsyncApp, commands: Commands, services: Services) -> None:
    lists = Listing(services)
    commands.add(LIST, lists.list, aliases=("ls", "liste", "issues"))
    commands.add(MINE, lists.mine, aliases=_MINE_TOO)
    on_press(app, services, view.NEXT, lists.turn)
    on_press(app, services, view.PREVIOUS, lists.turn)
