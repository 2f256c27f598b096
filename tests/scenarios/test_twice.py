"""Slack delivers again what it thinks was not heard: everything happens once all the same."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_conversations import posted


@pytest.fixture(params=["afterwards", "at once"])
def twice(lodge: Lodge, request: pytest.FixtureRequest) -> Lodge:
    """Every delivery comes three times."""
    at_once = request.param == "at once"
    lodge.slack.faults.add(delivery="*", duplicate=2, at_once=at_once, times=None)
    return lodge


async def _history(lodge: Lodge, key: str = "LDG-1") -> str:
    lodge.slack.faults.clear()
    await lodge.settled()
    return said(await lodge.ask("ada", f"history {key}"))


async def test_a_command_files_one_issue(twice: Lodge) -> None:
    await twice.ask("ada", "new One")
    twice.slack.faults.clear()
    await twice.settled()
    assert "One issue." in said(await twice.ask("ada", "list"))


async def test_a_command_changes_once(twice: Lodge) -> None:
    await twice.ask("ada", "new One")
    changes = {
        "assign LDG-1 me": "assigned it",
        "comment LDG-1 hello": "commented",
        "close LDG-1": "closed it",
        "label LDG-1 +new": "added",
        "bulk priority high LDG-1": "set the priority",
    }
    for command in changes:
        await twice.ask("ada", command)
    history = await _history(twice)
    assert {sentence: history.count(sentence) for sentence in changes.values()} == dict.fromkeys(
        changes.values(), 1
    )


async def test_undo_goes_back_one_step_only(twice: Lodge) -> None:
    await twice.ask("ada", "new One")
    await twice.ask("ada", "assign LDG-1 me")
    await twice.ask("ada", "close LDG-1")
    await twice.ask("ada", "undo")
    shown = await _history(twice)
    assert shown.count("closed it") == 1
    assert shown.count("reopened it") == 1
    assert "unassigned" not in shown


async def test_a_button_acts_once(twice: Lodge) -> None:
    await twice.ask("ada", "new One")
    card = await twice.ask("ada", "LDG-1")
    ada = twice.person("ada")
    await ada.click("issue_assign_me", channel="general", ts=card["ts"])
    await ada.expect_message("general", lambda each: "is assigned to" in said(each))
    assert (await _history(twice)).count("assigned it") == 1


async def test_a_form_sent_twice_files_one_issue(twice: Lodge) -> None:
    ada = twice.person("ada")
    await ada.slash("general", "/issue")
    view = await ada.expect_modal()
    await ada.submit(view["id"], {"title": {"issue_title": "Once"}})
    await twice.settled()
    twice.slack.faults.clear()
    assert "One issue." in said(await twice.ask("ada", "list"))
    await ada.expect_message("general", lambda each: not each.get("is_ephemeral") and "Once" in said(each))
    cards = [each for each in ada.messages("general") if "Once" in said(each)]
    assert len(cards) == 1


async def test_a_reply_is_one_comment(twice: Lodge) -> None:
    card = await posted(twice)
    await twice.person("grace").send("general", "only once", card["ts"])
    await twice.settled()
    assert (await _history(twice)).count("commented") == 1


async def test_a_reaction_files_one_issue(twice: Lodge) -> None:
    ada = twice.person("ada")
    ts = await ada.send("general", "Once more")
    await ada.react("general", ts, "ticket")
    await ada.expect_message("general", lambda each: "LDG-1" in said(each), thread_ts=ts)
    await twice.settled()
    twice.slack.faults.clear()
    assert "One issue." in said(await twice.ask("ada", "list"))


async def _click_twice(lodge: Lodge, action: str, shown: Json) -> None:
    """And once more, later, as somebody who wants it again."""
    ada, clock = lodge.person("ada"), lodge.slack.service.clock
    clock.stop()
    for wait in (0.0, 0.3, 60.0):
        clock.advance(wait)
        await ada.click(action, channel="general", ts=shown["ts"])
        await lodge.settled()


async def test_who_clicks_twice_posts_one_card_and_later_another(lodge: Lodge) -> None:
    made = await lodge.ask("ada", "new One")
    await _click_twice(lodge, "issue_post_here", made)
    await lodge.announced()
    posted = [each for each in lodge.person("ada").messages("general") if "One" in said(each)]
    assert len(posted) == 2


@pytest.mark.parametrize(
    ("action", "method"),
    [("report_share", "chat.postMessage"), ("report_csv", "files.completeUploadExternal")],
)
async def test_who_clicks_twice_shares_a_report_once_and_later_again(
    lodge: Lodge, action: str, method: str
) -> None:
    await lodge.ask("ada", "new One")
    shown = await lodge.ask("ada", "report flow")
    before = len(lodge.slack.calls_of(method))
    await _click_twice(lodge, action, shown)
    assert len(lodge.slack.calls_of(method)) - before == 2


async def test_a_report_that_could_not_be_shared_is_shared_by_another_click(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    shown = await lodge.ask("ada", "report flow")
    ada = lodge.person("ada")
    lodge.slack.service.clock.stop()
    lodge.slack.faults.add(method="chat.postMessage", error="not_in_channel")
    await ada.click("report_share", channel="general", ts=shown["ts"])
    await ada.expect_message("general", lambda each: "Invite me there" in said(each))
    await ada.click("report_share", channel="general", ts=shown["ts"])
    await lodge.person("grace").expect_message("general", lambda each: "Shared by" in said(each))
