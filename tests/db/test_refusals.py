"""What Slack's refusals stopped goes on when they end; what a person paused, or nobody can mend, does not."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from db import outbox, refusals, subscriptions
from db.ids import ChannelId
from db.outbox import Outgoing
from db.subscriptions import BY_PERSON, UNREADABLE, Subscription, SubscriptionDraft
from tests.db.worlds import World, make_world

HERE, ELSEWHERE, DIRECT = ChannelId("C1"), ChannelId("C2"), ChannelId("UADA")
DAY = timedelta(days=1)
ERRORS = refusals.passing(HERE)


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


async def follow(
    conn: asyncpg.Connection, world: World, query: str, why: str | None, channel_id: ChannelId = HERE
) -> Subscription:
    made = await subscriptions.create(conn, world.ada, SubscriptionDraft(channel_id=channel_id, query=query))
    await conn.execute(
        "UPDATE subscriptions SET paused_why = $2 WHERE subscription_id = $1", made.subscription_id, why
    )
    return made


async def plan(conn: asyncpg.Connection, world: World, channel_id: ChannelId, why: str | None) -> None:
    await conn.execute(
        """
        INSERT INTO schedules (workspace_id, owner_id, report, query, period, channel_id, recurrence, timezone, locale,
                               paused_why)
        VALUES ($1, $2, 'flow', '', '7d', $3, 'daily 09:00', 'UTC', 'en', $4)""",
        world.workspace_id,
        world.ada.person_id,
        channel_id,
        why,
    )


async def running(conn: asyncpg.Connection, world: World) -> set[str]:
    return {each.subscription.query for each in await subscriptions.active(conn, world.workspace_id)}


async def test_what_a_refusal_stopped_goes_on_and_what_a_person_paused_stays(
    conn: asyncpg.Connection, world: World
) -> None:
    made = [
        await follow(conn, world, query, why)
        for query, why in (
            ("one", "is_archived"),
            ("two", "not_in_channel"),
            ("three", BY_PERSON),
            ("four", UNREADABLE),
            ("five", "restricted_action"),
            ("six", None),
        )
    ]
    await follow(conn, world, "seven", "is_archived", ELSEWHERE)
    waiting = await subscriptions.refused(conn, world.workspace_id, HERE, ERRORS)
    assert [each.subscription.query for each in waiting] == ["one", "two"]
    assert {each.reader.person_id for each in waiting} == {world.ada.person_id}
    everything = [each.subscription_id for each in made]
    on = await subscriptions.go_on(conn, world.workspace_id, everything, ERRORS)
    assert on == {each.subscription.subscription_id for each in waiting}
    assert await running(conn, world) == {"one", "two", "six"}
    assert await subscriptions.go_on(conn, world.workspace_id, everything, ERRORS) == frozenset()


async def test_what_a_person_pauses_when_slack_had_stopped_it_stays_paused(
    conn: asyncpg.Connection, world: World
) -> None:
    made = await follow(conn, world, "one", "is_archived")
    paused = await subscriptions.turn(conn, world.ada, made.subscription_id, on=False)
    assert paused.paused_why == BY_PERSON
    assert await subscriptions.refused(conn, world.workspace_id, HERE, ERRORS) == ()
    assert (await subscriptions.turn(conn, world.ada, made.subscription_id, on=True)).paused_why is None


async def test_places_where_something_waits_are_found(conn: asyncpg.Connection, world: World) -> None:
    await follow(conn, world, "one", "is_archived")
    await follow(conn, world, "two", "not_in_channel")
    await follow(conn, world, "three", BY_PERSON, ChannelId("C3"))
    await plan(conn, world, ELSEWHERE, "channel_not_found")
    await plan(conn, world, ChannelId("C4"), "asked")
    assert await refusals.channels(conn, DAY) == ((world.workspace_id, HERE), (world.workspace_id, ELSEWHERE))


async def test_where_the_app_was_taken_out_nothing_is_looked_for(
    conn: asyncpg.Connection, world: World
) -> None:
    await plan(conn, world, HERE, "not_installed")
    assert await refusals.channels(conn, DAY) == ((world.workspace_id, HERE),)
    await conn.execute("UPDATE workspaces SET uninstalled_at = now()")
    assert await refusals.channels(conn, DAY) == ()


async def test_nobody_is_let_into_a_direct_message(conn: asyncpg.Connection, world: World) -> None:
    await plan(conn, world, DIRECT, "channel_not_found")
    assert await refusals.channels(conn, DAY) == ()
    await plan(conn, world, DIRECT, "token_revoked")
    assert await refusals.channels(conn, DAY) == ((world.workspace_id, DIRECT),)


async def test_where_something_went_on_lately_is_left_alone(conn: asyncpg.Connection, world: World) -> None:
    await follow(conn, world, "one", "is_archived")
    told = Outgoing(channel_id=DIRECT, payload={"text": "x"}, coalesce_key=refusals.key_of_return(HERE))
    await outbox.put(conn, world.workspace_id, [told])
    assert await refusals.channels(conn, DAY) == ()
    await conn.execute("UPDATE outbox SET created_at = created_at - interval '25 hours'")
    assert await refusals.channels(conn, DAY) == ((world.workspace_id, HERE),)


async def test_when_something_was_said_last(conn: asyncpg.Connection, world: World) -> None:
    for _ in range(2):
        message = Outgoing(channel_id=DIRECT, payload={"text": "x"}, coalesce_key="stopped:1")
        await outbox.put(conn, world.workspace_id, [message])
        await conn.execute("UPDATE outbox SET attempts = 1, created_at = created_at - interval '1 hour'")
    newest = await conn.fetchval("SELECT max(created_at) FROM outbox")
    assert await refusals.said_at(conn, world.workspace_id, ["stopped:1", "stopped:2"]) == {
        "stopped:1": newest
    }
