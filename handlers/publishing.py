"""Draws App Home and publishes it: three statements, one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import asyncpg
from slack_sdk.web.async_client import AsyncWebClient

from db import homes, saved_queries
from db.access import Action, Actor, may
from db.errors import Invalid
from db.homes import Shown, Wanted
from db.people import Person
from db.query import Query, QueryError
from db.query.resolving import Found, Resolved, look_up, read
from db.saved_queries import SavedQuery
from db.workspaces import Workspace
from handlers.dates import today_of
from handlers.querying import explain_query
from handlers.requesting import Asker
from handlers.services import Services
from handlers.views import home as view
from handlers.views.blocks import Json
from handlers.views.confirming import UNDO
from handlers.views.home import Said, Section, State
from handlers.views.replies import Reply
from handlers.words import Mrkdwn, Words, words

# How long the answer to what was done last stands on top, when Home is drawn anew by itself.
SAID_FOR: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose Home it is."""

    actor: Actor
    person: Person
    workspace: Workspace

    @classmethod
    def of(cls, asker: Asker) -> Owner:
        return cls(actor=asker.actor, person=asker.person, workspace=asker.workspace)

    @property
    def words(self) -> Words:
        return words(self.person.locale)


async def publish(services: Services, client: AsyncWebClient, asker: Asker, state: State) -> None:
    drawn = await draw(services, Owner.of(asker), state, seen=True)
    await client.views_publish(user_id=asker.slack_user_id, view=drawn)


async def say(services: Services, client: AsyncWebClient, asker: Asker, state: State, reply: Reply) -> None:
    """In Home nothing can be said beside it: the answer stands on top of it."""
    said = Said(text=reply.text, change_id=_undone_by(reply), at=int(services.clock().timestamp()))
    await publish(services, client, asker, replace(state, said=said))


def _undone_by(reply: Reply) -> str | None:
    for block in reply.blocks:
        for element in block.get("elements") or ():
            if element.get("action_id") == UNDO:
                return str(element["value"])
    return None


async def draw(services: Services, owner: Owner, state: State, *, seen: bool) -> Json:
    """`seen`: the person looks at it now, and what they chose is kept for when something changes.

    Of a list that asks something else by now than when its page was turned to, as a saved query may, the first page.
    """
    try:
        return await _draw(services, owner, state, seen=seen)
    except Invalid:
        if state.cursor is None:
            raise
        return await _draw(services, owner, replace(state, cursor=None), seen=seen)


async def _draw(services: Services, owner: Owner, state: State, *, seen: bool) -> Json:
    async with services.database.connection() as conn:
        found, saved, hurried = await _look_up(conn, owner, state)
        state = replace(state, texts=_texts(state, saved))
        sections, lists = _lists(owner, state, saved, found)
        tried = [] if hurried else await homes.try_out(conn, owner.actor, lists)
        shown = await homes.show(
            conn,
            owner.actor,
            lists,
            tried,
            activity=view.LATELY if state.shown == view.OVERVIEW else 0,
            state=state.metadata() if seen else None,
        )
    on = today_of(owner.person, services.clock())
    return _drawn(owner, state, _filled(sections, shown), shown, saved, on)


async def _look_up(
    conn: asyncpg.Connection, owner: Owner, state: State
) -> tuple[Found, Sequence[SavedQuery], bool]:
    """With what the saved queries said when they were last shown; should they read differently by now, once more.

    Then True: the lists are read without trying them out first, to stay within three statements.
    """
    known = dict(state.texts)
    found = await look_up(conn, owner.actor, _queries(state, known), saved=True)
    saved = saved_queries.of_found(found)
    texts = dict(_texts(state, saved))
    if texts == known:
        return found, saved, False
    return await look_up(conn, owner.actor, _queries(state, texts)), saved, True


def _texts(state: State, saved: Sequence[SavedQuery]) -> tuple[tuple[str, str], ...]:
    by_id = {str(each.saved_query_id): each.text for each in saved}
    return tuple((place, by_id[place]) for place in state.saved_places if place in by_id)


def _queries(state: State, texts: dict[str, str]) -> list[Query]:
    queries = (state.query(place, texts) for place in state.places)
    return [query for query in queries if query is not None]


def _lists(
    owner: Owner, state: State, saved: Sequence[SavedQuery], found: Found
) -> tuple[list[Section], list[Wanted]]:
    """The sections in order; those without a problem have each their list."""
    texts = dict(_texts(state, saved))
    whole = state.shown != view.OVERVIEW
    sections, lists = [], []
    for place in state.places:
        query = state.query(place, texts)
        problem: Mrkdwn | None = None
        resolved: Resolved | None = None
        if query is None:
            problem = owner.words("home-list-gone")
        else:
            try:
                resolved = read(found, owner.actor, query)
            except QueryError as error:
                problem = explain_query(error, owner.words)
        sections.append(Section(place=place, problem=problem))
        if resolved is not None:
            limit = view.PAGE if whole else view.GLANCE
            lists.append(Wanted(resolved=resolved, limit=limit, cursor=state.cursor if whole else None))
    return sections, lists


def _filled(sections: Sequence[Section], shown: Shown) -> list[Section]:
    pages = iter(shown.pages)
    return [each if each.problem else replace(each, page=next(pages)) for each in sections]


def _drawn(
    owner: Owner,
    state: State,
    sections: Sequence[Section],
    shown: Shown,
    saved: Sequence[SavedQuery],
    today: date,
) -> Json:
    return view.tab(
        state,
        sections,
        activity=shown.activity,
        saved=saved,
        people={owner.person.person_id: owner.person, **shown.people},
        reader=view.Reader(
            actor=owner.actor,
            words=owner.words,
            prefix=owner.workspace.key_prefix,
            decides=may(owner.actor, Action.SETTINGS, owner.workspace.settings),
            today=today,
        ),
    )
