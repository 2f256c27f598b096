"""Commands, buttons, forms, shortcuts and the Home tab: the app's side of the page."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from bot.playground import LocalSlack
from tests.browser.blocks import actions, button, entry, modal, mrkdwn, options, plain, section
from tests.browser.conftest import OpenPage
from tests.browser.scripted_app import Json, ScriptedApp
from tests.browser.steps import command, enter, newest, pick, say

pytestmark = pytest.mark.browser

CONFIRM = {
    "title": plain("Close it?"),
    "text": mrkdwn("It will be *closed*."),
    "confirm": plain("Yes, close"),
    "deny": plain("Keep open"),
}


def opens(app: ScriptedApp, view: Json) -> Any:
    async def handler(payload: Json) -> None:
        await app.call("views.open", trigger_id=payload["trigger_id"], view=view)

    return handler


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


async def test_every_input_of_a_form_arrives_as_slack_would_send_it(app: ScriptedApp, page: Page) -> None:
    async def suggest(payload: Json) -> Json:
        return {
            "options": [each for each in options("bug", "ui", "backend") if payload["value"] in each["value"]]
        }

    form = modal(
        "create",
        "New issue",
        [
            entry("title", "Title", "plain_text_input", optional=False),
            entry("text", "Details", "plain_text_input", multiline=True),
            entry("priority", "Priority", "static_select", options=options("High", "Low")),
            entry("labels", "Labels", "multi_external_select", min_query_length=1),
            entry("assignee", "Assignee", "users_select"),
            entry("watchers", "Watchers", "multi_users_select"),
            entry("channel", "Channel", "conversations_select"),
            entry("due", "Due", "datepicker"),
            entry("time", "Time", "timepicker"),
            entry("remind", "Remind", "datetimepicker"),
            entry("kind", "Kind", "radio_buttons", options=options("Defect", "Wish")),
            entry("tell", "Tell", "checkboxes", options=options("Team", "Boss")),
            entry("points", "Points", "number_input", is_decimal_allowed=False),
            entry("mail", "Mail", "email_text_input"),
            entry("link", "Link", "url_text_input"),
            entry("files", "Files", "file_input"),
        ],
    )
    app.on("command", "/issue", opens(app, form))
    app.on("block_suggestion", "value", suggest)
    await command(page, "/issue")
    dialog = page.get_by_role("dialog", name="New issue")
    await expect(dialog.get_by_role("textbox", name="Title")).to_be_focused()
    await dialog.get_by_role("textbox", name="Title").fill("Leak & <drip>")
    await dialog.get_by_role("textbox", name="Details").fill("line 1\nline 2")
    await pick(dialog.get_by_role("combobox", name="Priority"), "lo", "Low")
    await pick(dialog.get_by_role("combobox", name="Labels"), "ba", "backend")
    await pick(dialog.get_by_role("combobox", name="Labels"), "bu", "bug")
    await pick(dialog.get_by_role("combobox", name="Assignee"), "grace")
    await pick(dialog.get_by_role("combobox", name="Watchers"), "linus")
    await pick(dialog.get_by_role("combobox", name="Channel"), "support")
    await dialog.get_by_label("Due").fill("2026-12-01")
    await dialog.get_by_label("Time").fill("09:30")
    await dialog.get_by_label("Remind").fill("2026-07-01T09:00")
    await dialog.get_by_role("radio", name="Wish").check()
    await dialog.get_by_role("checkbox", name="Boss").check()
    await dialog.get_by_role("textbox", name="Points").fill("5")
    await dialog.get_by_role("textbox", name="Mail").fill("a@b.example")
    await dialog.get_by_role("textbox", name="Link").fill("https://x.example/")
    await dialog.get_by_label("Files").set_input_files(
        {"name": "a.txt", "mimeType": "text/plain", "buffer": b"hi"}
    )
    await expect(dialog.get_by_role("button", name="Remove a.txt")).to_be_visible()
    await dialog.get_by_role("button", name="Create").click()
    await expect(dialog).to_be_hidden()
    [payload] = app.sent("view_submission")
    got = {block: next(iter(values.values())) for block, values in payload["view"]["state"]["values"].items()}
    assert got["title"]["value"] == "Leak & <drip>"
    assert got["text"]["value"] == "line 1\nline 2"
    assert got["priority"]["selected_option"]["value"] == "low"
    assert [each["value"] for each in got["labels"]["selected_options"]] == ["backend", "bug"]
    assert got["assignee"]["selected_user"] == "U0GRACE"
    assert got["watchers"]["selected_users"] == ["U0LINUS"]
    assert got["channel"]["selected_conversation"] == "C0SUPPORT"
    assert got["due"]["selected_date"] == "2026-12-01"
    assert got["time"]["selected_time"] == "09:30"
    assert got["remind"]["selected_date_time"] == 1782892800  # 08:00 UTC: London has summer time
    assert got["kind"]["selected_option"]["value"] == "wish"
    assert [each["value"] for each in got["tell"]["selected_options"]] == ["boss"]
    assert got["points"]["value"] == "5"
    assert got["mail"]["value"] == "a@b.example"
    assert got["link"]["value"] == "https://x.example/"
    assert len(got["files"]["files"]) == 1


async def test_rich_text_is_written_with_the_keyboard_and_comes_back_as_it_went(
    app: ScriptedApp, page: Page
) -> None:
    form = modal("create", "New issue", [entry("text", "Text", "rich_text_input", optional=False)])
    app.on("command", "/issue", opens(app, form))
    await command(page, "/issue")
    editor = page.get_by_role("textbox", name="Text")
    await editor.click()
    await page.keyboard.type("Plain ")
    await page.keyboard.press("Control+b")
    await page.keyboard.type("bold")
    await page.keyboard.press("Control+b")
    await page.keyboard.type(" end")
    await page.keyboard.press("Enter")
    await page.keyboard.type("line two")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Bulleted list").click()
    await page.keyboard.type("first")
    await page.keyboard.press("Enter")
    await page.keyboard.type("second")
    await page.get_by_role("dialog").get_by_role("button", name="Create").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    [payload] = app.sent("view_submission")
    value = payload["view"]["state"]["values"]["text"]["value"]["rich_text_value"]
    listed = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        for text in ("first", "second")
    ]
    assert value["elements"] == [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Plain "},
                {"type": "text", "text": "bold", "style": {"bold": True}},
                {"type": "text", "text": " end\nline two"},
            ],
        },
        {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": listed},
    ]
    again = modal(
        "create",
        "Again",
        [
            entry(
                "text",
                "Text",
                "rich_text_input",
                initial_value={"type": "rich_text", "elements": value["elements"]},
            )
        ],
    )
    app.on("command", "/issue", opens(app, again))
    await command(page, "/issue")
    await page.get_by_role("textbox", name="Text").click()
    await page.get_by_role("dialog").get_by_role("button", name="Create").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    returned = app.sent("view_submission")[1]["view"]["state"]["values"]["text"]["value"]
    assert returned["rich_text_value"]["elements"] == value["elements"]


async def test_errors_stand_at_their_fields_and_nothing_typed_is_lost(app: ScriptedApp, page: Page) -> None:
    async def refuse(_: Json) -> Json:
        return {"response_action": "errors", "errors": {"due": "That day is over."}}

    form = modal(
        "create",
        "New issue",
        [
            entry("title", "Title", "plain_text_input", optional=False),
            entry("due", "Due", "datepicker"),
        ],
    )
    app.on("command", "/issue", opens(app, form))
    app.on("view_submission", "create", refuse)
    await command(page, "/issue")
    dialog = page.get_by_role("dialog", name="New issue")
    await dialog.get_by_role("button", name="Create").click()
    title = dialog.get_by_role("textbox", name="Title")
    await expect(title).to_have_accessible_description("Please complete this required field.")
    await expect(title).to_be_focused()
    assert app.sent("view_submission") == []
    await title.fill("Leak")
    await dialog.get_by_label("Due").fill("2020-01-01")
    await title.press("Enter")
    await expect(dialog.get_by_text("That day is over.")).to_be_visible()
    await expect(dialog.get_by_label("Due")).to_be_focused()
    await expect(title).to_have_value("Leak")
    await expect(dialog.get_by_text("Please complete")).to_be_hidden()


async def test_an_updated_form_keeps_the_cursor_and_what_was_typed(app: ScriptedApp, page: Page) -> None:
    blocks = [entry("title", "Title", "plain_text_input"), entry("text", "Text", "rich_text_input")]
    app.on("command", "/issue", opens(app, modal("create", "New issue", blocks)))
    await command(page, "/issue")
    title = page.get_by_role("textbox", name="Title")
    await page.get_by_role("textbox", name="Text").fill("described")
    await title.fill("half a wo")
    view_id = await page.get_by_role("dialog").get_attribute("data-view-id")
    more = modal("create", "New issue", [section("Similar: LDG-7"), *blocks])
    await app.call("views.update", view_id=view_id, view=more)
    await expect(page.get_by_text("Similar: LDG-7")).to_be_visible()
    await expect(title).to_be_focused()
    await page.keyboard.type("rd")
    await expect(title).to_have_value("half a word")
    await expect(page.get_by_role("textbox", name="Text")).to_have_text("described")


async def test_forms_stack_and_escape_closes_the_top_one_and_tells_the_app(
    slack: LocalSlack, app: ScriptedApp, page: Page
) -> None:
    async def push(payload: Json) -> None:
        second = modal("second", "Second", [section("on top")], notify_on_close=True)
        await app.call("views.push", trigger_id=payload["trigger_id"], view=second)

    first = modal(
        "first", "First", [entry("title", "Title", "plain_text_input"), actions(button("More", "more"))]
    )
    app.on("command", "/issue", opens(app, first))
    app.on("block_actions", "more", push)
    await enter(page, "product")
    await command(page, "/issue")
    await page.get_by_role("textbox", name="Title").fill("kept")
    await page.get_by_role("button", name="More", exact=True).click()
    await expect(page.get_by_role("dialog", name="Second")).to_be_visible()
    state = app.sent("block_actions")[0]["view"]["state"]["values"]
    assert state["title"]["value"]["value"] == "kept"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="First")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Title")).to_have_value("kept")
    await slack.until(lambda: app.sent("view_closed"))
    assert [payload["view"]["callback_id"] for payload in app.sent("view_closed")] == ["second"]
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("textbox", name="Message #product")).to_be_focused()


async def test_a_submission_may_update_or_push_the_view(app: ScriptedApp, page: Page) -> None:
    done = {"type": "modal", "callback_id": "done", "title": plain("Created"), "blocks": [section("LDG-1")]}

    async def update(_: Json) -> Json:
        return {"response_action": "update", "view": done}

    app.on(
        "command",
        "/issue",
        opens(app, modal("create", "New issue", [entry("title", "Title", "plain_text_input")])),
    )
    app.on("view_submission", "create", update)
    await command(page, "/issue")
    await page.get_by_role("dialog").get_by_role("button", name="Create").click()
    dialog = page.get_by_role("dialog", name="Created")
    await expect(dialog).to_contain_text("LDG-1")
    await expect(dialog.get_by_role("button", name="Create")).to_be_hidden()


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
