from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from db import deliveries, jobs, outbox, pace, senders, workspaces
from db.deliveries import Claim
from db.ids import ChannelId, WorkspaceId
from db.outbox import Kind, Outgoing
from db.pace import Rate

T1, C1 = WorkspaceId("T1"), ChannelId("C1")


@pytest.fixture
async def home(conn: asyncpg.Connection) -> asyncpg.Connection:
    await workspaces.ensure(conn, T1, "one")
    return conn


def message(text: str, **more: object) -> Outgoing:
    return Outgoing(channel_id=C1, payload={"text": text}, **more)  # type: ignore[arg-type]


async def test_messages_come_in_order_and_a_refresh_waits_for_none_of_them(home: asyncpg.Connection) -> None:
    refresh = Outgoing(channel_id=C1, kind=Kind.REFRESH, payload={"ts": "1.1"})
    await outbox.put(home, T1, [message("one"), refresh, message("two")])
    first = await outbox.next_post(home, T1, C1)
    assert first is not None
    assert first.payload == {"text": "one"}
    waiting = await outbox.next_refresh(home, T1, C1)
    assert waiting is not None
    assert waiting.payload == {"ts": "1.1"}
    await outbox.sent(home, T1, first.outbox_id)
    second = await outbox.next_post(home, T1, C1)
    assert second is not None
    assert second.payload == {"text": "two"}


async def test_one_job_calls_the_sender_of_a_channel(home: asyncpg.Connection) -> None:
    await outbox.put(home, T1, [message("one"), message("two")])
    await outbox.put(home, T1, [message("three")])
    assert await home.fetchval("SELECT count(*) FROM pgqueuer") == 1


async def test_what_waits_with_the_same_key_is_not_put_twice_until_it_was_tried(
    home: asyncpg.Connection,
) -> None:
    await outbox.put(home, T1, [message("one", coalesce_key="k"), message("two", coalesce_key="k")])
    assert await home.fetchval("SELECT count(*) FROM outbox") == 1
    row = await outbox.next_post(home, T1, C1)
    assert row is not None
    sender = uuid4()
    assert await senders.hold(home, T1, C1, sender)
    assert await outbox.begin(home, T1, C1, sender, row.outbox_id)
    await outbox.put(home, T1, [message("three", coalesce_key="k")])
    await outbox.postpone(home, T1, row.outbox_id, timedelta(0), unknown=False)
    assert await home.fetchval("SELECT count(*) FROM outbox WHERE state = 'waiting'") == 2


async def test_a_channel_has_one_sender_until_it_lets_go_or_is_gone(home: asyncpg.Connection) -> None:
    one, two = uuid4(), uuid4()
    assert await senders.hold(home, T1, C1, one)
    assert await senders.hold(home, T1, C1, one)
    assert not await senders.hold(home, T1, C1, two)
    await senders.let_go(home, T1, C1, one)
    assert await senders.hold(home, T1, C1, two)
    await home.execute("UPDATE channel_senders SET held_until = now() - interval '1 second'")
    assert await senders.hold(home, T1, C1, one)


async def test_a_sender_that_lost_its_channel_begins_nothing(home: asyncpg.Connection) -> None:
    one, two = uuid4(), uuid4()
    await outbox.put(home, T1, [message("one")])
    row = await outbox.next_post(home, T1, C1)
    assert row is not None
    await senders.hold(home, T1, C1, one)
    await home.execute("UPDATE channel_senders SET held_until = now() - interval '1 second'")
    await senders.hold(home, T1, C1, two)
    assert not await outbox.begin(home, T1, C1, one, row.outbox_id)
    assert await outbox.begin(home, T1, C1, two, row.outbox_id)


async def test_what_was_withdrawn_meanwhile_is_not_begun(home: asyncpg.Connection) -> None:
    sender = uuid4()
    await outbox.put(home, T1, [message("one")])
    row = await outbox.next_post(home, T1, C1)
    assert row is not None
    await senders.hold(home, T1, C1, sender)
    await outbox.drop(home, T1, row.outbox_id)
    assert not await outbox.begin(home, T1, C1, sender, row.outbox_id)


async def test_who_held_a_channel_for_too_long_begins_nothing(home: asyncpg.Connection) -> None:
    """Whoever is next may have looked already."""
    sender = uuid4()
    await outbox.put(home, T1, [message("one")])
    row = await outbox.next_post(home, T1, C1)
    assert row is not None
    await senders.hold(home, T1, C1, sender)
    await home.execute("UPDATE channel_senders SET held_until = now() - interval '1 second'")
    assert not await outbox.begin(home, T1, C1, sender, row.outbox_id)


async def test_an_unknown_attempt_stays_unknown_and_a_known_one_does_not(home: asyncpg.Connection) -> None:
    sender = uuid4()
    await outbox.put(home, T1, [message("one")])
    await senders.hold(home, T1, C1, sender)
    row = await outbox.next_post(home, T1, C1)
    assert row is not None
    await outbox.begin(home, T1, C1, sender, row.outbox_id)
    await outbox.postpone(home, T1, row.outbox_id, timedelta(0), unknown=True)
    again = await outbox.next_post(home, T1, C1)
    assert again is not None
    assert again.tried_at is not None
    await outbox.postpone(home, T1, row.outbox_id, timedelta(minutes=1), unknown=False)
    later = await outbox.next_post(home, T1, C1)
    assert later is not None
    assert later.tried_at is None
    assert later.wait > timedelta(seconds=50)


async def test_a_channel_nobody_was_called_for_is_found(home: asyncpg.Connection) -> None:
    await outbox.put(home, T1, [message("one")])
    assert await outbox.waiting_channels(home) == ()
    await home.execute("UPDATE pgqueuer SET status = 'picked'")
    assert await outbox.waiting_channels(home) == ()
    await home.execute("DELETE FROM pgqueuer")
    assert await outbox.waiting_channels(home) == ((T1, C1),)
    await senders.hold(home, T1, C1, uuid4())
    assert await outbox.waiting_channels(home) == ()
    await home.execute("UPDATE channel_senders SET held_until = now() - interval '1 second'")
    assert await outbox.waiting_channels(home) == ((T1, C1),)
    await home.execute("UPDATE outbox SET not_before = now() + interval '1 minute'")
    assert await outbox.waiting_channels(home) == ()


def refresh(channel: str, key: str, **payload: object) -> Outgoing:
    return Outgoing(channel_id=ChannelId(channel), kind=Kind.REFRESH, payload=payload, coalesce_key=key)


async def test_what_is_patient_comes_last_until_it_is_wished_for_on_its_own(
    home: asyncpg.Connection,
) -> None:
    await outbox.put(home, T1, [refresh("C1", "a", ts="1.1", patient=True), refresh("C1", "b", ts="1.2")])
    first = await outbox.next_refresh(home, T1, C1)
    assert first is not None
    assert first.payload == {"ts": "1.2"}
    await outbox.drop(home, T1, first.outbox_id)
    for again in (refresh("C1", "a", ts="1.1"), refresh("C1", "a", ts="1.1", patient=True)):
        await outbox.put(home, T1, [again])
        kept = await outbox.next_refresh(home, T1, C1)
        assert kept is not None
        assert kept.payload == {"ts": "1.1"}
    together = [refresh("C1", "c", ts="1.3", patient=True), refresh("C1", "c", ts="1.3")]
    await outbox.put(home, T1, together)
    assert await home.fetchval("SELECT payload ? 'patient' FROM outbox WHERE coalesce_key = 'c'") is False


async def test_senders_of_what_is_patient_come_one_after_the_other_and_sooner_for_anything_else(
    home: asyncpg.Connection,
) -> None:
    patient = [refresh(f"C{number}", "k", ts="1.1", patient=True) for number in range(1, 4)]
    async with home.transaction():
        await outbox.put(home, T1, patient)
        begins = await _begins(home)
        assert list(begins.values()) == [timedelta(0), outbox.PATIENCE, 2 * outbox.PATIENCE]
        await outbox.put(home, T1, [replace(message("one"), channel_id=ChannelId("C3"))])
        assert (await _begins(home))["C3"] == timedelta(0)


async def test_what_was_said_is_remembered_for_a_while(home: asyncpg.Connection) -> None:
    hour = timedelta(hours=1)
    await outbox.put(home, T1, [message("one", coalesce_key="k"), message("two")])
    assert await outbox.said_lately(home, T1, "k", hour)
    await home.execute("UPDATE outbox SET created_at = now() - interval '2 hours'")
    assert not await outbox.said_lately(home, T1, "k", hour)
    for age, forgotten in ((outbox.KEPT - hour, 0), (outbox.KEPT + hour, 1)):
        await home.execute(
            "UPDATE outbox SET state = 'sent', settled_at = now() - $1::interval WHERE coalesce_key = 'k'",
            age,
        )
        assert await outbox.forget_old(home) == forgotten
    assert await home.fetchval("SELECT count(*) FROM outbox") == 1


async def test_a_lane_lets_a_burst_pass_and_then_one_at_a_time(home: asyncpg.Connection) -> None:
    rate = Rate(every=timedelta(seconds=10), burst=2)
    # In which no time passes.
    async with home.transaction():
        assert await pace.take(home, T1, "lane", rate) is None
        assert await pace.take(home, T1, "lane", rate) is None
        assert await pace.take(home, T1, "lane", rate) == timedelta(seconds=10)
        assert await pace.take(home, T1, "other lane", rate) is None


async def test_a_blocked_lane_waits_for_the_longest_block(home: asyncpg.Connection) -> None:
    rate = Rate(every=timedelta(seconds=1), burst=5)
    async with home.transaction():
        await pace.block(home, T1, "lane", timedelta(seconds=30))
        await pace.block(home, T1, "lane", timedelta(seconds=5))
        assert await pace.take(home, T1, "lane", rate) == timedelta(seconds=30)


async def test_a_delivery_is_claimed_once_and_again_when_given_back_or_abandoned(
    conn: asyncpg.Connection,
) -> None:
    assert await deliveries.claim(conn, T1, "e1") is Claim.OURS
    assert await deliveries.claim(conn, T1, "e1") is Claim.UNDER_WAY
    await deliveries.give_back(conn, T1, "e1")
    assert await deliveries.claim(conn, T1, "e1") is Claim.OURS
    await conn.execute("UPDATE deliveries SET claimed_at = now() - interval '2 minutes'")
    assert await deliveries.claim(conn, T1, "e1") is Claim.OURS
    await deliveries.finish(conn, T1, "e1")
    await conn.execute("UPDATE deliveries SET claimed_at = now() - interval '2 minutes'")
    assert await deliveries.claim(conn, T1, "e1") is Claim.DONE


async def test_a_job_with_a_key_is_enqueued_once_until_it_opens_it(conn: asyncpg.Connection) -> None:
    assert await jobs.enqueue(conn, "x", b"1", dedupe_key="k")
    assert not await jobs.enqueue(conn, "x", b"2", dedupe_key="k")
    await jobs.open_dedupe(conn, await conn.fetchval("SELECT id FROM pgqueuer"))
    assert await jobs.enqueue(conn, "x", b"3", dedupe_key="k")
    assert await jobs.enqueue_many(conn, "x", [b"4", b"5"], ["k", "l"]) == 1


async def test_those_who_put_much_for_one_workspace_do_so_one_after_the_other(
    conn: asyncpg.Connection, db_url: str
) -> None:
    other = await asyncpg.connect(db_url)
    async with conn.transaction():
        await outbox.line_up(conn, T1)
        await other.execute("SET lock_timeout = '50ms'")
        with pytest.raises(asyncpg.LockNotAvailableError):
            async with other.transaction():
                await outbox.line_up(other, T1)
        async with other.transaction():
            await outbox.line_up(other, WorkspaceId("T0OTHER"))
    async with other.transaction():
        await outbox.line_up(other, T1)
    await other.close()


async def _begins(conn: asyncpg.Connection) -> dict[str, timedelta]:
    """In how long each channel's sender begins."""
    rows = await conn.fetch("SELECT payload, greatest(execute_after - now(), '0') AS wait FROM pgqueuer")
    return {outbox.addressed(row["payload"])[1]: row["wait"] for row in rows}


async def test_more_channels_than_may_be_posted_to_at_once_are_called_one_after_the_other(
    home: asyncpg.Connection,
) -> None:
    channels = [ChannelId(f"C{number}") for number in range(outbox.POSTS_AT_ONCE + 3)]
    async with home.transaction():
        await outbox.put(home, T1, [replace(message("news"), channel_id=channel) for channel in channels])
        begins = await _begins(home)
    assert [begins[channel] for channel in channels[: outbox.POSTS_AT_ONCE + 1]] == [timedelta(0)] * (
        outbox.POSTS_AT_ONCE + 1
    )
    assert [begins[channel] for channel in channels[-2:]] == [outbox.POSTS_APART, 2 * outbox.POSTS_APART]


async def test_who_is_to_come_later_comes_sooner_and_who_comes_sooner_stays(home: asyncpg.Connection) -> None:
    one, two, three = (outbox.dedupe_key(T1, ChannelId(name)) for name in ("C1", "C2", "C3"))
    async with home.transaction():
        for key, minutes in ((one, 5), (two, 5), (three, 0)):
            channel = ChannelId(key.rpartition(":")[2])
            delay = timedelta(minutes=minutes)
            await jobs.enqueue(home, "deliver", outbox.address(T1, channel), dedupe_key=key, delay=delay)
        await jobs.hasten(home, [one, two, three], apart=timedelta(minutes=1))
        begins = await _begins(home)
    assert begins == {"C1": timedelta(0), "C2": timedelta(minutes=1), "C3": timedelta(0)}
