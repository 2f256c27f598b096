import asyncpg

from db import documents, issues, search, workspaces
from db.access import Actor
from db.ids import ChangeId, WorkspaceId
from db.issues import IssueDraft
from db.states import Role

WORKSPACE = WorkspaceId("T0INDEX")
ADMIN = Actor(workspace_id=WORKSPACE, person_id=None, role=Role.ADMIN)


async def _one_change(conn: asyncpg.Connection, count: int) -> ChangeId:
    """`count` issues whose events all belong to one change, as an import's do."""
    await workspaces.ensure(conn, WORKSPACE)
    made = [await issues.create(conn, ADMIN, IssueDraft(title=f"Anchor {n}")) for n in range(count)]
    change_id = made[0].change_id
    assert change_id is not None
    await conn.execute("UPDATE events SET change_id = $1", change_id)
    return change_id


async def test_a_change_is_large_from_one_more_event_on(conn: asyncpg.Connection) -> None:
    change_id = await _one_change(conn, 3)
    assert await documents.large(conn, WORKSPACE, [change_id], than=2) == {change_id}
    assert await documents.large(conn, WORKSPACE, [change_id], than=3) == set()
    assert await documents.large(conn, WorkspaceId("T0OTHER"), [change_id], than=0) == set()


async def test_a_large_change_is_indexed_batch_after_batch(conn: asyncpg.Connection) -> None:
    change_id = await _one_change(conn, 5)
    after = await documents.index_change(conn, WORKSPACE, change_id, limit=2)
    assert after is not None
    assert await conn.fetchval("SELECT count(*) FROM issue_documents") == 2
    while after is not None:
        after = await documents.index_change(conn, WORKSPACE, change_id, after=after, limit=2)
    found = await search.search(conn, ADMIN, "anchor")
    assert len(found.hits) == 5
