"""An issue is deleted after one question, and everything comes back by Undo, also much later."""

from __future__ import annotations

from collections.abc import Callable

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_changing import press
from tests.scenarios.test_conversations import posted
from tests.scenarios.test_creating import buttons
from tests.scenarios.test_subscriptions import posts, subscribe
from tests.scenarios.test_threads import thread

DELETED = "is deleted"


async def deleted(lodge: Lodge, name: str, keys: str, channel: str = "general") -> Json:
    """The answer, once the question is answered, too."""
    question = await lodge.ask(name, f"delete {keys}", channel)
    await lodge.person(name).click("issue_delete", channel=channel, ts=question["ts"])
    await lodge.settled()
    return await lodge.person(name).expect_message(
        channel, lambda each: each["ts"] == question["ts"] and "issue_delete" not in buttons(each)
    )


async def chosen(lodge: Lodge, name: str, shown: Json, what: str) -> None:
    """Something in the menu of a card."""
    options = buttons(shown)["issue_more"]["options"]
    (value,) = (each["value"] for each in options if each["value"].startswith(f"{what}:"))
    await lodge.person(name).click("issue_more", channel="general", ts=shown["ts"], value=value)


async def test_a_command_asks_and_deletes_and_undo_brings_all_back(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One +bug @grace !high due:2031-01-01")
    await lodge.ask("grace", "comment LDG-1 Here too")
    before = said(await lodge.ask("ada", "LDG-1"))
    question = await lodge.ask("ada", "löschen LDG-1")
    assert buttons(question)["issue_delete"]["style"] == "danger"
    await lodge.person("ada").click("issue_keep", channel="general", ts=question["ts"])
    await lodge.settled()
    assert said(await lodge.ask("ada", "LDG-1")) == before

    answer = await deleted(lodge, "ada", "LDG-1")
    assert DELETED in said(answer)
    assert "undo_change" in buttons(gone := await lodge.ask("ada", "LDG-1"))
    assert f"~LDG-1~ was deleted by <@{lodge.person('ada').id}>" in said(gone)
    assert "was deleted by" in said(gone := await lodge.ask("grace", "LDG-1"))
    assert "undo_change" not in buttons(gone)
    assert "There is no issue LDG-1" in said(await lodge.ask("guest", "LDG-1"))
    for command in ("history LDG-1", "LDG-1 delete", "show LDG-2"):
        assert "There is no issue LDG-" in said(await lodge.ask("ada", command)), command
    assert "One" not in said(await lodge.ask("ada", "list"))
    assert "Undone" in said(await press(lodge, "ada", answer, "undo_change"))
    assert said(await lodge.ask("ada", "LDG-1")) == before


async def test_several_are_deleted_at_once_and_one_that_is_not_ours_keeps_all(lodge: Lodge) -> None:
    for title in ("One", "Two"):
        await lodge.ask("grace", f"new {title}")
    await lodge.ask("ada", "new Three")
    refused = said(await lodge.ask("grace", "delete LDG-1 LDG-3"))
    assert f"LDG-3 can be deleted by <@{lodge.person('ada').id}>, who filed it" in refused
    assert "/issue delete LDG-42" in said(await lodge.ask("grace", "delete LDG-1 please"))
    assert "/issue delete LDG-42" in said(await lodge.ask("grace", "delete"))
    many = " ".join(f"LDG-{number}" for number in range(1, 52))
    assert "At most 50" in said(await lodge.ask("grace", f"delete {many}"))
    assert "2 issues are deleted" in said(await deleted(lodge, "grace", "LDG-1, LDG-2"))
    assert "2 issues" in said(await lodge.ask("grace", "undo"))
    listed = said(await lodge.ask("grace", "list"))
    assert all(title in listed for title in ("One", "Two", "Three"))


async def test_a_question_that_somebody_else_answered_first_is_answered_calmly(lodge: Lodge) -> None:
    await lodge.ask("grace", "new One")
    question = await lodge.ask("grace", "bulk delete LDG-1")
    twice = await lodge.ask("ada", "delete LDG-1")
    await deleted(lodge, "ada", "LDG-1")
    await lodge.person("grace").click("issue_delete", channel="general", ts=question["ts"])
    await lodge.settled()
    await lodge.person("grace").expect_message(
        "general", lambda each: each["ts"] == question["ts"] and "deleted already" in said(each)
    )
    # Whoever deleted it, as by pressing twice, keeps the way back.
    await lodge.person("ada").click("issue_delete", channel="general", ts=twice["ts"])
    await lodge.person("ada").expect_message(
        "general", lambda each: each["ts"] == twice["ts"] and "undo_change" in buttons(each)
    )


async def test_the_menu_of_a_card_deletes_and_the_card_has_the_way_back(lodge: Lodge) -> None:
    card = await posted(lodge)
    ada, grace = lodge.person("ada"), lodge.person("grace")
    await chosen(lodge, "grace", card, "delete")
    await grace.expect_message("general", lambda each: "who filed it" in said(each))
    await chosen(lodge, "ada", card, "delete")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "issue_delete_form")
    assert "One" in said(form)
    assert (await ada.submit(form["id"], {})).outcome in ("closed", "cleared")

    def of_card(text: str) -> Callable[[Json], bool]:
        return lambda each: each["ts"] == card["ts"] and text in said(each)

    gone = await ada.expect_message("general", of_card("was deleted by"))
    assert "One" not in said(gone)
    assert set(buttons(gone)) == {"undo_change"}
    await ada.expect_message("general", lambda each: "deleted" in said(each), thread_ts=card["ts"])
    refused = await press(lodge, "grace", gone, "undo_change")
    assert "whoever made the change" in said(refused)
    assert "Undone" in said(await press(lodge, "ada", gone, "undo_change"))
    await ada.expect_message("general", of_card("One"))
    await ada.expect_message("general", lambda each: "restored" in said(each), thread_ts=card["ts"])
    await lodge.announced()
    assert len(thread(lodge, card)) == 2


async def test_the_form_that_closes_an_issue_leads_to_deleting_it(lodge: Lodge) -> None:
    """The menu of what is open and assigned is full."""
    await lodge.ask("ada", "new One @grace")
    shown = await lodge.ask("ada", "LDG-1")
    ada = lodge.person("ada")
    await chosen(lodge, "ada", shown, "close_as")
    closing = await ada.expect_modal(lambda view: view["callback_id"] == "issue_close_form")
    await ada.click("issue_delete_instead", view_id=closing["id"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "issue_delete_form")
    assert (await ada.submit(form["id"], {})).outcome == "cleared"
    await ada.expect_message("general", lambda each: DELETED in said(each))


async def test_what_was_deleted_long_ago_is_restored_by_its_key(lodge: Lodge) -> None:
    await lodge.ask("grace", "new One")
    await deleted(lodge, "grace", "LDG-1")
    await lodge.ask("grace", "new Two")
    assert "nobody deleted it" in said(await lodge.ask("grace", "restore LDG-2"))
    assert "no issue LDG-9" in said(await lodge.ask("grace", "restore LDG-9"))
    assert "/issue restore LDG-42" in said(await lodge.ask("grace", "restore"))
    assert "die Person, die das geändert hat" in said(await lodge.ask("linus", "restore LDG-1"))
    assert "restored it" in said(await lodge.ask("grace", "restore LDG-1"))
    assert "One" in said(await lodge.ask("grace", "LDG-1"))
    await lodge.ask("guest", "new Three")
    await deleted(lodge, "ada", "LDG-3")
    assert "whoever made the change" in said(await lodge.ask("guest", "restore LDG-3"))
    await deleted(lodge, "grace", "LDG-1 LDG-2")
    assert "2 issues" in said(await lodge.ask("grace", "restore LDG-2"))
    assert "One" in said(await lodge.ask("grace", "LDG-1"))


async def test_what_stands_in_the_way_of_an_older_undo_names_the_key_of_the_deleted(lodge: Lodge) -> None:
    await lodge.ask("grace", "new One")
    closed = await lodge.ask("grace", "close LDG-1")
    await deleted(lodge, "grace", "LDG-1")
    blocked = said(await press(lodge, "grace", closed, "undo_change"))
    assert "*LDG-1*" in blocked
    assert "/issue restore LDG-1" in blocked


async def test_said_in_its_thread_it_is_asked_and_done_too(lodge: Lodge) -> None:
    card = await posted(lodge)
    ada, bot = lodge.person("ada"), lodge.slack.config.bot_user_id
    await ada.send("general", f"<@{bot}> delete", card["ts"])
    question = await ada.expect_message("general", lambda each: "issue_delete" in buttons(each))
    await ada.click("issue_delete", channel="general", ts=question["ts"])
    await ada.expect_message(
        "general", lambda each: each["ts"] == card["ts"] and "was deleted by" in said(each)
    )
    await ada.send("general", f"<@{bot}> reopen", card["ts"])
    told = await ada.expect_message("general", lambda each: "/issue restore LDG-1" in said(each))
    assert buttons(told).keys() == {"issue_new_titled"}
    await ada.send("general", f"<@{bot}> restore LDG-1")
    await ada.expect_message("general", lambda each: each["ts"] == card["ts"] and "One" in said(each))


async def test_a_channel_that_follows_it_hears_of_it(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    for number in range(7):
        await lodge.ask("ada", f"new Old {number} +bug", "product")
    await lodge.ask("ada", "new Other", "product")
    await lodge.announced()
    assert await subscribe(lodge, {"query": "label:bug", "news": ["status"], "place": "channel"}) == {}
    await deleted(lodge, "ada", "LDG-1 LDG-8", "product")
    await lodge.announced()
    for _ in range(2):
        await lodge.ask("ada", "undo")
        await lodge.announced()
    lines = [text for text in posts(lodge) if "deleted" in text]
    assert lines == [f"LDG-1 Old 0 – <@{ada.id}>: deleted"] * 2
    await deleted(lodge, "ada", " ".join(f"LDG-{number}" for number in range(2, 8)), "product")
    await lodge.announced()
    (many,) = [text for text in posts(lodge) if "6 issues are deleted" in text]
    assert "*LDG-7*  Old 6" in many
    assert "Open" not in many
