"""What admins decide for the workspace, and take back: its name and language, rules, admins, labels, people."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_changing import press


async def opened(lodge: Lodge, name: str, command: str, callback: str) -> Json:
    person = lodge.person(name)
    await person.slash("general", f"/issue {command}")
    return await person.expect_modal(lambda view: view["callback_id"] == callback)


async def told(lodge: Lodge, name: str, text: str) -> Json:
    await lodge.settled()
    return await lodge.person(name).expect_message("general", lambda each: text in said(each))


async def drawn(lodge: Lodge, name: str, text: str) -> Json:
    """The form on top, once it says so."""
    await lodge.settled()
    return await lodge.person(name).expect_modal(lambda view: text in said(view))


async def pick(lodge: Lodge, name: str, view: Json, action: str, typed: str) -> Json:
    """Chooses the first that is offered for what is typed."""
    person = lodge.person(name)
    offered = await person.suggest(action, typed, view_id=view["id"])
    chosen: Json = offered["options"][0]
    await person.click(action, view_id=view["id"], value=chosen["value"])
    await lodge.settled()
    return chosen


async def test_the_workspace_is_named_and_its_search_has_a_language_and_all_is_taken_back(
    lodge: Lodge,
) -> None:
    form = await opened(lodge, "ada", "settings", "settings_form")
    ada = lodge.person("ada")
    entered = {"name": "Harbour", "key_prefix": "hbr", "search_config": "german", "language": "en"}
    assert (await ada.submit(form["id"], entered)).outcome == "closed"
    saved = await told(lodge, "ada", "settings are saved")
    assert "HBR-1" in said(await lodge.ask("ada", "new Die Kräne stehen"))
    await lodge.indexed()
    assert "Kräne" in said(await lodge.ask("ada", "search Kran"))
    assert "as they were" in said(await press(lodge, "ada", saved, "settings_undo"))
    assert "LDG-1" in said(await lodge.ask("ada", "list"))


@pytest.mark.parametrize(
    ("entered", "field"),
    [({"key_prefix": "1!"}, "key_prefix"), ({"timezone": "Atlantis"}, "timezone")],
)
async def test_what_cannot_be_is_said_at_its_field(lodge: Lodge, entered: Json, field: str) -> None:
    form = await opened(lodge, "ada", "settings", "settings_form")
    outcome = await lodge.person("ada").submit(form["id"], entered)
    assert list(outcome.errors or {}) == [field]


async def test_who_may_do_what_is_decided_and_taken_back(lodge: Lodge) -> None:
    for number in range(21):
        await lodge.ask("ada", f"new Issue {number} +many")
    form = await opened(lodge, "ada", "settings", "settings_form")
    ada = lodge.person("ada")
    await ada.click("settings_policy", view_id=form["id"])
    rules = await ada.expect_modal(lambda view: view["callback_id"] == "policy_form")
    assert (await ada.submit(rules["id"], {"bulk_large": "admin", "tokens": "member"})).outcome == "closed"
    saved = await told(lodge, "ada", "Who may do what is saved")
    keys = " ".join(f"LDG-{number + 1}" for number in range(21))
    assert "needs an admin" in said(await lodge.ask("grace", f"bulk close {keys}"))
    assert "needs" not in said(await lodge.ask("grace", "token"))
    await press(lodge, "ada", saved, "settings_undo")
    assert "21 issues" in said(await lodge.ask("grace", f"bulk close {keys}"))
    assert "needs an admin" in said(await lodge.ask("grace", "token"))


async def test_an_admin_is_named_and_removed_and_the_last_one_stays(lodge: Lodge) -> None:
    form = await opened(lodge, "ada", "settings admins", "admins_form")
    assert "The last admin stays" in said(form)
    assert "admins_remove" not in str(form)
    ada, grace = lodge.person("ada"), lodge.person("grace")
    await ada.click("admins_add", view_id=form["id"], value=grace.id)
    form = await drawn(lodge, "ada", "is an admin now")
    assert str(form).count("admins_remove") == 2
    hers = await opened(lodge, "grace", "settings", "settings_form")
    assert "Key prefix" in said(hers)
    remove = next(block for block in form["blocks"] if grace.id in said(block) and "accessory" in block)
    await ada.click("admins_remove", view_id=form["id"], block_id=remove["block_id"])
    form = await drawn(lodge, "ada", "is a member now")
    assert "admins_remove" not in str(form)
    assert "needs an admin" in said(await lodge.ask("grace", "settings admins"))


async def test_naming_an_admin_is_taken_back_by_its_button(lodge: Lodge) -> None:
    form = await opened(lodge, "ada", "settings admins", "admins_form")
    ada, grace = lodge.person("ada"), lodge.person("grace")
    await ada.click("admins_add", view_id=form["id"], value=grace.id)
    form = await drawn(lodge, "ada", "is an admin now")
    await ada.click("settings_undo", view_id=form["id"])
    await drawn(lodge, "ada", "is a member now")
    assert "needs an admin" in said(await lodge.ask("grace", "settings people"))


async def test_a_guest_of_slack_is_not_named(lodge: Lodge) -> None:
    form = await opened(lodge, "ada", "settings admins", "admins_form")
    await lodge.person("ada").click("admins_add", view_id=form["id"], value=lodge.person("guest").id)
    assert "Make them a member in Slack first" in said(await drawn(lodge, "ada", "guests cannot be admins"))


async def test_a_label_is_renamed_and_that_is_taken_back(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One +bug")
    await lodge.ask("ada", "new Two +ui")
    form = await opened(lodge, "ada", "settings labels", "labels_form")
    ada = lodge.person("ada")
    await pick(lodge, "ada", form, "labels_pick", "bug")
    form = await drawn(lodge, "ada", "on one issue")
    outcome = await ada.submit(form["id"], {"label_name": "UI"})
    assert "already" in (outcome.errors or {})["label_name"]
    assert (await ada.submit(form["id"], {"label_name": "Defect <!here>"})).outcome == "closed"
    renamed = await told(lodge, "ada", "is called")
    assert "<!here>" not in said(renamed)
    assert "Defect" in said(await lodge.ask("ada", "LDG-1"))
    await press(lodge, "ada", renamed, "settings_undo")
    assert "`bug`" in said(await lodge.ask("ada", "label LDG-1 +x"))


async def test_labels_are_merged_after_a_second_question(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One +bug")
    await lodge.ask("ada", "new Two +defect")
    form = await opened(lodge, "ada", "settings labels", "labels_form")
    ada = lodge.person("ada")
    await pick(lodge, "ada", form, "labels_pick", "bug")
    form = await drawn(lodge, "ada", "on one issue")
    offered = await ada.suggest("label_into", "bug", view_id=form["id"])
    outcome = await ada.submit(form["id"], {"label_into": offered["options"][0]["value"]})
    assert "itself" in (outcome.errors or {})["label_into"]
    offered = await ada.suggest("label_into", "defect", view_id=form["id"])
    outcome = await ada.submit(form["id"], {"label_into": offered["options"][0]["value"]})
    assert outcome.outcome == "updated"
    sure = await drawn(lodge, "ada", "cannot be undone")
    assert (await ada.submit(sure["id"])).outcome == "closed"
    await told(lodge, "ada", "merged into")
    assert "2 issues" in said(await lodge.ask("ada", "list label:defect"))
    assert "`bug`" in said(await lodge.ask("ada", "history LDG-1"))


async def test_members_rename_labels_and_decide_nothing_about_people(lodge: Lodge) -> None:
    await lodge.ask("grace", "new One +bug")
    await opened(lodge, "grace", "settings labels", "labels_form")
    for word in ("people", "admins", "policy"):
        assert "needs an admin" in said(await lodge.ask("grace", f"settings {word}"))


async def test_somebody_is_deactivated_and_brought_back(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One @grace")
    form = await opened(lodge, "ada", "settings people", "people_form")
    ada = lodge.person("ada")
    await pick(lodge, "ada", form, "people_pick", "grace")
    form = await drawn(lodge, "ada", "One open issue")
    await ada.click("people_turn", view_id=form["id"])
    form = await drawn(lodge, "ada", "is deactivated")
    assert "deactivated" in said(await lodge.ask("grace", "list"))
    card = await lodge.ask("ada", "LDG-1")
    assert "(left)" in said(card)
    grace = lodge.person("grace")
    await lodge.ask("ada", "unassign LDG-1")
    for command in (
        f"new Two <@{grace.id}>",
        "new Two @grace",
        f"assign LDG-1 <@{grace.id}>",
        "assign LDG-1 @grace",
        f"bulk assign <@{grace.id}> LDG-1",
        "bulk assign @grace LDG-1",
    ):
        refused = said(await lodge.ask("ada", command))
        assert "somebody who is active" in refused, (command, refused)


async def test_somebody_is_brought_back(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One @grace")
    form = await opened(lodge, "ada", "settings people", "people_form")
    ada = lodge.person("ada")
    await pick(lodge, "ada", form, "people_pick", "grace")
    form = await drawn(lodge, "ada", "One open issue")
    await ada.click("people_turn", view_id=form["id"])
    form = await drawn(lodge, "ada", "is deactivated")
    await ada.click("people_turn", view_id=form["id"])
    await drawn(lodge, "ada", "is active again")
    assert "Completed" in said(await lodge.ask("grace", "close LDG-1"))


async def test_two_who_are_one_are_merged_after_a_second_question(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One @grace")
    form = await opened(lodge, "ada", "settings people", "people_form")
    ada = lodge.person("ada")
    await pick(lodge, "ada", form, "people_pick", "grace")
    form = await drawn(lodge, "ada", "One open issue")
    outcome = await ada.submit(form["id"])
    assert "person_into" in (outcome.errors or {})
    offered = await ada.suggest("person_into", "ada", view_id=form["id"])
    outcome = await ada.submit(form["id"], {"person_into": offered["options"][0]["value"]})
    assert "Both are in Slack" in (outcome.errors or {})["person_into"]
