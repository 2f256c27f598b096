import asyncpg
import pytest


@pytest.mark.parametrize(
    ("table", "column"), [("people", "person_id"), ("changes", "change_id"), ("issues", "issue_id")]
)
async def test_a_foreign_key_to_an_empty_table_is_checked_by_its_primary_key(
    conn: asyncpg.Connection, table: str, column: str
) -> None:
    """The plan is made once a connection and kept: by a wrong index, each write would read all rows from then on."""
    await conn.execute("SET plan_cache_mode = force_generic_plan")
    check = f"SELECT 1 FROM ONLY {table} x WHERE workspace_id = $1 AND {column} = $2 FOR KEY SHARE OF x"
    await conn.execute(f"PREPARE checking (text, uuid) AS {check}")
    plan = await conn.fetch("EXPLAIN EXECUTE checking('T1', gen_random_uuid())")
    assert any(f"using {table}_pkey on" in row[0] for row in plan), plan
