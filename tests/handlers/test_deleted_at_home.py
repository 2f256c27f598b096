"""What is deleted goes from Home, and comes back as it was."""

from __future__ import annotations

from datetime import timedelta

import asyncpg

from db import announcements, awaiting, changes, comments, deleting
from db.access import Actor
from handlers.home import Following
from tests.db.worlds import World, file, make_world, me


async def opened(conn: asyncpg.Connection, actor: Actor) -> None:
    await conn.execute(
        "INSERT INTO homes (workspace_id, person_id, state) VALUES ($1, $2, '{}')",
        actor.workspace_id,
        me(actor),
    )


async def drawn_anew(conn: asyncpg.Connection, world: World) -> set[str]:
    """Whose Home is, once it is worked out what follows."""
    async with conn.transaction():
        await conn.execute("DELETE FROM pgqueuer")
        batch = await announcements.take(conn, world.workspace_id, 100)
        assert batch is not None
        assert batch.waited >= timedelta(0)
        await Following()(conn, batch)
    rows = await conn.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'home'")
    return {row["payload"].decode().rpartition(":")[2] for row in rows}


async def test_the_home_of_whom_it_concerned_is_drawn_anew_and_who_was_waited_for_is_so_again(
    conn: asyncpg.Connection,
) -> None:
    world = await make_world(conn)
    for actor in (world.ada, world.bob, world.guest):
        await opened(conn, actor)
    concerned = {str(me(world.ada)), str(me(world.bob))}
    issue = await file(conn, world.ada, assignee_id=me(world.bob))
    await comments.add(conn, world.admin, issue.issue_id, "<@UBOB> which one?")
    await drawn_anew(conn, world)
    waiting = await awaiting.of_issues(conn, world.workspace_id, [issue.issue_id])
    assert waiting == {me(world.ada), me(world.bob)}
    await deleting.delete(conn, world.admin, [issue.issue_id])
    assert await drawn_anew(conn, world) == concerned
    await changes.undo(conn, world.admin)
    assert await drawn_anew(conn, world) == concerned
    assert await awaiting.of_issues(conn, world.workspace_id, [issue.issue_id]) == waiting
    # To delete it is no answer either.
    await deleting.delete(conn, world.ada, [issue.issue_id])
    await drawn_anew(conn, world)
    await changes.undo(conn, world.ada)
    await drawn_anew(conn, world)
    assert await awaiting.of_issues(conn, world.workspace_id, [issue.issue_id]) == waiting


async def test_an_issue_whose_filing_is_undone_goes_from_home_too(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await opened(conn, world.bob)
    await file(conn, world.ada, assignee_id=me(world.bob))
    await drawn_anew(conn, world)
    await changes.undo(conn, world.ada)
    assert await drawn_anew(conn, world) == {str(me(world.bob))}
