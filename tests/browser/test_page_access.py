"""Keyboard, contrast, roles and narrow screens."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Page, expect

from bot.playground import LocalSlack
from bot.playground.showing import open_view
from tests.browser.blocks import (
    actions,
    button,
    chart,
    data_table,
    entry,
    modal,
    mrkdwn,
    options,
    plain,
    section,
)
from tests.browser.conftest import OpenPage
from tests.browser.steps import LISTEN, enter, say

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Every visible text whose contrast against what lies behind it is under WCAG AA.
FAINT = """async () => {
  // Colours on their way from one to another are neither.
  const moving = document.getAnimations().filter((each) => each.effect.getComputedTiming().iterations !== Infinity);
  await Promise.allSettled(moving.map((each) => each.finished));
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, under) => [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3])).concat(1);
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (style.backgroundImage !== 'none') return null;
      layers.push(rgba(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
      if (at.nodeName === 'DIALOG') break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), [255, 255, 255, 1]);
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const seen = new Set();
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || seen.has(node)) continue;
    if (!node.checkVisibility({checkVisibilityCSS: true})) continue;
    if (node.closest('[aria-hidden=true], .visually-hidden, svg, :disabled, noscript')) continue;
    if (/^\\p{Extended_Pictographic}/u.test(node.textContent.trim())) continue;
    seen.add(node);
    const ground = behind(node);
    if (!ground) continue;
    const style = getComputedStyle(node);
    const [a, b] = [light(over(rgba(style.color), ground)), light(ground)].sort((x, y) => y - x);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) faint.push(`${ratio.toFixed(2)} ${node.className} ${node.textContent.slice(0, 40)}`);
  }
  return {faint, looked: seen.size};
}"""


async def showcase(slack: LocalSlack) -> None:
    priority = {
        "type": "static_select",
        "action_id": "priority",
        "placeholder": plain("Priority"),
        "options": options("High", "Low"),
    }
    blocks = [
        section("*Bold* `code` <https://example.com|link> <@U0ADA> <@U0GRACE> <#C0PRODUCT> ~old~"),
        {"type": "context", "elements": [mrkdwn("small `print`")]},
        actions(
            button("Go", "go", style="primary"),
            button("Stop", "stop", style="danger"),
            button("Wait", "wait"),
            priority,
        ),
        data_table(8),
        chart("bar"),
        {"type": "hologram"},
    ]
    await say(slack, "product", text="x", blocks=blocks)
    ts = await slack.person("grace").send("product", "> quoted\n```code```\nplain")
    await slack.person("ada").react("product", ts, "eyes")
    await slack.person("linus").send("product", "reply", thread_ts=ts)
    await slack.person("guest").send("support", "unread")
    await slack.person("grace").upload("product", "a.csv", b"title\nx\n")


def form() -> dict[str, object]:
    return modal(
        "create",
        "New issue",
        [
            *(
                {"type": "alert", "level": level, "text": mrkdwn(f"An *{level}* alert")}
                for level in ("default", "info", "warning", "error", "success")
            ),
            {**entry("title", "Title", "plain_text_input", optional=False), "hint": plain("Short and clear")},
            entry("text", "Text", "rich_text_input"),
            entry(
                "kind",
                "Kind",
                "radio_buttons",
                options=[{**each, "description": plain("more words")} for each in options("Defect", "Wish")],
            ),
            entry("who", "Who", "multi_users_select", initial_users=["U0GRACE"]),
        ],
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_text_has_enough_contrast(
    slack: LocalSlack, open_page: OpenPage, scheme: Literal["light", "dark"]
) -> None:
    await showcase(slack)
    page = await open_page(slack.url, "ada", color_scheme=scheme)
    await enter(page, "product")
    await page.locator("main").get_by_role("button", name="1 reply").last.click()
    await expect(page.get_by_role("complementary", name="Thread").get_by_role("article")).to_have_count(2)
    found = await page.evaluate(FAINT)
    assert found["looked"] > 60
    assert found["faint"] == []
    installation = slack.service.app(slack.team_id)
    assert installation is not None
    open_view(slack.service, installation, form(), "U0ADA")
    await page.get_by_role("dialog").get_by_role("button", name="Create").click()
    await expect(page.get_by_text("Please complete")).to_be_visible()
    assert (await page.evaluate(FAINT))["faint"] == []


async def test_a_form_holds_the_focus_and_gives_it_back(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    installation = slack.service.app(slack.team_id)
    assert installation is not None
    composer = page.get_by_role("textbox", name="Message #product")
    await composer.focus()
    open_view(slack.service, installation, form(), "U0ADA")
    await expect(page.get_by_role("textbox", name="Title")).to_be_focused()
    for _ in range(25):
        await page.keyboard.press("Tab")
        assert await page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    await page.keyboard.press("Escape")
    await expect(composer).to_be_focused()


async def test_messages_and_their_menu_are_reached_by_keyboard(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    await slack.person("grace").send("product", "first")
    await slack.person("grace").send("product", "second")
    second = page.get_by_role("article").filter(has_text="second")
    await expect(second).to_be_visible()
    await second.focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("article").filter(has_text="first")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Add reaction", exact=True)).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Copy link")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="More actions")).to_be_focused()


async def test_controls_have_names_and_lists_have_roles(slack: LocalSlack, page: Page) -> None:
    await showcase(slack)
    await enter(page, "product")
    await expect(page.get_by_role("log", name="Messages in #product")).to_contain_text("a.csv")
    nameless = """() => [...document.querySelectorAll('button, a[href], input, textarea, [contenteditable]')]
      .filter((node) => node.checkVisibility())
      .filter((node) => !node.matches('[aria-label], [aria-labelledby]'))
      .filter((node) => !node.labels?.length && !node.textContent.trim())
      .map((node) => node.outerHTML)"""
    assert await page.evaluate(nameless) == []
    twice = """() => { const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
      return ids.filter((id, at) => ids.indexOf(id) !== at); }"""
    assert await page.evaluate(twice) == []


async def test_a_narrow_screen_folds_the_sidebar_and_never_scrolls_sideways(
    slack: LocalSlack, open_page: OpenPage
) -> None:
    await showcase(slack)
    page = await open_page(slack.url, "ada", viewport={"width": 390, "height": 844}, has_touch=True)
    sidebar = page.get_by_role("navigation", name="Channels")
    await expect(sidebar).to_be_hidden()
    await page.get_by_role("button", name="Open sidebar").click()
    await sidebar.get_by_role("link", name="product").click()
    await expect(sidebar).to_be_hidden()
    await expect(page.locator("main").get_by_role("article").last).to_contain_text("a.csv")
    wide = """[document.documentElement, document.querySelector('main .scroller')]
      .some((each) => each.scrollWidth > innerWidth)"""
    assert await page.evaluate(wide) is False
    await page.locator("main").get_by_role("button", name="1 reply").last.click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_role("textbox", name="Reply in thread")).to_be_in_viewport()
    await thread.get_by_role("button", name="Close thread").click()
    await expect(page.get_by_role("textbox", name="Message #product")).to_be_in_viewport()


async def test_a_service_notice_is_shown_where_it_belongs(slack: LocalSlack, page: Page) -> None:
    await enter(page, "product")
    slack.service.notify(
        slack.person("ada").user, "timeout", "C0PRODUCT", '/issue failed with the error "operation_timeout"'
    )
    said = page.get_by_role("article").last
    await expect(said).to_contain_text("operation_timeout")
    await expect(said).to_contain_text("Local Slack")
    await page.evaluate(LISTEN)
    slack.service.notify(
        slack.person("ada").user, "error", None, "We had some trouble connecting. Try again?"
    )
    await page.wait_for_function(
        "() => window.complaints.some((each) => each.startsWith('alert: We had some'))"
    )
