"""Whom an issue waits for, by what was done to it."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from db import announcements, awaiting, comments, issues
from db.ids import IssueId, PersonId
from handlers.home import Following
from tests.db.worlds import World, file, make_world, me


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


async def waits_for(conn: asyncpg.Connection, world: World, issue_id: IssueId) -> set[PersonId]:
    """When what follows from all that was done is worked out."""
    async with conn.transaction():
        batch = await announcements.take(conn, world.workspace_id, 100)
        assert batch is not None
        assert batch.waited >= timedelta(0)
        await Following()(conn, batch)
    return await awaiting.of_issues(conn, world.workspace_id, [issue_id])


async def test_a_question_that_is_deleted_waits_for_nobody(conn: asyncpg.Connection, world: World) -> None:
    issue = await file(conn, world.ada)
    asked = await comments.add(conn, world.bob, issue.issue_id, "<@UADMIN> which one?")
    assert await waits_for(conn, world, issue.issue_id) == {me(world.ada), me(world.admin)}
    await comments.delete(conn, world.bob, asked.comment.comment_id)
    assert await waits_for(conn, world, issue.issue_id) == set()


async def test_whoever_answers_or_closes_it_is_waited_for_no_more(
    conn: asyncpg.Connection, world: World
) -> None:
    issue = await file(conn, world.ada)
    await comments.add(conn, world.bob, issue.issue_id, "<@UADMIN> which one?")
    await comments.add(conn, world.admin, issue.issue_id, "The left one")
    assert await waits_for(conn, world, issue.issue_id) == {me(world.ada)}
    await issues.close(conn, world.bob, issue.issue_id)
    assert await waits_for(conn, world, issue.issue_id) == set()


async def test_whoever_came_before_it_was_known_that_they_are_waited_for_sees_it_at_home(
    conn: asyncpg.Connection, world: World
) -> None:
    issue = await file(conn, world.ada)
    await comments.add(conn, world.bob, issue.issue_id, "<@UADMIN> which one?")
    async with conn.transaction():
        batch = await announcements.take(conn, world.workspace_id, 100)
        assert batch is not None
        await Following().met(conn, batch, only=frozenset({me(world.admin)}))
    drawn = await conn.fetch("SELECT payload FROM pgqueuer WHERE entrypoint = 'home'")
    assert [row["payload"].decode() for row in drawn] == [f"{world.workspace_id}:{me(world.admin)}"]


async def test_whoever_is_named_when_a_comment_is_edited_is_waited_for_and_nobody_again(
    conn: asyncpg.Connection, world: World
) -> None:
    issue = await file(conn, world.bob)
    said = await comments.add(conn, world.bob, issue.issue_id, "<@UADMIN> which one?")
    await comments.add(conn, world.admin, issue.issue_id, "The left one")
    assert me(world.admin) not in await waits_for(conn, world, issue.issue_id)
    await comments.edit(conn, world.bob, said.comment.comment_id, "<@UADMIN> <@UADA> which one?")
    waited_for = await waits_for(conn, world, issue.issue_id)
    assert me(world.ada) in waited_for
    assert me(world.admin) not in waited_for
