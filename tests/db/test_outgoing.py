"""Whom outgoing webhooks tell, in which order, and what is still to be said."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import asyncpg
import pytest

from db import outgoing
from db.errors import NotFound
from db.ids import IssueId
from db.outgoing import Receiver, Saying, sends
from db.pool import Database
from tests.db.plans import Plans
from tests.db.worlds import World, make_world

ONE, TWO, THREE = (IssueId(UUID(int=number)) for number in (1, 2, 3))
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def world(conn: asyncpg.Connection) -> World:
    return await make_world(conn)


async def receiver(conn: asyncpg.Connection, world: World) -> Receiver:
    return await outgoing.create(
        conn, world.ada, webhook_id="out", name="mirror", url="https://example.com", sealed_secret=b"x"
    )


@pytest.fixture
async def mirror(conn: asyncpg.Connection, world: World) -> Receiver:
    return await receiver(conn, world)


async def say(conn: asyncpg.Connection, to: Receiver, *said: tuple[IssueId, str]) -> None:
    sayings = [Saying(issue_id=issue_id, kind="issue.edited", body=body) for issue_id, body in said]
    await outgoing.put(conn, to.workspace_id, [to.webhook_id], sayings)


async def claimed(conn: asyncpg.Connection, to: Receiver) -> dict[str, int]:
    """What a turn takes."""
    return {each.body: each.send_id for each in await outgoing.claim(conn, to, 8)}


@pytest.mark.parametrize("became", ["active = false", "role = 'guest'"])
async def test_nothing_is_told_for_an_owner_who_may_not_see_it(
    conn: asyncpg.Connection, world: World, mirror: Receiver, became: str
) -> None:
    assert await outgoing.listening(conn, world.workspace_id) == ("out",)
    await conn.execute(f"UPDATE people SET {became} WHERE person_id = $1", mirror.owner_id)
    assert await outgoing.listening(conn, world.workspace_id) == ()


async def test_what_is_off_or_of_no_installation_is_sent_nothing(
    conn: asyncpg.Connection, world: World, mirror: Receiver
) -> None:
    assert await outgoing.receiver(conn, world.workspace_id, "out") == mirror
    await conn.execute("UPDATE workspaces SET uninstalled_at = now()")
    assert await outgoing.receiver(conn, world.workspace_id, "out") is None
    await conn.execute("UPDATE workspaces SET uninstalled_at = NULL")
    await say(conn, mirror, (ONE, "first"))
    assert await outgoing.switch_off(conn, mirror, "http 500")
    assert not await outgoing.switch_off(conn, mirror, "http 500")
    assert await outgoing.receiver(conn, world.workspace_id, "out") is None
    assert await outgoing.listening(conn, world.workspace_id) == ()
    (left,) = await outgoing.log(conn, mirror)
    assert (left.state, left.outcome) == ("failed", "http 500")
    await outgoing.switch_on(conn, world.ada, "out")
    assert await outgoing.listening(conn, world.workspace_id) == ("out",)


async def test_of_each_issue_the_oldest_is_taken_and_its_later_news_wait(
    conn: asyncpg.Connection, mirror: Receiver
) -> None:
    await say(conn, mirror, (ONE, "first"), (TWO, "other"), (ONE, "second"))
    taken = await claimed(conn, mirror)
    assert set(taken) == {"first", "other"}
    assert await claimed(conn, mirror) == {}
    await outgoing.postpone(conn, mirror, taken["first"], MINUTE, "http 500")
    await outgoing.settle(conn, mirror, taken["other"], "sent", "http 200")
    assert await claimed(conn, mirror) == {}
    wait = await outgoing.next_due(conn, mirror)
    assert wait is not None
    assert MINUTE / 2 < wait <= MINUTE
    await conn.execute("UPDATE outgoing_sends SET not_before = now()")
    again = await claimed(conn, mirror)
    assert again == {"first": taken["first"]}
    await outgoing.settle(conn, mirror, taken["first"], "sent", "http 200")
    (last,) = await outgoing.claim(conn, mirror, 8)
    assert (last.body, last.attempts) == ("second", 1)
    await outgoing.settle(conn, mirror, last.send_id, "sent", "http 200")
    assert await outgoing.next_due(conn, mirror) is None


async def test_what_a_lost_process_had_taken_is_taken_by_another(
    conn: asyncpg.Connection, mirror: Receiver
) -> None:
    await say(conn, mirror, (ONE, "first"))
    await claimed(conn, mirror)
    await conn.execute("UPDATE outgoing_sends SET claimed_until = now() - interval '1 second'")
    assert list(await claimed(conn, mirror)) == ["first"]


async def test_what_follows_something_is_due_when_that_is_settled(
    conn: asyncpg.Connection, mirror: Receiver
) -> None:
    """Nobody comes upon it in vain, whatever it is that it waits for."""
    await say(conn, mirror, (ONE, "first"), (ONE, "second"), (TWO, "other"))
    taken = await claimed(conn, mirror)
    await say(conn, mirror, (ONE, "third"), (TWO, "later"))
    assert await due(conn) == {"first", "other"}
    await outgoing.postpone(conn, mirror, taken["first"], MINUTE, "http 500")
    await outgoing.settle(conn, mirror, taken["other"], "sent", "http 200")
    assert await due(conn) == {"later"}
    await outgoing.settle(conn, mirror, taken["first"], "sent", "http 200")
    assert await due(conn) == {"later", "second"}
    again = await claimed(conn, mirror)
    await outgoing.settle(conn, mirror, again["second"], "failed", "http 410")
    assert await due(conn) == {"later", "third"}


async def due(conn: asyncpg.Connection) -> set[str]:
    rows = await conn.fetch("SELECT body FROM outgoing_sends WHERE state = 'waiting' AND not_before <= now()")
    return {row["body"] for row in rows}


async def test_what_is_put_while_that_before_it_is_settled_is_not_left_behind(database: Database) -> None:
    """Whoever settles it waits until what is put can be seen, and goes on to that."""
    async with database.connection() as conn:
        to = await receiver(conn, await make_world(conn))
        await say(conn, to, (ONE, "first"))
        taken = await claimed(conn, to)

    async def settle() -> None:
        async with database.transaction() as other:
            await outgoing.settle(other, to, taken["first"], "sent", "http 200")

    async with database.transaction() as putting:
        await say(putting, to, (ONE, "second"))
        settling = asyncio.create_task(settle())
        async with database.connection() as conn, asyncio.timeout(30):
            await until_locked(conn)
    await settling
    async with database.connection() as conn:
        assert await due(conn) == {"second"}


async def test_what_is_just_being_given_up_keeps_nobody_who_puts_waiting(database: Database) -> None:
    async with database.connection() as conn:
        to = await receiver(conn, await make_world(conn))
        await say(conn, to, (ONE, "first"))
        async with database.transaction() as other:
            await outgoing.switch_off(other, to, "http 500")
            async with asyncio.timeout(30):
                await say(conn, to, (ONE, "second"))
        assert await due(conn) == {"second"}


async def test_what_is_behind_nothing_any_more_is_due_in_the_end(
    conn: asyncpg.Connection, world: World, mirror: Receiver
) -> None:
    await say(conn, mirror, (ONE, "first"), (ONE, "second"), (TWO, "other"), (TWO, "later"))
    # As when a webhook is switched off while something is put for it.
    await conn.execute("UPDATE outgoing_sends SET state = 'failed', settled_at = now() WHERE body = 'first'")
    await outgoing.switch_off(conn, mirror, "http 500")
    await conn.execute("UPDATE outgoing_sends SET state = 'waiting' WHERE body <> 'first'")
    await outgoing.call_forgotten(conn)
    assert await due(conn) == {"other"}
    await outgoing.switch_on(conn, world.ada, mirror.webhook_id)
    await outgoing.call_forgotten(conn)
    assert await due(conn) == {"other", "second"}


async def test_what_others_are_at_is_looked_for_when_they_are_taken_to_be_lost(
    conn: asyncpg.Connection, mirror: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sends, "_STRETCH", 2)
    await say(conn, mirror, (ONE, "first"), (ONE, "second"), (ONE, "third"))
    # As they stood before what follows something waited for it.
    await conn.execute("UPDATE outgoing_sends SET not_before = now()")
    assert list(await claimed(conn, mirror)) == ["first"]
    wait = await outgoing.next_due(conn, mirror)
    assert wait is not None
    assert timedelta(0) < wait <= sends.HELD
    await say(conn, mirror, (TWO, "other"))
    assert await outgoing.next_due(conn, mirror) == timedelta(0)
    assert list(await claimed(conn, mirror)) == ["other"]


async def test_the_next_few_cost_the_same_however_many_wait(
    conn: asyncpg.Connection, mirror: Receiver
) -> None:
    await conn.execute(
        """
        INSERT INTO outgoing_sends (workspace_id, webhook_id, issue_id, kind, body, not_before)
        SELECT $1, $2, md5((number % 3000)::text)::uuid, 'issue.edited', number::text,
               now() + CASE WHEN number % 3000 < 1000 THEN interval '1 hour' ELSE interval '-1 hour' END
        FROM generate_series(1, 6000) number""",
        mirror.workspace_id,
        mirror.webhook_id,
    )
    await conn.execute("ANALYZE outgoing_sends")
    plans = Plans(conn)
    on = cast("asyncpg.Connection", plans)
    taken = await outgoing.claim(on, mirror, 8)
    assert [each.send_id for each in sorted(taken, key=lambda each: each.send_id)] == list(range(1000, 1008))
    assert await outgoing.next_due(on, mirror) == timedelta(0)
    await outgoing.call_forgotten(on)
    for plan in plans.seen[:4]:
        assert re.search("Index (Only )?Scan using outgoing_sends_due", plan), plan
        assert not re.search(r"Sort\b|Unique|Bitmap|Seq Scan on outgoing_sends", plan), plan


@pytest.mark.parametrize("analyzed", [True, False])
async def test_what_comes_next_costs_the_same_however_many_follow_one_another(
    conn: asyncpg.Connection, mirror: Receiver, analyzed: bool
) -> None:
    """All of one issue, after as many that were sent, and somebody is at the first of them."""
    await say(conn, mirror, *((ONE, f"sent {each}") for each in range(3000)))
    await conn.execute("UPDATE outgoing_sends SET state = 'sent', settled_at = now(), not_before = now()")
    for number in range(0, 3000, 500):
        await say(conn, mirror, *((ONE, str(each)) for each in range(number, number + 500)))
    await say(conn, mirror, (TWO, "other"))
    if analyzed:
        await conn.execute("ANALYZE outgoing_sends")
    (first, other) = await outgoing.claim(conn, mirror, 8)
    assert (first.body, other.body) == ("0", "other")
    for work, most in (
        (lambda on: outgoing.next_due(on, mirror), 2),
        (lambda on: outgoing.claim(on, mirror, 8), 2),
        (lambda on: say(on, mirror, (ONE, "more"), (THREE, "new")), 2),
        (outgoing.call_forgotten, sends._LEFT),
    ):
        plans = Plans(conn, run=True)
        await work(cast("asyncpg.Connection", plans))
        # What somebody is at, and nothing of what follows it, or was before.
        assert all(rows <= most for rows in rows_read(plans)), plans.text
    await outgoing.settle(conn, mirror, first.send_id, "sent", "http 200")
    assert set(await claimed(conn, mirror)) == {"1", "new"}


def rows_read(plans: Plans) -> list[int]:
    """By each look at the table, with what it looked at in vain."""
    found = []
    for plan in plans.seen:
        for read in re.split(r"->", plan):
            if "outgoing_sends" in read.split("\n")[0]:
                kept = re.search(r"rows=([\d.]+) loops=(\d+)", read)
                dropped = re.search(r"Rows Removed by \w+: (\d+)", read)
                # None where nobody had to look.
                found.append(
                    int(float(kept[1]) * int(kept[2]) if kept else 0) + int(dropped[1] if dropped else 0)
                )
    assert found
    return found


async def until_locked(conn: asyncpg.Connection) -> None:
    while not await conn.fetchval(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ):
        await asyncio.sleep(0.01)


async def test_two_turns_at_the_same_moment_take_nothing_twice(database: Database) -> None:
    async with database.connection() as conn:
        to = await receiver(conn, await make_world(conn))
        await say(conn, to, (ONE, "first"), (TWO, "other"))

    async def turn() -> dict[str, int]:
        async with database.connection() as conn:
            return await claimed(conn, to)

    async with database.transaction() as first:
        taken = await claimed(first, to)
        second = asyncio.create_task(turn())
        async with database.connection() as conn, asyncio.timeout(30):
            await until_locked(conn)
    assert set(taken) == {"first", "other"}
    assert await second == {}


async def test_a_turn_that_is_to_come_later_keeps_off_none_that_is_to_come_now(
    conn: asyncpg.Connection, mirror: Receiver
) -> None:
    await outgoing.call(conn, mirror.workspace_id, mirror.webhook_id, MINUTE)
    for _ in range(2):
        await outgoing.call(conn, mirror.workspace_id, mirror.webhook_id)
    rows = await conn.fetch("SELECT payload, execute_after > now() AS later FROM pgqueuer ORDER BY 2")
    assert [row["later"] for row in rows] == [False, True]
    assert {outgoing.addressed(row["payload"]) for row in rows} == {(mirror.workspace_id, mirror.webhook_id)}


async def test_what_no_job_knows_of_is_called_for_when_it_is_due(
    conn: asyncpg.Connection, world: World, mirror: Receiver
) -> None:
    async def called() -> int:
        await conn.execute("DELETE FROM pgqueuer")
        await outgoing.call_forgotten(conn)
        return int(await conn.fetchval("SELECT count(*) FROM pgqueuer"))

    await say(conn, mirror, (ONE, "first"), (TWO, "other"))
    assert await called() == 1
    taken = await claimed(conn, mirror)
    assert await called() == 0
    for send_id in taken.values():
        await outgoing.postpone(conn, mirror, send_id, MINUTE, "http 500")
    assert await called() == 0
    await conn.execute("UPDATE outgoing_sends SET not_before = now()")
    assert await called() == 1
    await conn.execute("UPDATE outgoing_webhooks SET off_at = now()")
    assert await called() == 0


async def test_what_was_said_is_said_again_on_request_and_forgotten_in_time(
    conn: asyncpg.Connection, mirror: Receiver
) -> None:
    await say(conn, mirror, (ONE, "first"), (TWO, "other"))
    taken = await claimed(conn, mirror)
    with pytest.raises(NotFound):
        await outgoing.replay(conn, mirror, taken["first"])
    for send_id in taken.values():
        await outgoing.settle(conn, mirror, send_id, "sent", "http 200")
    message_ids = [each.message_id for each in await outgoing.log(conn, mirror)]
    await outgoing.replay(conn, mirror, taken["first"])
    (again,) = await outgoing.claim(conn, mirror, 8)
    assert (again.body, again.attempts, again.message_id) == ("first", 1, message_ids[1])
    now = datetime.now(UTC)
    await outgoing.forget_old(conn, now + sends.LOG_KEPT - MINUTE)
    assert len(await outgoing.log(conn, mirror)) == 2
    await outgoing.forget_old(conn, now + sends.LOG_KEPT + MINUTE)
    assert [each.body for each in await outgoing.log(conn, mirror)] == ["first"]
