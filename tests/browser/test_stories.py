"""The main stories in a real browser, on the real bot. Screenshots go to .shots/, for people to look at."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from bot.playground import LocalSlack
from bot.process import Process
from tests.browser.conftest import OpenPage
from tests.browser.steps import command, enter, newest, pick
from tests.browser.test_story import field, process, shoot, slack

__all__ = ["process", "slack"]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def _home(page: Page) -> Locator:
    await page.get_by_role("link", name=re.compile("^Lodge")).click()
    await page.get_by_role("tab", name="Home").click()
    tab = page.get_by_role("tabpanel", name="App Home")
    await expect(tab).to_contain_text("Assigned to me")
    return tab


async def _choose_row(tab: Locator, title: str, choice: str) -> None:
    row = tab.locator(".block", has_text=title).filter(has=tab.page.get_by_role("button", name="More")).first
    await row.get_by_role("button").last.click()
    await tab.page.get_by_role("menuitem", name=choice, exact=True).click()


async def test_likely_duplicates_are_offered_while_the_title_is_typed(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await enter(page, "support")
    await command(page, "/issue")
    dialog = page.get_by_role("dialog")
    await field(dialog, "Title").fill("Login fails on Safari")
    await expect(dialog).to_contain_text("LDG-78")
    await shoot(page, "create-duplicates")


async def test_home_is_filtered_acted_on_and_turned(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    tab = await _home(page)
    await shoot(page, "home-overview")
    await tab.get_by_role("button", name="Filter").click()
    dialog = page.get_by_role("dialog")
    await pick(dialog.get_by_label(re.compile("^Priority")), "High")
    await field(dialog, "Words or a query").fill("labl:bug")
    await dialog.get_by_role("button", name="Apply").click()
    await expect(dialog).to_contain_text("Did you mean")
    await shoot(page, "home-filter-mistake")
    await field(dialog, "Words or a query").fill("")
    await dialog.get_by_role("button", name="Apply").click()
    await expect(tab).to_contain_text("Only what matches")
    await shoot(page, "home-filtered")
    await tab.get_by_role("button", name="Clear the filter").click()
    await expect(tab).not_to_contain_text("Only what matches")
    await pick(tab.get_by_role("combobox").first, "All open", "All open issues")
    await expect(tab.get_by_role("button", name="Next")).to_be_visible()
    await tab.get_by_role("button", name="Next").click()
    await expect(tab.get_by_role("button", name="Previous")).to_be_visible()
    await shoot(page, "home-page")


async def test_a_row_of_home_is_started_shown_and_undone(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "grace")
    tab = await _home(page)
    row = tab.locator("[data-block-id^='home-assigned']").first
    await row.get_by_role("button").last.click()
    await shoot(page, "home-menu")
    await page.get_by_role("menuitem", name="Start").click()
    await expect(tab.get_by_role("button", name="Undo")).to_be_visible()
    await shoot(page, "home-started")
    await row.get_by_role("button").last.click()
    await page.get_by_role("menuitem", name="Show").first.click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Filed by")
    await shoot(page, "home-sheet")
    await page.keyboard.press("Escape")
    await tab.get_by_role("button", name="Undo").click()
    await expect(tab).to_contain_text("Undone")


async def test_home_on_a_phone(slack: LocalSlack, process: Process, open_page: OpenPage) -> None:
    page = await open_page(slack.url, "ada", viewport={"width": 390, "height": 844}, color_scheme="dark")
    await page.get_by_role("button", name=re.compile("menu|channels|sidebar", re.IGNORECASE)).first.click()
    await _home(page)
    await shoot(page, "home-narrow")


async def test_a_list_is_turned_and_a_row_closed_in_place(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await enter(page, "support")
    await command(page, "/issue list")
    answer = newest(page)
    await answer.get_by_role("button", name="Next").click()
    await expect(answer.get_by_role("button", name="Previous")).to_be_visible()
    row = answer.locator("[data-block-id^='list:']").first
    key = re.search(r"LDG-\d+", await row.inner_text())
    assert key is not None
    await row.get_by_role("button").last.click()
    await page.get_by_role("menuitem", name="Close", exact=True).click()
    closed = page.locator("main .message", has_text=key[0]).filter(has_text="Previous").first
    await expect(closed).to_contain_text("Completed")
    await shoot(page, "list-row-closed")


async def test_many_are_changed_and_taken_back(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada", viewport={"width": 1280, "height": 1400})
    await enter(page, "support")
    await command(page, "/issue bulk label:design status:open")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Change many issues")
    await pick(field(dialog, "Priority"), "Low")
    await shoot(page, "bulk-form")
    await dialog.get_by_role("button", name="Change them").click()
    await expect(newest(page)).to_contain_text(re.compile("issues? (is|are) changed"))
    await newest(page).get_by_role("button", name="Undo").click()
    await expect(newest(page)).to_contain_text("Undone")
    await shoot(page, "bulk-undone")


async def test_a_clash_is_shown_and_decided(slack: LocalSlack, process: Process, open_page: OpenPage) -> None:
    page = await open_page(slack.url, "ada", viewport={"width": 1280, "height": 1200})
    await enter(page, "support")
    await command(page, "/issue edit LDG-78")
    dialog = page.get_by_role("dialog")
    await field(dialog, "Title").fill("Login fails on every iPhone")
    grace = slack.person("grace")
    await grace.slash("support", "/issue edit LDG-78")
    theirs = await grace.expect_modal()
    await grace.submit(theirs["id"], {"title": {"issue_title": "Login fails on Safari 18"}})
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_contain_text("Login fails on Safari after")
    await shoot(page, "clash")
    await dialog.get_by_role("button", name="Apply").click()
    await expect(dialog).to_be_hidden()
    await command(page, "/issue LDG-78")
    await expect(newest(page)).to_contain_text("Login fails on every iPhone")


async def test_a_message_becomes_an_issue_in_two_clicks(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await enter(page, "support")
    await command(page, "The ticket printer on pier 3 prints blank receipts")
    # What Ada is answered names the title, too.
    message = page.locator("main .message:not(.ephemeral)", has_text="prints blank receipts").last
    await message.hover()
    await message.get_by_role("button", name=re.compile("More", re.IGNORECASE)).click()
    await shoot(page, "message-menu")
    await page.get_by_role("menuitem", name="Create issue").click()
    dialog = page.get_by_role("dialog")
    await expect(field(dialog, "Title")).to_have_value("The ticket printer on pier 3 prints blank receipts")
    await shoot(page, "message-form")
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog).to_be_hidden()
    await expect(message).to_contain_text("1 reply")
    await message.get_by_role("button", name=re.compile("1 repl")).click()
    await expect(page.get_by_role("complementary")).to_contain_text("LDG-")
    await shoot(page, "message-thread")


async def test_the_global_shortcut_asks_for_a_title_alone(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await enter(page, "support")
    await page.get_by_role("button", name="Attach or run a shortcut").click()
    await shoot(page, "shortcuts")
    await page.get_by_role("menuitem", name="New issue").click()
    dialog = page.get_by_role("dialog")
    await field(dialog, "Title").fill("Buoy 7 has drifted")
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog).to_be_hidden()


async def test_a_step_of_a_workflow_is_run_from_the_page(
    slack: LocalSlack, process: Process, open_page: OpenPage
) -> None:
    page = await open_page(slack.url, "ada")
    await enter(page, "support")
    await page.get_by_role("button", name="Attach or run a shortcut").click()
    await page.get_by_role("menuitem", name="Create an issue").click()
    dialog = page.get_by_role("dialog", name="Create an issue")
    await dialog.get_by_label("Title").fill("Lifebelt for pier 4")
    await dialog.get_by_label("Assignee").select_option(slack.person("grace").id)
    await dialog.get_by_label("Priority").fill("sometimes")
    await dialog.get_by_role("button", name="Run").click()
    await expect(dialog.get_by_role("status")).to_contain_text("No issue was created")
    await dialog.get_by_label("Priority").fill("high")
    await dialog.get_by_label("Post the card in").select_option(label="#support")
    await dialog.get_by_role("button", name="Run").click()
    await expect(dialog.get_by_role("status")).to_contain_text("LDG-")
    # However much it has to show, its title and its buttons stay where they are.
    await expect(dialog.get_by_role("heading", name="Create an issue")).to_be_in_viewport(ratio=1)
    await expect(dialog.get_by_role("button", name="Run")).to_be_in_viewport(ratio=1)
    await shoot(page, "workflow-step")
    await dialog.get_by_role("button", name="Close").click()
    await expect(dialog).to_have_count(0)
    await expect(newest(page)).to_contain_text("Lifebelt for pier 4")


async def test_settings_open_from_home(slack: LocalSlack, process: Process, open_page: OpenPage) -> None:
    page = await open_page(slack.url, "ada", viewport={"width": 1280, "height": 1200})
    tab = await _home(page)
    await tab.get_by_role("button", name="Settings").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Key prefix")
    await shoot(page, "settings")
    await page.keyboard.press("Escape")
    await tab.get_by_role("button", name="Notifications").click()
    await expect(page.get_by_role("dialog")).to_contain_text("Notifications")
    await page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(tab).to_contain_text("You are told at once.")
    await shoot(page, "home-said")
