import asyncio
import json

from db.ids import WorkspaceId
from handlers.jobs import Job
from handlers.searching import Indexing, Pairing, Reindexing
from tests.scenarios.conftest import Lodge, said

_GERMAN = "SELECT count(*) FROM issue_documents WHERE config = 'german'::regconfig"


async def test_a_changed_language_finds_what_was_written_before(lodge: Lodge) -> None:
    await lodge.ask("ada", "new Die Häuser am Hafen sind dunkel")
    services = lodge.process.services
    async with services.database.connection() as conn:
        await conn.execute("UPDATE workspaces SET search_config = 'german'")
        queued = await conn.fetchrow("SELECT payload, dedupe_key FROM pgqueuer WHERE entrypoint = 'reindex'")
        # The worker may have been quicker; the job's own words are checked where it was not.
        if queued is not None:
            assert json.loads(queued["payload"]) == {"workspace_id": lodge.slack.team_id}
        services.bell.ring()
        async with asyncio.timeout(60):
            while not await conn.fetchval(_GERMAN):
                await asyncio.sleep(0.05)
    services.directory.forget_workspace(WorkspaceId(lodge.slack.team_id))
    assert "Häuser" in said(await lodge.ask("ada", "search Haus"))


async def test_reindexing_goes_on_batch_after_batch(lodge: Lodge) -> None:
    for number in range(3):
        await lodge.ask("ada", f"new Issue {number}")
    services = lodge.process.services
    payload = json.dumps({"workspace_id": lodge.slack.team_id}).encode()
    await Reindexing(services).run(Job(id=1, payload=payload, attempts=0))
    async with services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM issue_documents") == 3


async def test_documents_of_an_older_version_get_their_pairs(lodge: Lodge) -> None:
    await lodge.ask("ada", "new The harbour wall leans")
    await lodge.indexed()
    services = lodge.process.services
    payload = json.dumps({"workspace_id": lodge.slack.team_id}).encode()
    lacking = "SELECT count(*) FROM issue_documents WHERE pairs IS NULL"
    async with services.database.connection() as conn:
        await Reindexing(services).run(Job(id=1, payload=payload, attempts=0))
        await conn.execute("UPDATE issue_documents SET pairs = NULL")
        assert await conn.fetchval(lacking) == 1
        await Pairing(services).run(Job(id=2, payload=payload, attempts=0))
        assert await conn.fetchval(lacking) == 0
    assert "harbour" in said(await lodge.ask("ada", 'search "harbour wall"'))


async def test_a_large_change_is_indexed_by_a_job_of_its_own(lodge: Lodge) -> None:
    for number in range(3):
        await lodge.ask("ada", f"new Winch {number}")
    # What is begun by itself comes to its end first.
    await lodge.indexed()
    services = lodge.process.services
    workspace_id = WorkspaceId(lodge.slack.team_id)
    async with services.database.connection() as conn:
        change_id = await conn.fetchval("SELECT change_id FROM changes LIMIT 1")
        await conn.execute("DELETE FROM issue_documents")
    payload = json.dumps({"workspace_id": workspace_id, "change_id": str(change_id)}).encode()
    await Indexing(services).run(Job(id=1, payload=payload, attempts=0))
    async with services.database.connection() as conn:
        assert await conn.fetchval("SELECT count(*) FROM issue_documents") == 1
