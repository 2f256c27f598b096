"""Messages that show issues because somebody named them, or linked to them."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from db import cards, labels, previews
from db.ids import ChannelId, IssueId, LabelId, MessageTs
from db.previews import FOLLOWED, NEWEST, Line
from tests.db.plans import Plans
from tests.db.worlds import World, file, make_world, me

HERE, TS = ChannelId("C1"), MessageTs("1.1")


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


async def show(conn: asyncpg.Connection, world: World, ts: str, *issue_ids: IssueId) -> None:
    await previews.remember(conn, world.workspace_id, HERE, MessageTs(ts), issue_ids, [])


async def aged(conn: asyncpg.Connection, ts: str, age: timedelta) -> None:
    await conn.execute(
        "UPDATE preview_lines SET created_at = created_at - $2::interval WHERE message_ts = $1", ts, age
    )


async def following(conn: asyncpg.Connection, world: World, *issue_ids: IssueId) -> list[str]:
    _, found = await cards.everywhere(conn, world.workspace_id, issue_ids)
    return [str(each.message_ts) for each in found]


async def test_a_message_shows_its_issues_in_the_order_in_which_they_were_named(
    conn: asyncpg.Connection, world: World
) -> None:
    one, two = [(await file(conn, world.ada)).issue_id for _ in range(2)]
    await previews.remember(conn, world.workspace_id, HERE, TS, [two, one], ["b"])
    lines = await previews.at(conn, world.workspace_id, HERE, TS)
    assert lines == (Line(issue_id=two, url=None, shown="b"), Line(issue_id=one, url=None, shown=""))
    await previews.shows(conn, world.workspace_id, HERE, TS, ["c", "d"])
    assert [line.shown for line in await previews.at(conn, world.workspace_id, HERE, TS)] == ["c", "d"]
    await previews.forget(conn, world.workspace_id, HERE, TS)
    assert await previews.at(conn, world.workspace_id, HERE, TS) == ()


async def test_what_is_behind_a_link_is_noted_once(conn: asyncpg.Connection, world: World) -> None:
    one, two = [(await file(conn, world.ada)).issue_id for _ in range(2)]
    assert await previews.link(conn, world.workspace_id, HERE, TS, {"https://a": one})
    assert not await previews.link(conn, world.workspace_id, HERE, TS, {"https://a": one})
    await previews.shows(conn, world.workspace_id, HERE, TS, ["a"])
    assert await previews.link(conn, world.workspace_id, HERE, TS, {"https://a": one, "https://b": two})
    lines = await previews.at(conn, world.workspace_id, HERE, TS)
    assert [(line.issue_id, line.url, line.shown) for line in lines] == [
        (one, "https://a", "a"),
        (two, "https://b", ""),
    ]


async def test_cards_and_what_else_shows_an_issue_are_found_apart(
    conn: asyncpg.Connection, world: World
) -> None:
    issue, other, strange = [(await file(conn, world.ada)).issue_id for _ in range(3)]
    await cards.remember(conn, world.workspace_id, HERE, MessageTs("0.1"), issue, 1)
    await show(conn, world, "2.1", other, issue)
    await show(conn, world, "2.2", strange)
    posted, named = await cards.everywhere(conn, world.workspace_id, [issue])
    assert [card.message_ts for card in posted] == ["0.1"]
    assert [(each.message_ts, each.issue_id) for each in named] == [("2.1", issue)]
    assert await cards.of_issues(conn, world.workspace_id, [other]) == ()


async def test_a_message_that_shows_an_issue_is_no_home_of_it(conn: asyncpg.Connection, world: World) -> None:
    issue = await file(conn, world.ada)
    await show(conn, world, "2.1", issue.issue_id)
    assert await cards.at(conn, world.workspace_id, HERE, MessageTs("2.1")) is None
    assert await cards.in_thread(conn, world.workspace_id, HERE, MessageTs("1.1"), MessageTs("3.1")) == ()


async def test_the_newest_messages_of_a_month_are_followed(conn: asyncpg.Connection, world: World) -> None:
    issue, quiet = [(await file(conn, world.ada)).issue_id for _ in range(2)]
    names = [f"1.{n:02}" for n in range(NEWEST + 2)]
    for name in names:
        await show(conn, world, name, issue)
        await aged(conn, name, timedelta(minutes=int(name[2:])))
    await show(conn, world, "0.1", quiet)
    await aged(conn, "0.1", FOLLOWED)
    # Oldest first.
    assert await following(conn, world, issue, quiet) == names[:NEWEST][::-1]
    assert [each.message_ts for each in await previews.showing(conn, world.workspace_id)] == names[:NEWEST]


async def test_what_is_followed_no_more_is_forgotten(conn: asyncpg.Connection, world: World) -> None:
    issue = (await file(conn, world.ada)).issue_id
    await show(conn, world, "1.1", issue)
    await show(conn, world, "1.2", issue)
    await aged(conn, "1.1", FOLLOWED)
    await previews.forget_old(conn)
    assert await conn.fetchval("SELECT array_agg(message_ts) FROM preview_lines") == ["1.2"]


async def test_messages_are_found_by_what_they_say_of_their_issues(
    conn: asyncpg.Connection, world: World
) -> None:
    other = await make_world(conn, "T2")
    bugs = await file(conn, world.ada, labels=("bug",))
    bobs = await file(conn, world.ada, assignee_id=me(world.bob))
    filed = await file(conn, world.bob)
    gone = await file(conn, world.ada, labels=("bug",))
    theirs = await file(conn, other.ada, labels=("bug",))
    for ts, issue in (("1.1", bugs), ("1.2", bobs), ("1.3", filed), ("1.4", gone)):
        await show(conn, world, ts, issue.issue_id)
    await show(conn, other, "1.5", theirs.issue_id)
    await conn.execute("UPDATE issues SET deleted_at = now() WHERE issue_id = $1", gone.issue_id)
    (bug,) = await labels.all(conn, world.ada)

    async def found(**which: object) -> set[str]:
        shown = await previews.showing(conn, world.workspace_id, **which)  # type: ignore[arg-type] # one of the keywords
        return {str(each.message_ts) for each in shown}

    assert await found(label_ids=[LabelId(bug.label_id)]) == {"1.1"}
    assert await found(person_ids=[me(world.bob)]) == {"1.2"}
    assert await found() == {"1.1", "1.2", "1.3"}


async def test_messages_are_found_without_reading_those_of_other_issues(
    conn: asyncpg.Connection, world: World
) -> None:
    issue = (await file(conn, world.ada)).issue_id
    await conn.execute(
        """
        INSERT INTO issues (workspace_id, number, title, reporter_id)
        SELECT $1, next_number($1), 'Number ' || n, $2 FROM generate_series(1, 2000) n""",
        world.workspace_id,
        me(world.ada),
    )
    for table, column in (("preview_lines", "place"), ("cards", "shown_version")):
        await conn.execute(
            f"""
            INSERT INTO {table} (workspace_id, channel_id, message_ts, issue_id, {column})
            SELECT workspace_id, 'C1', number || '.1', issue_id, 0 FROM issues"""
        )
    await conn.execute("ANALYZE issues, preview_lines, cards")
    for mode in ("force_generic_plan", "force_custom_plan"):
        await conn.execute(f"SET plan_cache_mode = {mode}")
        plans = Plans(conn)
        await cards.everywhere(plans, world.workspace_id, [issue])
        await previews.at(plans, world.workspace_id, HERE, TS)
        assert "Seq Scan" not in plans.text
        assert "preview_lines_by_issue" in plans.text
        assert "preview_lines_pkey" in plans.text
