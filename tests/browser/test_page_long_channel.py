"""A channel of 2,000 messages, read to its beginning and written in."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from bot.playground import LocalSlack
from tests.browser.long_channel import MESSAGES, SCROLL, fill
from tests.browser.steps import enter

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_two_thousand_messages_are_all_shown_and_what_is_typed_below_them_arrives(
    slack: LocalSlack, page: Page
) -> None:
    fill(slack)
    await enter(page, "random")
    await expect(page.get_by_role("article").filter(has_text=f"Message {MESSAGES - 1}:")).to_be_in_viewport()
    scrolled = await page.evaluate(SCROLL)
    assert scrolled["shown"] >= MESSAGES
    await expect(page.get_by_role("article").filter(has_text="Message 0:")).to_be_in_viewport()
    composer = page.get_by_role("textbox", name="Message #random")
    await composer.press_sequentially("x" * 20)
    await composer.press("Enter")
    await expect(page.locator("main").get_by_role("article").filter(has_text="x" * 20)).to_be_in_viewport()
