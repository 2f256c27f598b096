"""Tables can be distributed by workspace: a row's keys begin with it, and no key leads to another workspace."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest

# Of no workspace, or of all of them: they stay on the coordinator. docs/operate.md says so.
GLOBAL = {
    "schema_migrations",
    "pgqueuer",
    "pgqueuer_log",
    "pgqueuer_schedules",
    "pgqueuer_statistics",
    "oauth_states",
}
# Found by a secret or an id that comes from outside, before the workspace is known: unique everywhere.
LOOKED_UP = {"tokens.token_id_once", "webhooks.webhook_id_once"}


async def keys(conn: asyncpg.Connection) -> Any:
    """Every unique index and foreign key: its table, its name, its first column, and the first it leads to."""
    return await conn.fetch(
        """
        SELECT c.relname AS table, i.relname AS name, 'unique' AS kind, x.indkey[0] AS first, NULL AS leads_to,
               (SELECT attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = x.indkey[0]) AS column
        FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
        WHERE x.indisunique AND c.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT c.relname, k.conname, 'foreign', k.conkey[1],
               (SELECT attname FROM pg_attribute a WHERE a.attrelid = k.confrelid AND a.attnum = k.confkey[1]),
               (SELECT attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = k.conkey[1])
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.contype = 'f' AND c.relnamespace = 'public'::regnamespace
        ORDER BY 1, 2"""
    )


async def test_every_key_begins_with_the_workspace(conn: asyncpg.Connection) -> None:
    found = [row for row in await keys(conn) if row["table"] not in GLOBAL]
    assert len(found) > 60
    wrong = {
        f"{row['table']}.{row['name']}"
        for row in found
        if row["column"] != "workspace_id" or row["leads_to"] not in (None, "workspace_id")
    }
    assert wrong == LOOKED_UP


async def test_every_table_has_a_primary_key_and_knows_its_workspace(conn: asyncpg.Connection) -> None:
    rows = await conn.fetch(
        """
        SELECT c.relname AS table,
               EXISTS (SELECT FROM pg_index x WHERE x.indrelid = c.oid AND x.indisprimary) AS keyed,
               EXISTS (SELECT FROM pg_attribute a
                       WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND a.attnotnull) AS owned
        FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"""
    )
    assert {row["table"] for row in rows if not row["owned"]} == GLOBAL
    assert {row["table"] for row in rows if not row["keyed"] and row["owned"]} == set()


@pytest.mark.parametrize("name", sorted(GLOBAL))
def test_global_tables_are_named_in_the_documentation(name: str) -> None:
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "operate.md").read_text()
    section = text.partition("## When one database is not enough")[2]
    assert f"`{name}`" in section or (name.startswith("pgqueuer") and "`pgqueuer*`" in section)
