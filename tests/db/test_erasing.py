"""Somebody is forgotten for good: nothing says who they were, and all that they did is still there."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from db import (
    changes,
    comments,
    erasing,
    imports,
    issues,
    listing,
    notices,
    outbox,
    pace,
    people,
    saved_queries,
    spent,
    standing,
    subscriptions,
    tokens,
)
from db.erasing import Part
from db.errors import Forbidden, Invalid, NotFound
from db.ids import ChannelId, PersonId, SlackUserId, new_uuid
from db.importing.formats import Format
from db.importing.mapping import Mapping
from db.issues import IssueDraft
from db.outbox import Outgoing
from db.pace import Rate
from db.people import Person
from db.pool import Database
from db.query import parse
from db.schedules import keeping
from db.states import Role
from db.subscriptions import SubscriptionDraft
from tests.db.neighbour import OTHER, make_other, notice, schedule_draft
from tests.db.test_races import waiting
from tests.db.worlds import World, file, make_world, me

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TRACES = ("zebulon", "quartz", "zebq", "old zeb")


async def kept(conn: asyncpg.Connection, *texts: str) -> dict[str, list[str]]:
    """The rows of all tables that have one of the texts, or without any all of them."""
    tables = await conn.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1"
    )
    found = {}
    for (table,) in tables:
        rows = await conn.fetch(f"SELECT t::text AS line FROM {table} t ORDER BY 1")
        lines = [row["line"] for row in rows]
        found[table] = [line for line in lines if not texts or any(text in line.lower() for text in texts)]
    return {table: lines for table, lines in found.items() if lines}


async def become_zebulon(conn: asyncpg.Connection, world: World) -> PersonId:
    """The world's Ada by a name that nothing else has, in all that is kept of anybody."""
    who = me(world.ada)
    await conn.execute(
        """
        UPDATE people SET name = 'Zebulon Quartz', email = 'zeb@quartz.example', slack_user_id = 'UZEBULON',
            handles = '{zebq}', settings = '{"digest": "Zebulon"}'
        WHERE workspace_id = $1 AND person_id = $2""",
        world.workspace_id,
        who,
    )
    earlier = await people.create(conn, world.admin, "Old Zeb", "old@quartz.example")
    await people.merge(conn, world.admin, earlier.person_id, who)
    return who


async def kept_by_slack_id(conn: asyncpg.Connection, world: World) -> None:
    to_them = ChannelId("UZEBULON")
    await outbox.put(conn, world.workspace_id, [Outgoing(channel_id=to_them, payload={"text": "Zebulon!"})])
    await conn.execute("DELETE FROM pgqueuer")
    await pace.take(conn, world.workspace_id, f"channel:{to_them}", Rate(every=timedelta(seconds=1)))
    await conn.execute("UPDATE installations SET installer_id = 'UZEBULON' WHERE workspace_id = $1", OTHER)
    await spent.first(conn, world.workspace_id, "click:UZEBULON:1.1:report_share:flow:0:5")
    await keeping.create(conn, world.ada, replace(schedule_draft("assignee:me"), channel_id=to_them), NOW)
    await subscriptions.create(
        conn, world.ada, SubscriptionDraft(channel_id=ChannelId("D1"), query="reporter:zebulon")
    )


async def named_in_queries(conn: asyncpg.Connection, world: World) -> None:
    await saved_queries.save(conn, world.ada, "mine", parse("assignee:me"))
    await saved_queries.save(conn, world.bob, "his", parse('assignee:"Zebulon Quartz" is:open'))
    await saved_queries.save(conn, world.bob, "all", parse("-reporter:zeb@quartz.example,bob"), shared=True)
    for query in ("assignee:<@UZEBULON>", "assignee:zeb@quartz.example", "commenter:zeb"):
        await subscriptions.create(
            conn, world.bob, SubscriptionDraft(channel_id=ChannelId("C2"), query=query)
        )
    await keeping.create(conn, world.bob, schedule_draft("waiting:zebulon"), NOW)


async def named_by_files(conn: asyncpg.Connection, world: World, who: PersonId) -> None:
    meant = {"Zebulon Quartz": "new", "zebq": "nobody", "Z. Q.": str(who), "Ida": str(me(world.bob))}
    mapping = Mapping(format=Format.PLAIN, columns=(), people=meant)
    await imports.remember(conn, world.workspace_id, "header", mapping)
    survey = {
        "guessed": {"Z. Q.": {"id": str(who), "name": "Zebulon Quartz"}},
        "ambiguous": {"zeb": ["Zebulon Quartz", "Zeb Other"], "Ida": ["Ida A.", "Ida B."]},
        "strangers": ["Quartz <zeb@quartz.example>", "Somebody"],
        "left": ["ZEBQ"],
        "samples": [{"title": "Crane", "assignee": "zebulon quartz"}, {"title": "Jetty", "assignee": "Ida"}],
    }
    await conn.execute(
        "UPDATE imports SET survey = $2::text::jsonb, mapping = $3::text::jsonb WHERE workspace_id = $1",
        OTHER,
        json.dumps(survey),
        json.dumps(mapping.to_json()),
    )


async def test_nothing_that_is_kept_says_who_they_were(conn: asyncpg.Connection) -> None:
    world, _ = await make_other(conn)
    who = await become_zebulon(conn, world)
    await kept_by_slack_id(conn, world)
    await named_in_queries(conn, world)
    await named_by_files(conn, world, who)
    before = await kept(conn, *TRACES)
    assert set(before) == {
        "changes", "import_mappings", "imports", "installations", "outbox", "people", "saved_queries", "schedules",
        "send_pace", "spent_requests", "subscriptions",
    }  # fmt: skip
    async with conn.transaction():
        erased = await erasing.erase(conn, world.admin, who)
    assert await kept(conn, *TRACES) == {}
    assert {part: erased.counts[part] for part in (Part.MERGED, Part.IMPORTS, Part.MESSAGES, Part.SAVED)} == {
        Part.MERGED: 1, Part.IMPORTS: 2, Part.MESSAGES: 1, Part.SAVED: 1,
    }  # fmt: skip
    for table in ("told", "notices", "awaited", "homes", "mutes"):
        assert not await conn.fetchval(
            f"SELECT EXISTS (SELECT FROM {table} WHERE workspace_id = $1 AND person_id = $2)", OTHER, who
        ), table
    files = await conn.fetchrow("SELECT survey, mapping FROM imports WHERE workspace_id = $1", OTHER)
    assert files["mapping"]["people"] == {"Ida": str(me(world.bob))}
    assert files["survey"] == {
        "guessed": {}, "ambiguous": {"zeb": ["Zeb Other"], "Ida": ["Ida A.", "Ida B."]}, "strangers": ["Somebody"],
        "left": [], "samples": [{"title": "Crane", "assignee": None}, {"title": "Jetty", "assignee": "Ida"}],
    }  # fmt: skip


async def test_what_asked_for_their_issues_goes_on_to(conn: asyncpg.Connection) -> None:
    world, _ = await make_other(conn)
    who = await become_zebulon(conn, world)
    theirs = await file(conn, world.admin, "Crane", assignee_id=who)
    await named_in_queries(conn, world)
    name = (await erasing.erase(conn, world.admin, who)).name
    texts = await conn.fetch(
        "SELECT query FROM subscriptions WHERE channel_id = 'C2' UNION ALL SELECT query FROM saved_queries"
        " WHERE name IN ('his', 'all') UNION ALL SELECT query FROM schedules WHERE query <> 'hidden' ORDER BY 1"
    )
    # Of the two subscriptions to one and the same, one is left.
    assert [row["query"] for row in texts] == [
        f'-reporter:"{name}",bob', f'assignee:"{name}"', f'assignee:"{name}" status:open,in-progress',
        f'commenter:"{name}"', f'waiting:"{name}"',
    ]  # fmt: skip
    found = await listing.page(conn, world.bob, parse(f'assignee:"{name}"'))
    assert [issue.issue_id for issue in found.items] == [theirs.issue_id]


async def test_what_they_did_stays_and_is_told_of_a_former_member(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    issue = await file(conn, world.bob)
    await comments.add(conn, world.bob, issue.issue_id, "Mine")
    erased = await erasing.erase(conn, world.admin, me(world.bob))
    assert (erased.person.name, erased.name) == ("bob", erasing.former_name(me(world.bob)))
    seen = await issues.detail(conn, world.ada, issue.issue_id)
    assert seen.people[me(world.bob)].name == erased.name
    assert [said.body for said in seen.comments] == ["Mine"]
    assert [e.actor_id for e in await changes.history(conn, world.ada, issue.issue_id)] == [me(world.bob)] * 2
    assert await people.by_slack_ids(conn, world.workspace_id, [SlackUserId("UBOB")]) == {}


async def test_done_again_it_changes_nothing(conn: asyncpg.Connection) -> None:
    world, _ = await make_other(conn)
    who = await become_zebulon(conn, world)
    await named_in_queries(conn, world)
    first = await erasing.erase(conn, world.admin, who)
    after = await kept(conn)
    second = await erasing.erase(conn, world.admin, who)
    assert (first.again, second.again, second.counts, second.name) == (False, True, {}, first.name)
    assert await kept(conn) == after


async def test_the_same_person_of_another_workspace_is_left_alone(conn: asyncpg.Connection) -> None:
    world, _ = await make_other(conn)
    who = await become_zebulon(conn, world)
    await named_in_queries(conn, world)
    here = await make_world(conn)
    twin = await people.ensure_slack(
        conn,
        here.workspace_id,
        SlackUserId("UZEBULON"),
        name="Zebulon Quartz",
        email="zeb@quartz.example",
    )
    before = await kept(conn, OTHER.lower())
    await erasing.erase(conn, here.admin, twin.person_id)
    assert await kept(conn, OTHER.lower()) == before
    with pytest.raises(NotFound):
        await erasing.erase(conn, here.admin, who)


async def test_nobody_is_given_anything_of_theirs_again(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    await tokens.create(conn, world.bob, token_id="bobs", name="ci", role=Role.MEMBER, secret_hash="x")
    await erasing.erase(conn, world.admin, me(world.bob))
    assert await tokens.by_id(conn, "bobs") is None
    assert await people.find(conn, world.admin, "former", left=True) == ()
    with pytest.raises(NotFound):
        await standing.reactivate(conn, world.admin, me(world.bob))
    for pair in ((me(world.bob), me(world.ada)), (me(world.guest), me(world.bob))):
        with pytest.raises(Invalid):
            await people.merge(conn, world.admin, *pair)
    again = await people.ensure_slack(conn, world.workspace_id, SlackUserId("UBOB"), name="bob")
    assert again.person_id != me(world.bob)


async def test_a_profile_that_arrives_meanwhile_does_not_bring_the_name_back(database: Database) -> None:
    async with database.connection() as conn:
        world = await make_world(conn)

    async def arriving() -> Person:
        async with database.connection() as conn:
            return await people.ensure_slack(conn, world.workspace_id, SlackUserId("UBOB"), name="Bob Again")

    async with database.connection() as conn:
        async with conn.transaction():
            await erasing.erase(conn, world.admin, me(world.bob))
            profile = asyncio.create_task(arriving())
            await waiting(database)
        assert (await profile).person_id != me(world.bob)
        left = await people.get(conn, world.admin, me(world.bob))
    assert (left.name, left.slack_user_id, left.active) == (
        erasing.former_name(me(world.bob)),
        None,
        False,
    )


async def test_nobody_may_more_than_before(conn: asyncpg.Connection) -> None:
    """What they set up for a channel is read with their eyes."""
    world = await make_world(conn)
    await erasing.erase(conn, world.admin, me(world.guest))
    await erasing.erase(conn, world.program(Role.ADMIN), me(world.admin))
    roles = [
        (await people.get(conn, world.ada, me(actor))).role for actor in (world.guest, world.admin, world.bob)
    ]
    assert roles == [Role.GUEST, Role.MEMBER, Role.MEMBER]


async def test_it_is_for_admins_and_of_people_who_are_there(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    with pytest.raises(Forbidden):
        await erasing.erase(conn, world.ada, me(world.bob))
    with pytest.raises(NotFound):
        await erasing.erase(conn, world.admin, PersonId(new_uuid()))


async def test_a_query_without_room_for_another_name_stops_it(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    long = f"assignee:bob {' '.join(['word'] * 96)}"
    await subscriptions.create(conn, world.ada, SubscriptionDraft(channel_id=ChannelId("C1"), query=long))
    with pytest.raises(Invalid, match="has no room in 'assignee:bob"):
        async with conn.transaction():
            await erasing.erase(conn, world.admin, me(world.bob))
    assert (await people.get(conn, world.ada, me(world.bob))).name == "bob"


async def test_who_is_meant_is_told_in_many_ways(conn: asyncpg.Connection) -> None:
    world = await make_world(conn)
    earlier = await people.create(conn, world.admin, "Robert")
    await people.merge(conn, world.admin, earlier.person_id, me(world.bob))
    ways = ("UBOB", "<@UBOB>", "@bob", "BOB@example.com", str(me(world.bob)), str(earlier.person_id))
    for text in ways:
        found = await erasing.meant(conn, world.admin, text)
        assert [person.person_id for person in found] == [me(world.bob)], text
    for text in ("bo", "robert", "", "%"):
        assert await erasing.meant(conn, world.admin, text) == ()


async def test_news_of_them_to_others_stays(conn: asyncpg.Connection) -> None:
    """By their id: whoever is told of what they did is told of a former member."""
    world = await make_world(conn)
    issue = (await issues.create(conn, world.bob, IssueDraft(title="Crane"))).issue
    await notices.put(conn, world.workspace_id, [notice(me(world.ada), issue.issue_id)], NOW)
    await erasing.erase(conn, world.admin, me(world.bob))
    assert await conn.fetchval("SELECT count(*) FROM notices") == 1
