"""Looks up what queries name: people, labels, issues, and the words of their texts in the workspace's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, LiteralString
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from db.access import Actor
from db.preferences import zone_of
from db.query.errors import QueryError, nearest
from db.query.moments import Clock
from db.query.terms import ME, NOBODY, AnyTerm, Labels, People, Query, RefField, Refs, Text, When, quoted

# Enough to find the nearest name in; beyond that the suggestion is only likely, not certain.
_CANDIDATES: Final = 5_000
_MENTION = re.compile(r"<@([A-Z0-9]+)>")
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{5,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A query with everything it names. Missing in `issues`: such an issue is not there, and nothing matches.

    `pairs`: of a phrase, what documents with it have in `issue_documents.pairs`; missing where nothing is known.
    """

    query: Query
    actor: Actor
    key_prefix: str
    config: str
    clock: Clock
    people: Mapping[str, UUID] = field(default_factory=dict)
    labels: Mapping[str, UUID] = field(default_factory=dict)
    issues: Mapping[int, UUID] = field(default_factory=dict)
    texts: Mapping[Text, str] = field(default_factory=dict)
    pairs: Mapping[Text, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one look into the database told of the names in some queries.

    `people` are those found by Slack id, e-mail or full name. `near` and `known_labels` are filled only
    where a name was not found so: to find it by a part, or to suggest the nearest.
    """

    key_prefix: str
    config: str
    now: datetime
    zone: str
    people: Mapping[str, UUID]
    near: Sequence[Mapping[str, Any]]
    labels: Mapping[str, UUID]
    known_labels: Sequence[str]
    issues: Mapping[int, UUID]
    texts: Mapping[Text, str]
    pairs: Mapping[Text, Sequence[int]]
    saved: Sequence[Mapping[str, Any]]


async def resolve(
    conn: asyncpg.Connection, actor: Actor, query: Query, *, now: datetime | None = None
) -> Resolved:
    """Raises QueryError for a person or label that is not there. Dates are read in the actor's time zone."""
    return read(await look_up(conn, actor, [query]), actor, query, now=now)


def needs_lookup(query: Query) -> bool:
    """Whether anything in it depends on the workspace or the clock. Who asks is known."""
    return any(
        isinstance(term, Labels | Refs | Text | When)
        or (isinstance(term, People) and not {ME, NOBODY}.issuperset(term.names))
        for term in query.terms
    )


def plain(actor: Actor, query: Query, now: datetime) -> Resolved:
    """A query that needs no lookup. Raises QueryError where somebody asks for their own who is nobody."""
    people = [term for term in query.terms if isinstance(term, People) and ME in term.names]
    return Resolved(
        query=query,
        actor=actor,
        key_prefix="",
        config="simple",
        clock=Clock(now=now, zone=ZoneInfo("UTC")),
        people={ME: _me(actor, people)} if people else {},
    )


# From $1, the workspace, to $10 what `wanted` gives. Names that are found are few and exact; what is needed for a guess
# is read only where one was not.
LOOK_UP: Final[LiteralString] = """
WITH person AS MATERIALIZED (
    SELECT wanted.name, coalesce(p.merged_into, p.person_id) AS person_id, 1 AS place
    FROM unnest($3::text[], $4::text[]) AS wanted (name, slack_id)
    JOIN people p ON p.workspace_id = $1 AND p.slack_user_id = wanted.slack_id
    UNION ALL
    SELECT wanted.name, p.person_id, 2
    FROM unnest($3::text[]) AS wanted (name)
    JOIN people p ON p.workspace_id = $1 AND lower(p.email) = lower(wanted.name)
    WHERE p.email IS NOT NULL AND p.merged_into IS NULL
    UNION ALL
    SELECT wanted.name, p.person_id, CASE WHEN p.active THEN 3 ELSE 4 END
    FROM unnest($3::text[]) AS wanted (name)
    JOIN people p ON p.workspace_id = $1 AND lower(p.name) = lower(wanted.name)
    WHERE p.merged_into IS NULL
), label AS MATERIALIZED (
    SELECT wanted.name, l.label_id
    FROM unnest($5::text[]) AS wanted (name)
    JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(wanted.name)
)
SELECT w.key_prefix, w.search_config::text AS config, now() AS now, coalesce(p.timezone, w.timezone) AS zone,
    (SELECT jsonb_agg(jsonb_build_array(name, person_id) ORDER BY place, person_id) FROM person) AS people,
    (SELECT jsonb_agg(near) FROM (
        SELECT person_id, name, split_part(email, '@', 1) AS handle
        FROM people
        WHERE workspace_id = $1 AND merged_into IS NULL
          AND (SELECT bool_or(wanted NOT IN (SELECT name FROM person)) FROM unnest($3::text[]) AS wanted)
        ORDER BY active DESC, lower(name), person_id LIMIT $9
    ) near) AS near,
    (SELECT jsonb_object_agg(name, label_id) FROM label) AS labels,
    (SELECT jsonb_agg(name) FROM (
        SELECT name FROM labels
        WHERE workspace_id = $1
          AND (SELECT bool_or(wanted NOT IN (SELECT name FROM label)) FROM unnest($5::text[]) AS wanted)
        LIMIT $9
    ) known) AS known_labels,
    (SELECT jsonb_agg(jsonb_build_array(number, issue_id)) FROM issues
     WHERE workspace_id = $1 AND number = ANY ($6::bigint[])) AS issues,
    (SELECT array_agg(CASE WHEN exact THEN phraseto_tsquery(w.search_config, words)
                           ELSE plainto_tsquery(w.search_config, words) END::text ORDER BY place)
     FROM unnest($7::text[], $8::boolean[]) WITH ORDINALITY AS t (words, exact, place)) AS texts,
    CASE WHEN true = ANY ($8::boolean[])
              AND NOT EXISTS (SELECT FROM issue_documents x WHERE x.workspace_id = $1 AND x.pairs IS NULL) THEN (
        SELECT jsonb_agg(CASE WHEN exact THEN phrase_pairs(w.search_config, words) ELSE '{}' END ORDER BY place)
        FROM unnest($7::text[], $8::boolean[]) WITH ORDINALITY AS t (words, exact, place)) END AS pairs,
    CASE WHEN $10 THEN (
        SELECT jsonb_agg(jsonb_build_object(
                   'saved_query_id', saved_query_id, 'owner_id', owner_id, 'name', name, 'query', query,
                   'created_at', created_at) ORDER BY owner_id IS NULL, lower(name))
        FROM saved_queries WHERE workspace_id = $1 AND (owner_id = $2 OR owner_id IS NULL)) END AS saved
FROM workspaces w
LEFT JOIN people p ON p.workspace_id = w.workspace_id AND p.person_id = $2
WHERE w.workspace_id = $1
"""


# The same where nothing is named and no phrase asked for: with $1, $2, and the words of the texts as $3. To set about
# the other, for a plan so large, takes the server longer than to answer.
LOOK_UP_WORDS: Final[LiteralString] = """
SELECT w.key_prefix, w.search_config::text AS config, now() AS now, coalesce(p.timezone, w.timezone) AS zone,
    NULL::jsonb AS people, NULL::jsonb AS near, NULL::jsonb AS labels, NULL::jsonb AS known_labels,
    NULL::jsonb AS issues,
    (SELECT array_agg(plainto_tsquery(w.search_config, words)::text ORDER BY place)
     FROM unnest($3::text[]) WITH ORDINALITY AS t (words, place)) AS texts,
    NULL::jsonb AS pairs, NULL::jsonb AS saved
FROM workspaces w
LEFT JOIN people p ON p.workspace_id = w.workspace_id AND p.person_id = $2
WHERE w.workspace_id = $1
"""


async def look_up(
    conn: asyncpg.Connection, actor: Actor, queries: Iterable[Query], *, saved: bool = False
) -> Found:
    """Everything that the queries name, in one statement; with the queries kept under a name if `saved`."""
    terms = [term for query in queries for term in query.terms]
    if not saved and names_nothing(terms):
        return found_in(await conn.fetchrow(LOOK_UP_WORDS, *wanted_words(actor, terms)), terms)
    return found_in(await conn.fetchrow(LOOK_UP, *wanted(actor, terms, saved=saved)), terms)


def wanted(actor: Actor, terms: Sequence[AnyTerm], *, saved: bool = False) -> tuple[object, ...]:
    """The values of `LOOK_UP`."""
    names = sorted({name for term in terms if isinstance(term, People) for name in term.names} - {ME, NOBODY})
    texts = _texts(terms)
    return (
        actor.workspace_id,
        actor.person_id,
        names,
        [_MENTION.sub(r"\1", name).upper() for name in names],
        sorted({name for term in terms if isinstance(term, Labels) for name in term.names}),
        _numbers(terms),
        [text.words for text in texts],
        [text.exact for text in texts],
        _CANDIDATES,
        saved,
    )


def names_nothing(terms: Iterable[AnyTerm]) -> bool:
    """Whether `LOOK_UP_WORDS` tells all about them: no person, label or issue is named, and no phrase asked for."""
    return not any(
        isinstance(term, People | Labels | Refs) or (isinstance(term, Text) and term.exact) for term in terms
    )


def wanted_words(actor: Actor, terms: Sequence[AnyTerm]) -> tuple[object, ...]:
    """The values of `LOOK_UP_WORDS`."""
    return actor.workspace_id, actor.person_id, [text.words for text in _texts(terms)]


def found_in(row: Any, terms: Sequence[AnyTerm]) -> Found:
    """The one row that `LOOK_UP`, or `LOOK_UP_WORDS`, gives for these terms."""
    texts = _texts(terms)
    people: dict[str, UUID] = {}
    for name, person_id in row["people"] or ():
        people.setdefault(name, UUID(person_id))
    return Found(
        key_prefix=row["key_prefix"],
        config=row["config"],
        now=row["now"],
        zone=row["zone"],
        people=people,
        near=row["near"] or (),
        labels={name: UUID(label_id) for name, label_id in (row["labels"] or {}).items()},
        known_labels=row["known_labels"] or (),
        issues={number: UUID(issue_id) for number, issue_id in row["issues"] or ()},
        texts=dict(zip(texts, row["texts"] or (), strict=True)),
        pairs={text: pairs for text, pairs in zip(texts, row["pairs"] or (), strict=False) if pairs},
        saved=row["saved"] or (),
    )


def _texts(terms: Iterable[AnyTerm]) -> list[Text]:
    return list(dict.fromkeys(term for term in terms if isinstance(term, Text)))


def read(found: Found, actor: Actor, query: Query, *, now: datetime | None = None) -> Resolved:
    """`query` was among those looked up. Raises QueryError for a person or label that is not there."""
    labels = _of(query, Labels)
    for name in (name for term in labels for name in term.names):
        if name not in found.labels:
            near = nearest(name, found.known_labels)
            raise _unknown("unknown_label", labels, name, f"label:{quoted(near)}" if near else None)
    return Resolved(
        query=query,
        actor=actor,
        key_prefix=found.key_prefix,
        config=found.config,
        clock=Clock(now=now or found.now, zone=zone_of(found.zone)),
        people=_people(found, actor, _of(query, People)),
        labels=found.labels,
        issues=found.issues,
        texts={text: found.texts[text] for text in query.texts()},
        pairs={text: found.pairs[text] for text in query.texts() if text in found.pairs},
    )


def _of(query: Query, kind: type[Any]) -> list[Any]:
    return [term for term in query.terms if isinstance(term, kind)]


def _numbers(terms: Iterable[AnyTerm]) -> list[int]:
    """Other issues, as parents and originals are named."""
    return sorted(
        {
            int(value.rpartition("-")[2])
            for term in terms
            if isinstance(term, Refs) and term.field in (RefField.PARENT, RefField.DUPLICATE_OF)
            for value in term.values
        }
    )


def _unknown(code: str, terms: Iterable[AnyTerm], name: str, suggestion: str | None) -> QueryError:
    term = next(t for t in terms if name in getattr(t, "names", ()))
    return QueryError(
        code,
        position=term.at,
        term=term.text(),
        part=name,
        suggestion=("-" if term.negated else "") + suggestion if suggestion else None,
    )


def _people(found: Found, actor: Actor, terms: list[People]) -> dict[str, UUID]:
    """A merged person is the one they were merged into."""
    named: dict[str, UUID] = {}
    for name in sorted({name for term in terms for name in term.names} - {NOBODY}):
        if name == ME:
            named[ME] = _me(actor, terms)
        else:
            named[name] = found.people.get(name) or _person_like(name, found.near, terms)
    return named


def _me(actor: Actor, terms: list[People]) -> UUID:
    if actor.person_id is None:
        raise _unknown("not_here", terms, ME, None)
    return actor.person_id


def _person_like(name: str, known: Sequence[Mapping[str, Any]], terms: list[People]) -> UUID:
    """The one whose handle, first or last name it is, or whose name begins with it."""
    folded = name.casefold()

    def handle(row: Mapping[str, Any]) -> bool:
        return folded in ((row["handle"] or "").casefold(), row["name"].casefold().replace(" ", "."))

    def part(row: Mapping[str, Any]) -> bool:
        return folded in row["name"].casefold().split()

    def start(row: Mapping[str, Any]) -> bool:
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
