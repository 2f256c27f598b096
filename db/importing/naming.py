"""The people and labels that a file names: found in the workspace, or made ahead of the import."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from db.ids import WorkspaceId
from db.importing.cells import name_and_email
from db.importing.mapping import NEW_PERSON, NOBODY, Mapping
from db.pool import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """`people` and `labels` by how the file writes them; who or what is missing is not among them."""

    people: dict[str, UUID]
    labels: dict[str, UUID]


async def match_people(
    conn: asyncpg.Connection, workspace_id: WorkspaceId, names: list[str]
) -> dict[str, UUID]:
    """By e-mail address, else by full name when only one person has it; people who left count too."""
    split = [name_and_email(name) for name in names]
    rows = await conn.fetch(
        """
        WITH given AS (
            SELECT * FROM unnest($2::text[], $3::text[], $4::text[]) AS g (written, name, email)
        ), by_email AS (
            SELECT g.written, p.person_id FROM given g
            JOIN people p ON p.workspace_id = $1 AND lower(p.email) = lower(g.email) AND p.merged_into IS NULL
            WHERE g.email IS NOT NULL
        ), by_name AS (
            SELECT g.written, (array_agg(p.person_id))[1] AS person_id FROM given g
            JOIN people p ON p.workspace_id = $1 AND lower(p.name) = lower(g.name) AND p.merged_into IS NULL
            WHERE g.email IS NULL OR p.email IS NULL
            GROUP BY g.written HAVING count(*) = 1
        )
        SELECT written, person_id FROM by_email
        UNION ALL
        SELECT written, person_id FROM by_name WHERE written NOT IN (SELECT written FROM by_email)""",
        workspace_id,
        names,
        [name for name, _ in split],
        [email for _, email in split],
    )
    return {row["written"]: row["person_id"] for row in rows}


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

    async def people(self, names: list[str]) -> list[UUID | None]:
        chosen = {name: self.mapping.people.get(name) for name in names}
        async with self.database.transaction() as conn:
            found = await match_people(conn, self.workspace_id, names)
            known = await self._existing(conn, chosen)
            wanted = [name for name in names if self._is_new(chosen[name], name, found)]
            made = await self._make_people(conn, wanted)
        result: list[UUID | None] = []
        for name in names:
            choice = chosen[name]
            if choice == NOBODY:
                result.append(None)
            elif choice in known:
                result.append(known[choice])
            else:
                result.append(made.get(name) or found.get(name))
        return result

    def _is_new(self, choice: str | None, name: str, found: MappingOf[str, UUID]) -> bool:
        if choice in (None, NEW_PERSON):
            return name not in found and (choice or self.mapping.unmatched) == NEW_PERSON
        return False

    async def _existing(
        self, conn: asyncpg.Connection, chosen: MappingOf[str, str | None]
    ) -> dict[str | None, UUID]:
        """Those chosen by id who are still there: a mapping is remembered longer than a person may stay."""
        ids = [choice for choice in set(chosen.values()) if choice not in (None, NEW_PERSON, NOBODY)]
        rows = await conn.fetch(
            "SELECT person_id FROM people WHERE workspace_id = $1 AND person_id = ANY ($2::text[]::uuid[])",
            self.workspace_id,
            ids,
        )
        return {str(row["person_id"]): row["person_id"] for row in rows}

    async def _make_people(self, conn: asyncpg.Connection, names: list[str]) -> dict[str, UUID]:
        if not names:
            return {}
        split = {name: name_and_email(name) for name in names}
        ordered = sorted(names, key=lambda name: (split[name][1] or "", name))
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
        made = {
            name: person
            for name in names
            if (person := by_person.get((split[name][0][:255], split[name][1]))) is not None
        }
        # Two spellings of one address, or somebody who joined this very moment.
        missing = [name for name in names if name not in made]
        return {**made, **(await match_people(conn, self.workspace_id, missing) if missing else {})}

    async def labels(self, names: list[str]) -> list[UUID]:
        if not names:
            return []
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
        async with self.database.connection() as conn:
            found = await match_labels(conn, self.workspace_id, names)
        return [found[name] for name in names]


async def unmake(conn: asyncpg.Connection, workspace_id: WorkspaceId, import_id: UUID) -> None:
    """Takes away what was made ahead of an import that did not come to pass, unless it is in use by now."""
    await conn.execute(
        """
        DELETE FROM labels l USING imports m
        WHERE m.workspace_id = $1 AND m.import_id = $2 AND l.workspace_id = $1 AND l.label_id = ANY (m.made_labels)
          AND NOT EXISTS (SELECT FROM issue_labels il WHERE il.workspace_id = $1 AND il.label_id = l.label_id)""",
        workspace_id,
        import_id,
    )
    await conn.execute(
        """
        DELETE FROM people p USING imports m
        WHERE m.workspace_id = $1 AND m.import_id = $2 AND p.workspace_id = $1 AND p.person_id = ANY (m.made_people)
          AND p.slack_user_id IS NULL
          AND NOT EXISTS (SELECT FROM issues i WHERE i.workspace_id = $1 AND i.assignee_id = p.person_id)
          AND NOT EXISTS (SELECT FROM issues i WHERE i.workspace_id = $1 AND i.reporter_id = p.person_id)
          AND NOT EXISTS (SELECT FROM comments c WHERE c.workspace_id = $1 AND c.author_id = p.person_id)
          AND NOT EXISTS (SELECT FROM watchers w WHERE w.workspace_id = $1 AND w.person_id = p.person_id)
          AND NOT EXISTS (SELECT FROM changes c WHERE c.workspace_id = $1 AND c.actor_id = p.person_id)
          AND NOT EXISTS (SELECT FROM people q WHERE q.workspace_id = $1 AND q.merged_into = p.person_id)""",
        workspace_id,
        import_id,
    )
