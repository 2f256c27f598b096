"""Queries as they are kept, in saved queries, subscriptions and schedules: what they say of somebody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final, LiteralString

import asyncpg

from db.access import Actor
from db.errors import FieldError, Invalid
from db.ids import PersonId
from db.query.errors import QueryError
from db.query.lexer import MAX_LENGTH
from db.query.parser import parse
from db.query.resolving import look_up, read
from db.query.terms import ME, NOBODY, People, PersonField, Query
from db.schedules.record import QUERY_MAX


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """$1 of `read` is the workspace; `write` has which and its text behind that. A text has at most `room`."""

    read: LiteralString
    write: LiteralString
    room: int


_PLACES: Final = (
    _Place(
        read="SELECT saved_query_id AS id, query FROM saved_queries WHERE workspace_id = $1",
        write="UPDATE saved_queries SET query = $3 WHERE workspace_id = $1 AND saved_query_id = $2",
        room=MAX_LENGTH,
    ),
    # So that a request which is repeated is told the same.
    _Place(
        read="""
        SELECT change_id AS id, summary ->> 'query' AS query FROM changes
        WHERE workspace_id = $1 AND action = 'save_query' AND summary ? 'query'""",
        write="""
        UPDATE changes SET summary = jsonb_set(summary, '{query}', to_jsonb($3::text))
        WHERE workspace_id = $1 AND change_id = $2""",
        room=MAX_LENGTH,
    ),
    _Place(
        read="SELECT schedule_id AS id, query FROM schedules WHERE workspace_id = $1",
        write="UPDATE schedules SET query = $3 WHERE workspace_id = $1 AND schedule_id = $2",
        room=QUERY_MAX,
    ),
    # Two that named the same person in two ways are one now.
    _Place(
        read="SELECT subscription_id AS id, query FROM subscriptions WHERE workspace_id = $1",
        write="""
        WITH same AS (
            DELETE FROM subscriptions s
            WHERE s.workspace_id = $1 AND s.subscription_id = $2 AND EXISTS (
                SELECT FROM subscriptions o
                WHERE o.workspace_id = $1 AND o.channel_id = s.channel_id AND o.query = $3 AND o.subscription_id <> $2)
            RETURNING s.subscription_id
        )
        UPDATE subscriptions SET query = $3
        WHERE workspace_id = $1 AND subscription_id = $2 AND NOT EXISTS (SELECT FROM same)""",
        room=QUERY_MAX,
    ),
)


async def rename_person(
    conn: asyncpg.Connection, actor: Actor, person_ids: Sequence[PersonId], name: str
) -> int:
    """Calls somebody `name` in every query that names them in some way; returns how many did.

    To be done while they still go by what these call them. Raises Invalid where there is no room for the name.
    """
    renamed = 0
    for place in _PLACES:
        rows = await conn.fetch(place.read, actor.workspace_id)
        queries = {row["id"]: _parsed(row["query"]) for row in rows}
        theirs = await _theirs(conn, actor, queries.values(), person_ids)
        for which, query in queries.items():
            text = _renamed(query, theirs, name).text()
            # The same in other words is no reason to touch it.
            if text == query.text():
                continue
            if len(text) > place.room:
                message = (
                    f"the name of somebody else has no room in {query.text()!r}: make that shorter first"
                )
                raise Invalid(FieldError(field="query", code="too_long", message=message, limit=place.room))
            await conn.execute(place.write, actor.workspace_id, which, text)
            renamed += 1
    return renamed


def _parsed(text: str) -> Query:
    """One that cannot be read any more names nobody."""
    with suppress(QueryError):
        return parse(text)
    return Query()


async def _theirs(
    conn: asyncpg.Connection, actor: Actor, queries: Iterable[Query], person_ids: Collection[PersonId]
) -> set[str]:
    """What the queries call these people."""
    named = {
        name
        for query in queries
        for term in query.terms
        if isinstance(term, People)
        for name in term.names
        if name not in (ME, NOBODY)
    }
    asked = {
        name: Query(terms=(People(field=PersonField.ASSIGNEE, names=(name,)),)) for name in sorted(named)
    }
    if not asked:
        return set()
    found = await look_up(conn, actor, asked.values())
    theirs = set()
    for name, query in asked.items():
        with suppress(QueryError):
            if read(found, actor, query).people[name] in person_ids:
                theirs.add(name)
    return theirs


def _renamed(query: Query, theirs: set[str], name: str) -> Query:
    terms = (
        replace(term, names=tuple(dict.fromkeys(name if each in theirs else each for each in term.names)))
        if isinstance(term, People)
        else term
        for term in query.terms
    )
    return replace(query, terms=tuple(terms))
