"""Commands, buttons, forms, shortcuts and the Home tab: the app's side of the page."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from bot.playground import LocalSlack
from tests.browser.blocks import actions, button, entry, modal, mrkdwn, options, plain, section
from tests.browser.conftest import OpenPage
from tests.browser.scripted_app import Json, ScriptedApp, opens
from tests.browser.steps import command, enter, newest, say

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CONFIRM = {
    "title": plain("Close it?"),
    "text": mrkdwn("It will be *closed*."),
    "confirm": plain("Yes, close"),
    "deny": plain("Keep open"),
}


async def test_a_command_completes_with_its_hint_and_answers_privately(app: ScriptedApp, page: Page) -> None:
    async def answer(payload: Json) -> Json:
        return {"response_type": "ephemeral", "text": f"You said `{payload['text']}`"}

    app.on("command", "/issue", answer)
    await enter(page, "product")
    composer = page.get_by_role("textbox", name="Message #product")
    await composer.press_sequentially("/i")
    await expect(page.get_by_role("option")).to_have_count(2)
    await composer.press("ArrowDown")
    await expect(page.get_by_role("option", name="/invite-all")).to_have_attribute("aria-selected", "true")
    await composer.press("ArrowUp")
    await composer.press("Tab")
    await expect(composer).to_have_value("/issue ")
    await expect(page.get_by_text("/issue new Title !high | list | show LDG-1")).to_be_visible()
    await composer.press_sequentially("list mine")
    await composer.press("Enter")
    said = newest(page)
    await expect(said).to_contain_text("Only visible to you")
    await expect(said.locator("code")).to_have_text("list mine")
    await said.get_by_role("button", name="Dismiss message").click()
    await expect(said).not_to_contain_text("Only visible to you")


async def test_unknown_and_failing_commands_say_so_in_place(
    slack: LocalSlack, app: ScriptedApp, page: Page
) -> None:
    async def breaks(_: Json) -> web.Response:
        return web.Response(status=500)

    app.on("command", "/issue", breaks)
    await enter(page, "product")
    await command(page, "/isue list")
    await expect(newest(page)).to_contain_text("/isue is not a valid command")
    await expect(page.get_by_role("textbox", name="Message #product")).to_have_value("/isue list")
    await command(page, "/issue list")
    await expect(newest(page)).to_contain_text("/issue failed with the error")


async def test_a_button_is_busy_until_the_app_answers_and_cannot_be_pressed_twice(
    slack: LocalSlack, app: ScriptedApp, page: Page
) -> None:
    go = asyncio.Event()

    async def slow(_: Json) -> None:
        await go.wait()

    app.on("block_actions", "assign", slow)
    await enter(page, "product")
    await say(slack, "product", text="x", blocks=[actions(button("Assign to me", "assign", value="LDG-1"))])
    pressed = page.get_by_role("button", name="Assign to me")
    await pressed.click()
    await expect(pressed).to_have_attribute("aria-busy", "true")
    await pressed.dispatch_event("click")
    go.set()
    await expect(pressed).not_to_have_attribute("aria-busy", "true")
    [payload] = app.sent("block_actions")
    assert payload["actions"][0]["value"] == "LDG-1"


async def test_a_question_stands_before_a_button_that_has_one(
    slack: LocalSlack, app: ScriptedApp, page: Page
) -> None:
    await enter(page, "product")
    await say(slack, "product", text="x", blocks=[actions(button("Close", "close", confirm=CONFIRM))])
    closes = page.locator("main").get_by_role("button", name="Close", exact=True)
    await closes.click()
    question = page.get_by_role("alertdialog", name="Close it?")
    await question.get_by_role("button", name="Keep open").click()
    await expect(question).to_have_count(0)
    assert app.sent("block_actions") == []
    await closes.click()
    await page.keyboard.press("Enter")
    await expect(question).to_have_count(0)
    await expect(closes).not_to_have_attribute("aria-busy", "true")
    assert len(app.sent("block_actions")) == 1


async def test_selects_work_by_keyboard_alone(slack: LocalSlack, app: ScriptedApp, page: Page) -> None:
    await enter(page, "product")
    menu = {
        "type": "static_select",
        "action_id": "priority",
        "placeholder": plain("Priority"),
        "options": options("High", "Medium", "Low"),
    }
    more = {"type": "overflow", "action_id": "more", "options": options("History", "Watch")}
    await say(slack, "product", text="x", blocks=[actions(menu, more)])
    await page.get_by_role("combobox", name="Priority").focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("combobox", name="Priority")).to_have_value("Medium")
    await page.get_by_role("button", name="More options").focus()
    for key in ("Enter", "ArrowDown", "Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("button", name="More options")).to_be_focused()
    await slack.until(lambda: len(app.sent("block_actions")) == 2)
    chosen = [payload["actions"][0]["selected_option"]["value"] for payload in app.sent("block_actions")]
    assert chosen == ["medium", "watch"]


async def test_shortcuts_run_from_the_message_menu_and_the_composer(
    slack: LocalSlack, app: ScriptedApp, page: Page
) -> None:
    form = modal("create", "New issue", [entry("title", "Title", "plain_text_input")])
    app.on("message_action", "make", opens(app, form))
    app.on("shortcut", "new", opens(app, form))
    await enter(page, "product")
    await slack.person("grace").send("product", "The sink leaks")
    said = page.get_by_role("article").filter(has_text="The sink leaks")
    await said.hover()
    await said.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Make an issue").click()
    await expect(page.get_by_role("dialog", name="New issue")).to_be_visible()
    assert app.sent("message_action")[0]["message"]["text"] == "The sink leaks"
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Attach or run a shortcut").click()
    await page.get_by_role("menuitem", name="New issue").click()
    await expect(page.get_by_role("dialog", name="New issue")).to_be_visible()


async def test_the_home_tab_shows_what_the_app_publishes_and_acts(
    slack: LocalSlack, app: ScriptedApp, page: Page
) -> None:
    async def publish(payload: Json) -> None:
        view = {"type": "home", "blocks": [section("Hello Ada"), actions(button("Refresh", "refresh"))]}
        await app.call("views.publish", user_id=payload["event"]["user"], view=view)

    async def refresh(payload: Json) -> None:
        view = {"type": "home", "blocks": [section("Fresh"), actions(button("Refresh", "refresh"))]}
        await app.call("views.publish", user_id=payload["user"]["id"], view=view)

    app.on("event_callback", "app_home_opened", publish)
    app.on("block_actions", "refresh", refresh)
    await page.get_by_role("link", name="Lodge").click()
    home = page.get_by_role("tabpanel", name="App Home")
    await expect(home).to_contain_text("Hello Ada")
    await home.get_by_role("button", name="Refresh").click()
    await expect(home).to_contain_text("Fresh")
    await page.get_by_role("tab", name="Messages").click()
    await expect(page.get_by_role("textbox", name="Message Lodge")).to_be_visible()
    await expect(home).to_be_hidden()


async def test_a_card_the_app_updates_changes_for_everyone(
    slack: LocalSlack, app: ScriptedApp, page: Page, open_page: OpenPage
) -> None:
    other = await open_page(slack.url, "grace", "#/C0PRODUCT")
    await enter(page, "product")
    posted = await app.call("chat.postMessage", channel="C0PRODUCT", text="Open", blocks=[section("*Open*")])
    await expect(newest(other)).to_contain_text("Open")
    await app.call(
        "chat.update", channel="C0PRODUCT", ts=posted["ts"], text="Closed", blocks=[section("*Closed*")]
    )
    for window in (page, other):
        await expect(newest(window)).to_contain_text("Closed")
