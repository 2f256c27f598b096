"""Steps that many page tests take."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Locator, Page, expect

from bot.playground import LocalSlack, posting
from bot.playground.inputs import named

# Toasts go away by themselves, seen or not: from now on `window.complaints` has the role and the words of each.
LISTEN = """() => {
    window.complaints = [];
    const heard = (changes) => changes.forEach((each) => each.addedNodes.forEach((node) => {
        if (node.classList?.contains("toast")) window.complaints.push(`${node.role}: ${node.textContent}`);
    }));
    new MutationObserver(heard).observe(document.body, { childList: true, subtree: true });
}"""


async def enter(page: Page, channel: str) -> None:
    await page.get_by_role("link", name=re.compile(rf"^{channel}\b")).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(channel)


async def say(slack: LocalSlack, channel: str, **content: Any) -> str:
    """The app speaks, past Slack's validation; answers with the ts."""
    service = slack.service
    installation = service.app(slack.team_id)
    assert installation is not None
    if "blocks" in content:
        content["blocks"] = named(content["blocks"])
    message = posting.by_app(service, installation, **content)
    ts: str = posting.post(service, slack.channel(channel), message)["ts"]
    return ts


async def command(page: Page, text: str) -> None:
    composer = page.get_by_role("textbox", name=re.compile("^Message "))
    await composer.fill(text)
    await composer.press("Enter")


def newest(page: Page) -> Locator:
    return page.locator("main").get_by_role("article").last


async def pick(field: Locator, text: str, choice: str | None = None) -> None:
    """Choose from a select by typing into it."""
    await field.click()
    await field.fill(text)
    await field.page.get_by_role("option", name=choice or text).first.click()
