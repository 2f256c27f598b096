"""An issue of which somebody wants to hear nothing."""

from __future__ import annotations

import pytest

from bot.playground import Person
from tests.scenarios.clocks import Clock
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.notices.telling import gathered, one_message, prefer, told
from tests.scenarios.redelivery import again


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
    answer = await ada.expect_message("general", lambda each: "You hear nothing more" in said(each))
    await ada.click("notify_watch", channel="general", ts=answer["ts"])
    await ada.expect_message("general", lambda each: "You are told what happens to LDG-1" in said(each))
    card = await lodge.ask("ada", "show LDG-1")
    assert "you muted it" not in said(card)
    await choose(ada, card, "Mute for me")
    card = await ada.expect_message(
        "general", lambda each: each["ts"] == card["ts"] and "you muted it" in said(each)
    )
    await choose(ada, card, "Unmute")
    await ada.expect_message(
        "general", lambda each: each["ts"] == card["ts"] and "you muted it" not in said(each)
    )


async def test_whoever_has_nothing_to_do_with_an_issue_can_watch_it_from_its_cards(lodge: Lodge) -> None:
    answer = await lodge.ask("ada", "new Siren")
    ada, grace = lodge.person("ada"), lodge.person("grace")
    await ada.click("issue_post_here", channel="general", ts=answer["ts"])
    card = await grace.expect_message(
        "general", lambda each: "issue_more" in str(each) and "Siren" in said(each)
    )
    await choose(grace, card, "Watch")
    answer = await grace.expect_message("general", lambda each: "You are told what happens" in said(each))
    await grace.click("notify_unwatch", channel="general", ts=answer["ts"])
    await grace.expect_message("general", lambda each: "You hear nothing more of LDG-1" in said(each))
    card = await lodge.ask("margaret", "show LDG-1")
    await choose(lodge.person("margaret"), card, "Watch")


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
