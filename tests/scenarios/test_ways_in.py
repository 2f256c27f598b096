"""Buttons and events that lead somewhere, each taken once: from Home, from forms, from empty lists and from Slack."""

from __future__ import annotations

from functools import partial

from db import people
from tests.scenarios.conftest import Json, Lodge, said
from tests.scenarios.dropping import ROWS, START, UNDO, as_csv, drop, issues_there, rows
from tests.scenarios.test_settings import drawn, opened, pick
from tests.scenarios.test_threads import program


async def test_home_leads_to_settings_and_to_all_of_a_list(lodge: Lodge) -> None:
    for number in range(12):
        await lodge.ask("ada", f"new Issue {number} @ada")
    ada = lodge.person("ada")
    await ada.open_home()
    home = await ada.expect_home(lambda view: "home_show_all" in str(view))
    await ada.click("home_settings", view_id=home["id"])
    await ada.expect_modal(lambda view: view["callback_id"] == "settings_form")
    await ada.click("help_open", view_id=home["id"])
    await ada.expect_modal(lambda view: "/issue report" in said(view))
    await ada.click("home_show_all", view_id=home["id"])
    await ada.expect_home(lambda view: "Issue 0" in said(view) and "Issue 11" in said(view))


def _is(callback: str, view: Json) -> bool:
    return bool(view["callback_id"] == callback)


async def test_the_form_of_settings_leads_to_the_others(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    for button, callback in (
        ("settings_admins", "admins_form"),
        ("settings_labels", "labels_form"),
        ("settings_people", "people_form"),
    ):
        form = await opened(lodge, "ada", "settings", "settings_form")
        await ada.click(button, view_id=form["id"])
        shown = await ada.expect_modal(partial(_is, callback))
        await ada.close(shown["id"], all=True)


async def test_who_is_not_in_slack_is_merged_into_who_is(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    await lodge.ask("grace", "help")
    async with lodge.process.services.database.transaction() as conn:
        await people.create(conn, program(lodge), "Commodore")
    await lodge.ask("ada", "new One @commodore")
    form = await opened(lodge, "ada", "settings people", "people_form")
    await pick(lodge, "ada", form, "people_pick", "commodore")
    form = await drawn(lodge, "ada", "One open issue")
    offered = await ada.suggest("person_into", "grace", view_id=form["id"])
    outcome = await ada.submit(form["id"], {"person_into": offered["options"][0]["value"]})
    assert outcome.outcome == "updated", outcome
    sure = await ada.expect_modal(lambda view: view["callback_id"] == "people_merge_form")
    assert (await ada.submit(sure["id"])).outcome == "closed"
    await lodge.settled()
    assert lodge.person("grace").id in said(await lodge.ask("ada", "LDG-1"))


async def test_empty_lists_offer_the_forms_of_the_first(lodge: Lodge) -> None:
    ada = lodge.person("ada")
    for listed, button in (
        ("subscriptions", "subscription_new"),
        ("schedules", "schedule_new"),
        ("token", "token_new"),
        ("webhook", "webhook_new"),
        ("tell", "outgoing_new"),
    ):
        shown = await lodge.ask("ada", listed)
        await ada.click(button, channel="general", ts=shown["ts"])
        form = await ada.expect_modal()
        await ada.close(form["id"])


async def test_a_long_list_of_schedules_is_turned(lodge: Lodge) -> None:
    await lodge.ask("ada", "list")
    ada = lodge.person("ada")
    async with lodge.process.services.database.connection() as conn:
        await conn.execute(
            """
            INSERT INTO schedules (workspace_id, owner_id, report, period, channel_id, recurrence, timezone,
                                   next_due_at)
            SELECT workspace_id, person_id, 'digest', '7d', 'C0GENERAL', 'weekdays 09:00', 'UTC', now() + interval '9 d'
            FROM people, generate_series(1, 11) WHERE slack_user_id = $1
            """,
            ada.id,
        )
    listed = await lodge.ask("ada", "schedules")
    await ada.click("schedule_next", channel="general", ts=listed["ts"])
    await lodge.slack.until(
        lambda: any(
            m["ts"] == listed["ts"] and str(m).count("'schedule_menu'") == 1
            for m in ada.ephemerals("general")
        )
    )


async def test_a_card_leads_to_the_form_that_changes_it(lodge: Lodge) -> None:
    await lodge.ask("ada", "new One")
    ada, card = lodge.person("ada"), await lodge.ask("ada", "LDG-1")
    await ada.click("issue_edit", channel="general", ts=card["ts"])
    form = await ada.expect_modal(lambda view: view["callback_id"] == "issue_edit_form")
    assert (await ada.submit(form["id"], {"title": {"issue_title": "Uno"}})).outcome == "closed"
    assert "Uno" in said(await lodge.ask("ada", "LDG-1"))


async def test_of_an_import_what_nobody_worked_on_is_taken_back(lodge: Lodge, db_url: str) -> None:
    thread = await drop(lodge, as_csv(ROWS))
    await thread.press(await thread.shows("3 issues to import"), START)
    done = await thread.shows("3 issues imported")
    [(number,)] = await rows(db_url, "SELECT number FROM issues WHERE title = 'Typo'")
    await lodge.ask("grace", f"reopen LDG-{number}")
    await thread.press(done, UNDO)
    ada = lodge.person("ada")
    answer = await ada.expect_message("general", lambda m: "worked on since" in said(m))
    await ada.click("import_undo_rest", channel="general", ts=answer["ts"])
    await thread.shows("2 issues removed")
    assert [row[0] for row in await issues_there(db_url)] == ["Typo"]


async def test_slack_tells_that_the_app_was_removed_where_it_has_a_token_of_its_own(lodge: Lodge) -> None:
    """A token from the settings is nobody's to take back here: whoever runs the bot does that."""
    await lodge.ask("ada", "new One")
    lodge.slack.emit({"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0LODGEBOT"]}})
    lodge.slack.emit({"type": "app_uninstalled"})
    await lodge.settled()
    assert "One" in said(await lodge.ask("ada", "list"))
