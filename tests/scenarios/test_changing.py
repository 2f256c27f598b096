"""Every change there is, by command and by button, with its way back."""

from __future__ import annotations

import re

import pytest

from db import listing
from db.access import Actor
from db.ids import SlackUserId, WorkspaceId
from db.query import parse
from db.states import Source
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_creating import buttons


async def press(
    lodge: Lodge, name: str, message: Json, action: str, channel: str = "general", **more: str
) -> Json:
    """Presses a button and gives the confirmation that follows."""
    person = lodge.person(name)
    before = [each["ts"] for each in person.ephemerals(channel)]
    await person.click(action, channel=channel, ts=message["ts"], **more)
    await lodge.settled()
    return await person.expect_message(
        channel, lambda each: each.get("is_ephemeral") and each["ts"] not in before
    )


CHANGES = (
    ("assign LDG-1 @grace", "LDG-1 is assigned to"),
    ("assign LDG-1 me", "LDG-1 is assigned to"),
    ("assign LDG-1 nobody", "nobody"),
    ("unassign LDG-1", "nobody"),
    ("comment LDG-1 It is *really* broken", "Your comment is on LDG-1"),
    ("label LDG-1 +ui -bug", "`ui`"),
    ("label LDG-1 =ops,ui", "`ops` `ui`"),
    ("label LDG-1 sev-1", "`sev-1`"),
    ("close LDG-1", "Completed"),
    ("close LDG-1 not planned", "Not planned"),
    ("close LDG-1 duplicate of LDG-2", "Duplicate"),
    ("status LDG-1 in progress", "In progress"),
    ("start LDG-1", "In progress"),
    ("priority LDG-1 urgent", "Urgent"),
    ("LDG-1 prio !p1", "High"),
    ("due LDG-1 1.3.2031", "due "),
    ("status LDG-1 won't do", "Not planned"),
    ("LDG-1 close", "Completed"),
    ("bulk close LDG-1 LDG-2", "2 issues"),
    ("close LDG-1 LDG-2", "2 issues"),
    ("prio LDG-1, LDG-2 high", "2 issues"),
    ("bulk assign @grace LDG-1 LDG-2", "2 issues"),
    ("bulk label +x -bug LDG-1 LDG-2", "2 issues"),
    ("bulk priority high LDG-1 LDG-2", "2 issues"),
)
REFUSED = (
    ("assign LDG-1", "/issue assign LDG-42"),
    ("assign LDG-99 me", "LDG-99"),
    ("assign LDG-1 @nosuchbody", "nosuchbody"),
    ("show", "/issue show"),
    ("label LDG-1", "/issue label"),
    ("label LDG-1 =a +b", "/issue label"),
    ("close", "/issue close"),
    ("close LDG-1 duplicate", "Of which issue?"),
    ("close LDG-1 duplicate of LDG-1", "duplicate"),
    ("close LDG-1 whenever", "whenever"),
    ("status LDG-1 flying", "flying"),
    ("start", "/issue start"),
    ("priority LDG-1", "/issue priority"),
    ("priority LDG-1 flying", "flying"),
    ("priority LDG-1 none", "as it was"),
    ("priority LDG-1 5", "as it was"),
    ("due LDG-1", "/issue due"),
    ("due LDG-1 someday", "“someday” is no day"),
    ("due LDG-1 none", "as it was"),
    ("bulk close", "bulk close LDG-1"),
    ("bulk close LDG-1 LDG-99", "LDG-99"),
    ("bulk priority enormous LDG-1", "enormous"),
    ("list status:flying", "flying"),
    ("list asignee:me", "assignee"),
    ("history LDG-99", "LDG-99"),
    ("comment LDG-99 hello", "LDG-99"),
    ("history", "/issue history"),
)


async def test_a_command_changes_and_can_be_undone(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One +bug @linus")
    await lodge.ask("ada", "new Two")
    for command, answer in CHANGES:
        before = said(await lodge.ask("ada", "LDG-1"))
        confirmation = await lodge.ask("ada", command)
        assert answer in said(confirmation), (command, said(confirmation))
        undone = await press(lodge, "ada", confirmation, "undo_change")
        assert "Undone" in said(undone), command
        assert said(await lodge.ask("ada", "LDG-1")) == before, command


async def test_what_cannot_be_done_is_said_and_nothing_changes(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    before = said(await lodge.ask("ada", "history LDG-1"))
    for command, answer in REFUSED:
        refused = await lodge.ask("ada", command)
        assert answer in said(refused), (command, said(refused))
        assert "undo_change" not in buttons(refused), command
        assert said(await lodge.ask("ada", "history LDG-1")) == before, command


async def test_undo_takes_back_the_last_change_and_can_be_undone(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    await lodge.ask("ada", "close LDG-1")
    undone = said(await lodge.ask("ada", "undo"))
    assert re.search(r"Undone.*LDG-1.*One.*reopened it", undone, re.DOTALL), undone
    assert "Open" in said(await lodge.ask("ada", "LDG-1"))
    again = said(await lodge.ask("ada", "undo"))
    assert re.search(r"Undone.*LDG-1.*One.*closed it: .*Completed", again, re.DOTALL), again
    assert "Completed" in said(await lodge.ask("ada", "LDG-1"))


async def test_undo_names_the_new_issue_that_is_no_more(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One & only")
    assert re.search(r"LDG-1.*One &amp; only.*deleted it", said(await lodge.ask("ada", "undo")))


async def test_undo_names_what_stands_in_the_way(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    closed = await lodge.ask("ada", "close LDG-1")
    await lodge.ask("grace", "reopen LDG-1")
    blocked = said(await press(lodge, "ada", closed, "undo_change"))
    assert "LDG-1" in blocked
    assert lodge.person("grace").id in blocked
    assert "/issue edit LDG-1" in blocked
    assert "/issue history LDG-1" in blocked


async def test_nothing_to_undo_is_said(lodge: Lodge) -> None:
    assert "nothing of yours" in said(await lodge.ask("ada", "undo"))


async def test_a_card_that_is_drawn_again_keeps_its_comments(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("ada", "new Pump")
    await lodge.ask("ada", "comment LDG-1 it leaks")
    card = await lodge.ask("ada", "LDG-1")
    assert "it leaks" in said(card)
    await ada.click("issue_start", channel="general", ts=card["ts"])
    drawn = await ada.expect_message(
        "general", lambda each: each["ts"] == card["ts"] and "In progress" in said(each)
    )
    assert "it leaks" in said(drawn)


async def test_buttons_of_a_card_act_and_redraw_it(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    card = await lodge.ask("grace", "LDG-1")
    grace = lodge.person("grace")
    assert "assigned to" in said(await press(lodge, "grace", card, "issue_assign_me"))
    drawn = next(each for each in grace.ephemerals("general") if each["ts"] == card["ts"])
    assert grace.id in said(drawn)
    await press(lodge, "grace", drawn, "issue_start")
    drawn = next(each for each in grace.ephemerals("general") if each["ts"] == card["ts"])
    assert "In progress" in said(drawn)
    await press(lodge, "grace", drawn, "issue_close")
    drawn = next(each for each in grace.ephemerals("general") if each["ts"] == card["ts"])
    assert "issue_reopen" in buttons(drawn)
    await press(lodge, "grace", drawn, "issue_reopen")
    drawn = next(each for each in grace.ephemerals("general") if each["ts"] == card["ts"])
    assert "issue_start" in buttons(drawn)


@pytest.mark.parametrize(
    ("choice", "answer"),
    [("history", "filed it"), ("post", "on its way"), ("unassign", "nobody")],
)
async def test_the_menu_of_a_card_acts(lodge: Lodge, choice: str, answer: str) -> None:
    await lodge.ask("ada", "new One @grace")
    card = await lodge.ask("ada", "LDG-1")
    menu = buttons(card)["issue_more"]
    value = next(each["value"] for each in menu["options"] if each["value"].startswith(choice))
    assert answer in said(await press(lodge, "ada", card, "issue_more", value=value))


async def test_a_reason_is_asked_for_in_a_form(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    await lodge.ask("ada", "new Original")
    card = await lodge.ask("ada", "LDG-1")
    ada = lodge.person("ada")
    menu = buttons(card)["issue_more"]
    value = next(each["value"] for each in menu["options"] if each["value"].startswith("close_as"))
    await ada.click("issue_more", channel="general", ts=card["ts"], value=value)
    view = await ada.expect_modal()
    outcome = await ada.submit(view["id"], {"close_reason": "duplicate"})
    assert outcome.outcome == "errors"
    offered = await ada.suggest("issue_choices", "LDG-2", view_id=view["id"])
    original = offered["options"][0]["value"]
    outcome = await ada.submit(view["id"], {"close_reason": "duplicate", "duplicate_of": original})
    assert outcome.outcome == "closed"
    await ada.expect_message("general", lambda each: "Duplicate" in said(each))


async def test_a_comment_is_written_in_a_form(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    card = await lodge.ask("ada", "LDG-1")
    ada = lodge.person("ada")
    await ada.click("issue_comment", channel="general", ts=card["ts"])
    view = await ada.expect_modal()
    outcome = await ada.submit(view["id"], {"comment": {"comment": "Found the *cause*"}})
    assert outcome.outcome == "closed", outcome
    await ada.expect_message("general", lambda each: "Your comment" in said(each))
    assert "Found the" in said(await lodge.ask("grace", "LDG-1"))


async def test_an_edit_that_clashes_shows_both_sides(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue edit LDG-1")
    view = await ada.expect_modal()
    await lodge.ask("grace", "close LDG-1")
    outcome = await ada.submit(view["id"], {"title": {"issue_title": "One, better"}})
    assert outcome.outcome == "updated", outcome
    shown = await ada.expect_modal(lambda each: "while you were writing" in said(each))
    assert lodge.person("grace").id in said(shown)
    assert shown["state"]["values"]["title"]["issue_title"]["value"] == "One, better"
    outcome = await ada.submit(shown["id"])
    assert outcome.outcome == "closed", outcome
    card = said(await lodge.ask("ada", "LDG-1"))
    assert "One, better" in card
    assert "Completed" in card


async def test_an_edit_can_be_dropped_for_theirs(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue edit LDG-1")
    view = await ada.expect_modal()
    await lodge.ask("grace", "close LDG-1")
    await ada.submit(view["id"], {"title": {"issue_title": "Mine"}})
    shown = await ada.expect_modal(lambda each: "while you were writing" in said(each))
    await ada.click("issue_drop_mine", view_id=shown["id"])
    fresh = await ada.expect_modal(lambda each: "while you were writing" not in said(each))
    assert "One" in str(fresh["state"]["values"])
    outcome = await ada.submit(fresh["id"])
    assert outcome.outcome == "closed"
    await ada.expect_message("general", lambda each: "you changed nothing" in said(each))


async def test_many_issues_are_changed_in_a_form(lodge: Lodge) -> None:
    for title in ("One +bug", "Two +bug", "Three"):
        await lodge.ask("ada", f"new {title}")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue bulk label:bug")
    view = await ada.expect_modal()
    outcome = await ada.submit(view["id"])
    assert outcome.outcome == "errors"
    outcome = await ada.submit(view["id"], {"status": "completed", "assignee_id": "grace"})
    assert outcome.outcome == "closed", outcome
    done = await ada.expect_message("general", lambda each: "2 issues" in said(each))
    assert "Completed" in said(await lodge.ask("ada", "LDG-1"))
    assert "Open" in said(await lodge.ask("ada", "LDG-3"))
    await press(lodge, "ada", done, "undo_change")
    assert "Open" in said(await lodge.ask("ada", "LDG-1"))


async def test_the_bulk_form_looks_on_where_a_list_is_broken_off(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("_FEW", "_SOME", "_MANY", "_MANY_FOR_NOTHING"):
        monkeypatch.setattr(listing, limit, 0)
    for depth in ("_SHORT", "_LONG", "_FURTHER", "_FURTHER_FOR_NOTHING"):
        monkeypatch.setattr(listing, depth, 1)
    for title in ("Rare one", *(f"Crane {number}" for number in range(6))):
        await lodge.ask("ada", f"new {title}")
    await lodge.announced()
    async with lodge.process.services.database.connection() as conn:
        broken = await listing.page(conn, await _actor(lodge, "ada"), parse("-crane"))
    assert broken.broken_off
    assert not broken.items
    ada = lodge.person("ada")
    await ada.slash("general", "/issue bulk -crane")
    assert "Rare one" in said(await ada.expect_modal())


async def _actor(lodge: Lodge, name: str) -> Actor:
    workspace_id = WorkspaceId(lodge.slack.team_id)
    user = SlackUserId(lodge.person(name).user.id)
    person = await lodge.process.services.directory.person(workspace_id, user)
    return Actor(workspace_id=workspace_id, person_id=person.person_id, role=person.role, source=Source.SLACK)


async def test_a_list_leads_to_the_form_that_changes_all_of_it(lodge: Lodge) -> None:
    for title in ("One +bug", "Two +bug", "Three"):
        await lodge.ask("ada", f"new {title}")
    ada = lodge.person("ada")
    listed = await lodge.ask("ada", "list label:bug")
    await ada.click("list_change", channel="general", ts=listed["ts"])
    form = await ada.expect_modal()
    chosen = form["state"]["values"]["issues"]["issue_choices"]["selected_options"]
    assert {each["text"]["text"] for each in chosen} == {"LDG-1 One", "LDG-2 Two"}
    assert (await ada.submit(form["id"], {"priority": "high"})).outcome == "closed"
    await ada.expect_message("general", lambda each: "2 issues are changed" in said(each))
    # One issue has its own buttons.
    assert "list_change" not in buttons(await lodge.ask("ada", "list key:LDG-3"))


async def test_an_issue_taken_out_of_the_bulk_form_stays_as_it_is(lodge: Lodge) -> None:
    for title in ("One +bug", "Two +bug"):
        await lodge.ask("ada", f"new {title}")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue bulk label:bug")
    view = await ada.expect_modal()
    chosen = view["state"]["values"]["issues"]["issue_choices"]["selected_options"]
    kept = [each for each in chosen if "One" in each["text"]["text"]]
    await ada.submit(view["id"], {"issues": kept, "priority": "high"})
    await ada.expect_message("general", lambda each: "One issue is changed" in said(each))
    assert "High" not in said(await lodge.ask("ada", "LDG-2"))


async def test_the_bulk_form_stays_as_it_was_filled_when_an_issue_is_gone(lodge: Lodge) -> None:
    for title in ("One +bug", "Two +bug"):
        await lodge.ask("ada", f"new {title}")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue bulk label:bug")
    form = await ada.expect_modal()
    await lodge.ask("ada", "undo")
    outcome = await ada.submit(form["id"], {"status": "completed"})
    assert outcome.errors == {
        "issues": "Nothing was changed, because LDG-2 stops it: there is no such issue (any more)"
    }
    assert "Open" in said(await lodge.ask("ada", "LDG-1"))
    chosen = form["state"]["values"]["issues"]["issue_choices"]["selected_options"]
    outcome = await ada.submit(
        form["id"], {"issues": [each for each in chosen if "One" in each["text"]["text"]]}
    )
    assert outcome.outcome == "closed", outcome
    assert "Completed" in said(await lodge.ask("ada", "LDG-1"))


async def test_all_that_match_are_changed_when_they_are_too_many_to_show(lodge: Lodge) -> None:
    for number in range(60):
        await lodge.ask("ada", f"new Issue {number} +many")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue bulk label:many")
    view = await ada.expect_modal()
    assert "All 60 issues" in said(view)
    outcome = await ada.submit(view["id"], {"status": "in_progress"})
    assert outcome.outcome == "closed", outcome
    await ada.expect_message("general", lambda each: "60 issues are changed" in said(each))


async def test_a_guest_files_and_comments_but_changes_nothing_of_others(lodge: Lodge) -> None:
    guest = next(
        user.name
        for user in lodge.slack.state.users.values()
        if "guest" in user.name.lower() or user.is_restricted
    )
    await lodge.ask("ada", "new Secret")
    assert "LDG-2" in said(await lodge.ask(guest, "new Mine"))
    assert "no issue" in said(await lodge.ask(guest, "LDG-1"))
    assert "Secret" not in said(await lodge.ask(guest, "list"))
    assert "Your comment" in said(await lodge.ask(guest, "comment LDG-2 hello"))
    assert "needs" in said(await lodge.ask(guest, "close LDG-2"))
    assert "needs" in said(await lodge.ask(guest, "bulk close LDG-2"))
