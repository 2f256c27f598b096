"""What people are told by direct message, when, and in how many messages."""

from __future__ import annotations

import json

import pytest

from db import comments
from handlers.jobs import Job
from handlers.notices.gathering import Gathering
from handlers.notices.introducing import Introducing
from tests.scenarios.clocks import Clock
from tests.scenarios.conftest import Lodge, said
from tests.scenarios.notices.telling import gathered, one_message, prefer, told, waiting
from tests.scenarios.test_conversations import posted
from tests.scenarios.test_threads import program


async def test_whoever_is_given_an_issue_is_told_who_gave_it(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Boiler & pump @grace")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    message = await one_message(lodge, "grace", "assigned LDG-1 to you: Boiler &amp; pump")
    assert f"<@{lodge.person('ada').id}>" in said(message)
    assert told(lodge, "ada") == []


async def test_nobody_is_told_what_they_did_themselves(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Mine alone")
    await lodge.ask("ada", "close LDG-1")
    await lodge.ask("grace", "new Another @ada")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "ada", "LDG-2")
    assert all("LDG-1" not in text for text in told(lodge, "ada"))


async def test_there_and_back_is_nothing(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Lamp")
    await lodge.ask("grace", "close LDG-1")
    await lodge.ask("grace", "reopen LDG-1")
    await waiting(lodge, "SELECT count(*) FROM notices WHERE after->>'status' = 'open'", 1)
    clock.forward(seconds=5)
    await gathered(lodge, 0)
    await lodge.settled()
    assert told(lodge, "ada") == []


async def test_whoever_is_mentioned_is_told_with_the_words(lodge: Lodge, clock: Clock) -> None:
    grace = lodge.person("grace")
    await lodge.ask("ada", "new Sink")
    await lodge.ask("ada", f"comment LDG-1 <@{grace.id}> please look")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    assert "please look" in said(await one_message(lodge, "grace", "mentioned you in LDG-1 Sink"))


async def test_whoever_is_named_before_they_ever_came_is_told(lodge: Lodge, clock: Clock) -> None:
    dennis, bot = lodge.person("dennis"), lodge.slack.config.bot_user_id
    await lodge.ask("ada", "new Sink")
    await lodge.ask("ada", f"comment LDG-1 <@{dennis.id}> <@{bot}> <@U0NOBODY> please look")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    assert "please look" in said(await one_message(lodge, "dennis", "mentioned you in LDG-1 Sink"))
    assert "LDG-1" in said(await lodge.ask("dennis", "list is:waiting"))
    async with lodge.process.services.database.connection() as conn:
        known = await conn.fetch("SELECT slack_user_id FROM people")
    assert {row["slack_user_id"] for row in known} == {
        lodge.person("ada").id,
        lodge.person("grace").id,
        dennis.id,
    }


async def test_who_is_looked_up_twice_is_told_once(lodge: Lodge, clock: Clock) -> None:
    """The job was done, and its worker died before that was noted."""
    dennis, services = lodge.person("dennis"), lodge.process.services
    await lodge.ask("ada", "new Sink")
    await lodge.ask("ada", f"comment LDG-1 <@{dennis.id}> please look")
    await gathered(lodge, 1)
    async with services.database.connection() as conn:
        event = await conn.fetchval("SELECT max(event_id) FROM events")
        await conn.execute("DELETE FROM notices")
    asked = {"workspace": lodge.slack.team_id, "people": [dennis.id], "events": [event]}
    job = Job(id=10**9, payload=json.dumps(asked).encode(), attempts=0)
    for _ in range(2):
        await Introducing(services, Gathering(services).gather).run(job)
    async with services.database.connection() as conn:
        assert await conn.fetch("SELECT comments FROM notices") == [(1,)]
    clock.forward(seconds=5)
    await one_message(lodge, "dennis", "mentioned you in LDG-1 Sink")


async def test_what_cannot_be_told_to_one_keeps_nobody_else_waiting(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump @grace")
    await lodge.ask("grace", "new Boiler @ada")
    await gathered(lodge, 2)
    async with lodge.process.services.database.connection() as conn:
        # Written by a newer version that knows more kinds.
        await conn.execute(
            """
            UPDATE notices n SET kinds = '{overheard}', due_at = due_at - interval '1 second'
            FROM people p WHERE p.person_id = n.person_id AND p.slack_user_id = $1""",
            lodge.person("grace").id,
        )
    clock.forward(seconds=5)
    await one_message(lodge, "ada", "assigned LDG-2 to you")
    await gathered(lodge, 1)
    async with lodge.process.services.database.connection() as conn:
        await conn.execute("DELETE FROM notices")


async def test_a_guest_is_told_nothing_of_what_they_may_not_see(lodge: Lodge, clock: Clock) -> None:
    guest = lodge.person("guest")
    await guest.slash("general", "/issue list")
    await lodge.ask("ada", "new Secret plans")
    await lodge.ask("ada", f"comment LDG-1 <@{guest.id}> hello")
    await lodge.ask("ada", f"comment LDG-1 <@{lodge.person('grace').id}> hello")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "grace", "Secret plans")
    assert told(lodge, "guest") == []


async def test_watching_and_no_more(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Heating")
    assert "You are told" in said(await lodge.ask("grace", "watch LDG-1"))
    await lodge.ask("ada", "comment LDG-1 it is cold")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "grace", "commented on LDG-1 Heating")
    await lodge.ask("grace", "unwatch LDG-1")
    await lodge.ask("ada", "comment LDG-1 still cold")
    await gathered(lodge, 0)
    assert len(told(lodge, "grace")) == 1


async def test_kinds_are_switched_off_in_the_form(lodge: Lodge, clock: Clock) -> None:
    assert await prefer(lodge, "ada", {"kinds": ["status"]}) == {}
    await lodge.ask("ada", "new Door")
    await lodge.ask("grace", "comment LDG-1 it squeaks")
    await lodge.ask("grace", "close LDG-1")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    assert "squeaks" not in said(await one_message(lodge, "ada", "LDG-1"))


async def test_quiet_hours_hold_back_and_end_in_one_digest(lodge: Lodge, clock: Clock) -> None:
    assert await prefer(lodge, "ada", {"quiet_from": "00:00", "quiet_to": "23:59"}) == {}
    for number, title in enumerate(("Roof", "Cellar"), start=1):
        await lodge.ask("grace", f"new {title} @ada")
        await gathered(lodge, number)
    clock.forward(hours=1)
    await waiting(lodge, "SELECT count(*) FROM notices WHERE due_at > now() - interval '100 years'", 2)
    assert told(lodge, "ada") == []
    clock.forward(hours=23)
    async with lodge.process.services.database.connection() as conn:
        clock.now = await conn.fetchval("SELECT max(due_at) FROM notices")
    digest = said(await one_message(lodge, "ada", "News of 2 issues"))
    assert "Roof" in digest
    assert "Cellar" in digest
    assert len(told(lodge, "ada")) == 1


async def test_a_digest_stays_one_when_something_else_is_chosen(lodge: Lodge, clock: Clock) -> None:
    assert await prefer(lodge, "ada", {"rhythm": "daily"}) == {}
    await lodge.ask("grace", "new Another @ada")
    await gathered(lodge, 1)
    assert await prefer(lodge, "ada", {"kinds": ["assigned", "mentioned"]}) == {}
    await lodge.settled()
    clock.forward(seconds=5)
    await gathered(lodge, 1)
    assert told(lodge, "ada") == []
    clock.forward(days=1)
    await one_message(lodge, "ada", "LDG-1")


async def test_a_daily_digest_gathers_the_day(lodge: Lodge, clock: Clock) -> None:
    assert await prefer(lodge, "ada", {"rhythm": "daily"}) == {}
    await lodge.ask("grace", "new Roof @ada")
    await gathered(lodge, 1)
    clock.forward(minutes=30)
    await lodge.ask("grace", "new Cellar @ada")
    await gathered(lodge, 2)
    assert told(lodge, "ada") == []
    clock.forward(hours=24)
    digest = said(await one_message(lodge, "ada", "News of 2 issues"))
    assert "Roof" in digest
    assert "Cellar" in digest


async def test_a_comment_deleted_before_the_digest_is_not_in_it(lodge: Lodge, clock: Clock) -> None:
    assert await prefer(lodge, "ada", {"rhythm": "daily"}) == {}
    await lodge.ask("ada", "new Roof")
    for text in ("it leaks", "the key is under the mat"):
        await lodge.ask("grace", f"comment LDG-1 {text}")
    await waiting(lodge, "SELECT comments FROM notices", 2)
    async with lodge.process.services.database.transaction() as conn:
        (key,) = await conn.fetchrow("SELECT comment_id FROM comments WHERE body LIKE '%mat'")
        await comments.delete(conn, program(lodge), key)
    clock.forward(hours=24)
    assert "mat" not in said(await one_message(lodge, "ada", "One new comment on LDG-1 Roof"))


async def test_quiet_hours_with_one_end_are_refused_at_the_field(lodge: Lodge) -> None:
    assert "quiet_to" in await prefer(lodge, "ada", {"quiet_from": "22:00"})


async def test_a_bulk_change_is_one_message(lodge: Lodge, clock: Clock) -> None:
    keys = []
    for number in range(1, 26):
        await lodge.ask("ada", f"new Number {number}")
        keys.append(f"LDG-{number}")
    await lodge.ask("grace", f"bulk close {' '.join(keys)}")
    await gathered(lodge, 25)
    clock.forward(seconds=5)
    digest = said(await one_message(lodge, "ada", "News of 25 issues"))
    assert "10 more issues changed" in digest
    await lodge.settled()
    assert len(told(lodge, "ada")) == 1


async def test_every_message_leads_to_what_one_is_told(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("grace", "new Gate @ada")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    message = await one_message(lodge, "ada", "assigned LDG-1 to you")
    ada = lodge.person("ada")
    await ada.click("notify_open", channel=ada.dm(), ts=message["ts"])
    await ada.expect_modal(lambda view: view["callback_id"] == "notify_form")


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("assigned", "assign LDG-1 @ada"),
        ("mentioned", "comment LDG-1 <@{ada}> look"),
        ("comments", "comment LDG-1 words"),
        ("status", "close LDG-1"),
        ("changes", "bulk priority high LDG-1"),
    ],
)
async def test_each_kind_can_be_off_while_the_others_are_on(
    lodge: Lodge, clock: Clock, kind: str, command: str
) -> None:
    every = ["assigned", "mentioned", "comments", "status", "changes"]
    others = [each for each in every if each != kind and (kind, each) != ("mentioned", "comments")]
    assert await prefer(lodge, "ada", {"kinds": others}) == {}
    await lodge.ask("ada", "new Shed")
    await lodge.ask("grace", command.format(ada=lodge.person("ada").id))
    await gathered(lodge, 0)
    assert told(lodge, "ada") == []
    assert await prefer(lodge, "ada", {"kinds": [kind]}) == {}
    await lodge.ask("grace", "undo")
    await lodge.ask("grace", command.format(ada=lodge.person("ada").id))
    await waiting(lodge, "SELECT count(*) FROM pending_changes", 0)
    async with lodge.process.services.database.connection() as conn:
        assert await conn.fetchval("SELECT $1 = ANY(kinds) FROM notices", kind)


async def test_whoever_is_named_by_an_edit_is_told_once_and_nobody_else_again(
    lodge: Lodge, clock: Clock
) -> None:
    ada, grace, linus = (lodge.person(name) for name in ("ada", "grace", "linus"))
    await lodge.ask("linus", "list")
    card = await posted(lodge, "Sink")
    ts = await ada.send("general", f"<@{grace.id}> please look", card["ts"])
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "grace", "mentioned you in LDG-1 Sink")
    await ada.edit_message("general", ts, f"<@{grace.id}> <@{linus.id}> please look")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    assert "please look" in said(await one_message(lodge, "linus", "hat dich in LDG-1 Sink erwähnt"))
    assert "LDG-1" in said(await lodge.ask("linus", "list is:waiting"))
    await ada.edit_message("general", ts, f"<@{grace.id}> <@{linus.id}> please look now")
    await lodge.announced()
    await gathered(lodge, 0)
    assert len(told(lodge, "grace")) == len(told(lodge, "linus")) == 1
