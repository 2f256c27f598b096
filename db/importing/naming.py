"""The people and labels that a file names: found in the workspace, or made ahead of the import."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from typing import Final, LiteralString
from uuid import UUID

import asyncpg

from db.ids import WorkspaceId
from db.importing.cells import name_and_email
from db.importing.mapping import NEW_PERSON, NOBODY, Mapping
from db.importing.matching import Candidate, People, chosen_people, fold_name, match_people, true_names
from db.pool import Database


async def match_labels(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, names: list[str]
) -> dict[str, UUID]:
    rows = await conn.fetch(
        """
        SELECT g.written, l.label_id FROM unnest($2::text[]) AS g (written)
        JOIN labels l ON l.workspace_id = $1 AND lower(l.name) = lower(g.written)""",
        workspace_id,
        names,
    )
    return {row["written"]: row["label_id"] for row in rows}


_TRIES: Final = 5


@dataclass(slots=True, kw_only=True)
class Names:
    """Makes what is missing in transactions of their own, and notes in the import what it made.

    Otherwise everyone who uses a new label or address would wait for the import to end.
    """

    database: Database
    workspace_id: WorkspaceId
    import_id: UUID
    mapping: Mapping
    new_people: int = field(default=0, init=False)
    new_labels: int = field(default=0, init=False)

    async def people(self, written: list[str], also: MappingOf[str, str]) -> list[UUID | None]:
        """In the order given; None for those left out. `also` has names by account ids and user names."""
        names = true_names(written, also)
        wanted = list(dict.fromkeys(names))
        chosen = {name: self.mapping.people.get(name) for name in wanted}
        async with self.database.transaction() as conn:
            found = await self._known(conn, chosen, also)
            if any(self._is_missing(name, chosen, found) for name in wanted):
                await self._turn(conn)
                found = await self._known(conn, chosen, also)
            new = [name for name in wanted if self._is_missing(name, chosen, found)]
            made = await self._make_people(conn, new)
        return [found[name] or made.get(name) for name in names]

    async def _turn(self, conn: asyncpg.Connection) -> None:
        """One import at a time adds people: nothing but this keeps two from adding the same name."""
        await conn.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('new people:' || $1, 0))", self.workspace_id
        )

    async def _known(
        self, conn: asyncpg.Connection, chosen: MappingOf[str, str | None], also: MappingOf[str, str]
    ) -> dict[str, UUID | None]:
        by_handle = not self.mapping.names_are_full
        matched = await match_people(conn, self.workspace_id, list(chosen), also, by_handle=by_handle)
        # A mapping is remembered longer than a person may stay.
        known = await chosen_people(conn, self.workspace_id, {n: c for n, c in chosen.items() if c})
        return {name: self._found(name, choice, known, matched) for name, choice in chosen.items()}

    def _is_missing(
        self, name: str, chosen: MappingOf[str, str | None], found: MappingOf[str, UUID | None]
    ) -> bool:
        return found[name] is None and self._is_new(chosen[name])

    def _is_new(self, choice: str | None) -> bool:
        return choice == NEW_PERSON or (choice != NOBODY and self.mapping.unmatched == NEW_PERSON)

    def _found(
        self, name: str, choice: str | None, known: MappingOf[str, Candidate], matched: People
    ) -> UUID | None:
        if choice == NOBODY:
            return None
        if name in known:
            return known[name].person_id
        if choice != NEW_PERSON and name in matched.found:
            return matched.found[name]
        # Whom an earlier file added by this name: else each file would add one more.
        return matched.added.get(name) if self._is_new(choice) else None

    async def _make_people(self, conn: asyncpg.Connection, names: list[str]) -> dict[str, UUID]:
        if not names:
            return {}
        split = {name: name_and_email(name) for name in names}
        spellings: dict[tuple[str, str | None], str] = {}
        for name, (text, email) in split.items():
            spellings.setdefault((fold_name(text), email and email.lower()), name)
        ordered = sorted(spellings.values(), key=lambda name: (split[name][1] or "", name))
        rows = await conn.fetch(
            """
            WITH made AS (
                INSERT INTO people (workspace_id, name, email, role)
                SELECT $1, name, email, 'member' FROM unnest($2::text[], $3::text[]) AS g (name, email)
                ON CONFLICT (workspace_id, lower(email)) WHERE email IS NOT NULL AND merged_into IS NULL DO NOTHING
                RETURNING person_id, name, email
            ), noted AS (
                UPDATE imports SET made_people = made_people || ARRAY(SELECT person_id FROM made)
                WHERE workspace_id = $1 AND import_id = $4
            )
            SELECT person_id, name, email FROM made""",
            self.workspace_id,
            [split[name][0][:255] for name in ordered],
            [split[name][1] for name in ordered],
            self.import_id,
        )
        self.new_people += len(rows)
        by_person = {(row["name"], row["email"]): row["person_id"] for row in rows}
        made = {}
        for name, (text, email) in split.items():
            first = split[spellings[fold_name(text), email and email.lower()]]
            if (person := by_person.get((first[0][:255], first[1]))) is not None:
                made[name] = person
        # Two spellings of one address, or somebody who joined this very moment.
        missing = [name for name in names if name not in made]
        return {**made, **(await match_people(conn, self.workspace_id, missing, {})).found}

    async def labels(self, names: list[str]) -> list[UUID]:
        found: dict[str, UUID] = {}
        # One that was there a moment ago may be taken away meanwhile: then it is to be made after all.
        for _ in range(_TRIES):
            missing = [name for name in names if name not in found]
            if not missing:
                break
            await self._make_labels(missing)
            async with self.database.connection() as conn:
                found = await match_labels(conn, self.workspace_id, names)
        return [found[name] for name in names]

    async def _make_labels(self, names: list[str]) -> None:
        async with self.database.transaction() as conn:
            made = await conn.fetch(
                """
                WITH made AS (
                    INSERT INTO labels (workspace_id, name)
                    SELECT $1, name FROM unnest($2::text[]) AS g (name)
                    WHERE NOT EXISTS (SELECT FROM labels l WHERE l.workspace_id = $1 AND lower(l.name) = lower(g.name))
                    ORDER BY lower(name)
                    ON CONFLICT (workspace_id, lower(name)) DO NOTHING
                    RETURNING label_id
                ), noted AS (
                    UPDATE imports SET made_labels = made_labels || ARRAY(SELECT label_id FROM made)
                    WHERE workspace_id = $1 AND import_id = $3
                )
                SELECT label_id FROM made""",
                self.workspace_id,
                names,
                self.import_id,
            )
        self.new_labels += len(made)


_FREE_LABELS: Final[LiteralString] = """
SELECT l.label_id FROM imports m JOIN labels l ON l.workspace_id = $1 AND l.label_id = ANY (m.made_labels)
WHERE m.workspace_id = $1 AND m.import_id = $2
ORDER BY l.label_id FOR UPDATE OF l SKIP LOCKED"""
_FREE_PEOPLE: Final[LiteralString] = """
SELECT p.person_id FROM imports m JOIN people p ON p.workspace_id = $1 AND p.person_id = ANY (m.made_people)
WHERE m.workspace_id = $1 AND m.import_id = $2
ORDER BY p.person_id FOR UPDATE OF p SKIP LOCKED"""
_UNUSED: Final[dict[str, LiteralString]] = {
    _FREE_LABELS: """
DELETE FROM labels l WHERE l.workspace_id = $1 AND l.label_id = ANY ($2::uuid[])
  AND NOT EXISTS (SELECT FROM issue_labels il WHERE il.workspace_id = $1 AND il.label_id = l.label_id)""",
    _FREE_PEOPLE: """
DELETE FROM people p WHERE p.workspace_id = $1 AND p.person_id = ANY ($2::uuid[])
  AND p.slack_user_id IS NULL
  AND NOT EXISTS (SELECT FROM issues i WHERE i.workspace_id = $1 AND i.assignee_id = p.person_id)
  AND NOT EXISTS (SELECT FROM issues i WHERE i.workspace_id = $1 AND i.reporter_id = p.person_id)
  AND NOT EXISTS (SELECT FROM comments c WHERE c.workspace_id = $1 AND c.author_id = p.person_id)
  AND NOT EXISTS (SELECT FROM watchers w WHERE w.workspace_id = $1 AND w.person_id = p.person_id)
  AND NOT EXISTS (SELECT FROM changes c WHERE c.workspace_id = $1 AND c.actor_id = p.person_id)
  AND NOT EXISTS (SELECT FROM people q WHERE q.workspace_id = $1 AND q.merged_into = p.person_id)""",
}


async def unmake(conn: asyncpg.Connection, workspace_id: WorkspaceId, import_id: UUID) -> None:
    """Takes away what was made ahead of an import that did not come to pass, unless it is in use by now.

    What another import holds at this moment stays: it is about to be used.
    """
    for statement in (_FREE_LABELS, _FREE_PEOPLE):
        free = [row[0] for row in await conn.fetch(statement, workspace_id, import_id)]
        # A statement of its own: it sees what was committed until these were locked.
        await conn.execute(_UNUSED[statement], workspace_id, free)
