"""Every block an app may send, as the page draws it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.playground import LocalSlack
from tests.browser.blocks import actions, button, chart, data_table, mrkdwn, options, plain, section
from tests.browser.steps import enter, newest, say

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_unknown_blocks_and_elements_show_as_errors_never_as_nothing(
    slack: LocalSlack, page: Page
) -> None:
    await enter(page, "product")
    strange = [
        {"type": "hologram"},
        actions({"type": "crystal_ball", "action_id": "ball"}, button("Known", "known")),
        {"type": "data_visualization", "title": "Odd", "chart": {"type": "radar"}},
        {"type": "rich_text", "elements": [{"type": "rich_text_poem", "elements": []}]},
    ]
    await say(slack, "product", text="strange", blocks=strange)
    said = newest(page)
    for words in (
        "Unknown block: hologram",
        "Unknown element: crystal_ball",
        "Unknown chart: radar",
        "Unknown rich text element: rich_text_poem",
    ):
        await expect(said).to_contain_text(words)
    await expect(said.get_by_role("button", name="Known")).to_be_visible()


async def test_a_block_with_broken_content_does_not_take_the_others_with_it(
    slack: LocalSlack, page: Page
) -> None:
    await enter(page, "product")
    broken = [{"type": "data_table", "caption": "no rows"}, section("still *here*")]
    await say(slack, "product", text="broken", blocks=broken)
    await expect(newest(page)).to_contain_text("Unknown content in block: data_table")
    await expect(newest(page)).to_contain_text("still here")


async def test_sections_fields_and_context_are_drawn(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    await say(
        slack,
        "product",
        text="card",
        blocks=[
            {"type": "header", "text": plain("LDG-42 :bug:")},
            section("Login *fails*", accessory=button("Open", "open")),
            {"type": "section", "fields": [mrkdwn("*Status*\nOpen"), mrkdwn("*Priority*\nHigh")]},
            {"type": "divider"},
            {"type": "context", "elements": [mrkdwn("by <@U0GRACE>")]},
        ],
    )
    said = newest(page)
    await expect(said.get_by_role("heading", name="LDG-42 🐛")).to_be_visible()
    await expect(said.get_by_role("button", name="Open")).to_be_visible()
    await expect(said.locator(".field")).to_have_text(["StatusOpen", "PriorityHigh"])
    await expect(said).to_contain_text("by @grace")


@pytest.mark.parametrize(
    ("kind", "marks", "count"),
    [("bar", "rect.bar", 6), ("line", "path.stroke", 2), ("area", "path.area", 2), ("pie", "path.slice", 2)],
)
async def test_charts_are_drawn_with_axes_legend_and_numbers(
    slack: LocalSlack, page: Page, kind: str, marks: str, count: int
) -> None:
    await enter(page, "product")
    await say(slack, "product", text="chart", blocks=[chart(kind)])
    figure = newest(page).get_by_role("figure", name="Created and closed")
    await expect(figure.get_by_role("img", name=f"{kind.title()} chart: Created and closed")).to_be_visible()
    await expect(figure.locator(marks)).to_have_count(count)
    legend = ["High", "Low"] if kind == "pie" else ["Created", "Closed"]
    for words in legend:
        await expect(figure.get_by_role("listitem").filter(has_text=words)).to_be_visible()
    if kind == "pie":
        await expect(figure.get_by_role("row", name="High 3")).to_be_attached()
        return
    await expect(figure.locator("text.axis-label")).to_have_text("Issues")
    await expect(figure.locator("text.tick", has_text="Mon")).to_be_visible()
    await expect(figure.get_by_role("row", name="Mon 12 8")).to_be_attached()


async def test_a_data_table_sorts_by_number_and_turns_its_pages(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    await say(slack, "product", text="table", blocks=[data_table(12)])
    table = newest(page).get_by_role("table", name="Open issues")
    await expect(table.locator("tbody tr")).to_have_count(5)
    await newest(page).get_by_role("button", name="Next page").click()
    await expect(newest(page)).to_contain_text("6–10 of 12")
    await table.get_by_role("button", name="Open").click()
    await expect(newest(page)).to_contain_text("1–5 of 12")
    await expect(table.locator("tbody td")).to_have_text(["0", "0", "1", "2", "3"])
    await table.get_by_role("button", name="Open").click()
    await expect(table.get_by_role("columnheader", name="Open")).to_have_attribute("aria-sort", "descending")
    await expect(table.locator("tbody td").first).to_have_text("10")


async def test_rich_text_markdown_tables_cards_and_containers_are_drawn(
    slack: LocalSlack, page: Page
) -> None:
    await enter(page, "product")
    text = [{"type": "text", "text": "strong", "style": {"bold": True}}, {"type": "emoji", "name": "tada"}]
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]}
    blocks = [
        {
            "type": "rich_text",
            "elements": [
                {"type": "rich_text_section", "elements": text},
                {"type": "rich_text_list", "style": "ordered", "elements": [item]},
            ],
        },
        {
            "type": "markdown",
            "text": "## Notes\n\n- one\n- **two**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[bad](javascript:alert(1))",
        },
        {
            "type": "table",
            "rows": [[{"type": "raw_text", "text": "Key"}], [{"type": "raw_text", "text": "LDG-1"}]],
        },
        {
            "type": "carousel",
            "elements": [
                {
                    "type": "card",
                    "title": mrkdwn(f"Card {at}"),
                    "actions": [button(f"Take {at}", f"take{at}")],
                }
                for at in (1, 2)
            ],
        },
        {
            "type": "container",
            "title": plain("Details"),
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [section("tucked away")],
        },
    ]
    await say(slack, "product", text="mixed", blocks=blocks)
    said = newest(page)
    await expect(said.locator(".rich-text strong")).to_have_text("strong")
    await expect(said.locator(".rich-text ol li")).to_have_text("first")
    await expect(said.get_by_role("heading", name="Notes")).to_be_visible()
    await expect(said.locator(".markdown li strong")).to_have_text("two")
    await expect(said.get_by_role("cell", name="LDG-1")).to_be_visible()
    assert await said.locator("a[href^=javascript]").count() == 0
    await expect(said.get_by_role("button", name="Take 2")).to_be_visible()
    await expect(said.get_by_text("tucked away")).to_be_hidden()
    await said.get_by_text("Details").click()
    await expect(said.get_by_text("tucked away")).to_be_visible()


async def test_legacy_attachments_have_their_colour_bar(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    attachment = {
        "color": "#2eb886",
        "title": "Build",
        "text": "passed *fast*",
        "fields": [{"title": "Took", "value": "2 min", "short": True}],
    }
    await say(slack, "product", text="", attachments=[attachment])
    bar = newest(page).locator(".attachment-body")
    await expect(bar).to_have_css("border-left-color", "rgb(46, 184, 134)")
    await expect(bar).to_contain_text("passed fast")
    await expect(bar).to_contain_text("2 min")


async def test_a_redrawn_message_keeps_what_was_chosen_in_it(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    chosen = {
        "type": "static_select",
        "action_id": "priority",
        "placeholder": plain("Priority"),
        "options": options("High", "Low"),
    }
    ts = await say(slack, "product", text="x", blocks=[{**actions(chosen), "block_id": "row"}])
    await newest(page).get_by_role("combobox", name="Priority").click()
    await page.get_by_role("option", name="Low").click()
    await newest(page).get_by_role("combobox", name="Priority").click()
    await slack.person("grace").react("product", ts, "eyes")
    await expect(newest(page).get_by_role("button", name=":eyes: 1")).to_be_visible()
    await expect(newest(page).get_by_role("combobox", name="Priority")).to_have_value("Low")
    await expect(newest(page).get_by_role("combobox", name="Priority")).to_be_focused()
    await expect(page.get_by_role("option", name="High")).to_be_visible()
