"""Queries under a name: saved from a list, run by it, part of other queries, renamed, deleted and brought back."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_changing import press
from tests.scenarios.test_creating import buttons


@pytest.fixture
async def filed(lodge: Lodge) -> Lodge:
    for text in ("One +bug !high", "Two +bug @grace", "Three +ui"):
        await lodge.ask("ada", f"new {text}")
    return lodge


async def save(lodge: Lodge, name: str, query: str, entered: Json) -> Json:
    """Saves what a list shows; gives what is wrong with the form."""
    person = lodge.person(name)
    shown = await lodge.ask(name, f"list {query}")
    await person.click("query_save", channel="general", ts=shown["ts"])
    form = await person.expect_modal(lambda view: view["callback_id"] == "saved_query_form")
    outcome = await person.submit(form["id"], entered)
    await lodge.settled()
    return dict(outcome.errors or {})


async def change(lodge: Lodge, name: str, verb: str, index: int = 0) -> Json:
    """Chooses from the menu of one in the list of saved queries; gives that list."""
    shown = await lodge.ask(name, "saved")
    menus = [block for block in shown["blocks"] if "accessory" in block]
    value = next(
        each["value"] for each in menus[index]["accessory"]["options"] if each["value"].startswith(verb)
    )
    await lodge.person(name).click(
        "query_menu", channel="general", ts=shown["ts"], block_id=menus[index]["block_id"], value=value
    )
    await lodge.settled()
    return shown


async def test_one_is_saved_from_a_list_and_run_by_its_name(filed: Lodge) -> None:
    assert "No query is saved" in said(await filed.ask("ada", "saved"))
    assert await save(filed, "ada", "label:bug sort:created", {"name": "My  bugs"}) == {}
    for command in ("list my bugs", 'list saved:"MY BUGS"', "ls saved:“My bugs”"):
        shown = said(await filed.ask("ada", command))
        assert "2 issues" in shown, command
        assert "label:bug sort:created" in shown
    assert "Three" not in said(await filed.ask("ada", 'list saved:"my bugs" -label:ui sort:priority'))
    assert "One issue" in said(await filed.ask("grace", "mine label:bug"))


async def test_no_name_takes_the_place_of_a_word_of_the_command(filed: Lodge) -> None:
    await filed.ask("ada", "assign 2 me")
    await save(filed, "ada", "label:ui", {"name": "mine"})
    for command in ("list mine", "mine"):
        assert "Two" in said(await filed.ask("ada", command)), command
    assert "Three" in said(await filed.ask("ada", "list saved:mine"))


async def test_ones_own_are_nobody_elses_and_the_workspaces_are_everybodys(filed: Lodge) -> None:
    await save(filed, "ada", "label:bug", {"name": "bugs"})
    assert "No issue matches" in said(await filed.ask("grace", "list bugs"))
    assert "No query is saved" in said(await filed.ask("grace", "saved"))
    await save(filed, "ada", "label:ui", {"name": "looks", "whose": "shared"})
    assert "Three" in said(await filed.ask("grace", "list looks"))
    await save(filed, "grace", "label:bug", {"name": "Looks"})
    assert "2 issues" in said(await filed.ask("grace", "list looks"))
    assert "One issue" in said(await filed.ask("ada", "list looks"))


async def test_it_stands_for_its_query_wherever_one_is_typed(filed: Lodge) -> None:
    await save(filed, "ada", "label:bug", {"name": "bugs", "whose": "shared"})
    grace = filed.person("grace")
    await grace.slash("general", "/issue bulk saved:bugs assignee:me")
    assert "Two" in said(await grace.expect_modal(lambda view: "Two" in str(view)))
    assert "label:bug" in said(await filed.ask("grace", "subscribe saved:bugs"))
    shown = await filed.ask("grace", "mine saved:bugs")
    assert "One issue" in said(shown)
    await filed.indexed()
    assert "`/issue saved`" in said(await filed.ask("grace", "list saved:xyzzy"))
    found = said(await filed.ask("grace", "search saved:bugs two"))
    assert "Two" in found
    assert "One" not in found
    # To a search a name alone is a word like any other.
    assert "Two" not in said(await filed.ask("grace", "search bugs"))
    assert "label:bug assignee:me" in said(
        await filed.ask("grace", 'report flow saved:"bugs" assignee:me 7d')
    )
    assert "label:bug" in said(await filed.ask("grace", "report assignees bugs"))
    assert "label:bug priority:high" in said(
        await filed.ask("grace", "digest 10:30 saved:bugs priority:high")
    )


async def test_it_stands_for_its_query_in_forms(filed: Lodge) -> None:
    await save(filed, "ada", "label:bug", {"name": "bugs"})
    ada = filed.person("ada")
    await filed.ask("ada", "report flow 7d")
    answer = await ada.expect_message("general", lambda each: "report_query" in str(each))
    await ada.click("report_query", channel="general", ts=answer["ts"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "report_form")
    assert (await ada.submit(form["id"], {"query": {"query": "saved:bogs"}})).errors
    await ada.submit(form["id"], {"query": {"query": "saved:bugs no:assignee"}})
    await ada.expect_message("general", lambda each: "label:bug no:assignee" in said(each))
    await ada.slash("general", "/issue schedule")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "schedule_form")
    assert list((await ada.submit(form["id"], {"query": "saved:bogs"})).errors or ()) == ["query"]
    await ada.close(form["id"])
    await ada.open_home()
    home = await ada.expect_home(lambda view: "Assigned to me" in said(view))
    await ada.click("home_filter", view_id=home["id"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "home_filter_form")
    wrong = await ada.submit(form["id"], {"query": {"query": "saved:bogs"}})
    assert "bugs" in str(wrong.errors)
    await ada.submit(form["id"], {"query": {"query": "saved:bugs -label:ui"}})
    await ada.expect_home(lambda view: "label:bug -label:ui" in said(view))


async def test_what_is_not_saved_is_said(filed: Lodge) -> None:
    await save(filed, "ada", "label:bug", {"name": "bugs"})
    for command, answer in (
        ("list saved:bogs", 'saved:"bugs"'),
        ("list -saved:bugs", "cannot be used here"),
        ("list saved:", "saved:"),
        ("subscribe saved:nothing", "nothing"),
        ("bulk saved:nothing", "nothing"),
        ("export saved:nothing", "nothing"),
        ("report flow saved:nothing", "nothing"),
        ("digest 10:30 saved:nothing", "nothing"),
    ):
        told = said(await filed.ask("ada", command))
        assert answer in told, (command, told)


async def test_what_cannot_be_saved_is_said_at_its_field(filed: Lodge) -> None:
    await save(filed, "ada", "label:bug", {"name": "Bugs"})
    ada, shown = filed.person("ada"), await filed.ask("ada", "list label:ui")
    await ada.click("query_save", channel="general", ts=shown["ts"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "saved_query_form")
    for entered, field in (
        ({"name": "bugs"}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "other", "q": "label:nosuch"}, "q"),
        ({"name": "other", "q": "stauts:open"}, "q"),
    ):
        outcome = await ada.submit(form["id"], entered)
        assert list(outcome.errors or ()) == [field], entered


async def test_one_is_renamed_and_shared_and_deleted_and_brought_back(filed: Lodge) -> None:
    await save(filed, "ada", "label:bug", {"name": "bugs"})
    await change(filed, "ada", "edit")
    ada = filed.person("ada")
    form = await ada.expect_modal(lambda view: view["callback_id"] == "saved_query_form")
    outcome = await ada.submit(form["id"], {"name": "_defects_ <!here>", "whose": "shared", "q": "label:ui"})
    assert outcome.outcome == "closed", outcome
    await filed.settled()
    assert "No issue matches" in said(await filed.ask("ada", "list bugs"))
    assert "Three" in said(await filed.ask("grace", "list _defects_ <!here>"))
    listed = await change(filed, "grace", "delete")
    assert "<!here>" not in said(listed)
    gone = await filed.person("grace").expect_message("general", lambda each: "is deleted" in said(each))
    assert "No query is saved" in said(await filed.ask("ada", "saved"))
    await filed.person("grace").click("query_restore", channel="general", ts=gone["ts"])
    kept = await filed.person("grace").expect_message("general", lambda each: "Saved as" in said(each))
    # To be copied as it stands, without the marks that keep its letters from formatting elsewhere.
    assert "`/issue list _defects_ &lt;!here&gt;`" in said(kept)
    assert "Three" in said(await filed.ask("ada", "list _defects_ <!here>"))


async def test_a_guest_keeps_their_own_and_changes_none_of_the_workspaces(filed: Lodge) -> None:
    await save(filed, "ada", "label:bug", {"name": "bugs", "whose": "shared"})
    await filed.ask("guest", "new Mine +bug")
    shown = await filed.ask("guest", "saved")
    assert "bugs" in said(shown)
    assert "query_menu" not in buttons(shown)
    assert "One issue" in said(await filed.ask("guest", "list bugs"))
    assert await save(filed, "guest", "reporter:me", {"name": "filed"}) == {}
    assert "query_menu" in buttons(await filed.ask("guest", "saved"))


async def test_an_offer_to_save_comes_with_every_list(filed: Lodge) -> None:
    assert "query_save" in buttons(await filed.ask("ada", "list"))
    pressed = await press(filed, "ada", await filed.ask("ada", "LDG-1"), "issue_close")
    assert "query_save" not in buttons(pressed)
