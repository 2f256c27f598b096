"""Forms on the page: what is typed arrives as Slack would send it, mistakes stand at their fields, and forms stack."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.playground import LocalSlack
from tests.browser.blocks import actions, button, entry, modal, options, plain, section
from tests.browser.conftest import READY
from tests.browser.scripted_app import Json, ScriptedApp, opens
from tests.browser.steps import command, enter, pick

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


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


async def test_a_form_sent_at_once_is_asked_nothing_more_when_it_is_gone(
    app: ScriptedApp, page: Page
) -> None:
    title = entry("title", "Title", "plain_text_input")
    title["dispatch_action"] = True
    title["element"]["dispatch_action_config"] = {"trigger_actions_on": ["on_character_entered"]}
    app.on("command", "/issue", opens(app, modal("create", "New issue", [title])))
    asked: list[str] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: asked.append(str(frame))))
    await page.clock.install()
    await page.reload()
    await page.wait_for_selector(READY)
    await command(page, "/issue")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Title").fill("Crane")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await page.clock.run_for(1_000)
    # Asked after whatever else there was to ask.
    await command(page, "still here")
    await expect(page.get_by_role("article").last).to_contain_text("still here")
    assert app.sent("view_submission")[0]["view"]["state"]["values"]["title"]["value"]["value"] == "Crane"
    assert [each for each in asked if '"submit"' in each]
    assert not [each for each in asked if '"click"' in each]


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


async def test_what_the_editor_cannot_make_itself_stays_as_it_was_while_one_writes_beside_it(
    app: ScriptedApp, page: Page
) -> None:
    def listed(style: str, text: str, **more: object) -> Json:
        item = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        return {"type": "rich_text_list", "style": style, "indent": 0, **more, "elements": [item]}

    waving = {"type": "emoji", "name": "wave", "skin_tone": 3}
    kept: list[Json] = [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Hello "},
                waving | {"style": {"bold": True}},
                {"type": "usergroup", "usergroup_id": "S0CREW"},
                {"type": "text", "text": " and "},
                {"type": "user", "user_id": "U0GRACE"},
            ],
        },
        listed("ordered", "one"),
        listed("bullet", "between", indent=1),
        listed("ordered", "two", offset=1),
        listed("bullet", "in a quote", border=1),
        {"type": "rich_text_preformatted", "border": 1, "elements": [{"type": "text", "text": "code"}]},
    ]
    end = {"type": "rich_text_section", "elements": [{"type": "text", "text": "end"}]}
    value = {"type": "rich_text", "elements": [*kept, end]}
    form = modal("create", "New issue", [entry("text", "Text", "rich_text_input", initial_value=value)])
    app.on("command", "/issue", opens(app, form))
    await command(page, "/issue")
    await page.get_by_role("textbox", name="Text").press("Control+End")
    await page.keyboard.type("!")
    await page.get_by_role("dialog").get_by_role("button", name="Create").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    [payload] = app.sent("view_submission")
    returned = payload["view"]["state"]["values"]["text"]["value"]["rich_text_value"]["elements"]
    end["elements"] = [{"type": "text", "text": "end!"}]
    assert returned == [*kept, end]
