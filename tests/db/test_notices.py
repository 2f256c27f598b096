"""What waits to be told of one issue is added up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from db import notices
from db.ids import CommentId, PersonId, new_uuid
from db.notices import SAID_IN, Notice
from db.preferences import NoticeKind
from tests.db.worlds import World, file, make_world, me

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


async def put(conn: asyncpg.Connection, world: World, notice: Notice, *rest: Notice) -> Notice:
    for each in (notice, *rest):
        await notices.put(conn, world.workspace_id, [each], NOW)
    later = NOW + timedelta(days=1)
    (told,) = await notices.take(conn, world.workspace_id, notice.person_id, later)
    return told


async def heard(conn: asyncpg.Connection, world: World) -> Notice:
    issue = await file(conn, world.ada)
    return Notice(
        person_id=me(world.ada),
        issue_id=issue.issue_id,
        kinds=frozenset({NoticeKind.COMMENTS}),
        actors=frozenset({me(world.bob)}),
        comments=1,
        due_at=NOW,
    )


def says(notice: Notice, text: str, who: PersonId, *kinds: NoticeKind, **after: Any) -> Notice:
    return replace(notice, said=text, said_by=who, kinds=notice.kinds | {*kinds}, after=after)


async def test_what_names_somebody_stays_the_word_that_is_told(
    conn: asyncpg.Connection, world: World
) -> None:
    one, two = CommentId(new_uuid()), CommentId(new_uuid())
    plain = await heard(conn, world)
    asked = says(plain, "look", me(world.bob), NoticeKind.MENTIONED, **{SAID_IN: str(one)})
    other = says(plain, "me too", me(world.admin), **{SAID_IN: str(two)}, title="Pump")
    told = await put(conn, world, asked, other)
    assert (told.said, told.said_by, told.said_in) == ("look", me(world.bob), one)
    assert told.after["title"] == "Pump"
    assert told.comments == 2
    told = await put(conn, world, other, asked)
    assert (told.said, told.said_by, told.said_in) == ("look", me(world.bob), one)


async def test_else_the_last_word_is_told_and_where_it_was_said(
    conn: asyncpg.Connection, world: World
) -> None:
    one = CommentId(new_uuid())
    plain = await heard(conn, world)
    first = says(plain, "first", me(world.bob), **{SAID_IN: str(one)})
    changed = replace(plain, kinds=frozenset({NoticeKind.CHANGES}), after={"title": "Pump"}, comments=0)
    told = await put(conn, world, first, changed)
    assert (told.said, told.said_in) == ("first", one)
    described = says(plain, "described", me(world.admin), NoticeKind.MENTIONED, description="described")
    told = await put(conn, world, first, described)
    assert (told.said, told.said_by, told.said_in) == ("described", me(world.admin), None)


async def test_a_comment_that_is_told_of_again_by_an_edit_counts_once(
    conn: asyncpg.Connection, world: World
) -> None:
    one, two = CommentId(new_uuid()), CommentId(new_uuid())
    plain = await heard(conn, world)
    first = says(plain, "look", me(world.bob), **{SAID_IN: str(one)})
    edited = says(plain, "you, look", me(world.bob), NoticeKind.MENTIONED, **{SAID_IN: str(one)})
    assert (await put(conn, world, first, edited)).comments == 1
    other = says(plain, "me too", me(world.admin), **{SAID_IN: str(two)})
    assert (await put(conn, world, other, edited)).comments == 2
