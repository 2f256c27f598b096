"""Full-text search as a person types it: forgiving, ranked, with what matched marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, LiteralString

import asyncpg

from db import matching, ranking, vocabulary
from db.access import VISIBLE, Actor
from db.errors import FieldError, Invalid
from db.ids import IssueId
from db.issues.record import COLUMNS, Issue, read_issue
from db.query.cursors import Cursor, decode, encode
from db.query.parser import parse
from db.query.resolving import (
    LOOK_UP,
    LOOK_UP_WORDS,
    Resolved,
    found_in,
    names_nothing,
    read,
    resolve,
    wanted,
    wanted_words,
)
from db.query.terms import Query, Text

MAX_PAGE: Final = 50

# Around what matched in `title` and `headline`. No text people write has these (Unicode keeps them for private
# use), and the text itself is cleared of them.
MARK_START: Final = "\ue000"
MARK_END: Final = "\ue001"

_HEADLINE_CHARACTERS: Final = 20_000
_MARKS: Final = f"StartSel={MARK_START}, StopSel={MARK_END}"
_TITLE_OPTIONS: Final = f"{_MARKS}, HighlightAll=true"
_HEADLINE_OPTIONS: Final = f'{_MARKS}, MaxFragments=2, MinWords=6, MaxWords=20, FragmentDelimiter=" … "'

# How the words of a search are taken: as typed; with mistyped ones corrected; any of them instead of all.
_TYPED: Final = "t"
_CORRECTED: Final = "c"
_ANY: Final = "a"
_MODES: Final = (_TYPED, _CORRECTED, _ANY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """`title` and `headline` have MARK_START and MARK_END around what matched."""

    issue: Issue
    rank: float
    title: str
    headline: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """`corrected`: what was searched for instead, when nothing matched what was typed. `how` is for `again`."""

    hits: tuple[Hit, ...]
    next_cursor: str | None
    corrected: str | None
    how: str = _TYPED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leads:
    """`direct`: whose key or external reference was typed. `top`: the highest number. `words`: a tsquery, as typed."""

    direct: tuple[IssueId, ...]
    top: int
    words: str


def marked(text: str) -> list[tuple[str, bool]]:
    """The pieces of a marked text, each with whether it matched."""
    pieces: list[tuple[str, bool]] = []
    for part in text.split(MARK_START):
        inside, mark, outside = part.partition(MARK_END)
        pieces += [(inside, True), (outside, False)] if mark else [(inside, False)]
    return [(piece, matched) for piece, matched in pieces if piece]


async def search(
    conn: asyncpg.Connection,
    actor: Actor,
    text: str,
    *,
    limit: int = 10,
    cursor: str | None = None,
    now: datetime | None = None,
) -> SearchPage:
    """Words and query terms, best match first; a key or reference leads to its issue. Raises QueryError, Invalid."""
    limit = max(1, min(limit, MAX_PAGE))
    query = parse(text)
    scope = f"search {actor.workspace_id} {query.text()}"
    mode, inner = _opened(cursor, scope)
    resolved, leads = await _begun(conn, actor, query, text if cursor is None else "", now)
    direct = leads.direct
    corrections: dict[str, str] | None = None
    for attempt in _MODES[_MODES.index(mode) :]:
        if corrections is None and attempt != _TYPED:
            corrections = await _corrections(conn, resolved)
        words, corrected = await _words(conn, resolved, attempt, leads, corrections or {})
        if not words:
            continue
        page = await ranking.page(
            conn,
            resolved,
            words,
            scope=scope,
            limit=limit,
            cursor=inner,
            top=leads.top,
            mark=(attempt,),
            show=matching.Show(select=_SHOWN, config=resolved.config),
        )
        if page.candidates or cursor is not None:
            mode = attempt
            break
    else:
        return SearchPage(hits=await _hits(conn, resolved, direct, (), ""), next_cursor=None, corrected=None)
    return SearchPage(
        hits=await _hits(conn, resolved, direct, page.candidates, words),
        next_cursor=page.next_cursor,
        corrected=corrected,
        how=mode,
    )


async def again(
    conn: asyncpg.Connection, actor: Actor, text: str, numbers: Sequence[int], *, how: str
) -> SearchPage:
    """Issues that a search for `text` found, in this order, as they are now, whether they still match or not.

    Raises QueryError, Invalid.
    """
    if how not in _MODES:
        raise _foreign()
    resolved, leads = await _begun(conn, actor, parse(text), "", None)
    corrections = {} if how == _TYPED else await _corrections(conn, resolved)
    words, corrected = await _words(conn, resolved, how, leads, corrections)
    rows = await conn.fetch(
        f"""
        SELECT i.issue_id FROM unnest($3::bigint[]) WITH ORDINALITY AS shown (number, place)
        JOIN issues i ON i.number = shown.number WHERE {VISIBLE} ORDER BY shown.place""",
        actor.workspace_id,
        actor.sees_only,
        list(numbers),
    )
    hits = await _hits(conn, resolved, [row["issue_id"] for row in rows], (), words)
    return SearchPage(hits=hits, next_cursor=None, corrected=corrected, how=how)


def _opened(cursor: str | None, scope: str) -> tuple[str, str | None]:
    if cursor is None:
        return _TYPED, None
    mode, *rest = decode(cursor, scope, ("text", *ranking.PLACE)).values
    if mode not in _MODES:
        raise _foreign()
    return mode, encode(Cursor(values=tuple(rest)), scope)


def _foreign() -> Invalid:
    return Invalid(FieldError(field="cursor", code="invalid", message="this cursor belongs to no search"))


async def _words(
    conn: asyncpg.Connection, resolved: Resolved, mode: str, leads: _Leads, corrections: dict[str, str]
) -> tuple[str, str | None]:
    """The tsquery of a mode, and the corrected text when words were corrected; empty when the mode adds nothing."""
    if mode == _TYPED:
        return leads.words, None
    if mode == _CORRECTED and not corrections:
        return "", None
    query = _with(resolved.query, corrections)
    corrected = query.text() if corrections else None
    if mode == _ANY and len(_plain(resolved)) < 2:
        return "", corrected
    parsed = await resolve(conn, resolved.actor, query) if corrections else resolved
    return ranking.words_of(parsed) if mode == _CORRECTED else _any_of(parsed), corrected


async def _corrections(conn: asyncpg.Connection, resolved: Resolved) -> dict[str, str]:
    words = [text.words for text in _plain(resolved)]
    return await vocabulary.correct(conn, resolved.actor.workspace_id, words)


def _plain(resolved: Resolved) -> list[Text]:
    return [text for text in resolved.query.texts() if not text.exact and not text.negated]


def _with(query: Query, corrections: dict[str, str]) -> Query:
    terms = tuple(
        Text(words=corrections[t.words]) if isinstance(t, Text) and t.words in corrections else t
        for t in query.terms
    )
    return Query(terms=terms, sort=query.sort)


def _any_of(resolved: Resolved) -> str:
    """Some of the words instead of all; what was excluded stays so, and phrases must still be there."""
    texts = [text for text in resolved.query.texts() if resolved.texts[text]]
    free = [f"({resolved.texts[t]})" for t in texts if not t.exact and not t.negated]
    bound = [f"{'!' if t.negated else ''}({resolved.texts[t]})" for t in texts if t.exact or t.negated]
    return " & ".join([f"({' | '.join(free)})", *bound]) if free else ""


_SEEN: Final[LiteralString] = VISIBLE.replace("$2", "{seen}")

# All that a search asks before it looks for matches. Of a word that is typed to its end the others that begin so come
# along, the commonest first.
_BEGINNING: Final[LiteralString] = f"""
WITH looked AS MATERIALIZED ({{look_up}})
SELECT looked.*,
    ARRAY(
        SELECT i.issue_id FROM issues i
        WHERE {_SEEN} AND i.number = {{number}}
          AND ({{prefix}} = '' OR {{prefix}} = lower(looked.key_prefix))
        UNION
        SELECT i.issue_id FROM issues i
        WHERE {_SEEN} AND lower(i.external_ref) = {{ref}} AND i.external_ref IS NOT NULL
    ) AS direct,
    (SELECT coalesce(max(number), 0) FROM issues WHERE workspace_id = $1) AS top,
    (
        SELECT string_agg('(' || plainto_tsquery(looked.config::regconfig, word)::text || ')', ' | ')
        FROM (
            SELECT {{begun}}::text AS word
            UNION ALL
            (SELECT word FROM search_words WHERE workspace_id = $1 AND word > {{above}} AND word < {{below}}
             ORDER BY popularity DESC, word LIMIT {{completions}})
        ) begun
        WHERE numnode(plainto_tsquery(looked.config::regconfig, word)) > 0
    ) AS begun
FROM looked
"""
_GIVEN: Final = ("seen", "number", "prefix", "ref", "begun", "above", "below", "completions")


def _beginning(look_up: LiteralString, first: int) -> str:
    """Its own values begin at `first`, after those of what is looked up."""
    places = {name: f"${place}" for place, name in enumerate(_GIVEN, start=first)}
    return _BEGINNING.format(look_up=look_up, **places)


_BEGIN: Final = _beginning(LOOK_UP, 11)
_BEGIN_WITH_WORDS: Final = _beginning(LOOK_UP_WORDS, 4)


async def _begun(
    conn: asyncpg.Connection, actor: Actor, query: Query, ref: str, now: datetime | None
) -> tuple[Resolved, _Leads]:
    """`ref`: what may be the key or the external reference of an issue; empty where none is looked for."""
    last = query.terms[-1] if query.terms else None
    begun = last.words if isinstance(last, Text) and not last.exact and not last.negated else None
    above, below = vocabulary.beyond(begun or "") or (None, None)
    bare = names_nothing(query.terms)
    row = await conn.fetchrow(
        _BEGIN_WITH_WORDS if bare else _BEGIN,
        *(wanted_words if bare else wanted)(actor, query.terms),
        actor.sees_only,
        *_named(ref),
        begun,
        above,
        below,
        vocabulary.COMPLETIONS,
    )
    resolved = read(found_in(row, query.terms), actor, query, now=now)
    leads = _Leads(direct=tuple(row["direct"]), top=row["top"], words=_typed(resolved, begun, row["begun"]))
    return resolved, leads


def _named(text: str) -> tuple[int | None, str, str | None]:
    """The number, the prefix of a key before it, and the external reference that may have been typed."""
    ref = text.strip().strip('"').casefold()
    prefix, _, number = ref.rpartition("-")
    known = number.isdecimal() and int(number) < 1 << 63
    return int(number) if known else None, prefix, ref or None


def _typed(resolved: Resolved, begun: str | None, endings: str | None) -> str:
    """As typed, the last word perhaps not to its end."""
    if begun is None:
        return ranking.words_of(resolved)
    before = replace(resolved, query=Query(terms=resolved.query.terms[:-1]))
    return " & ".join(part for part in (ranking.words_of(before), f"({endings})" if endings else "") if part)


# Whole issues, with what matched marked.
_SHOWN: Final[LiteralString] = f"""
    SELECT whole.*, shown.title AS shown_title, shown.headline
    FROM (
        SELECT {COLUMNS} FROM issues i WHERE i.issue_id = hit.issue_id AND hit.shown AND {VISIBLE} OFFSET 0
    ) whole
    CROSS JOIN LATERAL (
        SELECT string_agg(c.body, ' … ' ORDER BY c.created_at DESC) AS said FROM comments c
        WHERE c.workspace_id = $1 AND c.issue_id = hit.issue_id AND c.deleted_at IS NULL
    ) comments
    CROSS JOIN LATERAL (
        SELECT
            ts_headline({{config}}, translate(whole.title, '{MARK_START}{MARK_END}', ''),
                {{words}}, '{_TITLE_OPTIONS}') AS title,
            ts_headline({{config}},
                translate(left(concat_ws(' … ', nullif(whole.description, ''), comments.said),
                    {_HEADLINE_CHARACTERS}), '{MARK_START}{MARK_END}', ''),
                {{words}}, '{_HEADLINE_OPTIONS}') AS headline
    ) shown"""


_SHOWN_OF: Final[LiteralString] = """
    SELECT shown.* FROM (SELECT issue_id, true AS shown FROM unnest((SELECT $3::uuid[])) AS wanted (issue_id)) hit
    CROSS JOIN LATERAL ({shown}) shown""".replace(
    "{shown}",
    _SHOWN.replace("{config}", "(SELECT $4::text::regconfig)").replace(
        "{words}", "(SELECT $5::text::tsquery)"
    ),
)


async def _hits(
    conn: asyncpg.Connection,
    resolved: Resolved,
    first: Sequence[IssueId],
    then: Sequence[matching.Candidate],
    words: str,
) -> tuple[Hit, ...]:
    """Whole issues in this order, with what matched marked: those that came along, and the others."""
    candidates = {candidate.issue_id: candidate for candidate in then}
    rows = {issue_id: each.shown for issue_id, each in candidates.items() if each.shown is not None}
    ids = list(dict.fromkeys((*first, *candidates)))
    rows |= await _shown(conn, resolved, [issue_id for issue_id in ids if issue_id not in rows], words)
    ranks = {issue_id: each.rank for issue_id, each in candidates.items()}
    return tuple(_hit(rows[issue_id], ranks.get(issue_id, 0.0)) for issue_id in ids if issue_id in rows)


async def _shown(
    conn: asyncpg.Connection, resolved: Resolved, ids: Sequence[IssueId], words: str
) -> dict[IssueId, Any]:
    if not ids:
        return {}
    rows = await conn.fetch(
        _SHOWN_OF,
        resolved.actor.workspace_id,
        resolved.actor.sees_only,
        list(ids),
        resolved.config,
        words,
    )
    return {row["issue_id"]: row for row in rows}


def _hit(row: Any, rank: float) -> Hit:
    return Hit(issue=read_issue(row), rank=rank, title=row["shown_title"], headline=row["headline"])
