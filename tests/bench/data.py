"""A big, believable data set, written by set-based SQL: workspaces of very different size, skewed words.

Rows go in with indexes and foreign-key triggers off, and the indexes are built once at the end.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from db.documents import learn
from db.ids import PersonId, WorkspaceId

WORKSPACES = 20
PEOPLE = 200
LABELS = 40
_SENTENCES = 40_000
_PHRASES = 8_000
_DAYS = 1_000

# The first words are in very many issues, the last in very few.
_COMMON = """
login error page button user screen crash save load slow timeout email search filter export import report
password dashboard mobile browser safari chrome firefox session token cache server database query index upload
download image file folder permission admin invite team account billing invoice payment card refund currency
date timezone calendar reminder notification message channel thread reply comment label status priority assignee
board column drag drop menu dialog modal form field validation required missing wrong broken blank empty duplicate
link redirect request response header cookie proxy webhook retry queue worker job schedule cron backup restore
migration version release deploy rollback config setting language translation german english font color theme
dark light contrast keyboard shortcut focus scroll resize window tab toolbar sidebar tooltip icon avatar profile
"""
_STARTS = [
    "br",
    "cr",
    "dr",
    "fl",
    "gr",
    "kl",
    "pr",
    "st",
    "tr",
    "v",
    "w",
    "z",
    "sh",
    "th",
    "pl",
    "m",
    "n",
    "l",
    "k",
    "t",
    "r",
    "s",
    "f",
    "g",
    "h",
    "j",
    "b",
    "d",
]
_MIDDLES = ["a", "e", "i", "o", "u", "ai", "ea", "io", "ou", "ar", "er", "or", "an", "en", "on"]
_ENDS = ["b", "d", "g", "k", "l", "m", "n", "p", "r", "s", "t", "x", "nd", "nt", "rk", "st", "th", "ck"]

LABEL_NAMES = ["bug", "ui", "backend", "docs", "performance", "security", "customer", "regression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A workspace of the data set: how many issues, and somebody busy in it."""

    workspace_id: WorkspaceId
    issues: int
    person_id: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """Largest workspace first."""

    places: tuple[Place, ...]

    @property
    def largest(self) -> Place:
        return self.places[0]


def vocabulary(chance: random.Random, size: int = 6_000) -> list[str]:
    """Words from common to rare."""
    words = dict.fromkeys(_COMMON.split())
    while len(words) < size:
        syllables = chance.choice((2, 2, 3))
        made = "".join(chance.choice(_STARTS) + chance.choice(_MIDDLES) for _ in range(syllables))
        words[made + chance.choice(_ENDS)] = None
    return list(words)


def _said(chance: random.Random, words: Sequence[str], least: int, most: int) -> str:
    """Words as people use them: few of them most of the time."""
    length = chance.randint(least, most)
    picked = [words[int(len(words) * chance.random() ** 1.8)] for _ in range(length)]
    return " ".join(picked).capitalize()


async def generate(dsn: str, *, issues: int, seed: int = 7) -> DataSet:
    """Fills a migrated, empty database. Needs a superuser, as the embedded server's is."""
    chance = random.Random(seed)
    words = vocabulary(chance)
    conn = await asyncpg.connect(dsn, timeout=60)
    try:
        await conn.execute("SET session_replication_role = replica")
        await conn.execute(
            "SET synchronous_commit = off; SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'"
        )
        await conn.execute("SELECT setseed(0.25)")
        await _workspaces(conn)
        await _pools(conn, chance, words)
        async with _without_indexes(conn):
            await _issues(conn, issues)
            await _around(conn)
            await _documents(conn)
            await _words(conn)
        await conn.execute("VACUUM (ANALYZE, FREEZE)")
        return await described(conn)
    finally:
        await conn.close()


def workspace_id(place: int) -> WorkspaceId:
    return WorkspaceId(f"TBENCH{place:03}")


async def _workspaces(conn: asyncpg.Connection) -> None:
    """Sizes fall off as 1/rank: the largest has about a quarter of everything, the smallest a hundredth."""
    for place in range(WORKSPACES):
        await conn.execute("SELECT create_workspace($1, $2)", workspace_id(place), f"Workspace {place}")
    await conn.execute(
        """
        CREATE TEMP TABLE shares AS
        SELECT workspace_id, sum(part) OVER (ORDER BY workspace_id) / sum(part) OVER () AS up_to,
               greatest(2, round($1 * part / sum(part) OVER ()))::integer AS people
        FROM (SELECT workspace_id, 1.0 / row_number() OVER (ORDER BY workspace_id) AS part
              FROM workspaces) w
        """,
        PEOPLE,
    )
    await conn.execute(
        """
        INSERT INTO people (workspace_id, person_id, slack_user_id, name, email)
        SELECT workspace_id, uuid_v7(now() - interval '4 years'), 'U' || right(workspace_id, 3) || to_char(n, 'FM0000'),
               'Person ' || n, 'person' || n || '@example.org'
        FROM shares, generate_series(1, people) n
        """
    )
    await conn.execute(
        """
        INSERT INTO labels (workspace_id, name)
        SELECT workspace_id, coalesce(($1::text[])[n], 'label ' || n) FROM shares, generate_series(1, $2) n
        """,
        LABEL_NAMES,
        LABELS,
    )


async def _pools(conn: asyncpg.Connection, chance: random.Random, words: list[str]) -> None:
    """Phrases and sentences to put issues together from."""
    for name, count, least, most in (
        ("openings", _PHRASES, 2, 4),
        ("endings", _PHRASES, 2, 4),
        ("sentences", _SENTENCES, 8, 14),
    ):
        await conn.execute(f"CREATE TEMP TABLE {name} (n integer PRIMARY KEY, said text)")
        rows = [(n, _said(chance, words, least, most)) for n in range(count)]
        await conn.copy_records_to_table(name, records=rows)
        await conn.execute(f"ANALYZE {name}")


@asynccontextmanager
async def _without_indexes(conn: asyncpg.Connection) -> AsyncIterator[None]:
    rows = await conn.fetch(
        """
        SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS made
        FROM pg_index
        WHERE indrelid = ANY ('{issues,comments,issue_labels,events,changes,issue_documents,
                                     search_words}'::regclass[])
          AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
        """
    )
    for row in rows:
        await conn.execute(f"DROP INDEX {row['name']}")
    yield
    for row in rows:
        await conn.execute(row["made"])


async def _issues(conn: asyncpg.Connection, issues: int) -> None:
    await conn.execute(
        """
        CREATE TEMP TABLE drawn AS
        SELECT g, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f,
               now() - make_interval(secs => (1 - g::float8 / $1) * 86400 * $2::integer) AS at,
               (SELECT min(workspace_id) FROM shares WHERE up_to >= r.r) AS workspace_id
        FROM generate_series(1, $1::integer) g, LATERAL (SELECT random() + g * 0 AS r OFFSET 0) r
        """,
        issues,
        _DAYS,
    )
    await conn.execute("ANALYZE drawn")
    await conn.execute(
        """
        CREATE TEMP TABLE staff AS
        SELECT workspace_id, person_id, row_number() OVER (PARTITION BY workspace_id ORDER BY person_id) - 1 AS n,
               count(*) OVER (PARTITION BY workspace_id) AS of
        FROM people
        """
    )
    # Old issues are mostly closed; people and priorities are unevenly used.
    await conn.execute(
        """
        INSERT INTO issues (workspace_id, issue_id, number, title, description, status, close_reason, priority,
                            assignee_id, reporter_id, due_on, external_ref, created_at, updated_at, closed_at,
                            labelled, commented)
        SELECT d.workspace_id, uuid_v7(d.at), row_number() OVER (PARTITION BY d.workspace_id ORDER BY d.g),
               o.said || ' ' || lower(e.said), s1.said || '. ' || s2.said || '.',
               d.status,
               CASE WHEN d.status <> 'closed' THEN NULL WHEN d.f < 0.8 THEN 'completed' ELSE 'not_planned' END,
               CASE WHEN d.b < 0.03 THEN 1 WHEN d.b < 0.15 THEN 2 WHEN d.b < 0.5 THEN 3
                    WHEN d.b < 0.7 THEN 4 ELSE 5 END,
               CASE WHEN d.c < 0.85 THEN p.person_id END, r.person_id,
               CASE WHEN d.d < 0.2 THEN (d.at + make_interval(days => (d.e * 60)::integer))::date END,
               CASE WHEN d.g % 20 = 0 THEN 'OLD-' || d.g END,
               d.at, d.changed, CASE WHEN d.status = 'closed' THEN d.changed END, true, true
        FROM (
            SELECT *, least(now(), at + make_interval(secs => d ^ 4 * 86400 * 200)) AS changed,
                   CASE WHEN a > 0.12 + 0.6 * (g::float8 / $1::integer) ^ 6 THEN 'closed'
                        WHEN a > 0.04 THEN 'open' ELSE 'in_progress' END AS status
            FROM drawn
        ) d
        JOIN openings o ON o.n = floor(d.b * $2::integer)
        JOIN endings e ON e.n = floor(d.c * $2::integer)
        JOIN sentences s1 ON s1.n = floor(d.e * $3::integer)
        JOIN sentences s2 ON s2.n = floor(d.f * $3::integer)
        JOIN shares ON shares.workspace_id = d.workspace_id
        JOIN staff p ON p.workspace_id = d.workspace_id AND p.n = floor(d.e ^ 2 * shares.people)
        JOIN staff r ON r.workspace_id = d.workspace_id AND r.n = floor(d.f * shares.people)
        ORDER BY d.g
        """,
        issues,
        _PHRASES,
        _SENTENCES,
    )
    await conn.execute(
        "SELECT setval(('numbers.' || quote_ident(workspace_id))::regclass, max(number)) FROM issues"
        " GROUP BY workspace_id"
    )
    await conn.execute("ANALYZE issues")


async def _around(conn: asyncpg.Connection) -> None:
    """Three labels and two comments an issue, and the event that it was created."""
    await conn.execute(
        """
        CREATE TEMP TABLE tags AS
        SELECT workspace_id, label_id, row_number() OVER (PARTITION BY workspace_id ORDER BY label_id) - 1 AS n
        FROM labels
        """
    )
    await conn.execute("CREATE INDEX ON tags (workspace_id, n)")
    await conn.execute(
        """
        INSERT INTO issue_labels (workspace_id, issue_id, label_id)
        SELECT i.workspace_id, i.issue_id, t.label_id
        FROM (SELECT workspace_id, issue_id, floor(random() ^ 3 * $1::integer)::integer AS n FROM issues) i
        CROSS JOIN LATERAL (VALUES (i.n), ((i.n + 7) % $1), ((i.n + 19) % $1)) AS chosen (n)
        JOIN tags t ON t.workspace_id = i.workspace_id AND t.n = chosen.n
        """,
        LABELS,
    )
    await conn.execute(
        """
        INSERT INTO comments (workspace_id, comment_id, issue_id, author_id, body, source, created_at)
        SELECT i.workspace_id, uuid_v7(i.created_at + nth * interval '1 hour'), i.issue_id, i.reporter_id,
               s.said || '.', 'slack', i.created_at + nth * interval '1 hour'
        FROM (SELECT *, random() AS r FROM issues) i
        CROSS JOIN generate_series(1, 2) nth
        JOIN sentences s ON s.n = floor((i.r * nth - floor(i.r * nth)) * $1::integer)
        """,
        _SENTENCES,
    )
    await conn.execute(
        """
        INSERT INTO changes (workspace_id, change_id, actor_id, source, action, at)
        SELECT workspace_id, issue_id, reporter_id, 'slack', 'create', created_at FROM issues
        """
    )
    await conn.execute(
        """
        INSERT INTO events (workspace_id, change_id, issue_id, actor_id, source, kind, at, after,
                            now_status, now_assignee, now_priority)
        SELECT workspace_id, issue_id, issue_id, reporter_id, 'slack', 'created', created_at,
               jsonb_build_object('title', title), 'open', assignee_id, priority
        FROM issues
        """
    )


async def _documents(conn: asyncpg.Connection) -> None:
    await conn.execute(
        """
        INSERT INTO issue_documents (workspace_id, issue_id, number, config, document, pairs)
        SELECT i.workspace_id, i.issue_id, i.number, 'english', d.document,
               document_pairs(d.document, i.workspace_id, i.number)
        FROM issues i
        LEFT JOIN (SELECT workspace_id, issue_id, string_agg(body, E'\n' ORDER BY created_at DESC) AS said FROM comments
                   GROUP BY workspace_id, issue_id) c USING (workspace_id, issue_id)
        CROSS JOIN LATERAL (
            SELECT issue_document('english', i.workspace_id, i.number, i.title, i.description, c.said) AS document
            OFFSET 0
        ) d
        ORDER BY i.created_at
        """
    )


async def _words(conn: asyncpg.Connection) -> None:
    """The vocabulary, its popularity told from a sample of each workspace's newest issues."""
    for place in range(WORKSPACES):
        name = workspace_id(place)
        top = await conn.fetchval("SELECT coalesce(max(number), 0) FROM issues WHERE workspace_id = $1", name)
        texts = await conn.fetch(
            """
            SELECT i.title || ' ' || i.description || ' ' || string_agg(c.body, ' ') AS said
            FROM issues i JOIN comments c USING (workspace_id, issue_id)
            WHERE i.workspace_id = $1 AND i.number > $2 - 4000 GROUP BY i.workspace_id, i.issue_id
            """,
            name,
            top,
        )
        seen = Counter(
            word for row in texts for word in {word.strip(".").lower() for word in row["said"].split()}
        )
        scale = max(1.0, top / 4000)
        await learn(conn, name, [(word, int(n * scale).bit_length() - 1) for word, n in sorted(seen.items())])


async def described(conn: asyncpg.Connection) -> DataSet:
    """What a filled database holds."""
    rows = await conn.fetch(
        """
        SELECT workspace_id, count(*) AS issues,
               (SELECT person_id FROM people p WHERE p.workspace_id = i.workspace_id
                ORDER BY person_id OFFSET 1 LIMIT 1) AS person_id
        FROM issues i GROUP BY workspace_id ORDER BY count(*) DESC
        """
    )
    return DataSet(
        places=tuple(
            Place(workspace_id=row["workspace_id"], issues=row["issues"], person_id=row["person_id"])
            for row in rows
        )
    )
