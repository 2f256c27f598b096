"""Looks up what a query names: people, labels, issues, and the words of its texts in the workspace's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from db.access import Actor
from db.query.errors import QueryError, nearest
from db.query.moments import Clock
from db.query.terms import ME, NOBODY, AnyTerm, Labels, People, Query, RefField, Refs, Text, When, quoted

# Enough to find the nearest name in; beyond that the suggestion is only likely, not certain.
_CANDIDATES = 5_000
_MENTION = re.compile(r"<@([A-Z0-9]+)>")
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{5,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A query with everything it names. Missing in `issues`: such an issue is not there, and nothing matches."""

    query: Query
    actor: Actor
    key_prefix: str
    config: str
    clock: Clock
    people: Mapping[str, UUID] = field(default_factory=dict)
    labels: Mapping[str, UUID] = field(default_factory=dict)
    issues: Mapping[int, UUID] = field(default_factory=dict)
    texts: Mapping[Text, str] = field(default_factory=dict)


async def resolve(
    conn: asyncpg.Connection, actor: Actor, query: Query, *, now: datetime | None = None
) -> Resolved:
    """Raises QueryError for a person or label that is not there. Dates are read in the actor's time zone."""
    context = await _context(conn, actor)
    return Resolved(
        query=query,
        actor=actor,
        key_prefix=context["key_prefix"],
        config=context["config"],
        clock=Clock(now=now or context["now"], zone=ZoneInfo(context["zone"])),
        people=await _people(conn, actor, _of(query, People)),
        labels=await _labels(conn, actor, _of(query, Labels)),
        issues=await _issues(conn, actor, _of(query, Refs)),
        texts=await _texts(conn, context["config"], query.texts()),
    )


def needs_lookup(query: Query) -> bool:
    """Whether anything in it depends on the workspace or the clock."""
    return any(isinstance(term, People | Labels | Refs | Text | When) for term in query.terms)


def plain(actor: Actor, query: Query, now: datetime) -> Resolved:
    """A query that needs no lookup."""
    return Resolved(
        query=query, actor=actor, key_prefix="", config="simple", clock=Clock(now=now, zone=ZoneInfo("UTC"))
    )


def _of(query: Query, kind: type[Any]) -> list[Any]:
    return [term for term in query.terms if isinstance(term, kind)]


async def _context(conn: asyncpg.Connection, actor: Actor) -> Any:
    return await conn.fetchrow(
        """
        SELECT w.key_prefix, w.search_config::text AS config, now() AS now,
               coalesce(p.timezone, w.timezone) AS zone
        FROM workspaces w
        LEFT JOIN people p ON p.workspace_id = w.workspace_id AND p.person_id = $2
        WHERE w.workspace_id = $1
        """,
        actor.workspace_id,
        actor.person_id,
    )


async def _texts(conn: asyncpg.Connection, config: str, texts: tuple[Text, ...]) -> dict[Text, str]:
    """The tsquery of each text; empty when it consists of words that every issue has."""
    if not texts:
        return {}
    rows = await conn.fetch(
        """
        SELECT CASE WHEN exact THEN phraseto_tsquery($1::text::regconfig, words)
                    ELSE plainto_tsquery($1::text::regconfig, words) END::text AS tsquery
        FROM unnest($2::text[], $3::boolean[]) WITH ORDINALITY AS t (words, exact, place)
        ORDER BY place
        """,
        config,
        [text.words for text in texts],
        [text.exact for text in texts],
    )
    return {text: row["tsquery"] for text, row in zip(texts, rows, strict=True)}


async def _issues(conn: asyncpg.Connection, actor: Actor, terms: list[Refs]) -> dict[int, UUID]:
    """Other issues by number, as parents and originals are named."""
    numbers = {
        int(value.rpartition("-")[2])
        for term in terms
        if term.field in (RefField.PARENT, RefField.DUPLICATE_OF)
        for value in term.values
    }
    if not numbers:
        return {}
    rows = await conn.fetch(
        "SELECT number, issue_id FROM issues WHERE workspace_id = $1 AND number = ANY ($2::bigint[])",
        actor.workspace_id,
        list(numbers),
    )
    return {row["number"]: row["issue_id"] for row in rows}


async def _labels(conn: asyncpg.Connection, actor: Actor, terms: list[Labels]) -> dict[str, UUID]:
    names = list({name for term in terms for name in term.names})
    if not names:
        return {}
    rows = await conn.fetch(
        """
        SELECT wanted.name, l.label_id
        FROM unnest($2::text[]) AS wanted (name)
        JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(wanted.name)
        """,
        actor.workspace_id,
        names,
    )
    found = {row["name"]: row["label_id"] for row in rows}
    missing = [name for name in names if name not in found]
    if missing:
        known = await conn.fetch(
            "SELECT name FROM labels WHERE workspace_id = $1 LIMIT $2", actor.workspace_id, _CANDIDATES
        )
        near = nearest(missing[0], (row["name"] for row in known))
        raise _unknown("unknown_label", terms, missing[0], f"label:{quoted(near)}" if near else None)
    return found


def _unknown(code: str, terms: Iterable[AnyTerm], name: str, suggestion: str | None) -> QueryError:
    term = next(t for t in terms if name in getattr(t, "names", ()))
    return QueryError(
        code,
        position=term.at,
        term=term.text(),
        part=name,
        suggestion=("-" if term.negated else "") + suggestion if suggestion else None,
    )


async def _people(conn: asyncpg.Connection, actor: Actor, terms: list[People]) -> dict[str, UUID]:
    names = {name for term in terms for name in term.names}
    found: dict[str, UUID] = {}
    if ME in names:
        if actor.person_id is None:
            raise _unknown("not_here", terms, ME, None)
        found[ME] = actor.person_id
    names -= {ME, NOBODY}
    if not names:
        return found
    found |= await _people_exactly(conn, actor, names)
    missing = sorted(names - found.keys())
    if missing:
        known = await _everyone(conn, actor)
        for name in missing:
            found[name] = _person_like(name, known, terms)
    return found


async def _people_exactly(conn: asyncpg.Connection, actor: Actor, names: set[str]) -> dict[str, UUID]:
    """By Slack id, e-mail or full name; a merged person is the one they were merged into."""
    slack_ids = {name: _MENTION.sub(r"\1", name).upper() for name in names}
    rows = await conn.fetch(
        """
        SELECT wanted.name, coalesce(p.merged_into, p.person_id) AS person_id, 1 AS place
        FROM unnest($2::text[], $3::text[]) AS wanted (name, slack_id)
        JOIN people p ON p.workspace_id = $1 AND p.slack_user_id = wanted.slack_id
        UNION ALL
        SELECT wanted.name, p.person_id, 2
        FROM unnest($2::text[]) AS wanted (name)
        JOIN people p ON p.workspace_id = $1 AND lower(p.email) = lower(wanted.name)
        WHERE p.email IS NOT NULL AND p.merged_into IS NULL
        UNION ALL
        (SELECT wanted.name, p.person_id, CASE WHEN p.active THEN 3 ELSE 4 END
         FROM unnest($2::text[]) AS wanted (name)
         JOIN people p ON p.workspace_id = $1 AND lower(p.name) = lower(wanted.name)
         WHERE p.merged_into IS NULL)
        ORDER BY place, person_id
        """,
        actor.workspace_id,
        list(slack_ids),
        list(slack_ids.values()),
    )
    found: dict[str, UUID] = {}
    for row in rows:
        found.setdefault(row["name"], row["person_id"])
    return found


async def _everyone(conn: asyncpg.Connection, actor: Actor) -> list[Any]:
    rows: list[Any] = await conn.fetch(
        """
        SELECT person_id, name, split_part(email, '@', 1) AS handle
        FROM people WHERE workspace_id = $1 AND merged_into IS NULL
        ORDER BY active DESC, lower(name), person_id LIMIT $2
        """,
        actor.workspace_id,
        _CANDIDATES,
    )
    return rows


def _person_like(name: str, known: list[Any], terms: list[People]) -> UUID:
    """The one whose handle, first or last name it is, or whose name begins with it."""
    folded = name.casefold()

    def handle(row: Any) -> bool:
        return folded in ((row["handle"] or "").casefold(), row["name"].casefold().replace(" ", "."))

    def part(row: Any) -> bool:
        return folded in row["name"].casefold().split()

    def start(row: Any) -> bool:
        return str(row["name"]).casefold().startswith(folded)

    for fits in (handle, part, start):
        fitting = [row for row in known if fits(row)]
        if len(fitting) == 1:
            return UUID(str(fitting[0]["person_id"]))
        if fitting:
            term = _unknown("several_people", terms, name, None)
            term.suggestion = f"{_field(terms, name)}:{quoted(fitting[0]['name'])}"
            raise term
    words = {word: row["name"] for row in reversed(known) for word in (row["name"], *row["name"].split())}
    near = None if _SLACK_ID.search(name) else nearest(name, words)
    suggestion = f"{_field(terms, name)}:{quoted(words[near])}" if near else None
    raise _unknown("unknown_person", terms, name, suggestion)


def _field(terms: list[People], name: str) -> str:
    return next(term.field.value for term in terms if name in term.names)
