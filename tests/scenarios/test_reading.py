"""Lists, searches, history, Home and settings."""

from __future__ import annotations

from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.test_changing import press
from tests.scenarios.test_creating import buttons


async def _file(lodge: Lodge, *lines: str) -> None:
    for line in lines:
        await lodge.ask("ada", f"new {line}")


async def test_a_list_shows_a_page_and_turns_it(lodge: Lodge) -> None:
    await _file(lodge, *(f"Issue number {number}" for number in range(1, 12)))
    first = await lodge.ask("ada", "list")
    assert "11 issues" in said(first)
    assert "number 11" in said(first)
    assert "number 2" not in said(first)
    ada = lodge.person("ada")

    def shown() -> Json:
        return next(each for each in ada.ephemerals("general") if each["ts"] == first["ts"])

    await ada.click("list_next", channel="general", ts=first["ts"])
    await lodge.slack.until(lambda: "number 2" in said(shown()))
    assert "list_next" not in buttons(shown())
    await ada.click("list_previous", channel="general", ts=first["ts"])
    await lodge.slack.until(lambda: "number 11" in said(shown()))


async def test_a_list_is_filtered_by_a_query(lodge: Lodge) -> None:
    await _file(lodge, "One +bug @grace", "Two +bug", "Three")
    assert "2 issues" in said(await lodge.ask("ada", "list label:bug"))
    assert "One issue" in said(await lodge.ask("ada", "list label:bug no:assignee"))
    assert "One issue" in said(await lodge.ask("ada", "list assignee:@grace"))
    assert "One issue" in said(await lodge.ask("grace", "mine"))
    assert "One issue" in said(await lodge.ask("grace", "list mine"))
    assert "No issue that is open is assigned to you" in said(await lodge.ask("margaret", "mine"))
    await _file(lodge, "Four @ada due:2020-01-02")
    assert "Was due" in said(await lodge.ask("ada", "mine"))
    ada = lodge.person("ada")
    await ada.open_home()
    await ada.expect_home(lambda view: "Was due" in said(view))
    await lodge.indexed()
    assert "Was due" in said(await lodge.ask("ada", "search four"))


async def test_rows_of_a_list_can_be_acted_on(lodge: Lodge) -> None:
    await _file(lodge, "One")
    answer = await lodge.ask("grace", "list")
    menu = buttons(answer)["issue_more"]
    values = {each["value"].partition(":")[0]: each["value"] for each in menu["options"]}
    assert "is assigned to" in said(await press(lodge, "grace", answer, "issue_more", value=values["assign"]))
    assert "Filed by" in said(await press(lodge, "grace", answer, "issue_more", value=values["show"]))


async def test_search_finds_words_and_says_when_there_is_nothing(lodge: Lodge) -> None:
    await _file(lodge, "Login fails on Safari", "Export is slow")
    assert "Nothing found" in said(await lodge.ask("ada", "search zeppelin"))
    await lodge.indexed()
    answer = said(await lodge.ask("ada", "search safari login"))
    assert "LDG-1" in answer
    assert "LDG-2" not in answer
    assert "/issue search" in said(await lodge.ask("ada", "search"))


async def test_history_says_who_did_what(lodge: Lodge) -> None:
    await _file(lodge, "One +bug")
    await lodge.ask("grace", "assign LDG-1 me")
    await lodge.ask("grace", "label LDG-1 +ui -bug")
    await lodge.ask("grace", "close LDG-1 not planned")
    await lodge.ask("ada", "reopen LDG-1")
    ada = lodge.person("ada")
    await lodge.ask("grace", f"comment LDG-1 *Please* ask <@{ada.id}> <!channel>")
    assert f"Please ask <@{ada.id}> @channel" in said(await lodge.ask("ada", "show LDG-1"))
    text = said(await lodge.ask("ada", "history LDG-1"))
    assert f"commented: “Please ask <@{ada.id}> @channel”" in text
    for part in ("filed it", "assigned it to", "added `ui`", "removed `bug`", "Not planned", "reopened it"):
        assert part in text, part


async def test_home_shows_what_is_mine_and_acts(lodge: Lodge) -> None:
    await _file(lodge, "Mine @ada", "Theirs @grace")
    ada = lodge.person("ada")
    await ada.open_home()
    home = await ada.expect_home(lambda view: "Mine" in said(view))
    assert "Theirs" in said(home)
    row = next(block for block in home["blocks"] if "Mine" in said(block) and "accessory" in block)
    close = next(each["value"] for each in row["accessory"]["options"] if each["value"].startswith("close:"))
    await ada.click("issue_more", view_id=home["id"], block_id=row["block_id"], value=close)
    # What changed is drawn by itself, too, beside the answer.
    home = await ada.expect_home(lambda view: "Completed" in said(view) and "undo_change" in buttons(view))
    await ada.click("undo_change", view_id=home["id"])
    home = await ada.expect_home(lambda view: "Undone" in said(view))
    await ada.click("home_refresh", view_id=home["id"])
    await ada.expect_home(lambda view: "Undone" not in said(view))


async def test_home_publishes_in_one_call(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await ada.open_home()
    await ada.expect_home()
    await lodge.settled()
    assert len(lodge.slack.calls_of("views.publish")) == 1


async def test_settings_are_for_admins_and_change_the_keys(lodge: Lodge) -> None:
    grace = lodge.person("grace")
    await grace.slash("general", "/issue settings")
    # Who is no admin has a channel's settings to change, and not the workspace's.
    assert "key_prefix" not in str(await grace.expect_modal())
    await _file(lodge, "One")
    ada = lodge.person("ada")
    await ada.slash("general", "/issue settings")
    view = await ada.expect_modal()
    outcome = await ada.submit(view["id"], {"key_prefix": {"key_prefix": "9!"}})
    assert outcome.outcome == "errors"
    outcome = await ada.submit(view["id"], {"key_prefix": {"key_prefix": "ops"}})
    assert outcome.outcome == "closed", outcome
    await ada.expect_message("general", lambda each: "settings are saved" in said(each))
    assert "OPS-1" in said(await lodge.ask("ada", "OPS-1"))


async def test_a_german_reads_german(lodge: Lodge) -> None:
    name = next(user.name for user in lodge.slack.state.users.values() if user.locale.startswith("de"))
    answer = said(await lodge.ask(name, "new Kaputt !eilig"))
    assert "Priorität" in answer
    # What is shown in German can be typed so.
    assert "Hoch" in said(await lodge.ask(name, "new Kaputt !hoch"))
    assert "In Arbeit" in said(await lodge.ask(name, "status LDG-1 in Arbeit"))
    assert "Kaputt" in said(await lodge.ask(name, "list status:offen,in-arbeit priority:hoch"))
    assert "Nicht geplant" in said(await lodge.ask(name, "schließen LDG-1 nicht geplant"))


async def test_a_list_is_drawn_again_when_a_row_was_acted_on(lodge: Lodge) -> None:
    await _file(lodge, *(f"Issue number {number:02}" for number in range(1, 21)))
    ada = lodge.person("ada")
    first = await lodge.ask("ada", "list")

    def shown() -> Json:
        return next(each for each in ada.ephemerals("general") if each["ts"] == first["ts"])

    def rows() -> list[str]:
        return [said(each) for each in shown()["blocks"] if "accessory" in each]

    await ada.click("list_next", channel="general", ts=first["ts"])
    await lodge.slack.until(lambda: "number 05" in said(shown()))
    before = rows()
    last = [each for each in shown()["blocks"] if "accessory" in each][-1]
    close = next(each["value"] for each in last["accessory"]["options"] if each["value"].startswith("close:"))
    await ada.click("issue_more", channel="general", ts=first["ts"], block_id=last["block_id"], value=close)
    await lodge.slack.until(lambda: "Completed" in rows()[-1])
    assert rows()[:-1] == before[:-1]
    assert "number 05" in rows()[-1]
    await ada.click("list_next", channel="general", ts=first["ts"])
    await lodge.slack.until(lambda: "number 04" in said(shown()))
    assert len(rows()) == 4
    await ada.click("list_previous", channel="general", ts=first["ts"])
    await lodge.slack.until(lambda: "number 06" in said(shown()))


async def test_a_search_is_drawn_again_when_a_row_was_acted_on(lodge: Lodge) -> None:
    await _file(lodge, *(f"Boiler in room {number:02}" for number in range(1, 12)))
    await lodge.announced()
    await lodge.indexed()
    ada = lodge.person("ada")
    first = await lodge.ask("ada", "search boiler -status:closed")

    def shown() -> Json:
        return next(each for each in ada.ephemerals("general") if each["ts"] == first["ts"])

    def rows() -> list[str]:
        return [said(each) for each in shown()["blocks"] if "accessory" in each]

    async def close_last() -> list[str]:
        before = rows()
        last = [each for each in shown()["blocks"] if "accessory" in each][-1]
        close = next(o["value"] for o in last["accessory"]["options"] if o["value"].startswith("close:"))
        await ada.click(
            "issue_more", channel="general", ts=first["ts"], block_id=last["block_id"], value=close
        )
        await lodge.slack.until(lambda: "Completed" in rows()[-1])
        return before

    before = await close_last()
    # It stays where it was, though the query finds it no more, and what matched is still shown.
    assert [row.split("\n")[0] for row in rows()] == [row.split("\n")[0] for row in before]
    assert "boiler -status:closed" in said(shown())
    await ada.click("search_next", channel="general", ts=first["ts"])
    await lodge.slack.until(lambda: len(rows()) == 3)
    before = await close_last()
    assert rows()[:-1] == before[:-1]


async def test_a_corrected_search_stays_what_it_was_corrected_to(lodge: Lodge) -> None:
    await _file(lodge, "Elevator stuck", "Elevator door squeaks")
    await lodge.announced()
    await lodge.indexed()
    ada = lodge.person("ada")
    first = await lodge.ask("ada", "search elevatr")
    assert "elevator" in said(first)
    row = next(each for each in first["blocks"] if "accessory" in each)
    start = next(o["value"] for o in row["accessory"]["options"] if o["value"].startswith("start:"))
    await ada.click("issue_more", channel="general", ts=first["ts"], block_id=row["block_id"], value=start)
    redrawn = await ada.expect_message(
        "general", lambda each: each["ts"] == first["ts"] and "In progress" in said(each)
    )
    assert said(redrawn["blocks"][0]) == said(first["blocks"][0])
