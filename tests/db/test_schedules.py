"""Schedules are kept, changed by those who may, paused and gone on with, deleted and given back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from db import schedules
from db.access import Actor
from db.errors import Conflict, Forbidden, Invalid, NotFound
from db.ids import ChannelId
from db.schedules import keeping
from db.states import Role
from tests.db.histories import workspace
from tests.db.scheduling import (
    NINE,
    NOW,
    claim,
    draft,
    someone,
    states,
)


@pytest.fixture
async def ada(conn: asyncpg.Connection) -> Actor:
    return await someone(conn, await workspace(conn))


async def test_a_schedule_is_due_at_its_next_instant(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    assert (made.next_due_at, made.paused_why, made.last_run_at) == (NINE, None, None)
    assert await schedules.page(conn, ada) == (made,)
    assert await claim(conn, NINE - timedelta(seconds=1)) == 0
    assert await claim(conn, NINE) == 1
    assert await claim(conn, NINE) == 0
    assert await states(conn) == [(NINE, "claimed", False)]
    assert (await schedules.get(conn, ada, made.schedule_id)).next_due_at == NINE + timedelta(days=1)


async def test_the_same_request_makes_one_schedule(conn: asyncpg.Connection, ada: Actor) -> None:
    made = [await schedules.create(conn, ada, draft(), NOW, request_key="slack:1") for _ in range(2)]
    other = await schedules.create(conn, ada, draft(), NOW, request_key="slack:2")
    assert made[0] == made[1]
    assert other.schedule_id != made[0].schedule_id
    assert await conn.fetchval("SELECT count(*) FROM schedules") == 2


async def test_pausing_and_resuming_makes_up_for_nothing(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    paused = await schedules.pause(conn, ada, made.schedule_id)
    assert (paused.next_due_at, paused.paused_why) == (None, schedules.PAUSED_BY_PERSON)
    assert await claim(conn, NINE + timedelta(days=3)) == 0
    resumed = await schedules.resume(conn, ada, made.schedule_id, NINE + timedelta(days=3))
    assert resumed.next_due_at == NINE + timedelta(days=4)


async def test_what_a_person_pauses_when_slack_had_stopped_it_stays_paused(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    await schedules.refuse(conn, ada.workspace_id, made.schedule_id, "is_archived")
    paused = await schedules.pause(conn, ada, made.schedule_id)
    assert paused.paused_why == schedules.PAUSED_BY_PERSON
    assert await schedules.refused(conn, ada.workspace_id, ChannelId("C1"), ["is_archived"]) == ()
    assert await schedules.pause(conn, ada, made.schedule_id) == paused


async def test_resuming_one_that_runs_takes_nothing_from_it(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    assert await schedules.resume(conn, ada, made.schedule_id, NINE + timedelta(seconds=1)) == made


@pytest.mark.parametrize(("channel", "most"), [("C1", "MOST"), ("U1", "MOST_DIRECT")])
async def test_there_are_so_many_in_channels_and_so_many_of_ones_own(
    conn: asyncpg.Connection, ada: Actor, monkeypatch: pytest.MonkeyPatch, channel: str, most: str
) -> None:
    monkeypatch.setattr(keeping, most, 1)
    await schedules.create(conn, ada, draft(channel_id=channel), NOW)
    with pytest.raises(Invalid) as refused:
        await schedules.create(conn, ada, draft(channel_id=channel), NOW)
    assert [error.code for error in refused.value.errors] == ["too_many"]
    await schedules.create(conn, ada, draft(channel_id="U1" if channel == "C1" else "C1"), NOW)


async def test_a_refusal_pauses_once(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    stopped = await schedules.refuse(conn, ada.workspace_id, made.schedule_id, "is_archived")
    assert stopped is not None
    assert stopped.paused_why == "is_archived"
    assert await schedules.refuse(conn, ada.workspace_id, made.schedule_id, "is_archived") is None


async def test_what_slack_refused_goes_on_from_the_next_instant(conn: asyncpg.Connection, ada: Actor) -> None:
    made = [await schedules.create(conn, ada, draft(), NOW) for _ in range(3)]
    await schedules.refuse(conn, ada.workspace_id, made[0].schedule_id, "is_archived")
    await schedules.pause(conn, ada, made[1].schedule_id)
    refused = await schedules.refused(
        conn, ada.workspace_id, ChannelId("C1"), ["is_archived", "not_in_channel"]
    )
    assert [each.schedule_id for each in refused] == [made[0].schedule_id]
    later = NINE + timedelta(days=3)
    on = await schedules.go_on(conn, refused[0], later)
    assert on == await schedules.get(conn, ada, made[0].schedule_id)
    assert on.next_due_at == NINE + timedelta(days=4)
    assert (await schedules.get(conn, ada, made[1].schedule_id)).next_due_at is None
    # Somebody else came first.
    assert await schedules.go_on(conn, refused[0], later) is None
    assert await schedules.refused(conn, ada.workspace_id, ChannelId("C1"), ["is_archived"]) == ()


async def test_one_whose_time_nobody_can_tell_any_more_keeps_no_other_from_going_on(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    await schedules.refuse(conn, ada.workspace_id, made.schedule_id, "is_archived")
    await conn.execute("UPDATE schedules SET timezone = 'Atlantis/Capital'")
    (lost,) = await schedules.refused(conn, ada.workspace_id, ChannelId("C1"), ["is_archived"])
    assert await schedules.go_on(conn, lost, NINE) is None
    assert (await schedules.get(conn, ada, made.schedule_id)).paused_why == "is_archived"


async def test_an_edit_takes_effect_at_the_next_instant_and_knows_of_others(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    edited = await schedules.edit(
        conn, ada, made.schedule_id, draft("daily 10:30"), NOW, version=made.version
    )
    assert edited.next_due_at == NINE + timedelta(minutes=90)
    with pytest.raises(Conflict):
        await schedules.edit(conn, ada, made.schedule_id, draft(), NOW, version=made.version)


async def test_an_edit_of_what_is_posted_loses_no_instant_that_is_due(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    later = NINE + timedelta(seconds=1)
    edited = await schedules.edit(conn, ada, made.schedule_id, draft(report="aging"), later)
    assert edited.next_due_at == NINE
    moved = await schedules.edit(conn, ada, made.schedule_id, draft(timezone="Europe/Berlin"), later)
    assert moved.next_due_at == NINE + timedelta(hours=23)
    await schedules.pause(conn, ada, made.schedule_id)
    resumed = await schedules.edit(conn, ada, made.schedule_id, draft(timezone="Europe/Berlin"), later)
    assert resumed.next_due_at == NINE + timedelta(hours=23)


async def test_a_line_that_comes_too_often_is_refused_and_one_that_is_kept_goes_on(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    with pytest.raises(Invalid) as refused:
        await schedules.create(conn, ada, draft("cron */4 * * * *"), NOW)
    (error,) = refused.value.errors
    assert (error.field, error.code, error.limit) == ("when", "cron_often", 5)
    made = await schedules.create(conn, ada, draft("cron */5 * * * *"), NOW)
    await conn.execute("UPDATE schedules SET recurrence = 'cron * * * * *'")
    await claim(conn, NOW + timedelta(minutes=5))
    assert (await schedules.get(conn, ada, made.schedule_id)).next_due_at == NOW + timedelta(minutes=6)


async def test_an_owner_who_may_begin_none_any_more_can_still_end_it(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    guest = replace(ada, role=Role.GUEST)
    assert (await schedules.pause(conn, guest, made.schedule_id)).paused_why is not None
    with pytest.raises(Forbidden):
        await schedules.resume(conn, guest, made.schedule_id, NOW)
    await schedules.delete(conn, guest, made.schedule_id)
    assert await schedules.page(conn, ada) == ()


async def test_what_was_deleted_is_its_owners_again_once(conn: asyncpg.Connection, ada: Actor) -> None:
    gone = (await schedules.create(conn, ada, draft(), NOW)).schedule_id
    await schedules.delete(conn, ada, gone)
    assert ada.person_id is not None
    other = await someone(conn, ada.workspace_id)
    with pytest.raises(Forbidden):
        await schedules.restore(conn, other, gone, ada.person_id, draft(), NOW)
    boss = await someone(conn, ada.workspace_id, Role.ADMIN)
    back = [
        await schedules.restore(conn, actor, gone, ada.person_id, draft(), NOW) for actor in (boss, ada, boss)
    ]
    assert back[0].owner_id == ada.person_id
    assert await schedules.page(conn, ada) == (back[0],)
    assert back == [back[0]] * 3


async def test_what_was_deleted_comes_back_to_whom_its_owner_was_merged_into(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    gone = (await schedules.create(conn, ada, draft(), NOW)).schedule_id
    await schedules.delete(conn, ada, gone)
    heir, boss = [await someone(conn, ada.workspace_id, role) for role in (Role.MEMBER, Role.ADMIN)]
    assert ada.person_id is not None
    await conn.execute(
        "UPDATE people SET merged_into = $2, active = false WHERE person_id = $1",
        ada.person_id,
        heir.person_id,
    )
    assert (await schedules.restore(conn, boss, gone, ada.person_id, draft(), NOW)).owner_id == heir.person_id


async def test_a_request_whose_schedule_was_deleted_makes_no_other(
    conn: asyncpg.Connection, ada: Actor
) -> None:
    made = await schedules.create(conn, ada, draft(), NOW, request_key="slack:1")
    await schedules.delete(conn, ada, made.schedule_id)
    with pytest.raises(Conflict):
        async with conn.transaction():
            await schedules.create(conn, ada, draft(), NOW, request_key="slack:1")
    assert await schedules.page(conn, ada) == ()


async def test_only_its_owner_and_admins_change_a_schedule(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    other = await someone(conn, ada.workspace_id)
    with pytest.raises(Forbidden):
        await schedules.pause(conn, other, made.schedule_id)
    with pytest.raises(Forbidden):
        await schedules.changeable(conn, other, made.schedule_id)
    with pytest.raises(Forbidden):
        await schedules.create(conn, await someone(conn, ada.workspace_id, Role.GUEST), draft(), NOW)
    with pytest.raises(Forbidden):
        await schedules.create(conn, ada, draft(), NOW, {"policy": {"schedules": "admin"}})
    boss = await someone(conn, ada.workspace_id, Role.ADMIN)
    assert (await schedules.delete(conn, boss, made.schedule_id)).schedule_id == made.schedule_id
    with pytest.raises(NotFound):
        await schedules.get(conn, ada, made.schedule_id)


async def test_a_direct_message_is_listed_for_its_owner_only(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(channel_id="U1"), NOW)
    assert await schedules.page(conn, ada) == (made,)
    assert await schedules.page(conn, await someone(conn, ada.workspace_id, Role.ADMIN)) == ()


async def test_who_may_make_none_sees_their_own_alone(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    direct = await schedules.create(conn, ada, draft(channel_id="U1"), NOW)
    other = await someone(conn, ada.workspace_id)
    assert await schedules.page(conn, other) == (made,)
    for fewer in ({"policy": {"schedules": "admin"}}, {}):
        role = ada.role if fewer else Role.GUEST
        assert await schedules.page(conn, replace(ada, role=role), fewer) == (made, direct)
        assert await schedules.page(conn, replace(other, role=role), fewer) == ()


async def test_what_is_somebodys_is_sent_to_nobody_else(conn: asyncpg.Connection, ada: Actor) -> None:
    made = await schedules.create(conn, ada, draft(), NOW)
    boss = await someone(conn, ada.workspace_id, Role.ADMIN)
    with pytest.raises(Invalid) as refused:
        await schedules.edit(conn, boss, made.schedule_id, draft(channel_id="U2"), NOW)
    assert [error.code for error in refused.value.errors] == ["not_owner"]
    assert (
        await schedules.edit(conn, boss, made.schedule_id, draft(channel_id="C2"), NOW)
    ).channel_id == "C2"
    assert (await schedules.edit(conn, ada, made.schedule_id, draft(channel_id="U1"), NOW)).channel_id == "U1"


async def test_everything_wrong_with_a_draft_is_named_at_once(conn: asyncpg.Connection, ada: Actor) -> None:
    wrong = draft(report="gossip", period="soon", timezone="Mars", query="x" * 501)
    with pytest.raises(Invalid) as caught:
        await schedules.create(conn, ada, wrong, NOW)
    assert [error.field for error in caught.value.errors] == ["report", "query", "period", "timezone"]
