"""What people are told by direct message, when, and in how many messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.playground import LocalSlack, Person
from tests.scenarios.clocks import Clock, lodge_at
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.redelivery import again


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime(2026, 11, 18, 12, 0, 30, tzinfo=UTC))


@pytest.fixture
async def lodge(slack: LocalSlack, db_url: str, clock: Clock) -> AsyncIterator[Lodge]:
    async with lodge_at(slack, db_url, clock) as lodge:
        await lodge.ask("grace", "list")  # a person is known from the first thing they do
        yield lodge


async def gathered(lodge: Lodge, number: int) -> None:
    """Waits until so many notices wait for being due."""
    await waiting(lodge, "SELECT count(*) FROM notices", number)
    # And until nothing is left to be worked out.
    await waiting(lodge, "SELECT count(*) FROM pending_changes", 0)


async def waiting(lodge: Lodge, query: str, number: int) -> None:
    async with lodge.process.services.database.connection() as conn:

        async def reached() -> bool:
            return bool(await conn.fetchval(query) == number)

        for _ in range(1200):
            if await reached():
                return
            await conn.execute("SELECT pg_sleep(0.05)")
    raise AssertionError(f"never {number}: {query}")


def told(lodge: Lodge, name: str) -> list[str]:
    person = lodge.person(name)
    return [said(message) for message in person.messages(person.dm())]


async def one_message(lodge: Lodge, name: str, text: str) -> Json:
    person = lodge.person(name)
    try:
        return await person.expect_message(person.dm(), lambda message: text in said(message), timeout=60)
    except TimeoutError:
        raise AssertionError(told(lodge, name)) from None


async def prefer(lodge: Lodge, name: str, values: Json) -> Json:
    person = lodge.person(name)
    await person.slash("general", "/issue notify")
    form = await person.expect_modal(lambda view: view["callback_id"] == "notify_form")
    outcome = await person.submit(form["id"], values)
    return dict(outcome.errors or {})


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


async def test_a_burst_on_one_issue_is_one_message(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    for text in ("status LDG-1 in progress", "comment LDG-1 first words", "comment LDG-1 last words"):
        await lodge.ask("grace", text)
        clock.forward(seconds=1)
    await lodge.ask("grace", "close LDG-1")
    await waiting(lodge, "SELECT comments FROM notices WHERE after->>'status' = 'closed'", 2)
    clock.forward(seconds=5)
    message = said(await one_message(lodge, "ada", "LDG-1"))
    assert "Completed" in message
    assert "last words" in message
    assert "one more comment" in message
    await lodge.settled()
    assert len(told(lodge, "ada")) == 1


async def happen(lodge: Lodge, clock: Clock, text: str, *, after: float = 20) -> None:
    """Grace does something, and whoever that concerns is told."""
    clock.forward(seconds=after)
    await lodge.ask("grace", text)
    await gathered(lodge, 1)
    clock.forward(seconds=4)
    await gathered(lodge, 0)
    await lodge.announced()


async def test_a_burst_of_a_minute_is_one_message_that_tells_all_of_it(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "comment LDG-1 first words")
    (first,) = [m["ts"] for m in lodge.person("ada").messages(lodge.person("ada").dm())]
    await happen(lodge, clock, "close LDG-1")
    await happen(lodge, clock, "comment LDG-1 last words")
    await happen(lodge, clock, "reopen LDG-1", after=5)
    (message,) = lodge.person("ada").messages(lodge.person("ada").dm())
    assert message["ts"] == first
    assert "Open" in said(message)
    assert "last words" in said(message)
    assert "one more comment" in said(message)


async def test_what_comes_when_the_burst_is_over_is_a_message_of_its_own(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "comment LDG-1 first words")
    await happen(lodge, clock, "comment LDG-1 much later", after=130)
    assert ["first words" in text for text in told(lodge, "ada")] == [True, False]


async def test_whoever_is_asked_for_anew_hears_it_though_there_is_a_burst(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "close LDG-1")
    await happen(lodge, clock, f"comment LDG-1 <@{lodge.person('ada').id}> look")
    await happen(lodge, clock, "comment LDG-1 and again")
    closed, asked = told(lodge, "ada")
    assert "mentioned you" not in closed
    assert "look" in asked
    assert "and one more comment" in asked


async def test_what_was_seen_is_not_changed_any_more(lodge: Lodge, clock: Clock) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "comment LDG-1 first words")
    await ada.send(ada.dm(), "LDG-1")
    await lodge.settled()
    await happen(lodge, clock, "comment LDG-1 second words")
    texts = [text for text in told(lodge, "ada") if "words" in text and "commented on" in text]
    assert ["first words" in text for text in texts] == [True, False]


async def test_news_of_another_issue_in_between_begins_a_new_message(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Pump")
    await lodge.ask("ada", "new Boiler")
    for text in ("comment LDG-1 one", "comment LDG-2 two", "comment LDG-1 three"):
        await happen(lodge, clock, text)
    assert ["LDG-1" in text for text in told(lodge, "ada")] == [True, False, True]


async def test_what_follows_on_a_message_that_is_gone_is_told_all_the_same(
    lodge: Lodge, clock: Clock
) -> None:
    await lodge.ask("ada", "new Pump")
    await happen(lodge, clock, "comment LDG-1 first words")
    lodge.slack.faults.add(method="chat.update", error="message_not_found")
    await happen(lodge, clock, "comment LDG-1 second words")
    await happen(lodge, clock, "comment LDG-1 third words")
    assert ["second words" in text for text in told(lodge, "ada")] == [False, True, False]
    assert ["third words" in text for text in told(lodge, "ada")] == [False, False, True]


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


async def test_every_message_can_be_the_last_about_its_issue(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("ada", "new Fence")
    await lodge.ask("grace", "comment LDG-1 it leans")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    message = await one_message(lodge, "ada", "commented on LDG-1 Fence")
    ada = lodge.person("ada")
    await ada.click("notify_unwatch", channel=ada.dm(), ts=message["ts"])
    await ada.expect_message(ada.dm(), lambda each: "You hear nothing more of LDG-1" in said(each))
    await lodge.ask("grace", "comment LDG-1 it fell")
    await gathered(lodge, 0)
    assert all("it fell" not in text for text in told(lodge, "ada"))


@pytest.mark.parametrize(
    "theirs",
    ["assign LDG-1 @grace", "comment LDG-1 <@{grace}> look", "close LDG-1", "comment LDG-1 words"],
)
async def test_a_muted_issue_is_silent_whatever_it_is_to_somebody(
    lodge: Lodge, clock: Clock, theirs: str
) -> None:
    await lodge.ask("grace", "new Siren @grace")
    await lodge.ask("grace", "new Bell")
    assert "not even when it is yours" in said(await lodge.ask("grace", "unwatch LDG-1"))
    assert "you muted it" in said(await lodge.ask("grace", "show LDG-1"))
    await lodge.ask("grace", "comment LDG-1 my own word does not make it loud again")
    await gathered(lodge, 0)
    await lodge.ask("ada", theirs.format(grace=lodge.person("grace").id))
    await lodge.ask("ada", "comment LDG-2 a bell")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "grace", "LDG-2")
    await lodge.announced()
    assert all("LDG-1" not in text for text in told(lodge, "grace"))


async def test_watching_a_muted_issue_ends_the_silence(lodge: Lodge, clock: Clock) -> None:
    await lodge.ask("grace", "new Siren")
    await lodge.ask("grace", "unwatch LDG-1")
    await lodge.ask("grace", "watch LDG-1")
    assert "you muted it" not in said(await lodge.ask("grace", "show LDG-1"))
    await lodge.ask("ada", "comment LDG-1 it howls")
    await gathered(lodge, 1)
    clock.forward(seconds=5)
    await one_message(lodge, "grace", "it howls")


async def test_what_waits_to_be_told_of_an_issue_goes_when_it_is_muted(lodge: Lodge, clock: Clock) -> None:
    assert await prefer(lodge, "ada", {"rhythm": "daily"}) == {}
    await lodge.ask("ada", "new Siren")
    await lodge.ask("grace", "comment LDG-1 it howls")
    await gathered(lodge, 1)
    await lodge.ask("ada", "unwatch LDG-1")
    await gathered(lodge, 0)


async def test_a_card_that_one_person_sees_mutes_the_issue_and_takes_that_back(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new Siren")
    card = await lodge.ask("ada", "show LDG-1")
    await choose(ada, card, "Mute for me")
    card = await ada.expect_message("general", lambda each: "you muted it" in said(each))
    answer = await ada.expect_message("general", lambda each: "Tell me again" in said(each))
    await ada.click("notify_watch", channel="general", ts=answer["ts"])
    await ada.expect_message("general", lambda each: "You are told what happens to LDG-1" in said(each))
    card = await lodge.ask("ada", "show LDG-1")
    assert "you muted it" not in said(card)
    await choose(ada, card, "Mute for me")
    card = await ada.expect_message(
        "general", lambda each: each["ts"] == card["ts"] and "you muted it" in said(each)
    )
    await choose(ada, card, "Tell me of it again")
    await ada.expect_message(
        "general", lambda each: each["ts"] == card["ts"] and "you muted it" not in said(each)
    )


async def choose(person: Person, card: Json, label: str) -> None:
    """From the menu at the end of the card's buttons."""
    menu = next(each for each in card["blocks"][-1]["elements"] if each["type"] == "overflow")
    value = next(each["value"] for each in menu["options"] if each["text"]["text"] == label)
    await person.click(menu["action_id"], channel="general", ts=card["ts"], value=value)


async def test_the_form_lists_what_is_muted_and_lets_it_be_heard_again(lodge: Lodge, clock: Clock) -> None:
    for number, title in enumerate(("Siren", "Horn"), start=1):
        await lodge.ask("ada", f"new {title}")
        await lodge.ask("ada", f"unwatch LDG-{number}")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue notify")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "notify_form")
    assert "LDG-1 Siren" in said(form)
    horn = next(
        each["value"]
        for block in form["blocks"]
        if block["block_id"] == "muted"
        for each in block["element"]["options"]
        if "Horn" in each["text"]["text"]
    )
    # Muted after the form was opened: it is not the form's to decide.
    await lodge.ask("ada", "new Gong")
    await lodge.ask("ada", "unwatch LDG-3")
    assert not (await ada.submit(form["id"], {"muted": [horn]})).errors
    submission = next(each for each in reversed(lodge.slack.deliveries) if "view_submission" in str(each))
    assert "you muted it" not in said(await lodge.ask("ada", "show LDG-1"))
    assert "you muted it" in said(await lodge.ask("ada", "show LDG-2"))
    assert "you muted it" in said(await lodge.ask("ada", "show LDG-3"))
    await lodge.ask("ada", "unwatch LDG-1")
    await again(lodge, submission)
    assert "you muted it" in said(await lodge.ask("ada", "show LDG-1"))


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
