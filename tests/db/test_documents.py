import asyncpg

from db import bulk, comments, documents, issues, search, workspaces
from db.access import Actor
from db.bulk import BulkPatch
from db.ids import ChangeId, WorkspaceId
from db.issues import Issue, IssueDraft, IssuePatch
from db.states import Priority, Role

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


async def _indexed(conn: asyncpg.Connection, change_id: ChangeId | None) -> None:
    assert change_id is not None
    await documents.index_changes(conn, WORKSPACE, [change_id])


async def test_only_what_changes_the_words_of_an_issue_is_indexed(conn: asyncpg.Connection) -> None:
    await workspaces.ensure(conn, WORKSPACE)
    issue = (await issues.create(conn, ADMIN, IssueDraft(title="Anchor", description="rusty"))).issue
    urgent = await issues.edit(conn, ADMIN, issue.issue_id, IssuePatch(priority=Priority.URGENT))
    await _indexed(conn, urgent.change_id)
    many = await bulk.change(conn, ADMIN, [issue.issue_id], BulkPatch(priority=Priority.LOW))
    assert many.change_id is not None
    assert await documents.index_change(conn, WORKSPACE, many.change_id) is None
    assert await conn.fetchval("SELECT count(*) FROM issue_documents") == 0
    for patch in (IssuePatch(description=""), IssuePatch(title="Chain")):
        written = await issues.edit(conn, ADMIN, issue.issue_id, patch)
        await conn.execute("DELETE FROM issue_documents")
        await _indexed(conn, written.change_id)
        assert await conn.fetchval("SELECT count(*) FROM issue_documents") == 1


async def test_pairs_of_words_are_worked_out_once_and_only_of_a_document_that_differs(
    conn: asyncpg.Connection,
) -> None:
    issue_id = (await _one_issue(conn)).issue_id
    await conn.execute("CREATE TABLE worked_out (pairs integer[])")
    await conn.execute(
        """
        CREATE OR REPLACE FUNCTION keep_pairs() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.pairs := document_pairs(NEW.document, NEW.workspace_id, NEW.number);
            INSERT INTO worked_out VALUES (NEW.pairs);
            RETURN NEW;
        END
        $$"""
    )
    for title, often in (("Anchor chain", 1), ("Anchor chain", 1), ("Anchor chain lost", 2)):
        await issues.edit(conn, ADMIN, issue_id, IssuePatch(title=title))
        await documents.index_issues(conn, WORKSPACE, [issue_id])
        assert await conn.fetchval("SELECT count(*) FROM worked_out") == often
    kept = await conn.fetchval("SELECT pairs FROM issue_documents")
    assert kept == await conn.fetchval("SELECT pairs FROM worked_out OFFSET 1")


async def test_words_of_an_issue_and_of_its_comments_are_learned(conn: asyncpg.Connection) -> None:
    issue = await _one_issue(conn)
    gone = await comments.add(conn, ADMIN, issue.issue_id, "capstan")
    await comments.delete(conn, ADMIN, gone.comment.comment_id)
    await comments.add(conn, ADMIN, issue.issue_id, "Windlass jams")
    await documents.index_issues(conn, WORKSPACE, [issue.issue_id])
    learned = await conn.fetchval("SELECT array_agg(word ORDER BY word) FROM search_words")
    assert learned == ["anchor", "jams", "windlass"]


async def _one_issue(conn: asyncpg.Connection) -> Issue:
    await workspaces.ensure(conn, WORKSPACE)
    return (await issues.create(conn, ADMIN, IssueDraft(title="Anchor"))).issue
