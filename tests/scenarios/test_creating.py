"""Issues are filed in one line, by the form, and not by accident."""

from __future__ import annotations

import pytest

from handlers import pointing
from tests.scenarios.conftest import Json, Lodge, said


def buttons(message: Json) -> dict[str, Json]:
    """Every button and menu of a message, by its action id."""
    return {
        element["action_id"]: element
        for block in message.get("blocks", ())
        for element in [*block.get("elements", ()), block.get("accessory") or {}]
        if "action_id" in element
    }


async def test_one_line_files_an_issue_with_everything_in_it(lodge: Lodge) -> None:
    answer = await lodge.ask("ada", "new Login fails on Safari @grace +bug !high due:2030-01-02")
    text = said(answer)
    assert "LDG-1" in text
    assert "Login fails on Safari" in text
    assert {"issue_assign_me", "issue_edit", "issue_post_here", "undo_change"} <= buttons(answer).keys()
    card = said(await lodge.ask("ada", "LDG-1"))
    assert "bug" in card
    assert "High" in card
    assert lodge.person("grace").id in card
    assert "2030" in card


async def test_what_cannot_be_read_creates_nothing(lodge: Lodge) -> None:
    assert "!whenever" in said(await lodge.ask("ada", "new Broken !whenever"))
    assert "No issue" in said(await lodge.ask("ada", "list"))


async def test_a_title_too_long_is_offered_the_form(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    answer = await lodge.ask("ada", "new " + "x" * 300)
    assert "300" in said(answer)
    await ada.click("issue_new_titled", channel="general", ts=answer["ts"])
    view = await ada.expect_modal()
    assert view["state"]["values"]["title"]["issue_title"]["value"] == "x" * 255


async def test_a_hostile_title_is_only_text(lodge: Lodge) -> None:
    answer = await lodge.ask("ada", "new <!channel> *loud* <https://evil.example|x>")
    shown = await lodge.ask("ada", "LDG-1")
    title = shown["blocks"][0]["elements"][0]["elements"][1]
    assert title["type"] == "text"
    assert "*loud*" in title["text"]
    assert "<!channel>" not in answer["text"]
    assert "*loud*" not in answer["text"]


async def test_the_form_keeps_what_was_typed_until_it_is_right(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.slash("general", "/issue")
    view = await ada.expect_modal()
    outcome = await ada.submit(view["id"], {"title": {"issue_title": "   "}})
    assert outcome.outcome == "errors"
    outcome = await ada.submit(
        view["id"],
        {
            "title": {"issue_title": "Form works"},
            "priority": {"priority": "urgent"},
            "assignee_id": {"assignee_id": "grace"},
        },
    )
    assert outcome.outcome == "closed", outcome
    answer = await ada.expect_message("general", lambda message: "Form works" in said(message))
    assert "LDG-1" in said(answer)
    card = await ada.expect_message(
        "general", lambda message: not message.get("is_ephemeral") and "Form works" in said(message)
    )
    assert "Urgent" in said(card)


async def test_likely_duplicates_show_while_the_title_is_typed(lodge: Lodge) -> None:
    await lodge.ask("grace", "new Login fails on Safari")
    await lodge.indexed()
    ada = lodge.person("ada")
    await ada.slash("general", "/issue")
    view = await ada.expect_modal()
    await ada.choose("issue_title", "Login fails in Safari", view_id=view["id"], block_id="title")
    updated = await ada.expect_modal(lambda shown: "LDG-1" in said(shown))
    assert updated["state"]["values"]["title"]["issue_title"]["value"] == "Login fails in Safari"


async def test_labels_are_offered_and_new_ones_can_be_made(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One +backend")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue")
    view = await ada.expect_modal()
    offered = await ada.suggest("label_choices", "back", view_id=view["id"])
    assert [option["value"] for option in offered["options"]] == ["backend", "back"]


async def test_the_global_shortcut_opens_the_form(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.global_shortcut("issue_new")
    view = await ada.expect_modal()
    await ada.submit(view["id"], {"title": {"issue_title": "From anywhere"}})
    await ada.expect_message(ada.dm(), lambda message: "From anywhere" in said(message))


async def test_whoever_files_what_is_there_already_is_told_and_can_close_it_as_a_duplicate(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pointing, "EVERY", 0.0)
    await lodge.ask("grace", "new Login fails on Safari")
    await lodge.indexed()
    monkeypatch.setattr(pointing, "AFTER", 0.0)
    ada = lodge.person("ada")
    await ada.slash("general", "/issue new Login fails in Safari")
    hint = await ada.expect_message(
        "general", lambda message: message.get("is_ephemeral") and "may say the same" in said(message)
    )
    assert "LDG-1" in said(hint)
    await ada.click("issue_same", channel="general", ts=hint["ts"])
    done = await ada.expect_message(
        "general", lambda message: "Duplicate" in said(message) and "LDG-2" in said(message)
    )
    assert done["ts"] == hint["ts"]
    assert "undo_change" in buttons(done)
    assert "LDG-2" in said(await lodge.ask("ada", "list duplicate-of:LDG-1"))


async def test_a_form_from_a_direct_message_shows_what_may_be_there_already(lodge: Lodge) -> None:
    await lodge.ask("grace", "new The coffee machine leaks")
    await lodge.indexed()
    ada = lodge.person("ada")
    await ada.send(ada.dm(), "Coffee machine leaks")
    offer = await ada.expect_message(ada.dm(), lambda message: "issue_from_told" in buttons(message))
    await ada.click("issue_from_told", channel=ada.dm(), ts=offer["ts"])
    assert "LDG-1" in said(await ada.expect_modal())
